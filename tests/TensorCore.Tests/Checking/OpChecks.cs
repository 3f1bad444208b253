using TensorCore.Cpu;

namespace TensorCore.Tests;

/// <summary>The checks themselves, one sample each. Also run by the mutation tests on faulty copies of the library.</summary>
public static class OpChecks
{
    private static readonly SimdLevel[] s_levels = [.. Enum.GetValues<SimdLevel>().Where(l => l <= Simd.Best)];

    /// <summary>Runs a check at a vector width, and with pieces of a size, that the choices decide: every body of every kernel gets its turn.</summary>
    public static void Varied(int[] choices, Action check)
    {
        int choice = choices.Length == 0 ? 0 : choices[^1];
        (SimdLevel level, long piece) = (Simd.Level, Launch.ElementsPerPiece);
        try
        {
            Simd.Level = s_levels[^(1 + (choice % s_levels.Length))];
            if ((choice / 8) % 2 == 1) Launch.ElementsPerPiece = 16;
            check();
        }
        finally
        {
            (Simd.Level, Launch.ElementsPerPiece) = (level, piece);
        }
    }

    public static void Gradient(OpSample s)
    {
        if (s.IsExact) Explain(s, () => GradCheck.Check(s.Function, s.Inputs));
    }

    public static void SecondGradient(OpSample s)
    {
        if (s.IsExact) Explain(s, () => GradCheck.Check(s.Function, s.Inputs, new GradCheck.Options { SecondOrder = true }));
    }

    /// <summary>Kernels against the composite, forward and backward; for every op, the recorded backward against the unrecorded.</summary>
    public static void FusedAgainstComposite(OpSample s) => Explain(s, () =>
    {
        (Tensor y, Tensor[] fused) = Run(s, createGraph: false);
        (_, Tensor[] recorded) = Run(s, createGraph: true);
        Autograd.PreferComposites = true;
        try
        {
            (Tensor composite, Tensor[] grads) = Run(s, createGraph: false);
            AssertClose(composite, y, 1e-10, "output: composite against fused");
            AssertClose(grads, fused, 1e-9, "gradient: composite against fused");
        }
        finally
        {
            Autograd.PreferComposites = false;
        }
        AssertClose(recorded, fused, 1e-9, "gradient: recorded against fused");
    });

    public static void Float32AgainstFloat64(int[] choices, Func<SampleGenerator, OpSample> sample)
    {
        OpSample wide = sample(new SampleGenerator(choices)), narrow = sample(new SampleGenerator(choices, DType.Float32));
        Explain(wide, () =>
        {
            (Tensor y, Tensor[] grads) = Run(wide, createGraph: false);
            (Tensor y32, Tensor[] grads32) = Run(narrow, createGraph: false);
            if (!y.DType.IsFloat())
            {
                Assert.Equal(y.DType, y32.DType);
                AssertClose(y.To(DType.Float64), y32.To(DType.Float64), 0, "output");
                return;
            }
            Assert.Equal(DType.Float32, y32.DType);
            AssertClose(y, y32.To(DType.Float64), 2e-4, "output: float32 against float64");
            AssertClose(grads, [.. grads32.Select(g => g.To(DType.Float64))], 1e-3, "gradient: float32 against float64");
        });
    }

    /// <summary>Buffers are handed out full of NaN: what a kernel leaves unwritten shows in the output or a gradient.</summary>
    public static void PoisonedOutputs(OpSample s) => Explain(s, () =>
    {
        bool before = BufferPool.Poison;
        (Tensor clean, Tensor[] cleanGrads) = Run(s, createGraph: false);
        BufferPool.Poison = true;
        Slab.Reset();
        try
        {
            (Tensor y, Tensor[] grads) = Run(s, createGraph: false);
            AssertSameBits(clean, y, "output from poisoned buffers");
            for (int i = 0; i < grads.Length; i++) AssertSameBits(cleanGrads[i], grads[i], $"gradient {i} from poisoned buffers");
        }
        finally
        {
            BufferPool.Poison = before;
        }
    });

