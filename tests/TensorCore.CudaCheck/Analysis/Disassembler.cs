using System.Diagnostics;

namespace TensorCore.CudaCheck;

/// <summary>
/// nvdisasm, which takes a quarter of a second to start: so the code of many kernels is given to it in one piece, as bare instructions, and cut again by addresses.
/// </summary>
internal sealed class Disassembler(string path)
{
    /// <summary>The instructions of each kernel.</summary>
    public List<Instruction[]> Disassemble(Architecture architecture, IReadOnlyList<byte[]> kernels)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, [.. kernels.SelectMany(k => k)]);
            Instruction[] all = [.. Instruction.Parse(Run("-b", $"SM{architecture.Number}", file))];
            if (all.Length != kernels.Sum(k => k.Length) / Instruction.Size) throw new InvalidDataException($"nvdisasm printed {all.Length} of {kernels.Sum(k => k.Length) / Instruction.Size} instructions");
            List<Instruction[]> result = [];
            int first = 0;
            foreach (byte[] kernel in kernels)
            {
                int count = kernel.Length / Instruction.Size;
                result.Add(all[first..(first + count)]);
                first += count;
            }
            return result;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private List<string> Run(params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        List<string> lines = [];
        while (process.StandardOutput.ReadLine() is string line) lines.Add(line);
        process.WaitForExit();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException($"nvdisasm: {errors.Result.Trim()}");
    }
}
