using System.Globalization;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The terms of the lecture as subjects to ask about.</summary>
internal static class DefinitionTopics
{
    public static IEnumerable<Topic> Of(Phrasebook book) => book.Definitions.Select(d => new DefinitionTopic(d, book)
    {
        Kind = QuestionKind.Definition,
        Subject = d.Term,
        Unit = $"definition/{d.Term}",
        Asking = book.AskDefinition,
        Asked = book.AskDefinition.About(t => t.Replace("{x}", d.Named, StringComparison.Ordinal).Replace("{term}", d.Term, StringComparison.Ordinal)),
        Answer = Words.Capital(d.Meaning) + ".",
        Sentences = [DefinitionTopic.Tell(book.DefinitionStatements[0], d, d.Meaning)],
        Statements = [.. book.DefinitionStatements.Select(s => DefinitionTopic.Tell(s, d, d.Meaning))],
    });
}

/// <summary>One term. An answer is true if most of what matters in the definition is said in its order, and no other term's definition is.</summary>
internal sealed class DefinitionTopic(Definition definition, Phrasebook book) : Topic
{
    private const double Enough = 0.8;

    // Words of up to this length are articles and prepositions, mostly.
    private const int LittleWord = 3;

    private readonly string[] _own = Content(Words.Of(definition.Meaning));
    private readonly string[][] _others = [.. book.Definitions.Where(d => d != definition).Select(d => Content(Words.Of(d.Meaning)))];

    public static string Tell(string text, Definition definition, string meaning) =>
        Words.Capital(string.Format(CultureInfo.InvariantCulture, text, definition.Named, meaning, definition.Term));

    public override bool IsTrue(string[] answer, string[] question)
    {
        string[] said = Content(answer);
        return !book.Denies(answer) && Says(said, _own) && !_others.Any(other => Says(said, other));
    }

    /// <summary>What another term means.</summary>
    public override (string Answer, string Sentence) Mistake(SplitMix64 random)
    {
        Definition other;
        do
            other = random.Pick(book.Definitions);
        while (other == definition);
        return (Words.Capital(other.Meaning) + ".", Tell(book.DefinitionStatements[0], definition, other.Meaning));
    }

    private static bool Says(string[] said, string[] meaning) => Words.CommonInOrder(said, meaning) >= Enough * meaning.Length;

    private static string[] Content(string[] words) => [.. words.Where(w => w.Length > LittleWord)];
}
