using Spectre.Console;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>An exam by kind of question and by part: before → after, in percent.</summary>
public static class ExamTable
{
    /// <summary>A row for each kind.</summary>
    public static Table Of(ExamResult before, ExamResult after, Texts texts)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn(texts.Pick("perguntas (certas, %)", "questions (right, %)"));
        foreach (string part in after.Parts.Keys)
            table.AddColumn(new TableColumn(LedgerTable.Name(part, texts)) { Alignment = Justify.Right });
        foreach (QuestionKind kind in Enum.GetValues<QuestionKind>())
            table.AddRow([Name(kind, texts), .. after.Parts.Select(p => Cell(before.Parts[p.Key].Of(kind), p.Value.Of(kind), texts))]);
        table.AddRow([texts.Pick("todas", "all"), .. after.Parts.Select(p => Cell(before.Parts[p.Key].Accuracy, p.Value.Accuracy, texts))]);
        return table;
    }

    private static string Cell(Proportion before, Proportion after, Texts texts) => after.Of == 0
        ? "–"
        : $"{texts.Number(100 * before.Value, 1)} → {texts.Number(100 * after.Value, 1)} ({after.Count}/{after.Of})";

    private static string Name(QuestionKind kind, Texts texts) => kind switch
    {
        QuestionKind.Fact => texts.Pick("fatos da cidade", "facts of the town"),
        QuestionKind.Sum => texts.Pick("somas", "sums"),
        QuestionKind.Definition => texts.Pick("definições", "definitions"),
        QuestionKind.Translation => texts.Pick("traduções", "translations"),
        QuestionKind.Refusal => texts.Pick("o que não se pode saber", "what cannot be known"),
        QuestionKind.Greeting => texts.Pick("cumprimentos", "greetings"),
        _ => kind.ToString(),
    };
}
