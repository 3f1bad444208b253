using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using TensorCore.Cuda.Interop;
using TensorCore.IO;

namespace TensorCore.Cuda;

/// <summary>
/// The compiled kernels of a device: each program is compiled for its architecture on first use and kept on disk under the hash of its text, the options and the compiler's
/// version. A file that is cut, changed or of another origin is compiled again; processes that compile the same at once write whole files, the last of which stays.
/// </summary>
internal sealed unsafe class KernelCache(CudaDevice device)
{
    // What a cache file starts with, followed by the SHA-256 of the image and the image.
    private static readonly byte[] s_magic = "TensorCore cubin 1\n"u8.ToArray();

    private readonly ConcurrentDictionary<KernelKey, CudaKernel> _kernels = [];
    private readonly Dictionary<string, nint> _modules = [];
    private readonly Lock _lock = new();
    private (string Options, string Target)? _target;

    /// <summary>The programs that were loaded, as (file, defines): the tests hold them against what the sources declare.</summary>
    public ConcurrentDictionary<(string File, string Defines), bool> Used { get; } = [];

    /// <summary>How many programs this process has compiled, not counting those found on disk.</summary>
    public int Compilations { get; private set; }

    /// <summary>A kernel of a file in <c>kernels/</c>.</summary>
    public CudaKernel Get(string file, string name, DType type, ReadOnlySpan<(string Name, int Value)> defines)
    {
        KernelKey key = new(file, name, type, defines);
        if (_kernels.TryGetValue(key, out CudaKernel? kernel)) return kernel;
        List<(string, string)> lines = [("T", KernelSource.TypeName(type))];
        foreach ((string define, int value) in defines) lines.Add((define, value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Used[(file, string.Join(' ', lines.Select(l => $"{l.Item1}={l.Item2}")))] = true;
        return _kernels.GetOrAdd(key with { Defines = defines.ToArray() }, Load(KernelSource.Program(file, lines), name, file));
    }

    /// <summary>A kernel of a program that was generated: see <see cref="GeneratedProgram"/>.</summary>
    internal CudaKernel GetGenerated(string title, string program, string name) => Load(program, name, title);

    private CudaKernel Load(string program, string name, string title)
    {
        device.Enter();
        lock (_lock)
        {
            if (!_modules.TryGetValue(program, out nint module))
            {
                module = Module(program, title);
                _modules[program] = module;
            }
            Driver.Check(Driver.cuModuleGetFunction(out nint function, module, name));
            return new CudaKernel(device, name, function);
        }
    }

    /// <summary>A program's module, from the disk or the compiler.</summary>
    private nint Module(string program, string title)
    {
        (string options, string target) = Target();
        string? folder = CudaOptions.KernelCacheFolder;
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{target}\n{options}\n{program}"));
        string? path = folder is null ? null : Path.Combine(folder, Convert.ToHexStringLower(hash) + ".cubin");
        if (path is not null && Read(path) is byte[] kept)
        {
            int status = LoadImage(kept, out nint ready);
            if (status == Driver.Success) return ready;
            // Whole, but nothing that this driver takes: another's. The compiler has the last word.
            if (status is not (Driver.InvalidImage or Driver.NoBinaryForGpu or Driver.InvalidPtx or Driver.UnsupportedPtxVersion)) Driver.Check(status, nameof(Driver.cuModuleLoadData));
        }
        byte[] image = Compile(program, title, options, out _);
        Compilations++;
        if (path is not null) Write(path, image);
        Driver.Check(LoadImage(image, out nint module), nameof(Driver.cuModuleLoadData));
        return module;
    }

    private static int LoadImage(byte[] image, out nint module)
    {
        fixed (byte* p = image) return Driver.cuModuleLoadData(out module, p);
    }

    private static byte[]? Read(string path)
    {
        try
        {
            if (!File.Exists(path)) return null;
            ReadOnlySpan<byte> file = File.ReadAllBytes(path);
            int header = s_magic.Length + SHA256.HashSizeInBytes;
            if (file.Length <= header || !file.StartsWith(s_magic)) return null;
            ReadOnlySpan<byte> image = file[header..];
            return SHA256.HashData(image).AsSpan().SequenceEqual(file[s_magic.Length..header]) ? image.ToArray() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a cache that cannot be read is no cache
        }
    }

    private static void Write(string path, byte[] image)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.WriteAllBytes(path, [.. s_magic, .. SHA256.HashData(image), .. image]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full or read-only disk costs the next start its time, nothing else.
        }
    }

    /// <summary>The compiler's options for this device, and what else a cached image depends on.</summary>
    private (string Options, string Target) Target()
    {
        if (_target is { } known) return known;
        NativeLibraries.Register();
        if (!NativeLibraries.Has(NativeLibraries.Nvrtc))
            throw new DeviceException($"cuda:{device.Index}: NVRTC, the run-time compiler, was not found ({string.Join(" or ", NativeLibraries.FileNames(NativeLibraries.Nvrtc))}): install the CUDA toolkit's NVRTC, or name its folder in {NativeLibraries.FoldersVariable}");
        Nvrtc.Check(Nvrtc.nvrtcVersion(out int major, out int minor), nameof(Nvrtc.nvrtcVersion));
        Nvrtc.Check(Nvrtc.nvrtcGetNumSupportedArchs(out int count), nameof(Nvrtc.nvrtcGetNumSupportedArchs));
        int[] archs = new int[count];
        fixed (int* p = archs) Nvrtc.Check(Nvrtc.nvrtcGetSupportedArchs(p), nameof(Nvrtc.nvrtcGetSupportedArchs));
        // A device newer than the compiler gets PTX of the newest architecture that it knows, which the driver translates.
        int own = device.ComputeCapability, best = archs.Where(a => a <= own).DefaultIfEmpty(archs.Min()).Max();
        string architecture = best == own ? $"sm_{own}" : $"compute_{best}";
        _target = (Options(architecture), $"NVRTC {major}.{minor}");
        return _target.Value;
    }

    /// <summary>The compiler's options for an architecture: <c>sm_80</c>, or <c>compute_80</c> for PTX.</summary>
    internal static string Options(string architecture) => $"--gpu-architecture={architecture} --std=c++17 --extra-device-vectorization";

    /// <summary>The compiled image of a program, and what the compiler said.</summary>
    /// <exception cref="CudaException">It does not compile.</exception>
    internal static byte[] Compile(string program, string title, string options, out string log)
    {
        Nvrtc.Check(Nvrtc.nvrtcCreateProgram(out nint handle, program, title, 0, 0, 0), nameof(Nvrtc.nvrtcCreateProgram));
        nint[] texts = [.. options.Split(' ').Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            int status;
            fixed (nint* p = texts) status = Nvrtc.nvrtcCompileProgram(handle, texts.Length, p);
            log = Log(handle);
            if (status != 0)
            {
                throw new CudaException(nameof(Nvrtc.nvrtcCompileProgram), Marshal.PtrToStringUTF8((nint)Nvrtc.nvrtcGetErrorString(status)) ?? "", status,
                    $"{title} does not compile with {options}:\n{log}");
            }
            bool binary = options.Contains("sm_", StringComparison.Ordinal);
            Nvrtc.Check(binary ? Nvrtc.nvrtcGetCUBINSize(handle, out nuint size) : Nvrtc.nvrtcGetPTXSize(handle, out size), binary ? nameof(Nvrtc.nvrtcGetCUBINSize) : nameof(Nvrtc.nvrtcGetPTXSize));
            byte[] image = new byte[(int)size];
            fixed (byte* p = image) Nvrtc.Check(binary ? Nvrtc.nvrtcGetCUBIN(handle, p) : Nvrtc.nvrtcGetPTX(handle, p), binary ? nameof(Nvrtc.nvrtcGetCUBIN) : nameof(Nvrtc.nvrtcGetPTX));
            return image;
        }
        finally
        {
            foreach (nint text in texts) Marshal.FreeCoTaskMem(text);
            _ = Nvrtc.nvrtcDestroyProgram(ref handle);
        }
    }

    private static string Log(nint program)
    {
        Nvrtc.Check(Nvrtc.nvrtcGetProgramLogSize(program, out nuint length), nameof(Nvrtc.nvrtcGetProgramLogSize));
        byte[] log = new byte[(int)length];
        fixed (byte* p = log) Nvrtc.Check(Nvrtc.nvrtcGetProgramLog(program, p), nameof(Nvrtc.nvrtcGetProgramLog));
        return Encoding.UTF8.GetString(log).TrimEnd('\0');
    }

    /// <summary>What tells one specialisation from another; compared without building a string.</summary>
    private readonly struct KernelKey(string file, string name, DType type, ReadOnlySpan<(string Name, int Value)> defines) : IEquatable<KernelKey>
    {
        private readonly string _file = file, _name = name;
        private readonly DType _type = type;
        private readonly int _hash = Hash(name, type, defines);

        public (string Name, int Value)[] Defines { get; init; } = [.. defines];

        public bool Equals(KernelKey other) => _hash == other._hash && _type == other._type && _name == other._name && _file == other._file && Defines.AsSpan().SequenceEqual(other.Defines);

        public override bool Equals(object? obj) => obj is KernelKey other && Equals(other);

        public override int GetHashCode() => _hash;

        private static int Hash(string name, DType type, ReadOnlySpan<(string Name, int Value)> defines)
        {
            HashCode hash = default;
            hash.Add(name);
            hash.Add(type);
            foreach ((_, int value) in defines) hash.Add(value);
            return hash.ToHashCode();
        }
    }
}
