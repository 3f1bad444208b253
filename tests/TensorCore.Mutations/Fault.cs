namespace TensorCore.Mutations;

/// <summary>The kinds of fault that are planted in backward rules.</summary>
internal enum FaultKind
{
    /// <summary>A gradient or a term with the other sign.</summary>
    Sign,

    /// <summary>A factor changed.</summary>
    Scale,

    /// <summary>Another axis.</summary>
    Axis,

    /// <summary>Another tensor or register of the same type in its place.</summary>
    Operand,

    /// <summary>A sum over broadcast or reduced axes left out.</summary>
    Reduction,

    /// <summary>A contribution dropped, or set instead of added.</summary>
    Accumulation,
}

/// <summary>One planted fault: active when the scratch copy's switch holds its number.</summary>
/// <param name="Id">The switch's value.</param>
/// <param name="Kind">What was done.</param>
/// <param name="File">The source file, relative to the library.</param>
/// <param name="Line">Its line.</param>
/// <param name="Ops">The ops whose checks must notice.</param>
/// <param name="Original">The code before.</param>
/// <param name="Planted">The code after.</param>
internal sealed record Fault(int Id, FaultKind Kind, string File, int Line, IReadOnlyList<string> Ops, string Original, string Planted)
{
    public override string ToString() => $"{File}:{Line} {Kind}: {Original} → {Planted}";
}
