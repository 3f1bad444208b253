using TensorCore.Cpu;

namespace TensorCore;

/// <summary>An associative combination of elements with an identity: sum, product, largest, smallest.</summary>
internal interface IReduction
{
    V Identity<V>()
        where V : struct, ISimd<V>;

    V Combine<V>(V a, V b)
        where V : struct, ISimd<V>;

    /// <summary>Combines the lanes of one register.</summary>
    double Lanes<V>(V a)
        where V : struct, ISimd<V>;
}

internal partial interface IBackend
{
    /// <summary>y[o, i] = combine over r of x[o, r, i], for contiguous x seen as (outer, n, inner) and y as (outer, inner).</summary>
    void Reduce<TReduction>(TReduction reduction, Tensor x, Tensor y, long outer, long n, long inner)
        where TReduction : struct, IReduction;
}

/// <summary>How a reduction over some axes is laid out: the kept axes in front, the reduced ones joined.</summary>
internal readonly struct ReductionPlan
{
    public ReductionPlan(Tensor x, ReadOnlySpan<int> axes, bool keepDim)
    {
        bool[] reduced = new bool[x.Rank];
        foreach (int axis in axes)
        {
            int a = x.Shape.Axis(axis);
            if (reduced[a]) throw new ShapeException($"reduction of {x.Shape}: axis {axis} is named twice");
            reduced[a] = true;
        }
        Reduced = reduced;
        KeptShape = new Shape([.. x.Sizes.ToArray().Select((s, i) => reduced[i] ? 1 : s)]);
        OutputShape = keepDim ? KeptShape : new Shape([.. x.Sizes.ToArray().Where((_, i) => !reduced[i])]);

        // One run of neighbouring reduced axes is a plain (outer, n, inner); otherwise the reduced axes move to the end by a copy.
        int first = Array.IndexOf(reduced, true), last = Array.LastIndexOf(reduced, true);
        Outer = 1;
        N = 1;
        Inner = 1;
        bool one = first >= 0;
        for (int i = first; one && i <= last; i++) one &= reduced[i] || x.Sizes[i] == 1;
        if (first < 0)
        {
            Outer = x.Count;
            Input = x.Contiguous();
        }
        else if (one)
        {
            for (int i = 0; i < first; i++) Outer *= x.Sizes[i];
            for (int i = first; i <= last; i++) N *= x.Sizes[i];
            for (int i = last + 1; i < x.Rank; i++) Inner *= x.Sizes[i];
            Input = x.Contiguous();
        }
        else
        {
            int[] order = [.. Enumerable.Range(0, x.Rank).Where(i => !reduced[i]), .. Enumerable.Range(0, x.Rank).Where(i => reduced[i])];
            for (int i = 0; i < x.Rank; i++)
            {
                if (reduced[i]) N *= x.Sizes[i];
                else Outer *= x.Sizes[i];
            }
            Input = x.Permute(order).Contiguous();
        }
    }

    /// <summary>Which axes are reduced.</summary>
    public bool[] Reduced { get; }

    /// <summary>The input's shape with 1 for each reduced axis.</summary>
    public Shape KeptShape { get; }

    public Shape OutputShape { get; }

    /// <summary>Contiguous, with the reduced axes joined.</summary>
    public Tensor Input { get; }

    public long Outer { get; }

    public long N { get; }

    public long Inner { get; }

    public static int[] AllAxes(Tensor x) => [.. Enumerable.Range(0, x.Rank)];
}
