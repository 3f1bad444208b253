namespace TensorCore.Cpu;

/// <summary>
/// A correlation along one axis: position t reads the source at t·Step + Taps[i], weighted with kernel element Kernel[i], and writes the target
/// at First + t·Stride. A convolution is one such map; a transposed convolution with stride s is s of them, one for each residue of the target's
/// coordinate, each with the kernel elements that reach that residue: so neither multiplies inserted zeros, and nothing is scattered.
/// </summary>
internal sealed class AxisMap
{
    private AxisMap(int[] taps, int[] kernel, int step, int count, int first, int stride) =>
        (Taps, Kernel, Step, Count, First, Stride) = (taps, kernel, step, count, first, stride);

    public int[] Taps { get; }

    public int[] Kernel { get; }

    public int Step { get; }

    /// <summary>How many positions.</summary>
    public int Count { get; }

    public int First { get; }

    public int Stride { get; }

    /// <summary>The least source coordinate relative to t·Step.</summary>
    public int Low => Taps.Length == 0 ? 0 : Math.Min(Taps[0], Taps[^1]);

    /// <summary>The source coordinates that <paramref name="count"/> neighbouring positions span.</summary>
    public int Extent(int count) => Taps.Length == 0 ? 0 : ((count - 1) * Step) + Math.Abs(Taps[^1] - Taps[0]) + 1;

    public static AxisMap Convolution(int kernel, int stride, int padding, int dilation, int count) =>
        new([.. Enumerable.Range(0, kernel).Select(k => (k * dilation) - padding)], [.. Enumerable.Range(0, kernel)], stride, count, 0, 1);

    /// <summary>
    /// The residues of a transposed convolution: target i takes from source (i + padding − k·dilation) / stride wherever that is whole.
    /// </summary>
    public static AxisMap[] Transposed(int kernel, int stride, int padding, int dilation, int size)
    {
        List<AxisMap> maps = [];
        for (int first = 0; first < Math.Min(stride, size); first++)
        {
            int[] reaching = [.. Enumerable.Range(0, kernel).Where(k => (first + padding - (k * dilation)) % stride == 0)];
            int[] taps = [.. reaching.Select(k => (first + padding - (k * dilation)) / stride)];
            maps.Add(new AxisMap(taps, reaching, 1, (size - first + stride - 1) / stride, first, stride));
        }
        return [.. maps];
    }
}
