using System.Text.Json;

namespace TensorCore.CudaCheck;

/// <summary>The figures of programs that were compiled before, a file for each program and architecture, under the hash of the program's text.</summary>
/// <param name="folder">The cache folder.</param>
/// <param name="compiler">The compiler's version.</param>
internal sealed class FigureCache(string folder, string compiler)
{
    private readonly string _folder = Path.Combine(folder, $"figures-{compiler}-{KernelFigures.Version}");

    /// <summary>The kernels of a program, or null if they are to be made.</summary>
    public IReadOnlyList<KernelFigures>? Find(KernelProgram program, Architecture architecture)
    {
        string path = PathOf(program, architecture);
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<KernelFigures[]>(File.ReadAllBytes(path));
        }
        catch (JsonException)
        {
            return null; // cut short: made anew
        }
    }

    public void Add(KernelProgram program, Architecture architecture, IReadOnlyList<KernelFigures> kernels)
    {
        Directory.CreateDirectory(_folder);
        string path = PathOf(program, architecture), whole = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}";
        File.WriteAllBytes(whole, JsonSerializer.SerializeToUtf8Bytes(kernels));
        File.Move(whole, path, overwrite: true);
    }

    private string PathOf(KernelProgram program, Architecture architecture) => Path.Combine(_folder, $"{program.Hash}-{architecture.Number}.json");
}
