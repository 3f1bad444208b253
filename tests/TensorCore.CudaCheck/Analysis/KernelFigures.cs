using System.Text.Json.Serialization;

namespace TensorCore.CudaCheck;

/// <summary>What the compiler made of a kernel for one architecture. Instructions are counted where they stand in the code, not how often they run.</summary>
internal sealed record KernelFigures
{
    /// <summary>Counts up when the analysis changes: figures of before are then made anew.</summary>
    public const int Version = 1;

    public required string Kernel { get; init; }

    /// <summary>Threads of a block, by <c>__launch_bounds__</c>.</summary>
    public required int Threads { get; init; }

    public required int Registers { get; init; }

    /// <summary>Shared memory of fixed size; what the host asks for beside it stands in the budget.</summary>
    public required int SharedBytes { get; init; }

    /// <summary>Bytes of registers that the assembler stored to and loaded from local memory for want of room.</summary>
    public required int SpillBytes { get; init; }

    /// <summary>Bytes of local memory: spills, and arrays that are indexed at run time.</summary>
    public required int StackBytes { get; init; }

    /// <summary>Loads and stores of local memory, LDL and STL.</summary>
    public required int LocalAccesses { get; init; }

    /// <summary>16-byte loads from global memory, LDG.128.</summary>
    public required int Loads128 { get; init; }

    /// <summary>16-byte stores to global memory, STG.128.</summary>
    public required int Stores128 { get; init; }

    /// <summary>16-byte copies from global to shared memory without registers, LDGSTS.128.</summary>
    public required int Copies128 { get; init; }

    /// <summary>16-byte loads from shared memory, LDS.128.</summary>
    public required int SharedLoads128 { get; init; }

    /// <summary>Matrix loads from shared memory, LDSM.</summary>
    public required int MatrixLoads { get; init; }

    /// <summary>Tensor-core instructions.</summary>
    public required int TensorCore { get; init; }

    public required int Instructions { get; init; }

    /// <summary>Instructions of the main loop; 0 if no loop multiplies and adds.</summary>
    public required int LoopInstructions { get; init; }

    /// <summary>Multiply-adds of the main loop.</summary>
    public required int LoopMultiplyAdds { get; init; }

    /// <summary>The share of multiply-adds among the main loop's instructions.</summary>
    [JsonIgnore]
    public double MainLoopShare => LoopInstructions == 0 ? 0 : (double)LoopMultiplyAdds / LoopInstructions;

    /// <summary>Counts what matters in a kernel's code.</summary>
    public static KernelFigures Of(string kernel, int threads, KernelResources resources, IReadOnlyList<Instruction> code)
    {
        Loop? main = new ControlFlow(code).MainLoop;
        return new KernelFigures
        {
            Kernel = kernel,
            Threads = threads,
            Registers = resources.Registers,
            SharedBytes = resources.SharedBytes,
            SpillBytes = resources.SpillBytes,
            StackBytes = resources.StackBytes,
            LocalAccesses = code.Count(i => i.Name is "LDL" or "STL"),
            Loads128 = Wide("LDG"),
            Stores128 = Wide("STG"),
            Copies128 = Wide("LDGSTS"),
            SharedLoads128 = Wide("LDS"),
            MatrixLoads = code.Count(i => i.Name == "LDSM"),
            TensorCore = code.Count(i => i.IsTensorCore),
            Instructions = code.Count(i => i.Name != "NOP"),
            LoopInstructions = main?.Instructions.Count ?? 0,
            LoopMultiplyAdds = main?.MultiplyAdds ?? 0,
        };

        int Wide(string name) => code.Count(i => i.Name == name && i.IsWide);
    }
}
