using System.Text.Json;
using TensorCore.Examples.Cli;
using TensorCore.IO;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>What a stage made better, on held-out data.</summary>
/// <param name="Metric">Its key: <c>accuracy</c>, <c>bits_per_byte</c>; the table knows its name in either language.</param>
/// <param name="HeldOut">On what: <c>phrasings</c>, <c>subjects</c>, <c>both</c>, <c>text</c>.</param>
/// <param name="Of">How many were judged: questions, tokens, pairs.</param>
/// <param name="Before">By the model that the stage began with; null if there is no such number.</param>
/// <param name="After">By the stage's own model.</param>
/// <param name="Interval">The 95 % interval of <paramref name="After"/>, lower and upper end; null if none was computed.</param>
public sealed record LedgerResult(string Metric, string HeldOut, long Of, double? Before, double After, IReadOnlyList<double>? Interval = null)
{
    /// <summary>The 95 % interval of <see cref="Before"/>.</summary>
    public IReadOnlyList<double>? IntervalBefore { get; init; }

    /// <summary>A share before and after.</summary>
    public static LedgerResult Compare(string metric, string heldOut, Proportion before, Proportion after) =>
        new(metric, heldOut, after.Of, before.Value, after.Value, Ends(after)) { IntervalBefore = Ends(before) };

    private static double[] Ends(Proportion p) => [p.Interval.Lower, p.Interval.Upper];
}

/// <summary>What a stage took and gave.</summary>
/// <param name="Stage">Its name, that of its folder.</param>
/// <param name="Data">What it learnt from, in words.</param>
/// <param name="Steps">Steps of the optimizer.</param>
/// <param name="Tokens">Tokens that went through the model to be learnt from.</param>
/// <param name="Seconds">Time of the steps.</param>
/// <param name="Results">What became better, the most telling first.</param>
public sealed record LedgerEntry(string Stage, string Data, long Steps, long Tokens, double Seconds, IReadOnlyList<LedgerResult> Results);

/// <summary>
/// The book of a run: an entry for each stage, in ledger.json beside the stages' folders. What is written stays the same whatever the language that it is read in, but for
/// the words in <see cref="LedgerEntry.Data"/>.
/// </summary>
/// <param name="Path">The file.</param>
public sealed record Ledger(string Path)
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The ledger of a run's folder.</summary>
    public static Ledger Of(string root) => new(System.IO.Path.Combine(root, "ledger.json"));

    /// <summary>The entries in the order of their stages; none if there is no file.</summary>
    /// <exception cref="InvalidDataException">The file is malformed.</exception>
    public IReadOnlyList<LedgerEntry> Read()
    {
        if (!File.Exists(Path))
            return [];
        try
        {
            LedgerEntry[] entries = JsonSerializer.Deserialize<LedgerEntry[]>(File.ReadAllText(Path), _json) ?? [];
            return Array.TrueForAll(entries, e => e is { Stage: not null, Data: not null, Results: not null }) ? entries : throw new JsonException("stage, data, results");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{Path}: {e.Message}", e);
        }
    }

    /// <summary>Adds an entry, atomically; one of the same stage is replaced where it stands.</summary>
    public void Add(LedgerEntry entry)
    {
        List<LedgerEntry> entries = [.. Read()];
        int at = entries.FindIndex(e => e.Stage == entry.Stage);
        if (at < 0)
            entries.Add(entry);
        else
            entries[at] = entry;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
        AtomicFile.WriteAllText(Path, JsonSerializer.Serialize(entries, _json) + "\n");
    }

    /// <summary>The entries as an array of JSON.</summary>
    public System.Text.Json.Nodes.JsonNode ToJson() => JsonSerializer.SerializeToNode(Read(), _json)!;
}
