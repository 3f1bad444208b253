namespace TensorCore.Cpu;

/// <summary>
/// The end of a matrix product, fused into it so that C is written once:
/// <c>pre = alpha·op(A)·op(B) + beta·C + bias</c>, then <c>C = activation(pre)</c>. The default does nothing.
/// </summary>
/// <param name="Bias">n elements, one per column, added to every row; null for none.</param>
/// <param name="Activation">The function applied last.</param>
/// <param name="PreActivation">Where <c>pre</c> is stored too, for the backward pass: m×n; null for nowhere.</param>
/// <param name="LdPreActivation">Elements from one row of <paramref name="PreActivation"/> to the next, at least n.</param>
public readonly unsafe record struct Epilogue(
    nint Bias = 0, Activation Activation = Activation.None, nint PreActivation = 0, int LdPreActivation = 0)
{
    /// <summary>An epilogue from raw pointers.</summary>
    public static Epilogue Of(void* bias, Activation activation = Activation.None, void* preActivation = null, int ldPreActivation = 0) =>
        new((nint)bias, activation, (nint)preActivation, ldPreActivation);

    internal bool IsEmpty => Bias == 0 && Activation == Activation.None && PreActivation == 0;
}
