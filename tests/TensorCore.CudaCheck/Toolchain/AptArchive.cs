using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TensorCore.CudaCheck;

/// <summary>
/// Debian's package archive under an apt configuration of its own: lists, downloads and sources stand in one folder, and the machine's own configuration is neither read for
/// sources nor changed. apt checks the archive's signature with the machine's Debian keyring, and every package against the signed lists.
/// </summary>
internal sealed class AptArchive
{
    private const string Suite = "trixie", Components = "main contrib non-free", PublicMirror = "http://deb.debian.org/debian";
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly string _folder, _configuration;

    /// <param name="folder">Where lists and packages are kept while they are needed.</param>
    /// <param name="mirror">One of <see cref="Mirrors"/>.</param>
    /// <exception cref="UnreachableException">This machine has no apt, or no Debian keyring.</exception>
    public AptArchive(string folder, string mirror)
    {
        if (!OperatingSystem.IsLinux() || !OnPath("apt-get") || !OnPath("dpkg-deb")) throw new UnreachableException("apt-get is missing: the packages come from Debian's archive");
        if (!File.Exists(Keyring)) throw new UnreachableException($"{Keyring} is missing, which proves that the packages are Debian's (apt-get install debian-archive-keyring)");
        _folder = folder;
        _configuration = Path.Combine(folder, "apt.conf");
        foreach (string part in (string[])["lists/partial", "cache/archives/partial", "packages"]) Directory.CreateDirectory(Path.Combine(folder, part));
        File.WriteAllText(Path.Combine(folder, "sources.list"), $"deb [signed-by={Keyring}] {mirror} {Suite} {Components}\n");
        File.WriteAllText(_configuration, $"""
            Dir::Etc::SourceList "{folder}/sources.list";
            Dir::Etc::SourceParts "/dev/null";
            Dir::State::Lists "{folder}/lists";
            Dir::Cache "{folder}/cache";
            Acquire::Languages "none";
            Acquire::Retries "2";
            Acquire::http::Timeout "20";
            APT::Update::Error-Mode "any";
            APT::Sandbox::User "root"; // apt's own user cannot enter a home folder
            Debug::NoLocking "1";

            """);
    }

    /// <summary>Downloads packages and unpacks them into a folder.</summary>
    /// <exception cref="UnreachableException">The archive, or a package in it, was not found.</exception>
    public void Unpack(IReadOnlyList<string> packages, string into)
    {
        Run("apt-get", ["-q", "update"], _folder);
        string downloads = Path.Combine(_folder, "packages");
        Run("apt-get", ["-q", "download", .. packages], downloads);
        foreach (string package in Directory.EnumerateFiles(downloads, "*.deb")) Run("dpkg-deb", ["-x", package, into], _folder);
    }

    /// <summary>Where to look: the Debian mirror that this machine already uses, then the public one.</summary>
    public static IReadOnlyList<string> Mirrors()
    {
        const string Folder = "/etc/apt/sources.list.d";
        IEnumerable<string> files = Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder).Where(f => Path.GetExtension(f) is ".list" or ".sources").Order(StringComparer.Ordinal) : [];
        return MirrorsIn(new[] { "/etc/apt/sources.list" }.Concat(files).Where(File.Exists).SelectMany(File.ReadLines));
    }

    /// <summary>The addresses that end in <c>/debian</c> in lines of apt's sources, of either format; the public mirror is the last.</summary>
    internal static IReadOnlyList<string> MirrorsIn(IEnumerable<string> lines) =>
    [
        .. lines.Where(l => Regex.IsMatch(l, @"^\s*(deb\s|URIs:)"))
            .Select(l => Regex.Match(l, @"\s(?<address>https?://\S+?/debian)/?(\s|$)"))
            .Where(m => m.Success).Select(m => m.Groups["address"].Value)
            .Append(PublicMirror).Distinct(),
    ];

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private void Run(string program, string[] arguments, string folder)
    {
        ProcessStartInfo start = new(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["APT_CONFIG"] = _configuration;
        start.Environment["LC_ALL"] = "C";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new UnreachableException($"{program} {arguments[^1]} took more than {s_patience.TotalMinutes:F0} minutes");
        }
        Task.WaitAll(output, errors);
        if (process.ExitCode == 0) return;
        string[] lines = errors.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        throw new UnreachableException($"{program} {arguments.First(a => a[0] != '-')}: {string.Join("; ", lines.Where(l => l.StartsWith("E:", StringComparison.Ordinal)).DefaultIfEmpty(errors.Result.Trim()))}");
    }
}
