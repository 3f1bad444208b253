using System.Collections.Concurrent;
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
    /// The specialisations that a source declares: the cross product of the choices on each line <c>// variants: T=float,bf16 N=1,2</c>; on <c>// variants before sm_80: …</c> for older
    /// architectures alone, and after a line <c>// arch: 80</c> for none below. The compiler's check compiles these, and the tests allow no other.
    /// </summary>
    /// <exception cref="FormatException">A line makes no sense.</exception>
    public static IEnumerable<KernelVariant> Variants(string text)
    {
        int from = ArchitectureLine().Match(text) is { Success: true } line ? Number(line.Groups[1]) : 0;
        foreach (Match variants in VariantsLine().Matches(text))
        {
            IEnumerable<(string Name, string Value)[]> product = [[]];
            foreach (string choice in variants.Groups[2].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (choice.Split('=') is not [string name, string values]) throw new FormatException($"'{choice}' among a kernel's variants: NAME=VALUE,VALUE is expected");
                product = [.. product.SelectMany(_ => values.Split(','), (chosen, value) => ((string, string)[])[.. chosen, (name, value)])];
            }
            int before = variants.Groups[1].Success ? Number(variants.Groups[1]) : int.MaxValue;
            foreach ((string Name, string Value)[] defines in product) yield return new KernelVariant(defines, from, before);
        }

        static int Number(Group group) => int.Parse(group.Value, System.Globalization.CultureInfo.InvariantCulture);
    }

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

    [GeneratedRegex(@"^// variants(?: before sm_(\d+))?: *(.*?)\s*$", RegexOptions.Multiline)]
    private static partial Regex VariantsLine();

    [GeneratedRegex(@"^// arch: *(\d+)", RegexOptions.Multiline)]
    private static partial Regex ArchitectureLine();
}

/// <summary>A specialisation of a source, for architectures from <paramref name="From"/> and below <paramref name="Before"/>.</summary>
internal sealed record KernelVariant((string Name, string Value)[] Defines, int From, int Before)
{
    public bool IsFor(int computeCapability) => computeCapability >= From && computeCapability < Before;

    /// <summary><c>T=float TILE=64</c>.</summary>
    public override string ToString() => string.Join(' ', Defines.Select(d => $"{d.Name}={d.Value}"));
}
