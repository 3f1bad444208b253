using System.Diagnostics;

namespace TensorCore;

/// <summary>Finds the op that first produced a NaN.</summary>
internal static class Anomaly
{
    public static void CheckForward(Op op, ReadOnlySpan<Tensor> inputs, Tensor y)
    {
        if (!HasNaN(y)) return;
        foreach (Tensor x in inputs)
            if (HasNaN(x)) return;
        throw new GradientException($"{op.Name}: the forward pass produced NaN from inputs without one ({Describe(inputs)}); called at:\n{new StackTrace(2, fNeedFileInfo: true)}");
    }

    public static void CheckBackward(string op, Tensor dx)
    {
        if (HasNaN(dx)) throw new GradientException($"{op}: the backward pass produced NaN in a gradient of shape {dx.Shape}");
    }

    private static string Describe(ReadOnlySpan<Tensor> inputs)
    {
        List<string> parts = [];
        foreach (Tensor x in inputs) parts.Add($"{x.DType.Name()} {x.Shape}");
        return string.Join(", ", parts);
    }

    private static unsafe bool HasNaN(Tensor t)
    {
        if (t.DType is not (DType.Float32 or DType.Float64) || t.Count == 0) return false;
        Tensor c;
        using (Autograd.NoGrad()) c = t.Detach().Contiguous().To(Device.Cpu);
        bool found = t.DType == DType.Float32
            ? new ReadOnlySpan<float>(c.Pointer, checked((int)c.Count)).ContainsNaN()
            : new ReadOnlySpan<double>(c.Pointer, checked((int)c.Count)).ContainsNaN();
        GC.KeepAlive(c);
        return found;
    }

    private static bool ContainsNaN(this ReadOnlySpan<float> values)
    {
        foreach (float v in values)
            if (float.IsNaN(v)) return true;
        return false;
    }

    private static bool ContainsNaN(this ReadOnlySpan<double> values)
    {
        foreach (double v in values)
            if (double.IsNaN(v)) return true;
        return false;
    }
}
