using System.Runtime.CompilerServices;

namespace TensorCore;

/// <summary>The upper half of a float32: 8 bits of exponent, 7 of mantissa. Storage only; rounds to nearest even.</summary>
internal readonly struct BFloat16(ushort bits)
{
    public ushort Bits => bits;

    public static explicit operator float(BFloat16 x) => BitConverter.UInt32BitsToSingle((uint)x.Bits << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static explicit operator BFloat16(float x)
    {
        uint u = BitConverter.SingleToUInt32Bits(x);
        if (float.IsNaN(x)) return new BFloat16((ushort)((u >> 16) | 0x40)); // keeps the NaN quiet: rounding could carry it to infinity
        return new BFloat16((ushort)((u + 0x7FFF + ((u >> 16) & 1)) >> 16));
    }

    public static explicit operator BFloat16(double x) => (BFloat16)(float)x;
}
