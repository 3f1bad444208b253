using System.Globalization;
using System.Text;
using System.Text.Json;

namespace TensorCore.CudaCheck;

/// <summary>A bound that does not hold.</summary>
internal sealed record Breach(LineKey Line, string Variant, Architecture Architecture, Metric Metric, int Bound, int Value);

/// <summary>The bounds of a line: those of sm_80 and later, and what an older architecture may be worse in.</summary>
internal sealed record Bounds(IReadOnlyDictionary<string, int> Common, IReadOnlyDictionary<int, IReadOnlyDictionary<string, int>> Exceptions)
{
    private const int FirstCommon = 80;

    /// <summary>The bound of a figure in an architecture.</summary>
    public int Of(Metric metric, Architecture architecture) =>
        Exceptions.TryGetValue(architecture.Number, out IReadOnlyDictionary<string, int>? own) && own.TryGetValue(metric.Name, out int value) ? value : Common.GetValueOrDefault(metric.Name);

    /// <summary>Today's figures as bounds.</summary>
    public static Bounds Today(Line line)
    {
        Measurement[] common = [.. line.Measurements.Where(m => m.Architecture.Number >= FirstCommon)];
        Dictionary<string, int> worst = Metric.All.ToDictionary(m => m.Name, m => m.Worst(common));
        Dictionary<int, IReadOnlyDictionary<string, int>> exceptions = [];
        foreach (IGrouping<int, Measurement> older in line.Measurements.Where(m => m.Architecture.Number < FirstCommon).GroupBy(m => m.Architecture.Number))
        {
            Dictionary<string, int> worse = Metric.All.Where(m => m.IsWorse(m.Worst(older), worst[m.Name])).ToDictionary(m => m.Name, m => m.Worst(older));
            if (worse.Count > 0) exceptions[older.Key] = worse;
        }
        return new Bounds(worst.Where(w => w.Value != 0).ToDictionary(), exceptions);
    }

    /// <summary>As the line's JSON object.</summary>
    public override string ToString()
    {
        IEnumerable<string> own = Values(Common);
        return $"{{ {string.Join(", ", own.Concat(Exceptions.OrderBy(e => e.Key).Select(e => $"\"sm_{e.Key}\": {{ {string.Join(", ", Values(e.Value))} }}")))} }}";

        static IEnumerable<string> Values(IReadOnlyDictionary<string, int> values) =>
            Metric.All.Where(m => values.ContainsKey(m.Name)).Select(m => string.Create(CultureInfo.InvariantCulture, $"\"{m.Name}\": {values[m.Name]}"));
    }

    public static Bounds Read(JsonElement json) => new(
        json.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetInt32()),
        json.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object).ToDictionary(
            p => int.Parse(p.Name["sm_".Length..], CultureInfo.InvariantCulture),
            p => (IReadOnlyDictionary<string, int>)p.Value.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetInt32())));
}

/// <summary><c>kernels/budget.json</c>: what NVIDIA's compiler may make of each kernel.</summary>
internal sealed class Budget
{
    private const string About =
        "What NVIDIA's compiler may make of each kernel (./build.sh cuda-check; --update enters today's figures). At most: registers, spills (bytes), local (accesses to local memory), shared (bytes a block). "
        + "At least: occupancy (% of the warps), loads128, stores128, copies128 (16-byte accesses), hmma, mainLoop (% multiply-adds). Not given: 0. sm_80 and later share the bounds; sm_70 and sm_75 have what they are worse in.";

    // File, kernel and choices → bytes of shared memory that the host asks for at the launch.
    private readonly Dictionary<string, Dictionary<string, int>> _dynamicShared = [];
    private readonly Dictionary<LineKey, Bounds> _lines = [];
    private readonly string _compiler;

    private Budget(string compiler) => _compiler = compiler;

    /// <summary>Bounds for nothing: what there is before the first update.</summary>
    public static Budget Empty => new("");

    public static Budget Read(string text)
    {
        JsonElement json = JsonDocument.Parse(text).RootElement;
        Budget budget = new(json.GetProperty("compiler").GetString()!);
        if (json.TryGetProperty("dynamicShared", out JsonElement dynamic))
        {
            foreach (JsonProperty file in dynamic.EnumerateObject())
                budget._dynamicShared[file.Name] = file.Value.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt32());
        }
        foreach (JsonProperty file in json.GetProperty("kernels").EnumerateObject())
            foreach (JsonProperty kernel in file.Value.EnumerateObject())
                foreach (JsonProperty line in kernel.Value.EnumerateObject())
                    budget._lines[new LineKey(file.Name, kernel.Name, line.Name)] = Bounds.Read(line.Value);
        return budget;
    }

    /// <summary>The bounds as today's figures have them.</summary>
    public Budget Today(string compiler, IEnumerable<Line> lines)
    {
        Budget budget = new(compiler);
        foreach ((string file, Dictionary<string, int> bytes) in _dynamicShared) budget._dynamicShared[file] = bytes;
        foreach (Line line in lines) budget._lines[line.Key] = Bounds.Today(line);
        return budget;
    }

    /// <summary>The shared memory that the host asks for: of the entries <c>KERNEL NAME=VALUE …</c> whose choices the variant has, the one that names most.</summary>
    public int DynamicSharedBytes(KernelProgram program, string kernel)
    {
        if (!_dynamicShared.TryGetValue(program.File, out Dictionary<string, int>? entries)) return 0;
        string[] choices = [kernel, .. program.Variant.Split(' ')];
        return entries.Where(e => e.Key.Split(' ').All(choices.Contains)).OrderByDescending(e => e.Key.Length).Select(e => e.Value).FirstOrDefault();
    }

    /// <summary>Every bound that does not hold.</summary>
    public IEnumerable<Breach> Breaches(IEnumerable<Line> lines) =>
        from line in lines
        where _lines.ContainsKey(line.Key)
        from m in line.Measurements
        from metric in Metric.All
        let bound = _lines[line.Key].Of(metric, m.Architecture)
        where metric.IsWorse(metric.Of(m), bound)
        select new Breach(line.Key, m.Program.Variant, m.Architecture, metric, bound, metric.Of(m));

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
        text.Append("{\n").Append($"  \"about\": {Quoted(About)},\n").Append($"  \"compiler\": {Quoted(_compiler)},\n");
        text.Append("  \"dynamicShared\": ").Append(Object("  ", _dynamicShared.Select(f => (f.Key, Object("    ", f.Value.Select(e => (e.Key, e.Value.ToString(CultureInfo.InvariantCulture)))))))).Append(",\n");
        text.Append("  \"kernels\": ").Append(Object("  ", Grouped(_lines, l => l.Key.File).Select(file =>
            (file.Key, Object("    ", Grouped(file, l => l.Key.Kernel).Select(kernel =>
                (kernel.Key, Object("      ", kernel.Select(l => (l.Key.Variant, l.Value.ToString()))))))))));
        return text.Append("\n}\n").ToString();

        static IEnumerable<IGrouping<string, KeyValuePair<LineKey, Bounds>>> Grouped(IEnumerable<KeyValuePair<LineKey, Bounds>> lines, Func<KeyValuePair<LineKey, Bounds>, string> by) => lines.GroupBy(by);

        static string Object(string indent, IEnumerable<(string Name, string Value)> members)
        {
            string[] lines = [.. members.Select(m => $"{indent}  {Quoted(m.Name)}: {m.Value}")];
            return lines.Length == 0 ? "{}" : $"{{\n{string.Join(",\n", lines)}\n{indent}}}";
        }

        static string Quoted(string text) => $"\"{text}\""; // no name has a character that JSON escapes
    }
}
