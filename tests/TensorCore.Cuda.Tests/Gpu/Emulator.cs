using System.Runtime.InteropServices;
using System.Text;

namespace TensorCore.Cuda.Tests;

/// <summary>The emulated GPU's controls: the order in which threads run, and checks of every access. On a real GPU they do nothing.</summary>
internal static unsafe class Emulator
{
    /// <summary>The orders in which warps and blocks can run.</summary>
    public static readonly (int Kind, uint Seed)[] Schedules = [(0, 0), (2, 12345), (1, 0)];

    // For a quick look while writing a kernel: results only.
    private static readonly bool s_unchecked = Environment.GetEnvironmentVariable("TENSORCORE_CUDA_UNCHECKED") == "1";

    static Emulator() => NativeLibrary.SetDllImportResolver(typeof(Emulator).Assembly, static (name, _, _) =>
        name == "cudaemu" ? NativeLibrary.Load(Path.Combine(Environment.GetEnvironmentVariable("TENSORCORE_CUDA_LIBRARIES")!, "libcuda.so.1")) : 0);

    /// <summary>
    /// Runs with every access of every kernel checked (bounds, uninitialised reads, races, divergence, alignment) and threads in the given order. What the checks find is an
    /// error with the kernel, the line and the thread.
    /// </summary>
    public static T Checked<T>((int Kind, uint Seed) schedule, Func<T> run)
    {
        if (!Gpu.IsEmulated) return run();
        Gpu.Device.Synchronize();
        cudaemu_set_check(s_unchecked ? 0 : 1);
        cudaemu_set_schedule(schedule.Kind, schedule.Seed);
        try
        {
            T result = run();
            Gpu.Device.Synchronize();
            DeclaredVariants.Check();
            return result;
        }
        catch (CudaException e) when (Report() is { Length: > 0 } report)
        {
            throw new InvalidOperationException($"{report}\n{e.Message}");
        }
        finally
        {
            cudaemu_reset();
            // Back to what the environment says.
            cudaemu_set_check(-1);
            cudaemu_set_schedule(-1, 0);
        }
    }

    /// <summary>What the checks found since the last reset.</summary>
    public static string Report()
    {
        byte[] text = new byte[8192];
        fixed (byte* p = text) _ = cudaemu_last_report(p, text.Length);
        return Encoding.UTF8.GetString(text.AsSpan(0, text.AsSpan().IndexOf((byte)0)));
    }

    [DllImport("cudaemu")]
    internal static extern void cudaemu_set_check(int on);

    [DllImport("cudaemu")]
    internal static extern void cudaemu_set_schedule(int kind, uint seed);

    [DllImport("cudaemu")]
    internal static extern void cudaemu_set_lazy(int on);

    [DllImport("cudaemu")]
    internal static extern void cudaemu_set_memory(long mebibytes);

    [DllImport("cudaemu")]
    internal static extern void cudaemu_reset();

    [DllImport("cudaemu")]
    private static extern int cudaemu_last_report(byte* buffer, int size);
}
