namespace TensorCore.CudaCheck;

/// <summary>What computes the operations.</summary>
internal enum Unit
{
    /// <summary>Ordinary cores in float32.</summary>
    Float32,

    /// <summary>Ordinary cores in float64.</summary>
    Float64,

    /// <summary>Ordinary cores in 32-bit integers; every instruction is one operation.</summary>
    Int32,

    /// <summary>Tensor cores, tf32 inputs.</summary>
    Tf32,

    /// <summary>Tensor cores, bf16 inputs.</summary>
    BFloat16,
}
