using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TensorCore.Cpu;

/// <summary>
/// The register-blocked heart of the matrix product: a tile of C, up to 14 rows by one or two vectors, stays in
/// registers while k rank-1 updates are added to it.
/// <para>
/// Why 14 × 2 for AVX-512: 28 accumulators + 2 vectors of B + 1 broadcast of A = 31 of 32 registers, and 16 loads feed 28
/// multiply-adds, so the two FMA ports are never short. With 16 registers (AVX2, SSE, scalar) it is 6 × 2: 12 + 2 + 1 = 15.
/// Smaller tiles for the edges come from the same body: <c>R</c> and <c>W</c> are constants to the JIT, which drops the unused rows.
/// </para>
/// </summary>
internal static unsafe class MicroKernel<V>
    where V : struct, ISimd<V>
{
    /// <summary>Rows of the full tile.</summary>
    public static int MR
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => V.Count * V.LaneSize == 64 ? 14 : 6;
    }

    /// <summary>Columns of the full tile.</summary>
    public static int NR
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Count;
    }

    /// <summary>
    /// C[rows × width·Count] = (add ? C : 0) + A·B over k steps. Step p reads A at <c>a + p·aStep</c> (rows side by side)
    /// and B at <c>b + p·bStep</c>. All steps are in bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(int rows, int width, in TileArguments t)
    {
        if (typeof(V) == typeof(F512)) MicroKernel<Lanes512<float>, Vector512<float>>.Run(rows, width, t);
        else if (typeof(V) == typeof(F256)) MicroKernel<Lanes256<float>, Vector256<float>>.Run(rows, width, t);
        else if (typeof(V) == typeof(F128)) MicroKernel<Lanes128<float>, Vector128<float>>.Run(rows, width, t);
        else if (typeof(V) == typeof(F1)) MicroKernel<Lanes1<float>, float>.Run(rows, width, t);
        else if (typeof(V) == typeof(D512)) MicroKernel<Lanes512<double>, Vector512<double>>.Run(rows, width, t);
        else if (typeof(V) == typeof(D256)) MicroKernel<Lanes256<double>, Vector256<double>>.Run(rows, width, t);
        else if (typeof(V) == typeof(D128)) MicroKernel<Lanes128<double>, Vector128<double>>.Run(rows, width, t);
        else if (typeof(V) == typeof(D1)) MicroKernel<Lanes1<double>, double>.Run(rows, width, t);
        else throw new NotSupportedException($"gemm: no micro-kernel for {typeof(V).Name}");
    }
}

