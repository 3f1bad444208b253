using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TensorCore.Cuda.Interop;

namespace TensorCore.Cuda;

/// <summary>A compiled kernel.</summary>
internal sealed unsafe class CudaKernel(CudaDevice device, string name, nint function)
{
    // More than this a block gets only if the kernel asks for it.
    private const int SharedBytesWithoutAsking = 48 << 10;

    private int _sharedLimit = SharedBytesWithoutAsking;

    public string Name => name;

    /// <summary>Queues the kernel on the device's stream. The tensors among the arguments need not outlive the call: their buffers are reused in the order of the stream.</summary>
    public void Launch(Extent grid, Extent block, int sharedBytes, params ReadOnlySpan<KernelArgument> arguments)
    {
        if (grid.Count == 0) return;
        device.Enter();
        if (sharedBytes > _sharedLimit)
        {
            Driver.Check(Driver.cuFuncSetAttribute(function, Driver.FuncMaxDynamicSharedSizeBytes, sharedBytes));
            _sharedLimit = sharedBytes;
        }
        void** pointers = stackalloc void*[arguments.Length];
        ulong* values = stackalloc ulong[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            values[i] = arguments[i].Bits;
            pointers[i] = arguments[i].Structure != 0 ? (void*)arguments[i].Structure : &values[i];
        }
        int status = Driver.cuLaunchKernel(function, grid.X, grid.Y, grid.Z, block.X, block.Y, block.Z, (uint)sharedBytes, device.Stream, pointers, null);
        if (status != Driver.Success) throw Driver.Error(status, $"cuLaunchKernel of {name}, grid {grid}, block {block}, {sharedBytes} bytes of shared memory");
        // Until here the storages must live; afterwards the stream's order protects their buffers.
        foreach (KernelArgument argument in arguments) GC.KeepAlive(argument.Keep);
    }
}

/// <summary>The size of a grid or a block.</summary>
internal readonly record struct Extent(uint X, uint Y = 1, uint Z = 1)
{
    public long Count => (long)X * Y * Z;

    public static implicit operator Extent(int x) => new(checked((uint)x));

    public static implicit operator Extent(long x) => x <= int.MaxValue ? new((uint)x) : throw new ShapeException($"a grid of {x} blocks: a GPU takes at most {int.MaxValue}; split the tensor");

    public static implicit operator Extent((long X, long Y) e) => new(((Extent)e.X).X, Narrow(e.Y));

    public static implicit operator Extent((long X, long Y, long Z) e) => new(((Extent)e.X).X, Narrow(e.Y), Narrow(e.Z));

    // The second and third axes of a grid have 16 bits.
    private static uint Narrow(long n) => n <= 65535 ? (uint)n : throw new ShapeException($"a grid with {n} blocks along its second or third axis: a GPU takes at most 65535; split the tensor");

    public override string ToString() => $"({X}, {Y}, {Z})";
}

/// <summary>One argument of a kernel: eight bytes by value, of which a kernel reads as many as its parameter has, or a structure in pinned or unmanaged memory.</summary>
internal readonly unsafe struct KernelArgument
{
    private KernelArgument(ulong bits, Storage? keep = null, nint structure = 0) => (Bits, Keep, Structure) = (bits, keep, structure);

    public ulong Bits { get; }

    public Storage? Keep { get; }

    /// <summary>The structure passed by value, if it is one; valid until the launch returns.</summary>
    public nint Structure { get; }

    /// <summary>A real number as the type that a kernel of this dtype computes in: double for float64, else float.</summary>
    public static KernelArgument Real(double value, DType dtype) => dtype == DType.Float64 ? (KernelArgument)value : (KernelArgument)(float)value;

    /// <summary>A structure passed by value; the pointer must stay valid until the launch returns.</summary>
    public static KernelArgument OfStructure(void* structure) => new(0, null, (nint)structure);

    /// <summary>An address on the device.</summary>
    public static KernelArgument Pointer(nint pointer) => new((ulong)pointer);

    public static implicit operator KernelArgument(Tensor? tensor) => tensor is null ? default : new((ulong)tensor.Pointer, tensor.Storage);

    public static implicit operator KernelArgument(int value) => new((uint)value);

    public static implicit operator KernelArgument(uint value) => new(value);

    public static implicit operator KernelArgument(long value) => new((ulong)value);

    public static implicit operator KernelArgument(ulong value) => new(value);

    public static implicit operator KernelArgument(float value) => new(BitConverter.SingleToUInt32Bits(value));

    public static implicit operator KernelArgument(double value) => new(BitConverter.DoubleToUInt64Bits(value));

    public static implicit operator KernelArgument(bool value) => new(value ? 1u : 0u);
}

/// <summary>Sizes of launches.</summary>
internal static class CudaLaunch
{
    /// <summary>⌈count / perBlock⌉.</summary>
    public static long Blocks(long count, long perBlock) => (count + perBlock - 1) / perBlock;
}
