using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TensorCore.Cpu;

namespace TensorCore.Benchmarks;

/// <summary>
/// What this machine can do at best, measured, in the same run as the kernels: on shared or throttled hardware a figure from a
/// data sheet, or from yesterday, says little.
/// </summary>
public static unsafe class Ceilings
{
    private const int Chains = 12;

    /// <summary>Multiply-adds from registers, in GFLOP/s, with the vectors and the number of threads in force now.</summary>
    public static double Fma(DType dtype) => (dtype, Simd.Level) switch
    {
        (DType.Float64, SimdLevel.V512) => Fma<D512>(),
        (DType.Float64, SimdLevel.V256) => Fma<D256>(),
        (DType.Float64, SimdLevel.V128) => Fma<D128>(),
        (DType.Float64, _) => Fma<D1>(),
        (_, SimdLevel.V512) => Fma<F512>(),
        (_, SimdLevel.V256) => Fma<F256>(),
        (_, SimdLevel.V128) => Fma<F128>(),
        _ => Fma<F1>(),
    };

    /// <summary>Reading, and c = a + s·b with stores that bypass the cache, in GB/s, with the number of threads in force now.</summary>
    public static (double Read, double Triad) Memory()
    {
        const int Count = 48 << 20; // 192 MiB each
        float* a = Allocate(Count), b = Allocate(Count), c = Allocate(Count);
        try
        {
            StreamJob read = new() { A = a, Count = Count }, triad = new() { A = a, B = b, C = c, Count = Count };
            return (Best(4, ref read, StreamJob.Pieces(Count)) * 4.0 * Count, Best(4, ref triad, StreamJob.Pieces(Count)) * 12.0 * Count);
        }
        finally
        {
            NativeMemory.AlignedFree(a);
            NativeMemory.AlignedFree(b);
            NativeMemory.AlignedFree(c);
        }

        static float* Allocate(int count)
        {
            float* p = (float*)NativeMemory.AlignedAlloc((nuint)count * 4, 1 << 21);
            new Span<float>(p, count).Fill(1);
            return p;
        }
    }

    private static double Fma<V>()
        where V : struct, ISimd<V>
    {
        // About 2 ms a run: shorter ones see a clock frequency that 512-bit work does not keep.
        const int Steps = 1_000_000;
        FmaJob<V> job = new() { Steps = Steps };
        int pieces = WorkerPool.Threads;
        return Best(6, ref job, pieces) * pieces * 2.0 * Chains * V.Count * Steps;
    }

    // Runs a nanosecond, for the fastest of several runs.
    private static double Best<TJob>(int runs, ref TJob job, int pieces)
        where TJob : struct, IJob
    {
        WorkerPool.Run(ref job, pieces);
        double best = double.MaxValue;
        for (int run = 0; run < runs; run++)
        {
            long start = Stopwatch.GetTimestamp();
            WorkerPool.Run(ref job, pieces);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return 1 / best;
    }

    /// <summary>Twelve independent chains: eight hide a latency of four cycles on two ports, and 12 + 2 fit in 16 registers.</summary>
    private struct FmaJob<V> : IJob
        where V : struct, ISimd<V>
    {
        public int Steps;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            V x = V.Const(0.999), y = V.Const(0.001);
            V c0 = x, c1 = x, c2 = x, c3 = x, c4 = x, c5 = x, c6 = x, c7 = x, c8 = x, c9 = x, c10 = x, c11 = x;
            for (int i = 0; i < Steps; i++)
            {
                c0 = V.Fma(c0, x, y);
                c1 = V.Fma(c1, x, y);
                c2 = V.Fma(c2, x, y);
                c3 = V.Fma(c3, x, y);
                c4 = V.Fma(c4, x, y);
                c5 = V.Fma(c5, x, y);
                c6 = V.Fma(c6, x, y);
                c7 = V.Fma(c7, x, y);
                c8 = V.Fma(c8, x, y);
                c9 = V.Fma(c9, x, y);
                c10 = V.Fma(c10, x, y);
                c11 = V.Fma(c11, x, y);
            }

            Keep(V.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11));
        }
    }

    private struct StreamJob : IJob
    {
        private const int Block = 1 << 20;

        public float* A, B, C;
        public int Count;

        public static int Pieces(int count) => count / Block;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            int start = piece * Block, end = start + Block;
            if (C == null)
            {
                Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
                for (int i = start; i < end; i += 32)
                {
                    s0 += Vector256.Load(A + i);
                    s1 += Vector256.Load(A + i + 8);
                    s2 += Vector256.Load(A + i + 16);
                    s3 += Vector256.Load(A + i + 24);
                }

                Keep(Vector256.Sum(s0 + s1 + s2 + s3));
                return;
            }

            Vector256<float> scale = Vector256.Create(0.5f);
            for (int i = start; i < end; i += 16)
            {
                (Vector256.Load(A + i) + scale * Vector256.Load(B + i)).StoreAlignedNonTemporal(C + i);
                (Vector256.Load(A + i + 8) + scale * Vector256.Load(B + i + 8)).StoreAlignedNonTemporal(C + i + 8);
            }
        }
    }

    // Keeps the compiler from dropping the work.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(double value)
    {
        if (value == double.Epsilon) Console.WriteLine();
    }
}
