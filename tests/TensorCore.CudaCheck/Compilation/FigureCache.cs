using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TensorCore.IO;

namespace TensorCore.CudaCheck;

/// <summary>The figures of programs that were compiled before: a file for each program and architecture, under the hash of all that they depend on.</summary>
/// <param name="folder">The cache folder.</param>
/// <param name="compiler">The compiler's version.</param>
internal sealed class FigureCache(string folder, string compiler)
{
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(folder, $"figures-{compiler}-{KernelFigures.Version}")).FullName;

    /// <summary>The kernels of a program, or null if they are to be made.</summary>
    public KernelFigures[]? Find(KernelProgram program, Architecture architecture)
    {
        string path = PathOf(program, architecture);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<KernelFigures[]>(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException)
        {
            return null; // cut short: made anew
        }
    }

    public void Add(KernelProgram program, Architecture architecture, KernelFigures[] kernels) =>
        AtomicFile.WriteAllBytes(PathOf(program, architecture), JsonSerializer.SerializeToUtf8Bytes(kernels));

    private string PathOf(KernelProgram program, Architecture architecture) =>
        Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{architecture.CompilerOptions}\n{program.Text}"))) + ".json");
}
