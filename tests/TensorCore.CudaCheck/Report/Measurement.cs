namespace TensorCore.CudaCheck;

/// <summary>A kernel of a program in one architecture.</summary>
internal sealed record Measurement(KernelProgram Program, Architecture Architecture, KernelFigures Figures)
{
    // Below this, in percent, a kernel is not about multiply-adds.
    private const int LeastMainLoop = 25;

    /// <summary>All shared memory that a block takes.</summary>
    public int SharedBytes { get; } = Figures.Resources.SharedBytes + DynamicShared.Bytes(Program, Figures.Kernel);

    /// <summary>How much of a multiprocessor it fills.</summary>
    public Occupancy Occupancy => Occupancy.Of(Architecture, Figures.Threads, Figures.Resources.Registers, SharedBytes);

    /// <summary>The multiply-adds among the main loop's instructions in percent, if the kernel lives on them: those of tensor cores do, though they need few; formulas do not.</summary>
    public int? MainLoop => Figures.Code is { } code ? Program.Group is null && (code.MainLoop >= LeastMainLoop || code.Tensor > 0) ? code.MainLoop : 0 : null;
}
