using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void MaxPool2d(PoolAxis h, PoolAxis w, Tensor x, Tensor y, Tensor places)
    {
        if (y.Count == 0) return;
        (PoolLists rows, PoolLists columns) = (Lists(h, x), Lists(w, x));
        bool pairs = AllowsPairs(rows, columns, x);
        int outputs = pairs ? 8 / x.DType.Size() : 1; // a thread's
        LaunchPool(pairs ? "max_pool_2x2" : "max_pool", rows, columns, h.Windows, w.Windows / outputs, PoolThreads, x, y, places);
    }
}