    /// <summary>Backward twice doubles the leaves' gradients; a second use of the output adds its share.</summary>
    public static void Accumulation(OpSample s) => Explain(s, () =>
    {
        double tolerance = s.IsExact ? 1e-12 : 1e-6;
        Tensor[] x = [.. s.Inputs];
        Tensor y = s.Function(x);
        if (!y.RequiresGrad) return;
        (_, Tensor[] once) = Run(s, createGraph: false);
        Tensor[] leaves = Leaves(s);
        foreach (Tensor leaf in leaves) leaf.Grad = null;
        Tensor u = Weights(y.Shape, y.DType);
        y.Backward(u, retainGraph: true);
        Tensor[] first = [.. leaves.Select(l => (l.Grad ?? Tensor.ZerosLike(l)).Clone())];
        y.Backward(u);
        AssertClose(once, first, tolerance, "Backward() against Grad()");
        AssertClose([.. once.Select(g => g * 2)], [.. leaves.Select(l => l.Grad ?? Tensor.ZerosLike(l))], tolerance, "Backward() twice");
        Tensor z = s.Function(x);
        Tensor[] both = Autograd.Grad([z + z, z], leaves, [u, u], allowUnused: true);
        AssertClose([.. once.Select(g => g * 3)], both, tolerance, "three uses of the output");
        foreach (Tensor leaf in leaves) leaf.Grad = null;
    });

    /// <summary>After a change in place of an input or the output, backward either throws or still gives the right gradient.</summary>
    public static void InPlaceChange(int[] choices, Func<SampleGenerator, OpSample> sample)
    {
        OpSample reference = sample(new SampleGenerator(choices));
        Explain(reference, () =>
        {
            (Tensor _, Tensor[] right) = Run(reference, createGraph: false);
            for (int victim = -1; victim < reference.Inputs.Count; victim++)
            {
                OpSample s = sample(new SampleGenerator(choices));
                Tensor y = s.Function([.. s.Inputs]);
                if (!y.RequiresGrad) return;
                Tensor changed = victim < 0 ? y : s.Inputs[victim];
                if (!changed.DType.IsFloat() || changed.Strides.Contains(0)) continue;
                using (Autograd.NoGrad()) changed.AddInPlace(Tensor.OnesLike(changed));
                Tensor[] grads;
                try
                {
                    grads = Autograd.Grad([y], Leaves(s), [Weights(y.Shape, y.DType)], allowUnused: true);
                }
                catch (GradientException e) when (e.Message.Contains("changed in place", StringComparison.Ordinal))
                {
                    continue;
                }
                AssertClose(right, grads, 1e-12, $"gradient after {(victim < 0 ? "the output" : $"input {victim}")} changed in place");
            }
        });
    }

    private static Tensor[] Leaves(OpSample s) => [.. s.Inputs.Where(x => x.RequiresGrad).Distinct()];

    private static (Tensor Y, Tensor[] Grads) Run(OpSample s, bool createGraph)
    {
        Tensor y = s.Function([.. s.Inputs]);
        if (!y.RequiresGrad) return (y, []);
        return (y, [.. Autograd.Grad([y], Leaves(s), [Weights(y.Shape, y.DType)], createGraph, allowUnused: true).Select(g => g.Detach())]);
    }

    /// <summary>A fixed upstream gradient with no symmetry that could hide a wrong axis or sign.</summary>
    private static Tensor Weights(Shape shape, DType dtype)
    {
        double[] w = new double[shape.Count];
        for (int i = 0; i < w.Length; i++) w[i] = Math.Sin((1.7 * i) + 0.6) + 0.31;
        return Tensor.From(w, shape).To(dtype);
    }

    private static void AssertClose(Tensor[] expected, Tensor[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) AssertClose(expected[i], actual[i], tolerance, $"{what}, input {i}");
    }

    internal static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] e = Values(expected), a = Values(actual);
        double scale = Math.Max(1, e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < e.Length; i++)
        {
            bool same = e[i].Equals(a[i]) || Math.Abs(e[i] - a[i]) <= tolerance * scale;
            if (!same) throw new GradientException($"{what}: element {i} of {expected.Shape} is {a[i]:G12}, expected {e[i]:G12}");
        }
    }

    private static void AssertSameBits(Tensor expected, Tensor actual, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] e = Values(expected), a = Values(actual);
        for (int i = 0; i < e.Length; i++)
            if (BitConverter.DoubleToInt64Bits(e[i]) != BitConverter.DoubleToInt64Bits(a[i])) throw new GradientException($"{what}: element {i} of {expected.Shape} is {a[i]:R}, expected {e[i]:R}");
    }

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    private static void Explain(OpSample s, Action check)
    {
        try
        {
            check();
        }
        catch (Exception e)
        {
            throw new GradientException($"{s.Description}: {e.Message}\n{e.StackTrace}");
        }
    }
}
