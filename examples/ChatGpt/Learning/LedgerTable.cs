using System.Globalization;
using Spectre.Console;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>The ledger as a table for people.</summary>
public static class LedgerTable
{
    /// <summary>A row for each result; what belongs to the stage stands in its first.</summary>
    public static Table Of(IReadOnlyList<LedgerEntry> entries, Texts texts)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach ((string column, bool left) in (ReadOnlySpan<(string, bool)>)[
            (texts.Pick("etapa", "stage"), true), (texts.Pick("dados", "data"), true), (texts.Pick("passos", "steps"), false), ("tokens", false), (texts.Pick("tempo", "time"), false),
            (texts.Pick("o que melhorou", "what improved"), true), (texts.Pick("antes", "before"), false), (texts.Pick("depois", "after"), false), (texts.Pick("intervalo de 95 %", "95 % interval"), false)])
        {
            table.AddColumn(new TableColumn(column) { Alignment = left ? Justify.Left : Justify.Right });
        }
        foreach (LedgerEntry e in entries)
        {
            for (int i = 0; i < Math.Max(1, e.Results.Count); i++)
            {
                string[] stage = i > 0 ? ["", "", "", "", ""] : [e.Stage, e.Data, texts.Count(e.Steps), texts.Short(e.Tokens), Clock(e.Seconds)];
                string[] result = i >= e.Results.Count ? ["", "", "", ""] : Row(e.Results[i], texts);
                table.AddRow([.. stage.Concat(result).Select(Markup.Escape)]);
            }
        }
        return table;
    }

    private static string[] Row(LedgerResult r, Texts texts)
    {
        string name = $"{Name(r.Metric, texts)}, {Name(r.HeldOut, texts)} (n = {texts.Short(r.Of)})";
        return [name, r.Before is double before ? Value(before) : "–", Value(r.After), r.Interval is [double low, double high] ? $"{Value(low)} … {Value(high)}" : "–"];

        string Value(double value) => IsShare(r.Metric) ? texts.Number(100 * value, 1) + " %" : texts.Number(value, 3);
    }

    private static bool IsShare(string metric) => metric.Contains("accuracy", StringComparison.Ordinal) || metric.EndsWith("_rate", StringComparison.Ordinal);

    private static string Clock(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)}:{(int)seconds % 60:00}");

    /// <summary>A key in words; one that is unknown stands as it is.</summary>
    internal static string Name(string key, Texts texts) => key switch
    {
        "bits_per_byte" => texts.Pick("bits por byte", "bits per byte"),
        "accuracy" => texts.Pick("respostas certas", "right answers"),
        "fact_accuracy" => texts.Pick("fatos certos", "facts right"),
        "nats_per_token" => texts.Pick("nats por token da resposta", "nats per token of the answer"),
        "pair_accuracy" => texts.Pick("pares na ordem certa", "pairs in the right order"),
        "true_reward" => texts.Pick("recompensa verdadeira", "true reward"),
        "win_rate" => texts.Pick("vitórias contra sft", "wins against sft"),
        "text" => texts.Pick("texto não visto", "unseen text"),
        "phrasings" => texts.Pick("perguntas reformuladas", "new phrasings"),
        "subjects" => texts.Pick("assuntos nunca perguntados", "subjects never asked"),
        "both" => texts.Pick("assunto e forma novos", "new subjects and phrasings"),
        "dialogues" => texts.Pick("diálogos não vistos", "unseen dialogues"),
        _ => key,
    };
}
