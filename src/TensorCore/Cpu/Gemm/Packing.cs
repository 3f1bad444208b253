using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TensorCore.Cpu;

/// <summary>
/// Rearranges parts of A and B into panels that the micro-kernel reads straight through: step p of the product finds its
/// <c>width</c> elements side by side at <c>panel[p·step]</c>, zeros up to <c>step</c>. Leading dimensions in bytes.
/// </summary>
internal static unsafe class Packing<V>
    where V : struct, ISimd<V>
{
    // A row of the source is often another page, which the hardware does not prefetch.
    private const int RowsAhead = 8;

    /// <summary>panel[p·step + i] = source[p, i]: the source runs along the panel's width already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(byte* source, nint ld, int width, int k, byte* panel, int step)
    {
        if (width == step && width == 2 * V.Count)
        {
            for (int p = 0; p < k; p++, source += ld, panel += 2 * V.Count * V.LaneSize)
            {
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(source + RowsAhead * ld);
                    if (V.Count * V.LaneSize == 64) Sse.Prefetch0(source + RowsAhead * ld + 64);
                }

                V.Store(V.Load(source, 0), panel, 0);
                V.Store(V.Load(source, V.Count), panel, V.Count);
            }

            return;
        }

        nint bytes = (nint)width * V.LaneSize, pad = (nint)(step - width) * V.LaneSize, stepBytes = (nint)step * V.LaneSize;
        for (int p = 0; p < k; p++, source += ld, panel += stepBytes)
        {
            if (Sse.IsSupported) Sse.Prefetch0(source + RowsAhead * ld);
            if (bytes >= 16)
            {
                // Whole 16-byte pieces, the last one overlapping the one before: 14 floats are 4 of them, no branch per element.
                nint i = 0;
                for (; i <= bytes - 16; i += 16) Vector128.Store(Vector128.Load(source + i), panel + i);
                Vector128.Store(Vector128.Load(source + bytes - 16), panel + bytes - 16);
            }
            else
            {
                for (nint i = 0; i < bytes; i += 4) *(int*)(panel + i) = *(int*)(source + i);
            }

            for (nint i = 0; i < pad; i += 4) *(int*)(panel + bytes + i) = 0;
        }
    }

    /// <summary>panel[p·step + i] = source[i, p]: the source runs along k.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose(byte* source, nint ld, int width, int k, byte* panel, int step)
    {
        nint stepBytes = (nint)step * V.LaneSize;
        if (step > width)
        {
            for (int p = 0; p < k; p++) Unsafe.InitBlockUnaligned(panel + p * stepBytes + width * V.LaneSize, 0, (uint)((step - width) * V.LaneSize));
        }

        int block = V.LaneSize == 4 ? 8 : 4;
        int done = 0;
        if (Avx.IsSupported && width >= block)
        {
            done = k / block * block;
            for (int p = 0; p < done; p += block)
            {
                // A width that is no multiple of the block ends with a block that overlaps the one before.
                for (int i = 0; i < width; i += block)
                {
                    int row = Math.Min(i, width - block);
                    byte* from = source + row * ld + (nint)p * V.LaneSize, to = panel + p * stepBytes + (nint)row * V.LaneSize;
                    if (V.LaneSize == 4) Transpose8x8((float*)from, ld, (float*)to, stepBytes);
                    else Transpose4x4((double*)from, ld, (double*)to, stepBytes);
                }
            }
        }

        for (int i = 0; i < width; i++)
        {
            byte* from = source + i * ld, to = panel + (nint)i * V.LaneSize;
            for (int p = done; p < k; p++)
            {
                if (V.LaneSize == 4) *(int*)(to + p * stepBytes) = ((int*)from)[p];
                else *(long*)(to + p * stepBytes) = ((long*)from)[p];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose8x8(float* s, nint ld, float* d, nint step)
    {
        Vector256<float> r0 = Row(s, 0, ld), r1 = Row(s, 1, ld), r2 = Row(s, 2, ld), r3 = Row(s, 3, ld);
        Vector256<float> r4 = Row(s, 4, ld), r5 = Row(s, 5, ld), r6 = Row(s, 6, ld), r7 = Row(s, 7, ld);

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

        Avx.Permute2x128(r0, r4, 0x20).Store(At(d, 0, step));
        Avx.Permute2x128(r1, r5, 0x20).Store(At(d, 1, step));
        Avx.Permute2x128(r2, r6, 0x20).Store(At(d, 2, step));
        Avx.Permute2x128(r3, r7, 0x20).Store(At(d, 3, step));
        Avx.Permute2x128(r0, r4, 0x31).Store(At(d, 4, step));
        Avx.Permute2x128(r1, r5, 0x31).Store(At(d, 5, step));
        Avx.Permute2x128(r2, r6, 0x31).Store(At(d, 6, step));
        Avx.Permute2x128(r3, r7, 0x31).Store(At(d, 7, step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose4x4(double* s, nint ld, double* d, nint step)
    {
        Vector256<double> r0 = Row(s, 0, ld), r1 = Row(s, 1, ld), r2 = Row(s, 2, ld), r3 = Row(s, 3, ld);
        Vector256<double> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Avx.Permute2x128(a0, a2, 0x20).Store(At(d, 0, step));
        Avx.Permute2x128(a1, a3, 0x20).Store(At(d, 1, step));
        Avx.Permute2x128(a0, a2, 0x31).Store(At(d, 2, step));
        Avx.Permute2x128(a1, a3, 0x31).Store(At(d, 3, step));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<T> Row<T>(T* s, int i, nint ld)
        where T : unmanaged => Vector256.Load(At(s, i, ld));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* At<T>(T* p, int i, nint step)
        where T : unmanaged => (T*)((byte*)p + i * step);
}
