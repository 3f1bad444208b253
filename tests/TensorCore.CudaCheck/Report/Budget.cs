using System.Text;
using System.Text.Json;

namespace TensorCore.CudaCheck;

/// <summary><c>kernels/budget.json</c>: what NVIDIA's compiler may make of each kernel.</summary>
internal sealed class Budget
{
    public const string Path = "kernels/budget.json";

    private const string About =
        "What NVIDIA's compiler may make of each kernel: ./build.sh cuda-check holds it to this, --update enters today's figures. At most: registers, spills and local (bytes a thread), shared (bytes a block). "
        + "At least: occupancy (% of the warps), loads128, stores128, copies128 (16-byte accesses), tensor (instructions), mainLoop (% multiply-adds). Not given: 0. sm_80 and later share the bounds; "
        + "sm_70 and sm_75 have what they are worse in. Instructions are counted on sm_80 and sm_90.";

    private readonly Dictionary<LineKey, Bounds> _lines = [];

    private Budget(string compiler) => Compiler = compiler;

    /// <summary>Bounds for nothing: what there is before the first update.</summary>
    public static Budget Empty => new("");

    /// <summary>The compiler that the bounds are for.</summary>
    public string Compiler { get; }

    public static Budget Read(string text)
    {
        JsonElement json = JsonDocument.Parse(text).RootElement;
        Budget budget = new(json.GetProperty("compiler").GetString()!);
        foreach (JsonProperty file in json.GetProperty("kernels").EnumerateObject())
            foreach (JsonProperty kernel in file.Value.EnumerateObject())
                foreach (JsonProperty line in kernel.Value.EnumerateObject())
                    budget._lines[new LineKey(file.Name, kernel.Name, line.Name)] = Bounds.Read(line.Value);
        return budget;
    }

    /// <summary>The bounds that figures just keep.</summary>
    public static Budget Today(string compiler, IEnumerable<Line> lines)
    {
        Budget budget = new(compiler);
        foreach (Line line in lines) budget._lines[line.Key] = Bounds.Today(line);
        return budget;
    }

    /// <summary>Every bound that does not hold.</summary>
    public IEnumerable<Breach> Breaches(IEnumerable<Line> lines) =>
        from line in lines
        where _lines.ContainsKey(line.Key)
        from m in line.Measurements
        from metric in Metric.All
        let bound = _lines[line.Key].Of(metric, m.Architecture)
        let value = metric.Of(m)
        where metric.IsWorse(value, bound)
        select new Breach(line.Key, m.Program.Variant, m.Architecture, metric, bound, value.Value);

    /// <summary>Lines without bounds.</summary>
    public IEnumerable<LineKey> Missing(IEnumerable<Line> lines) => lines.Select(l => l.Key).Where(k => !_lines.ContainsKey(k));

    /// <summary>Bounds without kernels.</summary>
    public IEnumerable<LineKey> Stale(IEnumerable<Line> lines) => _lines.Keys.Except(lines.Select(l => l.Key));

    /// <summary>What changes from these bounds to others, as lines of a diff.</summary>
    public IEnumerable<string> DifferencesTo(Budget other)
    {
        foreach (LineKey key in _lines.Keys.Union(other._lines.Keys))
        {
            string? before = _lines.GetValueOrDefault(key)?.ToString(), after = other._lines.GetValueOrDefault(key)?.ToString();
            if (before == after) continue;
            if (before is not null) yield return $"- {key}: {before}";
            if (after is not null) yield return $"+ {key}: {after}";
        }
    }

    /// <summary>As the file's text: a line for each kernel and variant.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        text.Append("{\n").Append($"  \"about\": {Quoted(About)},\n").Append($"  \"compiler\": {Quoted(Compiler)},\n");
        text.Append("  \"kernels\": ").Append(Object("  ", _lines.GroupBy(l => l.Key.File).Select(file =>
            (file.Key, Object("    ", file.GroupBy(l => l.Key.Kernel).Select(kernel =>
                (kernel.Key, Object("      ", kernel.Select(l => (l.Key.Variant, l.Value.ToString()))))))))));
        return text.Append("\n}\n").ToString();

        static string Object(string indent, IEnumerable<(string Name, string Value)> members) => $"{{\n{string.Join(",\n", members.Select(m => $"{indent}  {Quoted(m.Name)}: {m.Value}"))}\n{indent}}}";

        static string Quoted(string text) => $"\"{text}\""; // no name has a character that JSON escapes
    }
}
