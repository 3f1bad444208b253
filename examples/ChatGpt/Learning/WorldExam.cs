using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.IO;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>The answers of one model to an exam, by part: <c>phrasings</c>, <c>subjects</c>, <c>both</c>.</summary>
public sealed record ExamResult(IReadOnlyDictionary<string, AnswerSheet> Parts);

/// <summary>
/// Questions about the built-in world that no tuning has seen: known subjects in new phrasings, new subjects in known phrasings, and both new. The same questions for every
/// model, so that stages can be compared.
/// </summary>
public sealed class WorldExam
{
    private readonly IReadOnlyList<(string Key, IReadOnlyList<Question> Questions)> _parts;

    /// <summary>An exam of so many questions in each part.</summary>
    public WorldExam(QuestionWorld world, int questions, ulong seed) =>
        _parts = [("phrasings", world.HeldOutPhrasings.Draw(questions, seed)), ("subjects", world.HeldOutSubjects.Draw(questions, seed)), ("both", world.HeldOutBoth.Draw(questions, seed))];

    /// <summary>Has a model answer all of it.</summary>
    public ExamResult Take(Func<IReadOnlyList<Question>, AnswerSheet> ask) => new(_parts.ToDictionary(p => p.Key, p => ask(p.Questions)));

    /// <summary>What became better: for each part all questions, and those about the town's facts alone.</summary>
    public static IReadOnlyList<LedgerResult> Compare(ExamResult before, ExamResult after) =>
    [
        .. after.Parts.SelectMany(p => (LedgerResult[])[
            LedgerResult.Compare("accuracy", p.Key, before.Parts[p.Key].Accuracy, p.Value.Accuracy),
            LedgerResult.Compare("fact_accuracy", p.Key, before.Parts[p.Key].Of(QuestionKind.Fact), p.Value.Of(QuestionKind.Fact))]),
    ];

    /// <summary>Writes every question with both answers as a line of JSON, for those who want to see for themselves.</summary>
    public static void Write(string path, ExamResult before, ExamResult after)
    {
        System.Text.Json.JsonSerializerOptions oneLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        IEnumerable<string> lines = after.Parts.SelectMany(p => p.Value.Answers.Zip(before.Parts[p.Key].Answers, (a, b) => new JsonObject
        {
            ["held_out"] = p.Key,
            ["kind"] = a.Question.Kind.ToString(),
            ["question"] = a.Question.Text,
            ["right"] = a.Question.Answer,
            ["before"] = b.Answer,
            ["before_is_right"] = b.IsCorrect,
            ["after"] = a.Answer,
            ["after_is_right"] = a.IsCorrect,
        }.ToJsonString(oneLine) + "\n"));
        AtomicFile.WriteAllText(path, string.Concat(lines));
    }
}
