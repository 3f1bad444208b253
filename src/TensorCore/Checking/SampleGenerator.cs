namespace TensorCore;

/// <summary>
/// Turns a list of numbers into shapes, tensors and options. A property-testing library draws and shrinks the list: choices beyond its end,
/// and zeros, give the simplest case. Every op's <see cref="IOp.Sample"/> draws from it.
/// </summary>
public sealed class SampleGenerator(IReadOnlyList<int> choices, DType dtype = DType.Float64, Device? device = null)
{
    private int _at;
    private bool _hasLargeAxis;
    private ulong _valueSeed;

    /// <summary>The dtype of the tensors it makes: float64 for gradient checks.</summary>
    public DType DType => dtype;

    /// <summary>The device of the tensors it makes.</summary>
    public Device Device => device ?? Device.Cpu;

    /// <summary>True: values are rounded to bfloat16 first, so that samples of float32 and of bfloat16 hold the same numbers.</summary>
    public bool RoundToBFloat16 { get; init; }

    /// <summary>The largest size of an axis it draws.</summary>
    public int MaxSize { get; init; } = 5;

    private uint Next() => _at < choices.Count ? (uint)choices[_at++] : 0;

    /// <summary>A number from 0 to <paramref name="count"/> − 1; 0 is the simplest.</summary>
    public int Choose(int count) => (int)(Next() % (uint)count);

    /// <summary>One of the values; the first is the simplest.</summary>
    public T OneOf<T>(params ReadOnlySpan<T> values) => values[Choose(values.Length)];

    /// <summary>True with the given odds; false is the simpler.</summary>
    public bool Chance(int oneIn = 2) => Choose(oneIn) == oneIn - 1;

    /// <summary>A number in [low, high), of a grid of 1,000.</summary>
    public double Number(double low, double high) => low + ((high - low) * Choose(1000) / 1000.0);

    /// <summary>
    /// A size: mostly 1 to <see cref="MaxSize"/>, one time in sixteen 0, and at most once in a sample up to 40, so that the vector bodies of
    /// row kernels run and not only their tails.
    /// </summary>
    public int Size()
    {
        int c = Choose(16);
        if (c == 15) return 0;
        if (c != 14 || _hasLargeAxis) return 1 + (c % MaxSize);
        _hasLargeAxis = true;
        return MaxSize + 1 + Choose(40 - MaxSize);
    }

    /// <summary>A size of at least 1.</summary>
    public int PositiveSize(int max = 0) => 1 + Choose(max > 0 ? max : MaxSize);

    /// <summary>A shape of rank 0 to <paramref name="maxRank"/>, at least <paramref name="minRank"/>.</summary>
    public int[] Shape(int minRank = 0, int maxRank = 4)
    {
        int[] shape = new int[minRank + Choose(maxRank - minRank + 1)];
        for (int i = 0; i < shape.Length; i++) shape[i] = Size();
        return shape;
    }

    /// <summary>A shape that broadcasts to <paramref name="shape"/>: some sizes become 1, some leading axes are left out.</summary>
    public int[] BroadcastableTo(ReadOnlySpan<int> shape)
    {
        int skip = Chance(3) ? Choose(shape.Length + 1) : 0;
        int[] result = shape[skip..].ToArray();
        for (int i = 0; i < result.Length; i++)
            if (Chance(3)) result[i] = 1;
        return result;
    }

    /// <summary>Some of the axes of a tensor of this rank, in order, perhaps counted from the end.</summary>
    public int[] Subset(int rank)
    {
        List<int> axes = [];
        for (int i = 0; i < rank; i++)
            if (Chance()) axes.Add(Chance() ? i - rank : i);
        return [.. axes];
    }

    /// <summary>One axis of a tensor of this rank, perhaps counted from the end.</summary>
    public int Axis(int rank)
    {
        int axis = Choose(rank);
        return Chance() ? axis - rank : axis;
    }

    /// <summary>The numbers 0 to <paramref name="n"/> − 1 in some order.</summary>
    public int[] Permutation(int n)
    {
        int[] p = [.. Enumerable.Range(0, n)];
        for (int i = n - 1; i > 0; i--)
        {
            int j = i - Choose(i + 1);
            (p[i], p[j]) = (p[j], p[i]);
        }
        return p;
    }

