using TensorCore.Tests;

namespace TensorCore.Cuda.Tests;

/// <summary>Compares a sample's output and gradients on the GPU with those on the CPU.</summary>
internal static class Parity
{
    /// <param name="op">The op's name.</param>
    /// <param name="choices">What its sample is drawn from.</param>
    /// <param name="dtype">The dtype on the GPU; bfloat16 is compared with float32 on the CPU.</param>
    /// <param name="output">The largest difference of an output's element, in units of the largest element (at least 1).</param>
    /// <param name="gradient">The same of a gradient's.</param>
    public static void Check(string op, int[] choices, DType dtype, double output, double gradient)
    {
        bool narrow = dtype == DType.BFloat16;
        OpSample Sample(Device device) => OpCatalog.Get(op).Sample(new SampleGenerator(choices, device.IsCuda || !narrow ? dtype : DType.Float32, device) { RoundToBFloat16 = narrow });
        OpSample reference = Sample(Device.Cpu);
        try
        {
            (Tensor expected, Tensor[] grads) = Run(reference, createGraph: false);
            (Tensor y, Tensor[] own) = Emulator.Checked(Emulator.Schedules[0], () => OnHost(Run(Sample(Gpu.Device), createGraph: false)));
            AssertClose(expected, y, output, "output");
            AssertClose(grads, own, gradient, "gradient");

            // Another order of threads, and backward as it runs when it is itself recorded.
            (Tensor again, Tensor[] ownAgain) = Emulator.Checked(Emulator.Schedules[1], () => OnHost(Run(Sample(Gpu.Device), createGraph: false)));
            AssertSameBits(y, again, "output under another schedule");
            for (int i = 0; i < own.Length; i++) AssertSameBits(own[i], ownAgain[i], $"gradient {i} under another schedule");
            (_, Tensor[] recorded) = Emulator.Checked(Emulator.Schedules[2], () => OnHost(Run(Sample(Gpu.Device), createGraph: true)));
            AssertClose(grads, recorded, gradient, "recorded gradient");
        }
        catch (Exception e) when (e is not ParityException)
        {
            throw new ParityException($"{op}, {dtype.Name()}: {reference.Description}: {e.Message}\n{e.StackTrace}");
        }
    }

    private static (Tensor Y, Tensor[] Grads) Run(OpSample s, bool createGraph)
    {
        Tensor y = s.Function([.. s.Inputs]);
        if (!y.RequiresGrad) return (y, []);
        Tensor[] leaves = [.. s.Inputs.Where(x => x.RequiresGrad).Distinct()];
        return (y, [.. Autograd.Grad([y], leaves, [Upstream(y)], createGraph, allowUnused: true).Select(g => g.Detach())]);
    }

    private static (Tensor, Tensor[]) OnHost((Tensor Y, Tensor[] Grads) results) => (Host(results.Y), [.. results.Grads.Select(Host)]);

    private static Tensor Host(Tensor t) => t.Detach().To(Device.Cpu);

    /// <summary>A fixed upstream gradient with no symmetry that could hide a wrong axis or sign; its values are bfloat16's.</summary>
    private static Tensor Upstream(Tensor y)
    {
        double[] w = new double[y.Shape.Count];
        for (int i = 0; i < w.Length; i++) w[i] = Math.Sin((1.7 * i) + 0.6) + 0.31;
        return Tensor.From(w, y.Shape).To(DType.BFloat16).To(y.DType).To(y.Device);
    }

    private static void AssertClose(Tensor[] expected, Tensor[] actual, double tolerance, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) AssertClose(expected[i], actual[i], tolerance, $"{what} of input {i}");
    }

    public static void AssertClose(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        double[] e = Values(expected), a = Values(actual);
        double scale = Math.Max(1, e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < e.Length; i++)
        {
            bool same = e[i].Equals(a[i]) || Math.Abs(e[i] - a[i]) <= tolerance * scale;
            if (!same) throw new ParityException($"{what}: element {i} of {expected.Shape} is {a[i]:G9}, on the CPU {e[i]:G9}");
        }
    }

    public static void AssertSameBits(Tensor expected, Tensor actual, string what)
    {
        double[] e = Values(expected), a = Values(actual);
        Assert.Equal(e.Length, a.Length);
        for (int i = 0; i < e.Length; i++)
            if (BitConverter.DoubleToInt64Bits(e[i]) != BitConverter.DoubleToInt64Bits(a[i])) throw new ParityException($"{what}: element {i} of {expected.Shape} is {a[i]:R}, before {e[i]:R}");
    }

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();
}

/// <summary>The two devices differ.</summary>
internal sealed class ParityException(string message) : Exception(message);
