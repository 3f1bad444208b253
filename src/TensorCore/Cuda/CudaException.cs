namespace TensorCore;

/// <summary>A call of NVIDIA's driver, run-time compiler or cuBLAS that failed.</summary>
public sealed class CudaException : Exception
{
    internal CudaException(string function, string name, int code, string meaning)
        : base($"{function} failed with {name} ({code}): {meaning}") => (Function, ErrorName, Code) = (function, name, code);

    /// <summary>The function that failed, as NVIDIA names it: <c>cuLaunchKernel</c>.</summary>
    public string Function { get; }

    /// <summary>The error's name: <c>CUDA_ERROR_ILLEGAL_ADDRESS</c>.</summary>
    public string ErrorName { get; }

    /// <summary>The error's number.</summary>
    public int Code { get; }
}
