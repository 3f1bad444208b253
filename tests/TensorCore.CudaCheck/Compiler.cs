using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TensorCore.Cuda.Interop;
using TensorCore.IO;

namespace TensorCore.CudaCheck;

/// <summary>
/// Compiles programs by the product's own bindings, with the options that <see cref="Cuda.KernelCache"/> passes. Images and figures are kept in the cache folder under the hash of all that they depend on.
/// </summary>
internal sealed unsafe class Compiler
{
    private readonly Toolkit _toolkit;
    private readonly string _folder = Path.Combine(Toolkit.CacheFolder, "kernels");

    public Compiler(Toolkit toolkit)
    {
        _toolkit = toolkit;
        Environment.SetEnvironmentVariable(NativeLibraries.FoldersVariable, toolkit.Libraries);
        NativeLibraries.Register();
        Nvrtc.Check(Nvrtc.nvrtcVersion(out int major, out int minor), nameof(Nvrtc.nvrtcVersion));
        Version = $"NVRTC {major}.{minor}";
        Directory.CreateDirectory(_folder);
    }

    /// <summary>The compiler and its version.</summary>
    public string Version { get; }

    /// <summary>How many images were compiled, not found in the cache.</summary>
    public int Compilations { get; private set; }

    /// <summary>The figures of all programs for all their architectures, by two threads.</summary>
    /// <exception cref="InvalidOperationException">Some program does not compile: the message has the compiler's own.</exception>
    public void Run(IReadOnlyList<CheckedProgram> programs)
    {
        // The longest first, so that no thread waits for the other's last.
        ConcurrentQueue<(CheckedProgram Program, int Architecture)> jobs = new(programs.SelectMany(p => p.Architectures.Select(a => (Program: p, Architecture: a))).OrderByDescending(j => j.Program.Weight));
        int total = jobs.Count, done = 0;
        ConcurrentQueue<string> failures = [];
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            while (jobs.TryDequeue(out (CheckedProgram Program, int Architecture) job))
            {
                try
                {
                    KernelFigures[] figures = Figures(job.Program, job.Architecture);
                    lock (job.Program.Figures) job.Program.Figures[job.Architecture] = figures;
                }
                catch (Exception e)
                {
                    failures.Enqueue($"{job.Program} for sm_{job.Architecture}: {e.Message}");
                }
                int n = Interlocked.Increment(ref done);
                // From the cache it takes a second or two, in silence.
                if (Compilations > 0 && n % 100 == 0) Console.WriteLine($"{n} of {total} images, {Compilations} of them compiled");
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (!failures.IsEmpty) throw new InvalidOperationException($"{failures.Count} images could not be made:\n{string.Join('\n', failures.Order(StringComparer.Ordinal).Take(20))}");
    }

    private KernelFigures[] Figures(CheckedProgram program, int architecture)
    {
        string options = $"--gpu-architecture=sm_{architecture} --std=c++17 --extra-device-vectorization";
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Version}\n{options}\n{program.Text}")));
        bool disassemble = program.IsDisassembled && architecture is 80 or 90;
        string image = Path.Combine(_folder, hash + ".cubin"), kept = Path.Combine(_folder, $"{hash}.{Inspector.Version}{(disassemble ? "d" : "")}.json");
        if (File.Exists(kept)) return JsonSerializer.Deserialize<KernelFigures[]>(File.ReadAllText(kept))!;
        if (!File.Exists(image))
        {
            AtomicFile.WriteAllBytes(image, Compile(program.ToString(), program.Text, options));
            lock (_folder) Compilations++;
        }
        KernelFigures[] figures = Inspector.Inspect(_toolkit, image, disassemble);
        AtomicFile.WriteAllText(kept, JsonSerializer.Serialize(figures));
        return figures;
    }

    private static byte[] Compile(string title, string text, string options)
    {
        Nvrtc.Check(Nvrtc.nvrtcCreateProgram(out nint handle, text, title, 0, 0, 0), nameof(Nvrtc.nvrtcCreateProgram));
        nint[] texts = [.. options.Split(' ').Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            int status;
            fixed (nint* p = texts) status = Nvrtc.nvrtcCompileProgram(handle, texts.Length, p);
            if (status != 0)
            {
                Nvrtc.Check(Nvrtc.nvrtcGetProgramLogSize(handle, out nuint length), nameof(Nvrtc.nvrtcGetProgramLogSize));
                byte[] log = new byte[(int)length];
                fixed (byte* p = log) Nvrtc.Check(Nvrtc.nvrtcGetProgramLog(handle, p), nameof(Nvrtc.nvrtcGetProgramLog));
                throw new InvalidOperationException(Encoding.UTF8.GetString(log).TrimEnd('\0', '\n'));
            }
            Nvrtc.Check(Nvrtc.nvrtcGetCUBINSize(handle, out nuint size), nameof(Nvrtc.nvrtcGetCUBINSize));
            byte[] image = new byte[(int)size];
            fixed (byte* p = image) Nvrtc.Check(Nvrtc.nvrtcGetCUBIN(handle, p), nameof(Nvrtc.nvrtcGetCUBIN));
            return image;
        }
        finally
        {
            foreach (nint option in texts) Marshal.FreeCoTaskMem(option);
            _ = Nvrtc.nvrtcDestroyProgram(ref handle);
        }
    }
}