    /// <summary>
    /// A leaf of random values in [low, high] in one of several layouts: contiguous, transposed, a slice of a larger tensor, or strided.
    /// No value is nearer than 0.02 to a point of <paramref name="avoid"/> (kinks, where a difference quotient means nothing); no two
    /// values are nearer than 0.01 to each other where <paramref name="distinct"/> is set (for max, sort, …), even if they then pass <paramref name="high"/>.
    /// </summary>
    public Tensor Tensor(ReadOnlySpan<int> shape, double low = -2, double high = 2, ReadOnlySpan<double> avoid = default, bool distinct = false)
    {
        long count = TensorCore.Shape.ElementCount(shape);
        double[] values = new double[count];
        _valueSeed = (_valueSeed * 31) + Next() + 1;
        ulong state = _valueSeed;
        if (distinct)
        {
            // Equally spaced values in random order, beyond high if there are too many to keep their distance below it.
            double gap = Math.Max((high - low) / Math.Max(1, count), 0.01);
            for (long i = 0; i < count; i++) values[i] = low + (gap * (i + 0.5));
            for (long i = count - 1; i > 0; i--)
            {
                long j = (long)(Uniform(ref state) * (i + 1));
                (values[i], values[j]) = (values[j], values[i]);
            }
        }
        else
        {
            for (long i = 0; i < count; i++) values[i] = low + ((high - low) * Uniform(ref state));
        }
        foreach (double kink in avoid)
        {
            for (long i = 0; i < count; i++)
                if (Math.Abs(values[i] - kink) < 0.02) values[i] = values[i] >= kink ? kink + 0.03 : kink - 0.03;
        }
        return Layout(Made(TensorCore.Tensor.From(values, shape))).RequireGrad();
    }

    /// <summary>Integers in [0, <paramref name="below"/>): indices, in int64.</summary>
    public Tensor Indices(ReadOnlySpan<int> shape, int below)
    {
        long[] values = new long[TensorCore.Shape.ElementCount(shape)];
        for (int i = 0; i < values.Length; i++) values[i] = Choose(below);
        return TensorCore.Tensor.From(values, shape).To(Device);
    }

    /// <summary>Random true and false.</summary>
    public Tensor Mask(ReadOnlySpan<int> shape)
    {
        bool[] values = new bool[TensorCore.Shape.ElementCount(shape)];
        for (int i = 0; i < values.Length; i++) values[i] = Chance();
        return TensorCore.Tensor.From(values, shape).To(Device);
    }

    /// <summary>Numbers that the sample's function uses beside its inputs, in the generator's dtype and on its device.</summary>
    public Tensor Constant(double[] values) => Made(TensorCore.Tensor.From(values));

    private Tensor Made(Tensor values)
    {
        if (RoundToBFloat16) values = values.To(DType.BFloat16);
        return values.To(DType).To(Device);
    }

    /// <summary>The same values in another layout in memory.</summary>
    private Tensor Layout(Tensor x)
    {
        int form = Choose(4);
        if (form == 0 || x.Rank == 0 || x.Count == 0) return x.Detach();
        using (Autograd.NoGrad())
        {
            int last = x.Rank - 1;
            switch (form)
            {
                case 1: // axes in reverse order in memory
                    int[] order = [.. Enumerable.Range(0, x.Rank).Reverse()];
                    return x.Permute(order).Clone().Permute(order).Detach();
                case 2: // every second element of a wider tensor
                    int[] wide = x.Sizes.ToArray();
                    wide[last] *= 2;
                    Tensor buffer = TensorCore.Tensor.Full(wide, double.NaN, x.DType, x.Device);
                    long[] strides = buffer.Strides.ToArray();
                    strides[last] = 2;
                    Tensor view = buffer.ViewAs(x.Sizes.ToArray(), strides, 0);
                    x.Device.Backend.Copy(x, view);
                    return view;
                default: // the inside of a larger tensor
                    int[] large = [.. x.Sizes.ToArray().Select(s => s + 2)];
                    Tensor around = TensorCore.Tensor.Full(large, double.NaN, x.DType, x.Device);
                    Tensor inside = around.ViewAs(x.Sizes.ToArray(), around.Strides.ToArray(), around.Strides.ToArray().Sum());
                    x.Device.Backend.Copy(x, inside);
                    return inside;
            }
        }
    }

    private static double Uniform(ref ulong state)
    {
        // SplitMix64 (Steele, Lea, Flood 2014).
        state += 0x9E3779B97F4A7C15;
        ulong z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
    }
}
