namespace TensorCore.CudaCheck;

/// <summary>The archive's packages cannot be had here and now; the message says why.</summary>
internal sealed class UnreachableException(string message) : Exception(message);
