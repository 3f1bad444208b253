namespace TensorCore;

/// <summary>
/// Mixed precision on a GPU: inside the scope matrix products, linear layers and convolutions of float32 tensors round their operands to bfloat16, run on tensor cores with sums in
/// float32, and give bfloat16; attention and losses take these as they come. Parameters, their gradients and the optimizer's state stay float32. On the CPU, which has no
/// bfloat16 arithmetic, the scope changes nothing.
/// </summary>
/// <remarks>
/// Open it around the forward pass alone; backward follows what was recorded. Unlike float16, bfloat16 has float32's range of exponents, so losses need no scaling.
/// (Micikevicius et al. 2017, arXiv:1710.03740; Kalamkar et al. 2019, arXiv:1905.12322.)
/// </remarks>
/// <example><code>using (Autocast.BFloat16()) loss = Loss.CrossEntropy(model.Forward(x), y); loss.Backward();</code></example>
public static class Autocast
{
    [ThreadStatic] private static int t_depth;

    /// <summary>True inside a scope of this thread.</summary>
    public static bool IsOn => t_depth > 0;

    /// <summary>Opens a scope; close it with <c>using</c>.</summary>
    public static Scope BFloat16()
    {
        t_depth++;
        return default;
    }

    /// <summary>True if a product of these two is to be computed in bfloat16.</summary>
    internal static bool Applies(Tensor a, Tensor b) => t_depth > 0 && a.Device.IsCuda && Narrows(a.DType) && Narrows(b.DType);

    private static bool Narrows(DType dtype) => dtype is DType.Float32 or DType.BFloat16;

    /// <summary>An open scope.</summary>
    public readonly struct Scope : IDisposable
    {
        /// <summary>Closes it.</summary>
        public void Dispose() => t_depth = Math.Max(0, t_depth - 1);
    }
}
