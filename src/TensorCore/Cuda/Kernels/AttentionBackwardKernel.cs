using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string AttentionStatisticsFile = "attention_statistics.cu", AttentionTensorBackwardFile = "attention_tensor_backward.cu";

    public unsafe void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv)
    {
        if (logSumExp.Count == 0)
        {
            // No queries: the keys' gradients are empty sums.
            Copy(Tensor.Zeros([], dk.DType, dk.Device).Expand(dk.Shape), dk);
            Copy(Tensor.Zeros([], dv.DType, dv.Device).Expand(dv.Shape), dv);
            return;
        }
        AttentionCall call = new(device, q, k, v, mask, causal, scale, y, logSumExp, dy, dq, dk, dv);
        long rows = call.Heads * call.At(0).Padded;
        Tensor statistics = Tensor.Empty([checked((int)rows), 2], logSumExp.DType, q.Device); // (B·H·padded, 2): L and δ
        // The fast kernels count L in powers of 2 where they count scores so.
        double factor = call.Kind == AttentionKind.General || mask is not null ? 1 : 1 / Math.Log(2);
        for (int i = 0; i < call.Count; i++)
        {
            AttentionArguments a = call.At(i);
            a.Statistics = (nint)statistics.Pointer;
            KernelArgument arguments = KernelArgument.OfStructure(&a);
            Kernel(AttentionStatisticsFile, "attention_statistics", y.DType).Launch(CudaLaunch.Blocks(rows, 32), 256, 0, arguments, rows, KernelArgument.Real(factor, y.DType));
            AttentionGradients(call, mask is not null, y.DType, arguments);
        }
        call.KeepAlive();
        GC.KeepAlive(statistics);
    }

    /// <summary>dk and dv of each block of keys, dq of each block of queries.</summary>
    private void AttentionGradients(AttentionCall call, bool masked, DType type, KernelArgument arguments)
    {
        int width = call.Width, threads = AttentionThreads, shared = 0, block = AttentionSide;
        long keyCuts = 1, queryCuts = 1;
        string file = AttentionFile;
        (string, int)[] defines = [];
        if (call.Kind == AttentionKind.General)
        {
            threads = AttentionGeneralThreads;
            keyCuts = Math.Max(1, CudaLaunch.Blocks(Math.Max(call.D, call.E), AttentionFeatures));
            queryCuts = Math.Max(1, CudaLaunch.Blocks(call.D, AttentionFeatures));
        }
        else
        {
            bool tensor = call.Kind == AttentionKind.Tensor;
            file = tensor ? AttentionTensorBackwardFile : AttentionTiledFile;
            block = tensor ? width <= 64 ? 128 : 64 : AttentionCall.TiledSizes(width).Rows;
            shared = tensor ? block * ((4 * width) + 8) : AttentionCall.TiledBytes(width);
            defines = [("HEAD_DIM", width), ("HAS_MASK", masked ? 1 : 0)];
        }
        Kernel(file, "attention_backward_keys", type, defines).Launch((call.Heads * CudaLaunch.Blocks(call.Keys, block), keyCuts), threads, shared, arguments);
        Kernel(file, "attention_backward_queries", type, defines).Launch((call.Heads * CudaLaunch.Blocks(call.Queries, block), queryCuts), threads, shared, arguments);
    }
}
