using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>The ledger as tables for people.</summary>
public static class LedgerTable
{
    /// <summary>What each stage took, and below it what that made better.</summary>
    public static IRenderable Of(IReadOnlyList<LedgerEntry> entries, Texts texts)
    {
        Table took = Empty((texts.Pick("etapa", "stage"), true), (texts.Pick("dados", "data"), true), (texts.Pick("passos", "steps"), false), ("tokens", false), (texts.Pick("tempo", "time"), false));
        Table gave = Empty(
            (texts.Pick("etapa", "stage"), true), (texts.Pick("medida", "measure"), true), (texts.Pick("em", "on"), true), ("n", false), (texts.Pick("antes", "before"), false),
            (texts.Pick("depois", "after"), false), ("95 %", false));
        foreach (LedgerEntry e in entries)
        {
            took.AddRow([.. ((string[])[e.Stage, e.Data, texts.Count(e.Steps), texts.Short(e.Tokens), Clock(e.Seconds)]).Select(Markup.Escape)]);
            for (int i = 0; i < e.Results.Count; i++)
                gave.AddRow([.. Row(e.Results[i], texts).Prepend(i == 0 ? e.Stage : "").Select(Markup.Escape)]);
        }
        return new Rows(took, gave);
    }

    private static Table Empty(params ReadOnlySpan<(string Name, bool Left)> columns)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach ((string name, bool left) in columns)
            table.AddColumn(new TableColumn(name) { Alignment = left ? Justify.Left : Justify.Right, NoWrap = !left });
        return table;
    }

    private static string[] Row(LedgerResult r, Texts texts)
    {
        (double scale, int decimals, string unit) = IsShare(r.Metric) ? (100.0, 1, " %") : (1.0, 3, "");
        string interval = r.Interval is [double low, double high] ? $"{Value(low)} … {Value(high)}{unit}" : "–";
        return [Name(r.Metric, texts), Name(r.HeldOut, texts), texts.Short(r.Of), r.Before is double before ? Value(before) + unit : "–", Value(r.After) + unit, interval];

        string Value(double value) => texts.Number(scale * value, decimals);
    }

    private static bool IsShare(string metric) => metric.Contains("accuracy", StringComparison.Ordinal) || metric.EndsWith("_rate", StringComparison.Ordinal);

    private static string Clock(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{(int)(seconds / 60)}:{(int)seconds % 60:00}");

    /// <summary>A key in words; one that is unknown stands as it is.</summary>
    internal static string Name(string key, Texts texts) => key switch
    {
        "bits_per_byte" => "bits/byte",
        "accuracy" => texts.Pick("respostas certas", "answers right"),
        "fact_accuracy" => texts.Pick("fatos certos", "facts right"),
        "nats_per_token" => "nats/token",
        "pair_accuracy" => texts.Pick("pares em ordem", "pairs in order"),
        "true_pair_accuracy" => texts.Pick("pares em ordem, sem os erros de quem ordena", "pairs in order, without the ranker's errors"),
        "reward" => texts.Pick("recompensa aprendida", "learnt reward"),
        "kl" => texts.Pick("KL até a referência, nats", "KL to the reference, nats"),
        "true_reward" => texts.Pick("recompensa verdadeira", "true reward"),
        "win_rate" => texts.Pick("vitórias sobre sft", "wins over sft"),
        "text" => texts.Pick("texto novo", "new text"),
        "phrasings" => texts.Pick("frases novas", "new phrasings"),
        "subjects" => texts.Pick("assuntos novos", "new subjects"),
        "both" => texts.Pick("ambos novos", "both new"),
        "dialogues" => texts.Pick("diálogos novos", "new dialogues"),
        _ => key,
    };
}
