using System.Globalization;
using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>
/// What the compiler made of a kernel for one architecture. The last five are -1 where the kernel was not disassembled. Spills are the bytes of local memory a thread, of whatever origin.
/// Loads and stores are those of global memory, LDG and STG, and the generic LD and ST by which pointers are followed that were themselves read from memory.
/// </summary>
internal sealed record KernelFigures(string Kernel, int Registers, int SpillBytes, int SharedBytes, int Threads, int Loads128, int Stores128, int Copies128, int TensorProducts, double MainLoopShare)
{
    public bool IsDisassembled => Loads128 >= 0;
}

/// <summary>Reads figures off compiled images with NVIDIA's own tools.</summary>
internal static partial class Inspector
{
    /// <summary>Raised when the figures of the same image change, so that kept ones are made again.</summary>
    public const int Version = 2;

    public static KernelFigures[] Inspect(Toolkit toolkit, string path, bool disassemble)
    {
        Dictionary<string, int> threads = Cubin.ThreadsPerBlock(File.ReadAllBytes(path));
        Dictionary<string, Assembly> assemblies = disassemble ? Assembly.Parse(Command.Output(toolkit.Tool("nvdisasm"), "-c", path)).ToDictionary(a => a.Kernel) : [];
        List<KernelFigures> kernels = [];
        foreach (Match match in Usage().Matches(Command.Output(toolkit.Tool("cuobjdump"), "-res-usage", path)))
        {
            string name = match.Groups[1].Value;
            // Functions that are called, not launched, have no launch bounds.
            if (!threads.TryGetValue(name, out int block)) throw new InvalidOperationException($"{name}: a kernel without __launch_bounds__");
            KernelFigures figures = new(name, Number(2), Math.Max(Number(3), Number(5)), Number(4), block, -1, -1, -1, -1, -1);
            if (assemblies.TryGetValue(name, out Assembly? assembly))
            {
                figures = figures with
                {
                    Loads128 = assembly.Instructions.Count(i => i.Is128("LDG") || i.Is128("LD")),
                    Stores128 = assembly.Instructions.Count(i => i.Is128("STG") || i.Is128("ST")),
                    Copies128 = assembly.Instructions.Count(i => i.Is128("LDGSTS")),
                    TensorProducts = assembly.Instructions.Count(i => i.IsTensor),
                    MainLoopShare = Math.Round(assembly.MainLoopShare(), 4),
                };
            }
            kernels.Add(figures);

            int Number(int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
        }
        return [.. kernels];
    }

    [GeneratedRegex(@"Function (\S+):\s+REG:(\d+) STACK:(\d+) SHARED:(\d+) LOCAL:(\d+)")]
    private static partial Regex Usage();
}
