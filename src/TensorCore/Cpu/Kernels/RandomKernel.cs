using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void FillUniform(Tensor y, ulong seed, ulong stream, double low, double high) =>
        RunRandom(new() { Y = y, DType = y.DType, Seed = seed, Stream = stream, A = low, B = high, Draw = RandomDraw.Uniform }, y.Count);

    public void FillNormal(Tensor y, ulong seed, ulong stream, double mean, double std) =>
        RunRandom(new() { Y = y, DType = y.DType, Seed = seed, Stream = stream, A = mean, B = std, Draw = RandomDraw.Normal }, y.Count);

    public void FillInt(Tensor y, ulong seed, ulong stream, long low, long high) =>
        RunRandom(new() { Y = y, DType = y.DType, Seed = seed, Stream = stream, Low = low, High = high, Draw = RandomDraw.Int }, y.Count);

    public void FillBernoulli(Tensor y, ulong seed, ulong stream, double probability) =>
        RunRandom(new() { Y = y, DType = y.DType, Seed = seed, Stream = stream, A = probability, Draw = RandomDraw.Bernoulli }, y.Count);

    private static void RunRandom(RandomJob job, long count)
    {
        job.Count = count;
        // An empty fill still checks its parameters.
        WorkerPool.Run(ref job, checked((int)Math.Max(1, (count + RandomJob.Grain - 1) / RandomJob.Grain)));
    }

    private enum RandomDraw
    {
        Uniform,
        Normal,
        Int,
        Bernoulli,
    }

    private unsafe struct RandomJob : IJob
    {
        // About 10 µs of drawing; a multiple of Philox's block, so that no block is computed twice.
        public const long Grain = 1 << 14;

        public Operand Y;
        public DType DType;
        public RandomDraw Draw;
        public long Count, Low, High;
        public ulong Seed, Stream;
        public double A, B;

        public readonly void Execute(int piece)
        {
            long first = piece * Grain, n = Math.Min(Grain, Count - first);
            byte* p = (byte*)Y.P + (first * DType.Size());
            switch (Draw, DType)
            {
                case (RandomDraw.Uniform, DType.Float32): Philox.FillUniform((float*)p, n, Seed, Stream, A, B, first); break;
                case (RandomDraw.Uniform, _): Philox.FillUniform((double*)p, n, Seed, Stream, A, B, first); break;
                case (RandomDraw.Normal, DType.Float32): Philox.FillNormal((float*)p, n, Seed, Stream, A, B, first); break;
                case (RandomDraw.Normal, _): Philox.FillNormal((double*)p, n, Seed, Stream, A, B, first); break;
                case (RandomDraw.Int, DType.Int32): Philox.FillInt((int*)p, n, Seed, Stream, Low, High, first); break;
                case (RandomDraw.Int, _): Philox.FillInt((long*)p, n, Seed, Stream, Low, High, first); break;
                case (_, DType.Bool): Philox.FillBernoulliMask(p, n, Seed, Stream, A, first); break;
                default: Philox.FillBernoulliMask((float*)p, n, Seed, Stream, A, 1, first); break;
            }
        }
    }
}
