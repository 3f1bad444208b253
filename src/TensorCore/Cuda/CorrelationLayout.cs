using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore.Cuda;

/// <summary>A convolution, or some residues of a transposed one, as <c>conv.cuh</c> takes it by value.</summary>
internal struct CorrelationLayout
{
    public const int MaxMaps = 4;

    public int Images, Groups;

    /// <summary>Channels of a group: in the source, in the target.</summary>
    public int Channels, Rows;

    public int SourceHeight, SourceWidth, TargetHeight, TargetWidth, KernelHeight, KernelWidth;

    /// <summary>Elements of a row of packed weights: see <see cref="CudaBackend"/>.</summary>
    public int PackedRow;

    public int MapsH, MapsW;

    /// <summary>Parts of the sums, and the terms of each.</summary>
    public int Splits, Chunk;

    public int RowTiles, ColumnTiles;

    /// <summary>1 if neighbouring positions are neighbours in the target by whole packs, so that several are stored at once.</summary>
    public int Vectors;

    private Maps _h, _w;

    /// <summary>Takes the maps of both axes, at most <see cref="MaxMaps"/> each.</summary>
    public void Take(ReadOnlySpan<AxisMap> h, ReadOnlySpan<AxisMap> w)
    {
        (MapsH, MapsW) = (h.Length, w.Length);
        for (int i = 0; i < h.Length; i++) _h[i] = new Map(h[i]);
        for (int i = 0; i < w.Length; i++) _w[i] = new Map(w[i]);
    }

    private readonly struct Map(AxisMap map)
    {
        private readonly int _taps = map.Taps.Length;
        private readonly int _tap = First(map.Kernel), _tapStep = Step(map.Kernel);
        private readonly int _source = First(map.Taps), _step = Step(map.Taps), _stride = map.Step;
        private readonly int _positions = map.Count, _target = map.First, _targetStep = map.Stride;
        private readonly uint _multiplier = new Divider(map.Taps.Length).Multiplier, _shift = new Divider(map.Taps.Length).Shift;

        private static int First(int[] series) => series.Length > 0 ? series[0] : 0;

        // Taps are evenly spaced, in the kernel and in the source.
        private static int Step(int[] series) => series.Length > 1 ? series[1] - series[0] : 0;
    }

    [InlineArray(MaxMaps)]
    private struct Maps
    {
        private Map _first;
    }
}
