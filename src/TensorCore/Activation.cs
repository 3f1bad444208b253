namespace TensorCore;

/// <summary>What a matrix product applies to each element as it leaves the registers.</summary>
public enum Activation
{
    /// <summary>x.</summary>
    None,

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    Relu,

    /// <summary>½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))), the tanh form of GELU (Hendrycks and Gimpel 2016, section 2) that GPT-2 uses.</summary>
    GeluTanh,
}
