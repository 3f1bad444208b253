namespace TensorCore.IO;

/// <summary>A safetensors file is malformed, was cut short, or does not hold what was asked of it. The message names the file, the tensor and the numbers.</summary>
public sealed class SafetensorsException : FormatException
{
    /// <summary>An error without details.</summary>
    public SafetensorsException()
        : base("the safetensors file is malformed")
    {
    }

    /// <summary>An error with its message.</summary>
    public SafetensorsException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and cause.</summary>
    public SafetensorsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
