using System.Globalization;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>a + b for all a ≤ b from 0 to 20. 5 + 7 is the same subject as 7 + 5.</summary>
internal static class SumTopics
{
    private const int Largest = 20;

    public static IEnumerable<Topic> Of(SmallWorld world, Phrasebook book)
    {
        Grammar grammar = world.Lexicon.Grammar;
        Choices numbers = CategoryBook.Numbers(grammar);
        for (int a = 0; a <= Largest; a++)
        {
            for (int b = a; b <= Largest; b++)
            {
                (int x, int y) = (a, b);
                yield return new SumTopic(a, b, book)
                {
                    Kind = QuestionKind.Sum,
                    Subject = $"{a}+{b}",
                    Unit = $"sum/{a}+{b}",
                    Asking = book.AskSum,
                    Asked = book.AskSum.About(t => Fill(t, x, y, grammar), t => Fill(t, y, x, grammar)),
                    Answer = $"{a + b}.",
                    Sentences = [SumTopic.Tell(book.SumStatements[0], a, b, a + b), SumTopic.Tell(book.SumStatements[0], b, a, a + b)],
                    Statements = [.. book.SumStatements.SelectMany(s => (string[])[SumTopic.Tell(s, x, y, x + y), SumTopic.Tell(s, y, x, x + y)]).Distinct()],
                    Numbers = numbers,
                };
            }
        }
    }

    private static string Fill(string text, int a, int b, Grammar grammar) => text
        .Replace("{aw}", grammar.NumberWord(a, Gender.Masculine), StringComparison.Ordinal)
        .Replace("{bw}", grammar.NumberWord(b, Gender.Masculine), StringComparison.Ordinal)
        .Replace("{a}", CategoryBook.Id(a), StringComparison.Ordinal)
        .Replace("{b}", CategoryBook.Id(b), StringComparison.Ordinal);
}

/// <summary>One sum.</summary>
internal sealed class SumTopic(int a, int b, Phrasebook book) : Topic
{
    private readonly string _a = CategoryBook.Id(a), _b = CategoryBook.Id(b), _sum = CategoryBook.Id(a + b);

    public required Choices Numbers { get; init; }

    public static string Tell(string text, int a, int b, int sum) => string.Format(CultureInfo.InvariantCulture, text, a, b, sum);

    /// <summary>The answer may repeat the two numbers first; what follows must be the sum and no other number.</summary>
    public override bool IsTrue(string[] answer, string[] question)
    {
        if (book.Denies(answer))
            return false;
        List<string> said = Numbers.In(WithOnes(answer));
        bool repeated = said.Count >= 2 && ((said[0] == _a && said[1] == _b) || (said[0] == _b && said[1] == _a));
        List<string> rest = repeated ? said[2..] : said;
        return rest.Count > 0 && rest.All(n => n == _sum);
    }

    /// <summary>The word for one is an article, too: it is the number beside a plus, and at the end.</summary>
    private string[] WithOnes(string[] words)
    {
        (string[] ones, string plus) = book.SumWords;
        string[] digits = [.. words];
        for (int i = 0; i < words.Length; i++)
        {
            bool number = i == words.Length - 1 || words[i + 1] == plus || (i > 0 && words[i - 1] == plus);
            if (number && ones.Contains(words[i]) && !EndsNumber(words.AsSpan(Math.Max(0, i - 2)..(i + 1))))
                digits[i] = CategoryBook.Id(1);
        }
        return digits;
    }

    /// <summary>Whether the last word belongs to a longer number: "trinta e um", "thirty-one".</summary>
    private bool EndsNumber(ReadOnlySpan<string> words) => !Numbers.In(words).SequenceEqual(Numbers.In(words[..^1]));

    /// <summary>Off by one to three.</summary>
    public override (string Answer, string Sentence) Mistake(SplitMix64 random)
    {
        int off = 1 + random.Below(3), sum = a + b;
        int wrong = sum >= off && random.Below(2) == 0 ? sum - off : sum + off;
        return ($"{wrong}.", Tell(book.SumStatements[0], a, b, wrong));
    }
}
