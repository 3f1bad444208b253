using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void Cast(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        // As in cast.cu: 16 bytes of the narrower type, at most 8 elements.
        int perThread = Math.Min(8, 16 / Math.Min(x.DType.Size(), y.DType.Size()));
        Kernel("cast.cu", $"to_{y.DType.Name()}", x.DType).Launch(CudaLaunch.Blocks(y.Count, 256 * perThread), 256, 0, x, y, y.Count);
    }
}
