using System.Globalization;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Words of the town and their partners in the other language, asked both ways.</summary>
internal static class TranslationTopics
{
    public static IEnumerable<Topic> Of(Language language, Phrasebook book)
    {
        List<(string Own, string Foreign)> pairs = [.. WordPairs.All.Select(p => language == Language.Portuguese ? (p.Portuguese, p.English) : (p.English, p.Portuguese))];
        Choices own = new(), foreign = new();
        foreach ((string o, string f) in pairs)
        {
            own.Add(o, [o]);
            foreign.Add(f, [f]);
        }
        foreach ((string o, string f) in pairs)
        {
            yield return Topic(book, (o, f), o, f, book.AskForeign, foreign, book.ForeignStatements, random => Other(pairs, o, random).Foreign, (wrong) => (o, wrong));
            yield return Topic(book, (o, f), f, o, book.AskOwn, own, book.OwnStatements, random => Other(pairs, o, random).Own, (wrong) => (wrong, f));
        }
    }

    private static ChoiceTopic Topic(
        Phrasebook book, (string Own, string Foreign) pair, string word, string answer, Asking asking, Choices choices, string[] statements, Func<SplitMix64, string> other, Func<string, (string Own, string Foreign)> pretended) => new()
        {
            Kind = QuestionKind.Translation,
            Subject = $"{word}→{answer}",
            Unit = $"word/{pair.Own}",
            Asking = asking,
            Asked = asking.About(t => t.Replace("{w}", word, StringComparison.Ordinal)),
            Answer = Words.Capital(answer) + ".",
            Sentences = [Tell(statements[0], pair)],
            Statements = [.. statements.Select(s => Tell(s, pair))],
            Book = book,
            Choices = choices,
            Right = new HashSet<string> { answer },
            Wrong = random =>
            {
                string wrong = other(random);
                return (Words.Capital(wrong) + ".", Tell(statements[0], pretended(wrong)));
            },
        };

    private static (string Own, string Foreign) Other(List<(string Own, string Foreign)> pairs, string not, SplitMix64 random)
    {
        (string Own, string Foreign) other;
        do
            other = random.Pick(pairs);
        while (other.Own == not);
        return other;
    }

    private static string Tell(string text, (string Own, string Foreign) pair) => string.Format(CultureInfo.InvariantCulture, text, pair.Own, pair.Foreign);
}