/// <summary>The tiles themselves, on bare vectors: see <see cref="ILanes{T}"/> for why.</summary>
internal static unsafe class MicroKernel<L, T>
    where L : struct, ILanes<T>
    where T : unmanaged
{
    // Packed B is read ahead of its use by this much: the L2 streamer alone leaves 5-10 % on the table.
    private const int AheadBytes = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(int rows, int width, in TileArguments t)
    {
        if (width == 2)
        {
            switch (rows)
            {
                case 1: Tile<N1, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 2: Tile<N2, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 3: Tile<N3, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 4: Tile<N4, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 5: Tile<N5, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 6: Tile<N6, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 7: Tile<N7, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 8: Tile<N8, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 9: Tile<N9, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 10: Tile<N10, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 11: Tile<N11, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 12: Tile<N12, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 13: Tile<N13, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 14: Tile<N14, N2>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
            }
        }
        else
        {
            switch (rows)
            {
                case 1: Tile<N1, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 2: Tile<N2, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 3: Tile<N3, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 4: Tile<N4, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 5: Tile<N5, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 6: Tile<N6, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 7: Tile<N7, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 8: Tile<N8, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 9: Tile<N9, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 10: Tile<N10, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 11: Tile<N11, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 12: Tile<N12, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 13: Tile<N13, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
                case 14: Tile<N14, N1>(t.K, t.A, t.AStep, t.B, t.BStep, t.C, t.Ldc, t.Add, t.Ahead, t.AheadStep); break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<R, W>(nint k, byte* a, nint aStep, byte* b, nint bStep, byte* c, nint ldc, bool add, byte* ahead, nint aheadStep)
        where R : struct, INumber
        where W : struct, INumber
    {
        // C is touched only after the loop: have its lines under way by then.
        if (Sse.IsSupported)
        {
            byte* row = c;
            for (int i = 0; i < R.Value; i++)
            {
                Sse.Prefetch0(row);
                if (W.Value == 2) Sse.Prefetch0(row + sizeof(T));
                row += ldc;
            }
        }

        T c0x = L.Zero, c0y = L.Zero;
        T c1x = L.Zero, c1y = L.Zero;
        T c2x = L.Zero, c2y = L.Zero;
        T c3x = L.Zero, c3y = L.Zero;
        T c4x = L.Zero, c4y = L.Zero;
        T c5x = L.Zero, c5y = L.Zero;
        T c6x = L.Zero, c6y = L.Zero;
        T c7x = L.Zero, c7y = L.Zero;
        T c8x = L.Zero, c8y = L.Zero;
        T c9x = L.Zero, c9y = L.Zero;
        T c10x = L.Zero, c10y = L.Zero;
        T c11x = L.Zero, c11y = L.Zero;
        T c12x = L.Zero, c12y = L.Zero;
        T c13x = L.Zero, c13y = L.Zero;
        for (; k > 0; k--)
        {
            T x = L.Load(b, 0);
            T y = W.Value == 2 ? L.Load(b, 1) : L.Zero;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(b + AheadBytes);
                if (W.Value == 2) Sse.Prefetch0(b + AheadBytes + 64);
                Sse.Prefetch1(ahead);
            }

            {
                T s = L.Broadcast(a, 0);
                c0x = L.MultiplyAdd(s, x, c0x);
                if (W.Value == 2) c0y = L.MultiplyAdd(s, y, c0y);
            }

            if (R.Value > 1)
            {
                T s = L.Broadcast(a, 1);
                c1x = L.MultiplyAdd(s, x, c1x);
                if (W.Value == 2) c1y = L.MultiplyAdd(s, y, c1y);
            }

            if (R.Value > 2)
            {
                T s = L.Broadcast(a, 2);
                c2x = L.MultiplyAdd(s, x, c2x);
                if (W.Value == 2) c2y = L.MultiplyAdd(s, y, c2y);
            }

            if (R.Value > 3)
            {
                T s = L.Broadcast(a, 3);
                c3x = L.MultiplyAdd(s, x, c3x);
                if (W.Value == 2) c3y = L.MultiplyAdd(s, y, c3y);
            }

            if (R.Value > 4)
            {
                T s = L.Broadcast(a, 4);
                c4x = L.MultiplyAdd(s, x, c4x);
                if (W.Value == 2) c4y = L.MultiplyAdd(s, y, c4y);
            }

            if (R.Value > 5)
            {
                T s = L.Broadcast(a, 5);
                c5x = L.MultiplyAdd(s, x, c5x);
                if (W.Value == 2) c5y = L.MultiplyAdd(s, y, c5y);
            }

            if (R.Value > 6)
            {
                T s = L.Broadcast(a, 6);
                c6x = L.MultiplyAdd(s, x, c6x);
                if (W.Value == 2) c6y = L.MultiplyAdd(s, y, c6y);
            }

            if (R.Value > 7)
            {
                T s = L.Broadcast(a, 7);
                c7x = L.MultiplyAdd(s, x, c7x);
                if (W.Value == 2) c7y = L.MultiplyAdd(s, y, c7y);
            }

            if (R.Value > 8)
            {
                T s = L.Broadcast(a, 8);
                c8x = L.MultiplyAdd(s, x, c8x);
                if (W.Value == 2) c8y = L.MultiplyAdd(s, y, c8y);
            }

            if (R.Value > 9)
            {
                T s = L.Broadcast(a, 9);
                c9x = L.MultiplyAdd(s, x, c9x);
                if (W.Value == 2) c9y = L.MultiplyAdd(s, y, c9y);
            }

            if (R.Value > 10)
            {
                T s = L.Broadcast(a, 10);
                c10x = L.MultiplyAdd(s, x, c10x);
                if (W.Value == 2) c10y = L.MultiplyAdd(s, y, c10y);
            }

            if (R.Value > 11)
            {
                T s = L.Broadcast(a, 11);
                c11x = L.MultiplyAdd(s, x, c11x);
                if (W.Value == 2) c11y = L.MultiplyAdd(s, y, c11y);
            }

            if (R.Value > 12)
            {
                T s = L.Broadcast(a, 12);
                c12x = L.MultiplyAdd(s, x, c12x);
                if (W.Value == 2) c12y = L.MultiplyAdd(s, y, c12y);
            }

            if (R.Value > 13)
            {
                T s = L.Broadcast(a, 13);
                c13x = L.MultiplyAdd(s, x, c13x);
                if (W.Value == 2) c13y = L.MultiplyAdd(s, y, c13y);
            }

            a += aStep;
            b += bStep;
            ahead += aheadStep;
        }

        WriteRow<W>(c, c0x, c0y, add);
        if (R.Value > 1) WriteRow<W>(c += ldc, c1x, c1y, add);
        if (R.Value > 2) WriteRow<W>(c += ldc, c2x, c2y, add);
        if (R.Value > 3) WriteRow<W>(c += ldc, c3x, c3y, add);
        if (R.Value > 4) WriteRow<W>(c += ldc, c4x, c4y, add);
        if (R.Value > 5) WriteRow<W>(c += ldc, c5x, c5y, add);
        if (R.Value > 6) WriteRow<W>(c += ldc, c6x, c6y, add);
        if (R.Value > 7) WriteRow<W>(c += ldc, c7x, c7y, add);
        if (R.Value > 8) WriteRow<W>(c += ldc, c8x, c8y, add);
        if (R.Value > 9) WriteRow<W>(c += ldc, c9x, c9y, add);
        if (R.Value > 10) WriteRow<W>(c += ldc, c10x, c10y, add);
        if (R.Value > 11) WriteRow<W>(c += ldc, c11x, c11y, add);
        if (R.Value > 12) WriteRow<W>(c += ldc, c12x, c12y, add);
        if (R.Value > 13) WriteRow<W>(c += ldc, c13x, c13y, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteRow<W>(byte* c, T x, T y, bool add)
        where W : struct, INumber
    {
        if (add)
        {
            x = L.Add(x, L.Load(c, 0));
            if (W.Value == 2) y = L.Add(y, L.Load(c, 1));
        }

        L.Store(x, c, 0);
        if (W.Value == 2) L.Store(y, c, 1);
    }
}

/// <summary>What <see cref="MicroKernel{V}"/> works on; steps and leading dimensions in bytes.</summary>
internal unsafe struct TileArguments
{
    public nint K;
    public byte* A;
    public nint AStep;
    public byte* B;
    public nint BStep;
    public byte* C;
    public nint Ldc;
    public bool Add;

    /// <summary>Memory that will be needed soon: one line is prefetched into L2 at each step.</summary>
    public byte* Ahead;
    public nint AheadStep;
}
