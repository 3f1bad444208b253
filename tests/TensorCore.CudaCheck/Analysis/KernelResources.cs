namespace TensorCore.CudaCheck;

/// <summary>What a kernel takes, as the assembler reports it.</summary>
/// <param name="Registers">Of a thread.</param>
/// <param name="SharedBytes">Shared memory of fixed size; what the host asks for comes on top.</param>
/// <param name="StackBytes">Local memory of a thread: spills, and arrays that are indexed at run time.</param>
/// <param name="SpillBytes">Bytes stored to and loaded from local memory for want of registers.</param>
internal readonly record struct KernelResources(int Registers, int SharedBytes, int StackBytes, int SpillBytes);
