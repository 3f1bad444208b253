using TensorCore.Tests;

namespace TensorCore.Cuda.Tests;

/// <summary>
/// Every op on the GPU against the CPU, forward and backward: the samples of the gradient checks, drawn twice from the same choices, once on each device. On the emulated GPU in check mode,
/// under two schedules whose results must have the same bits. Nothing here names an op: a new one is found by itself.
/// </summary>
public sealed class OpParityTests
{
    [GpuTheory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Float32(string op) => Cases.Check(Cases.Count(10), choices => Parity.Check(op, choices, DType.Float32, output: 2e-5, gradient: 1e-4));

    [GpuTheory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void Float64(string op) => Cases.Check(Cases.Count(4), choices => Parity.Check(op, choices, DType.Float64, output: 1e-12, gradient: 1e-11));

    /// <summary>bfloat16 on the GPU against float32 on the CPU from the same, rounded, inputs: what differs is the rounding of results to 8 bits, a few times over.</summary>
    [GpuTheory]
    [MemberData(nameof(OpCatalog.Names), MemberType = typeof(OpCatalog))]
    public void BFloat16(string op) => Cases.Check(Cases.Count(8), choices => Parity.Check(op, choices, DType.BFloat16, output: 0.03, gradient: 0.05));
}
