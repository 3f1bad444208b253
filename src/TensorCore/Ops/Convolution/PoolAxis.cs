namespace TensorCore;

/// <summary>The windows of a pooling along one axis: window i covers Start[i], Start[i] + Step, …, Count[i] elements, all inside the image.</summary>
internal sealed class PoolAxis
{
    private PoolAxis(int size, int[] start, int[] count, int step, double[] share) => (Size, Start, Count, Step, Share) = (size, start, count, step, share);

    /// <summary>The size of the image.</summary>
    public int Size { get; }

    public int[] Start { get; }

    public int[] Count { get; }

    public int Step { get; }

    /// <summary>What each element of window i weighs in an average.</summary>
    public double[] Share { get; }

    /// <summary>The number of windows.</summary>
    public int Windows => Start.Length;

    /// <summary>Windows of one kernel size, moved by a stride; the padding belongs to no window, but may count in an average.</summary>
    /// <exception cref="ShapeException">The kernel does not fit, or a window would hold padding only.</exception>
    public static PoolAxis Moving(string op, string axis, int size, int kernel, int stride, int padding, int dilation, bool countPadding = false)
    {
        if (padding > ((long)dilation * (kernel - 1) + 1) / 2)
            throw new ShapeException($"{op}: padding {padding} along the {axis}: it can be at most half the kernel's span of {((long)dilation * (kernel - 1)) + 1}");
        int windows = (int)(((size + (2L * padding) - ((long)dilation * (kernel - 1)) - 1) / stride) + 1);
        int[] start = new int[windows], count = new int[windows];
        double[] share = new double[windows];
        for (int i = 0; i < windows; i++)
        {
            long first = ((long)i * stride) - padding;
            long skipped = first < 0 ? (-first + dilation - 1) / dilation : 0;
            start[i] = (int)(first + (skipped * dilation));
            count[i] = (int)Math.Clamp((size - start[i] + dilation - 1) / dilation, 0, kernel - skipped);
            if (count[i] == 0) throw new ShapeException($"{op}: window {i} along the {axis} of size {size} holds padding only (kernel {kernel}, padding {padding}, dilation {dilation})");
            share[i] = 1.0 / (countPadding ? kernel : count[i]);
        }
        return new PoolAxis(size, start, count, dilation, share);
    }

    /// <summary>A given number of windows as equal as possible: window i covers ⌊i·size/windows⌋ … ⌈(i + 1)·size/windows⌉ − 1.</summary>
    public static PoolAxis Adaptive(int size, int windows)
    {
        int[] start = new int[windows], count = new int[windows];
        for (int i = 0; i < windows; i++)
        {
            start[i] = (int)((long)i * size / windows);
            count[i] = (int)((((i + 1L) * size) + windows - 1) / windows) - start[i];
        }
        return new PoolAxis(size, start, count, 1, [.. count.Select(n => 1.0 / n)]);
    }
}
