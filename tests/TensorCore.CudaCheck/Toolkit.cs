using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>
/// NVIDIA's run-time compiler, its tools for binaries and its driver library, from Debian's packages, unpacked into a cache folder outside the repository. They are NVIDIA's property:
/// nothing of them is committed, and what the compiler makes is read, never executed. The machine's own apt configuration and packages stay as they are.
/// </summary>
internal sealed partial class Toolkit
{
    public const string FolderVariable = "TENSORCORE_CUDA_CHECK_CACHE";

    private const string Suite = "trixie", DefaultMirror = "http://deb.debian.org/debian", Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private static readonly string[] s_packages = ["libnvrtc12", "libnvrtc-builtins12.4", "nvidia-cuda-toolkit", "libcuda1"];

    private readonly string _root;

    private Toolkit(string root) => _root = root;

    /// <summary>Where everything is kept that is fetched or made.</summary>
    public static string CacheFolder { get; } = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } named
        ? Path.GetFullPath(named)
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "TensorCore", "cuda-check");

    /// <summary>The folder of libnvrtc.so.12 and its builtins.</summary>
    public string Libraries => Path.Combine(_root, "usr", "lib", "x86_64-linux-gnu");

    /// <summary>The folder of libcuda.so.1.</summary>
    public string DriverLibraries => Path.Combine(Libraries, "nvidia", "current");

    /// <summary>A program of NVIDIA's, <c>cuobjdump</c> or <c>nvdisasm</c>.</summary>
    public string Tool(string name) => Path.Combine(_root, "usr", "bin", name);

    /// <summary>The unpacked packages, fetched if they are not there; null, and why, where that is not possible.</summary>
    public static Toolkit? Find(out string why)
    {
        why = "";
        string root = Path.Combine(CacheFolder, "toolkit");
        // The folder takes its name when everything is in it.
        if (Directory.Exists(root)) return new Toolkit(root);
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64) why = "the packages are for Linux on x86-64";
        else if (!Command.Exists("apt-get") || !Command.Exists("dpkg")) why = "apt-get and dpkg, which fetch and unpack NVIDIA's compiler, are not on this machine";
        else if (!File.Exists(Keyring)) why = $"{Keyring} is missing (apt-get install debian-archive-keyring)";
        else if (!Fetch(root, out why)) why = $"Debian's archive could not be reached, or has not the packages: {why}";
        return why.Length == 0 ? new Toolkit(root) : null;
    }

    private static bool Fetch(string root, out string why)
    {
        string scratch = Path.Combine(CacheFolder, "apt"), unpacked = root + ".new", mirror = Mirror();
        foreach (string folder in (string[])[scratch, unpacked])
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        foreach (string folder in (string[])[unpacked, Path.Combine(scratch, "lists", "partial"), Path.Combine(scratch, "cache", "archives", "partial"), Path.Combine(scratch, "packages")]) Directory.CreateDirectory(folder);
        string list = Path.Combine(scratch, "sources.list"), configuration = Path.Combine(scratch, "apt.conf"), packages = Path.Combine(scratch, "packages");
        File.WriteAllText(list, $"deb [signed-by={Keyring}] {mirror} {Suite} main contrib non-free\n");
        File.WriteAllText(configuration, $"""
            Dir::Etc::SourceList "{list}";
            Dir::Etc::SourceParts "/dev/null";
            Dir::Etc::PreferencesParts "/dev/null";
            Dir::State::Lists "{scratch}/lists";
            Dir::Cache "{scratch}/cache";
            APT::Architecture "amd64";
            APT::Sandbox::User "root";
            APT::Update::Error-Mode "any";
            Acquire::http::Timeout "30";
            Acquire::Retries "2";
            Debug::NoLocking "1";

            """);
        Console.WriteLine($"fetching {string.Join(", ", s_packages)} from {mirror} {Suite} into {CacheFolder} (once, some 110 MB)");
        foreach (string[] arguments in (string[][])[["-q", "update"], ["-q", "download", .. s_packages]])
        {
            (int code, string output) = Command.Run("apt-get", arguments, packages, ("APT_CONFIG", configuration), ("LC_ALL", "C"));
            if (code == 0) continue;
            why = $"apt-get {arguments[1]}: {string.Join("; ", output.Split('\n').Where(l => l.StartsWith("E:", StringComparison.Ordinal)).Take(2))}";
            return false;
        }
        foreach (string package in Directory.GetFiles(packages, "*.deb")) Command.Output("dpkg", "-x", package, unpacked);
        Directory.Move(unpacked, root);
        Directory.Delete(scratch, recursive: true);
        why = "";
        return true;
    }

    /// <summary>The archive that the machine itself uses, if it is a Debian.</summary>
    private static string Mirror()
    {
        List<string> files = [];
        if (File.Exists("/etc/apt/sources.list")) files.Add("/etc/apt/sources.list");
        if (Directory.Exists("/etc/apt/sources.list.d")) files.AddRange(Directory.GetFiles("/etc/apt/sources.list.d").Order(StringComparer.Ordinal));
        foreach (string file in files.Where(f => Path.GetExtension(f) is ".list" or ".sources"))
            foreach (string line in File.ReadLines(file))
                if (MirrorLine().Match(line) is { Success: true } match) return match.Groups[1].Value;
        return DefaultMirror;
    }

    [GeneratedRegex(@"^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?://\S*/debian)/?(?:\s|$)")]
    private static partial Regex MirrorLine();
}
