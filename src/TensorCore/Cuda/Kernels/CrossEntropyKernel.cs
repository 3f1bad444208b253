using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string CrossEntropyFile = "cross_entropy.cu";

    public void CrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics, double smoothing, long ignoreIndex)
    {
        WalkedRows r = new(losses.Count, logits.Size(-1));
        Kernel(CrossEntropyFile, "cross_entropy", logits.DType).Launch(r.Blocks, r.Threads, 0,
            logits, targets, losses, statistics, losses.Count, r.N, r.Lanes, KernelArgument.Real(smoothing, logits.DType), ignoreIndex);
    }

    public void CrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor dx, double smoothing, long ignoreIndex)
    {
        WalkedRows r = new(dy.Count, logits.Size(-1));
        Kernel(CrossEntropyFile, "cross_entropy_backward", logits.DType).Launch(r.Blocks, r.Threads, 0,
            logits, targets, statistics, dy, dx, dy.Count, r.N, r.Lanes, KernelArgument.Real(smoothing, logits.DType), ignoreIndex);
    }

    public void SoftCrossEntropy(Tensor logits, Tensor targets, Tensor losses, Tensor statistics)
    {
        WalkedRows r = new(losses.Count, logits.Size(-1));
        Kernel(CrossEntropyFile, "soft_cross_entropy", logits.DType).Launch(r.Blocks, r.Threads, 0, logits, targets, losses, statistics, losses.Count, r.N, r.Lanes);
    }

    public void SoftCrossEntropyBackward(Tensor logits, Tensor targets, Tensor statistics, Tensor dy, Tensor? dx, Tensor? dtargets)
    {
        WalkedRows r = new(dy.Count, logits.Size(-1));
        Kernel(CrossEntropyFile, "soft_cross_entropy_backward", logits.DType).Launch(r.Blocks, r.Threads, 0, logits, targets, statistics, dy, dx, dtargets, dy.Count, r.N, r.Lanes);
    }

    /// <summary>How rows that are walked through are spread over threads, as rows.cuh takes them: up to a warp for each, about eight elements a lane, or a block; by the shape alone.</summary>
    private readonly struct WalkedRows
    {
        private const int ShortRow = 1024, EnoughRows = 1024;

        public WalkedRows(long rows, int n)
        {
            N = n;
            if (n <= ShortRow)
            {
                (Lanes, Threads) = (LanesFor(CudaLaunch.Blocks(n, 8)), 128);
                Blocks = CudaLaunch.Blocks(rows, Threads / Lanes);
                return;
            }
            // Few rows: more threads for each.
            Lanes = Threads = rows >= EnoughRows || n <= 4 * ShortRow ? 256 : 512;
            Blocks = rows;
        }

        public readonly int N, Lanes, Threads;
        public readonly long Blocks;
    }
}
