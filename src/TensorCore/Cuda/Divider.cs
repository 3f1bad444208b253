using System.Numerics;

namespace TensorCore.Cuda;

/// <summary>
/// Division by a number known beforehand, as kernels take it by value (<c>strides.cuh</c>): below 2³¹ a product, a sum and a shift instead of the twenty instructions of a division
/// (Granlund and Montgomery, PLDI 1994).
/// </summary>
internal readonly struct Divider
{
    private readonly long _divisor;
    private readonly uint _multiplier, _shift;

    public Divider(long divisor)
    {
        _divisor = Math.Max(divisor, 1); // by nothing only nothing is divided
        // ⌊n / d⌋ of an n below 2³¹ is 0 for any larger d: multiplier 0.
        (_multiplier, _shift) = (0, 31);
        if (_divisor > int.MaxValue) return;
        _shift = (uint)(32 - BitOperations.LeadingZeroCount((uint)(_divisor - 1)));
        _multiplier = (uint)((((1UL << (int)_shift) - (ulong)_divisor) << 32) / (ulong)_divisor) + 1;
    }

    public uint Multiplier => _multiplier;

    public uint Shift => _shift;

    /// <summary>What the kernels compute.</summary>
    public long Divide(long n) => n >> 31 == 0 ? ((long)(((ulong)n * _multiplier) >> 32) + n) >> (int)_shift : n / _divisor;
}
