namespace TensorCore.CudaCheck;

/// <summary>A bound that does not hold.</summary>
internal sealed record Breach(LineKey Line, string Variant, Architecture Architecture, Metric Metric, int Bound, int Value);
