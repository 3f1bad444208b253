using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TensorCore.Cpu;

/// <summary>
/// Products with one row or one column: every element of the matrix is used once, so they run at the speed of memory and
/// nothing is packed. Both are y = M·x with a row of M per output (dot form), or y = xᵀ·M (sum of rows).
/// </summary>
internal static unsafe class MatrixVector<V>
    where V : struct, ISimd<V>
{
    // Elements of the matrix per piece: 256 KiB of float32, about 20 µs of reading.
    private const int PieceElements = 64 << 10;

    // Rows that are read ahead in the sum of rows, where a step of k jumps by a whole row.
    private const int RowsAhead = 8;

    public static void Run(in Product p)
    {
        bool row = p.M == 1;
        int outputs = row ? p.N : p.M;
        int size = V.LaneSize;
        // The vector, copied only where it is strided, and the result, before alpha, beta and the epilogue.
        bool strided = row ? p.TransA && p.Lda != size : !p.TransB && p.Ldb != size;
        byte* y = PackBuffer.Shared(((nint)outputs + p.K + 2 * V.Count) * size);
        byte* x = row ? p.A : p.B;
        if (strided)
        {
            byte* from = x;
            x = y + ((nint)outputs + V.Count) * size;
            Packing<V>.Copy(from, row ? p.Lda : p.Ldb, 1, p.K, x, 1);
        }

        Job job = new()
        {
            Matrix = row ? p.B : p.A,
            Ld = row ? p.Ldb : p.Lda,
            X = x,
            Y = y,
            K = p.K,
            Outputs = outputs,
            Dots = row ? p.TransB : !p.TransA,
        };
        job.PerPiece = Math.Max(1, PieceElements / p.K);
        if (!job.Dots) job.PerPiece = Math.Clamp(job.PerPiece / (8 * V.Count), 1, 16) * 8 * V.Count;
        WorkerPool.Run(ref job, (outputs + job.PerPiece - 1) / job.PerPiece);

        int rows = row ? 1 : outputs, cols = row ? outputs : 1;
        if (p.Beta is not (0 or 1)) Finish<V>.Scale(p.C, p.Ldc, rows, cols, p.Beta);
        Finish<V>.Merge(y, size, p.C, p.Ldc, rows, cols, p.Alpha, p.Beta != 0);
        if (!p.Epilogue.IsEmpty) Finish<V>.Apply(p.Epilogue, p.C, p.Ldc, 0, 0, rows, cols);
    }

    private struct Job : IJob
    {
        public byte* Matrix, X, Y;
        public nint Ld;
        public int K, Outputs, PerPiece;
        public bool Dots;

        public readonly void Execute(int piece)
        {
            int j = piece * PerPiece, end = Math.Min(j + PerPiece, Outputs);
            if (Dots)
            {
                for (; j <= end - 4; j += 4) Dot4(j);
                for (; j < end; j++) Dot1(j);
            }
            else
            {
                for (; j <= end - 8 * V.Count; j += 8 * V.Count) SumRows8(j);
                for (; j < end; j += V.Count) SumRows1(j, Math.Min(V.Count, end - j));
            }
        }

        // Four rows share each load of x, with two sums a row: eight chains hide the latency of the FMA.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Dot4(int j)
        {
            byte* m0 = Matrix + j * Ld, m1 = m0 + Ld, m2 = m1 + Ld, m3 = m2 + Ld;
            V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, b0 = V.Zero, b1 = V.Zero, b2 = V.Zero, b3 = V.Zero;
            int p = 0;
            for (; p <= K - 2 * V.Count; p += 2 * V.Count)
            {
                V x = V.Load(X, p), z = V.Load(X, p + V.Count);
                a0 = V.Fma(x, V.Load(m0, p), a0);
                a1 = V.Fma(x, V.Load(m1, p), a1);
                a2 = V.Fma(x, V.Load(m2, p), a2);
                a3 = V.Fma(x, V.Load(m3, p), a3);
                b0 = V.Fma(z, V.Load(m0, p + V.Count), b0);
                b1 = V.Fma(z, V.Load(m1, p + V.Count), b1);
                b2 = V.Fma(z, V.Load(m2, p + V.Count), b2);
                b3 = V.Fma(z, V.Load(m3, p + V.Count), b3);
            }

            for (; p < K; p += V.Count)
            {
                int n = Math.Min(V.Count, K - p);
                V x = V.LoadPartial(X, p, n);
                a0 = V.Fma(x, V.LoadPartial(m0, p, n), a0);
                a1 = V.Fma(x, V.LoadPartial(m1, p, n), a1);
                a2 = V.Fma(x, V.LoadPartial(m2, p, n), a2);
                a3 = V.Fma(x, V.LoadPartial(m3, p, n), a3);
            }

            Put(j, a0 + b0);
            Put(j + 1, a1 + b1);
            Put(j + 2, a2 + b2);
            Put(j + 3, a3 + b3);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Dot1(int j)
        {
            byte* m = Matrix + j * Ld;
            V a = V.Zero, b = V.Zero;
            int p = 0;
            for (; p <= K - 2 * V.Count; p += 2 * V.Count)
            {
                a = V.Fma(V.Load(X, p), V.Load(m, p), a);
                b = V.Fma(V.Load(X, p + V.Count), V.Load(m, p + V.Count), b);
            }

            for (; p < K; p += V.Count)
            {
                int n = Math.Min(V.Count, K - p);
                a = V.Fma(V.LoadPartial(X, p, n), V.LoadPartial(m, p, n), a);
            }

            Put(j, a + b);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Put(int j, V sum)
        {
            double value = V.Sum(sum);
            if (V.LaneSize == 4) ((float*)Y)[j] = (float)value;
            else ((double*)Y)[j] = value;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SumRows8(int j)
        {
            V c0 = V.Zero, c1 = V.Zero, c2 = V.Zero, c3 = V.Zero, c4 = V.Zero, c5 = V.Zero, c6 = V.Zero, c7 = V.Zero;
            byte* m = Matrix + (nint)j * V.LaneSize;
            nint ahead = RowsAhead * Ld;
            for (int p = 0; p < K; p++, m += Ld)
            {
                V s = V.Broadcast(X, p);
                if (Sse.IsSupported)
                {
                    for (int line = 0; line < 8 * V.Count * V.LaneSize; line += 64) Sse.Prefetch0(m + ahead + line);
                }

                c0 = V.Fma(s, V.Load(m, 0), c0);
                c1 = V.Fma(s, V.Load(m, V.Count), c1);
                c2 = V.Fma(s, V.Load(m, 2 * V.Count), c2);
                c3 = V.Fma(s, V.Load(m, 3 * V.Count), c3);
                c4 = V.Fma(s, V.Load(m, 4 * V.Count), c4);
                c5 = V.Fma(s, V.Load(m, 5 * V.Count), c5);
                c6 = V.Fma(s, V.Load(m, 6 * V.Count), c6);
                c7 = V.Fma(s, V.Load(m, 7 * V.Count), c7);
            }

            V.Store(c0, Y, j);
            V.Store(c1, Y, j + V.Count);
            V.Store(c2, Y, j + 2 * V.Count);
            V.Store(c3, Y, j + 3 * V.Count);
            V.Store(c4, Y, j + 4 * V.Count);
            V.Store(c5, Y, j + 5 * V.Count);
            V.Store(c6, Y, j + 6 * V.Count);
            V.Store(c7, Y, j + 7 * V.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void SumRows1(int j, int n)
        {
            V c = V.Zero;
            byte* m = Matrix + (nint)j * V.LaneSize;
            for (int p = 0; p < K; p++, m += Ld) c = V.Fma(V.Broadcast(X, p), V.LoadPartial(m, 0, n), c);
            V.StorePartial(c, Y, j, n);
        }
    }
}
