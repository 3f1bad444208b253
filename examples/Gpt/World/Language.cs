namespace TensorCore.Examples.Gpt.World;

/// <summary>The languages in which a small world can be told.</summary>
public enum Language
{
    /// <summary>Brazilian Portuguese, the default.</summary>
    Portuguese,

    /// <summary>English.</summary>
    English,
}
