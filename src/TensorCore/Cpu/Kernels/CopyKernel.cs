using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Copy(Tensor x, Tensor y) => CopyStrided(x, y);

    /// <summary>
    /// Copies between two tensors of the same shape and element size, each with strides of its own; x's may be 0 or negative, and no two elements of y are one.
    /// </summary>
    internal static void CopyStrided(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        CopyLoop loop = new(x, y);
        int size = y.DType.Size();
        if (loop.Crossing > 0)
        {
            TransposeJob job = new() { X = x, Y = y, Loop = loop, Size = size, Wide = Simd.Level >= SimdLevel.V256 && Avx.IsSupported };
            WorkerPool.Run(ref job, checked((int)(loop.Outer * job.TilesAcross * job.TilesAlong)));
        }
        else
        {
            RowsJob job = new() { X = x, Y = y, Loop = loop, Size = size };
            WorkerPool.Run(ref job, checked((int)job.Pieces));
        }
    }

    /// <summary>
    /// The axes of a copy, ordered by y's strides and merged where both step evenly. Axis 0 is the innermost, along which y is written; if x is dense along
    /// another axis, that one is <see cref="Crossing"/> and the copy is a transpose, done in tiles.
    /// </summary>
    private readonly struct CopyLoop
    {
        public readonly long[] Sizes, X, Y;
        public readonly int Crossing;
        public readonly long Outer;

        public CopyLoop(Tensor x, Tensor y)
        {
            List<(long Size, long X, long Y)> axes = [];
            for (int i = y.Rank - 1; i >= 0; i--)
                if (y.Sizes[i] != 1) axes.Add((y.Sizes[i], x.Strides[i], y.Strides[i]));
            // A stable insertion sort: axes are few and nearly always in order.
            for (int i = 1; i < axes.Count; i++)
                for (int j = i; j > 0 && Math.Abs(axes[j].Y) < Math.Abs(axes[j - 1].Y); j--) (axes[j], axes[j - 1]) = (axes[j - 1], axes[j]);
            int count = 0;
            for (int i = 0; i < axes.Count; i++)
            {
                (long size, long sx, long sy) = axes[i];
                if (count > 0 && sx == axes[count - 1].X * axes[count - 1].Size && sy == axes[count - 1].Y * axes[count - 1].Size)
                    axes[count - 1] = (axes[count - 1].Size * size, axes[count - 1].X, axes[count - 1].Y);
                else axes[count++] = axes[i];
            }
            if (count == 0)
            {
                axes.Add((1, 1, 1));
                count = 1;
            }
            (Sizes, X, Y) = (new long[count], new long[count], new long[count]);
            for (int i = 0; i < count; i++) (Sizes[i], X[i], Y[i]) = axes[i];

            // Short axes are not worth tiles: half of each would be empty.
            if (X[0] is not (0 or 1) && Sizes[0] >= 8)
            {
                for (int i = 1; i < count && Crossing == 0; i++)
                    if (X[i] == 1 && Sizes[i] >= 8) Crossing = i;
            }
            Outer = 1;
            for (int i = 1; i < count; i++)
                if (i != Crossing) Outer *= Sizes[i];
        }

        /// <summary>Where outer position <paramref name="row"/> begins in x and y.</summary>
        public void Offsets(long row, out long x, out long y)
        {
            x = y = 0;
            for (int i = 1; i < Sizes.Length; i++)
            {
                if (i == Crossing) continue;
                (row, long at) = Math.DivRem(row, Sizes[i]);
                x += at * X[i];
                y += at * Y[i];
            }
        }
    }

    private unsafe struct RowsJob : IJob
    {
        // 256 KiB of floats: about 20 µs.
        private const long ElementsPerPiece = 1 << 16;

        public Operand X, Y;
        public CopyLoop Loop;
        public int Size;

        // A long row is several pieces, or several short rows are one.
        private readonly long Chunks => (Loop.Sizes[0] + ElementsPerPiece - 1) / ElementsPerPiece;

        private readonly long RowsPerPiece => Math.Max(1, ElementsPerPiece / Loop.Sizes[0]);

        public readonly long Pieces => Chunks > 1 ? Loop.Outer * Chunks : (Loop.Outer + RowsPerPiece - 1) / RowsPerPiece;

        public readonly void Execute(int piece)
        {
            long begin = piece * RowsPerPiece, end = Math.Min(Loop.Outer, begin + RowsPerPiece), first = 0, n = Loop.Sizes[0];
            if (Chunks > 1)
            {
                (begin, long chunk) = Math.DivRem(piece, Chunks);
                end = begin + 1;
                first = chunk * ElementsPerPiece;
                n = Math.Min(ElementsPerPiece, n - first);
            }
            switch (Size)
            {
                case 1: Rows<byte>(begin, end, first, n); break;
                case 2: Rows<ushort>(begin, end, first, n); break;
                case 4: Rows<uint>(begin, end, first, n); break;
                default: Rows<ulong>(begin, end, first, n); break;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Rows<T>(long begin, long end, long first, long n)
            where T : unmanaged
        {
            long stepX = Loop.X[0], stepY = Loop.Y[0];
            for (long row = begin; row < end; row++)
            {
                Loop.Offsets(row, out long offsetX, out long offsetY);
                T* x = (T*)X.P + offsetX + (first * stepX), y = (T*)Y.P + offsetY + (first * stepY);
                if (stepY != 1) Strided(x, stepX, y, stepY, n);
                else if (stepX == 1) Buffer.MemoryCopy(x, y, n * sizeof(T), n * sizeof(T));
                else if (stepX == 0) new Span<T>(y, (int)n).Fill(*x);
                else Strided(x, stepX, y, 1, n);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Strided<T>(T* x, long stepX, T* y, long stepY, long n)
            where T : unmanaged
        {
            for (long i = 0; i < n; i++) y[i * stepY] = x[i * stepX];
        }
    }

    /// <summary>x is dense along the crossing axis ("across"), y along axis 0 ("along"): tiles keep the lines of both in the L1 cache until they are used up.</summary>
    private unsafe struct TransposeJob : IJob
    {
        // A tile of 64 × 64 floats reads and writes 16 KiB each: together inside a 48 KiB L1.
        private const long Tile = 64;

        public Operand X, Y;
        public CopyLoop Loop;
        public int Size;
        public bool Wide;

        public readonly long TilesAcross => (Loop.Sizes[Loop.Crossing] + Tile - 1) / Tile;

        public readonly long TilesAlong => (Loop.Sizes[0] + Tile - 1) / Tile;

        public readonly void Execute(int piece)
        {
            (long rest, long along) = Math.DivRem(piece, TilesAlong);
            (long row, long across) = Math.DivRem(rest, TilesAcross);
            Loop.Offsets(row, out long offsetX, out long offsetY);
            long stepX = Loop.X[0], stepY = Loop.Y[Loop.Crossing], stepAlong = Loop.Y[0];
            long i0 = along * Tile, j0 = across * Tile;
            int ni = (int)Math.Min(Tile, Loop.Sizes[0] - i0), nj = (int)Math.Min(Tile, Loop.Sizes[Loop.Crossing] - j0);
            offsetX += (i0 * stepX) + j0;
            offsetY += (i0 * stepAlong) + (j0 * stepY);
            switch (Size)
            {
                case 1: Scalar((byte*)X.P + offsetX, stepX, (byte*)Y.P + offsetY, stepY, stepAlong, 0, ni, 0, nj); break;
                case 2: Scalar((ushort*)X.P + offsetX, stepX, (ushort*)Y.P + offsetY, stepY, stepAlong, 0, ni, 0, nj); break;
                case 4 when Wide && stepAlong == 1: Floats((float*)X.P + offsetX, stepX, (float*)Y.P + offsetY, stepY, ni, nj); break;
                case 4: Scalar((uint*)X.P + offsetX, stepX, (uint*)Y.P + offsetY, stepY, stepAlong, 0, ni, 0, nj); break;
                case 8 when Wide && stepAlong == 1: Doubles((double*)X.P + offsetX, stepX, (double*)Y.P + offsetY, stepY, ni, nj); break;
                default: Scalar((ulong*)X.P + offsetX, stepX, (ulong*)Y.P + offsetY, stepY, stepAlong, 0, ni, 0, nj); break;
            }
        }

        // y[j·stepY + i·stepAlong] = x[i·stepX + j]
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Scalar<T>(T* x, long stepX, T* y, long stepY, long stepAlong, int i0, int i1, int j0, int j1)
            where T : unmanaged
        {
            for (int j = j0; j < j1; j++)
                for (int i = i0; i < i1; i++) y[(j * stepY) + (i * stepAlong)] = x[(i * stepX) + j];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Floats(float* x, long stepX, float* y, long stepY, int ni, int nj)
        {
            int i8 = ni & ~7, j8 = nj & ~7;
            for (int j = 0; j < j8; j += 8)
                for (int i = 0; i < i8; i += 8) Block8(x + (i * stepX) + j, stepX, y + (j * stepY) + i, stepY);
            if (i8 < ni) Scalar(x, stepX, y, stepY, 1, i8, ni, 0, j8);
            if (j8 < nj) Scalar(x, stepX, y, stepY, 1, 0, ni, j8, nj);
        }

        // 8 × 8: pairs of rows interleave, then pairs of pairs, then the halves change places.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Block8(float* x, long stepX, float* y, long stepY)
        {
            Vector256<float> r0 = Vector256.Load(x), r1 = Vector256.Load(x + stepX), r2 = Vector256.Load(x + (2 * stepX)), r3 = Vector256.Load(x + (3 * stepX));
            float* high = x + (4 * stepX);
            Vector256<float> r4 = Vector256.Load(high), r5 = Vector256.Load(high + stepX), r6 = Vector256.Load(high + (2 * stepX)), r7 = Vector256.Load(high + (3 * stepX));
            Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
            Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
            r0 = Avx.Shuffle(a0, a2, 0x44);
            r1 = Avx.Shuffle(a0, a2, 0xEE);
            r2 = Avx.Shuffle(a1, a3, 0x44);
            r3 = Avx.Shuffle(a1, a3, 0xEE);
            r4 = Avx.Shuffle(a4, a6, 0x44);
            r5 = Avx.Shuffle(a4, a6, 0xEE);
            r6 = Avx.Shuffle(a5, a7, 0x44);
            r7 = Avx.Shuffle(a5, a7, 0xEE);
            Avx.Permute2x128(r0, r4, 0x20).Store(y);
            Avx.Permute2x128(r1, r5, 0x20).Store(y + stepY);
            Avx.Permute2x128(r2, r6, 0x20).Store(y + (2 * stepY));
            Avx.Permute2x128(r3, r7, 0x20).Store(y + (3 * stepY));
            float* low = y + (4 * stepY);
            Avx.Permute2x128(r0, r4, 0x31).Store(low);
            Avx.Permute2x128(r1, r5, 0x31).Store(low + stepY);
            Avx.Permute2x128(r2, r6, 0x31).Store(low + (2 * stepY));
            Avx.Permute2x128(r3, r7, 0x31).Store(low + (3 * stepY));
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Doubles(double* x, long stepX, double* y, long stepY, int ni, int nj)
        {
            int i4 = ni & ~3, j4 = nj & ~3;
            for (int j = 0; j < j4; j += 4)
                for (int i = 0; i < i4; i += 4) Block4(x + (i * stepX) + j, stepX, y + (j * stepY) + i, stepY);
            if (i4 < ni) Scalar(x, stepX, y, stepY, 1, i4, ni, 0, j4);
            if (j4 < nj) Scalar(x, stepX, y, stepY, 1, 0, ni, j4, nj);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Block4(double* x, long stepX, double* y, long stepY)
        {
            Vector256<double> r0 = Vector256.Load(x), r1 = Vector256.Load(x + stepX), r2 = Vector256.Load(x + (2 * stepX)), r3 = Vector256.Load(x + (3 * stepX));
            Vector256<double> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
            Avx.Permute2x128(a0, a2, 0x20).Store(y);
            Avx.Permute2x128(a1, a3, 0x20).Store(y + stepY);
            Avx.Permute2x128(a0, a2, 0x31).Store(y + (2 * stepY));
            Avx.Permute2x128(a1, a3, 0x31).Store(y + (3 * stepY));
        }
    }

    public void AddStrided(Tensor x, Tensor y)
    {
        if (y.Count == 0) return;
        CopyLoop loop = new(x, y);
        // The loop may have taken an axis out for tiles; here every axis but the innermost is an outer one.
        AddStridedKernel kernel = new() { X = x, Y = y, Loop = loop, Across = loop.Crossing > 0 ? loop.Sizes[loop.Crossing] : 1 };
        Launch.Rows(ref kernel, y.DType, loop.Outer * kernel.Across, loop.Sizes[0]);
    }

    private unsafe struct AddStridedKernel : IKernel
    {
        public Operand X, Y;
        public CopyLoop Loop;
        public long Across;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            long n = Loop.Sizes[0], stepX = Loop.X[0], stepY = Loop.Y[0];
            for (long item = begin; item < end; item++)
            {
                (long row, long j) = Math.DivRem(item, Across);
                Loop.Offsets(row, out long offsetX, out long offsetY);
                byte* x = (byte*)X.P + (offsetX * V.LaneSize), y = (byte*)Y.P + (offsetY * V.LaneSize);
                if (Loop.Crossing > 0)
                {
                    x += j * Loop.X[Loop.Crossing] * V.LaneSize;
                    y += j * Loop.Y[Loop.Crossing] * V.LaneSize;
                }
                nint i = 0;
                if (stepX == 1 && stepY == 1)
                    for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(y, i) + V.Load(x, i), y, i);
                for (; i < n; i++)
                {
                    nint to = (nint)(i * stepY);
                    V.StorePartial(V.LoadPartial(y, to, 1) + V.LoadPartial(x, (nint)(i * stepX), 1), y, to, 1);
                }
            }
        }
    }
}
