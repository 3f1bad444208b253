using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace TensorCore.Cuda;

/// <summary>
/// The text of a CUDA program: the choices as <c>#define</c> lines, the prelude, the parts that the file's first line needs (<c>// needs: mma.cuh</c>), and the file. They are joined here
/// because NVRTC alone has no headers to include; <c>#define</c> lines, since a one-letter macro on the command line would break NVRTC's own built-in header.
/// </summary>
internal static partial class KernelSource
{
    private const string Needs = "// needs: ";
    private static readonly ConcurrentDictionary<string, string> s_files = [];

    /// <summary>The program of a file in <c>kernels/</c>, specialised.</summary>
    public static string Program(string file, IEnumerable<(string Name, string Value)> defines)
    {
        string text = File(file), first = text[..text.IndexOf('\n')];
        StringBuilder program = new();
        foreach ((string name, string value) in defines) program.Append("#define ").Append(name).Append(' ').Append(value).Append('\n');
        program.Append(File("prelude.cuh"));
        if (first.StartsWith(Needs, StringComparison.Ordinal))
            foreach (string part in first[Needs.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)) program.Append(File(part.Trim()));
        // Errors of the compiler then name the file and its own lines.
        return program.Append("#line 1 \"").Append(file).Append("\"\n").Append(text).ToString();
    }

    /// <summary>The names of all embedded sources, <c>softmax.cu</c>, <c>study/1_naive.cu</c>, ….</summary>
    public static IReadOnlyList<string> Files { get; } =
        [.. typeof(KernelSource).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("kernels/", StringComparison.Ordinal)).Select(n => n["kernels/".Length..]).Order(StringComparer.Ordinal)];

    /// <summary>The text of one embedded source.</summary>
    public static string File(string name) => s_files.GetOrAdd(name, static n =>
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("kernels/" + n) ?? throw new FileNotFoundException($"there is no kernel source '{n}' in the library");
        return new StreamReader(stream, Encoding.UTF8).ReadToEnd();
    });

    /// <summary>
    /// The specialisations that a source declares: every combination of a line <c>// variants: T=float,bf16 TILE=64,128</c>, as <c>T=float TILE=64</c>, …; those of a line
    /// <c>// variants before sm_80: …</c> are for older devices alone, and a line <c>// arch: 80</c> keeps all from them. The compiler's check compiles these, and the tests allow no other.
    /// </summary>
    public static IEnumerable<KernelVariant> Variants(string file) => Variants(file, File(file));

    internal static IEnumerable<KernelVariant> Variants(string file, string text)
    {
        int from = ArchitectureLine().Match(text) is { Success: true } least ? Number(least.Groups[1]) : 0;
        foreach (Match line in VariantsLine().Matches(text))
        {
            IEnumerable<string> all = [""];
            foreach (string choice in line.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (choice.Split('=') is not [string name, string values]) throw new FormatException($"kernels/{file}: '{choice}' in '{line.Value}' is not NAME=VALUE,VALUE");
                all = all.SelectMany(head => values.Split(',').Select(value => $"{head} {name}={value}".TrimStart()));
            }
            foreach (string combination in all) yield return new KernelVariant(combination, from, line.Groups[1].Success ? Number(line.Groups[1]) : int.MaxValue);
        }

        static int Number(Group group) => int.Parse(group.Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^// variants(?: before sm_(\d+))?: *([^\r\n]*)", RegexOptions.Multiline)]
    private static partial Regex VariantsLine();

    [GeneratedRegex(@"^// arch: *(\d+)", RegexOptions.Multiline)]
    private static partial Regex ArchitectureLine();

    /// <summary>The name of a dtype's element type in CUDA C.</summary>
    public static string TypeName(DType dtype) => dtype switch
    {
        DType.Float32 => "float",
        DType.Float64 => "double",
        DType.BFloat16 => "bf16",
        DType.Int32 => "int",
        DType.Int64 => "int64",
        _ => "uint8",
    };
}
