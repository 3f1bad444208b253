using System.Globalization;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>What cannot be known, and people who are not of the town: the right answer is to say so.</summary>
internal static class RefusalTopics
{
    public static IEnumerable<Topic> Of(SmallWorld world, Phrasebook book)
    {
        foreach (Unknowable unknowable in book.Unknowables)
        {
            Asking asking = new($"unknowable.{unknowable.Subject}", unknowable.Cores);
            yield return new RefusalTopic(book)
            {
                Kind = QuestionKind.Refusal,
                Subject = unknowable.Subject,
                Unit = $"unknowable/{unknowable.Subject}",
                Asking = asking,
                Asked = asking.About(t => t),
                Answer = book.DoNotKnow,
                Sentences = [string.Format(CultureInfo.InvariantCulture, book.NoWayToKnow, unknowable.What)],
                MadeUp = random => (unknowable.MadeUp[0], unknowable.MadeUp[1]),
            };
        }
        // One who pretends to know a stranger says of them what is true of a neighbour.
        FactWording home = book.Facts[0];
        Renderer renderer = new(world.Lexicon, world.Town, new SplitMix64(0));
        foreach (string name in book.Strangers)
        {
            yield return new RefusalTopic(book)
            {
                Kind = QuestionKind.Refusal,
                Subject = name,
                Unit = $"stranger/{name}",
                Asking = book.AskStranger,
                Asked = book.AskStranger.About(t => t.Replace("{n}", name, StringComparison.Ordinal)),
                Answer = string.Format(CultureInfo.InvariantCulture, book.NoSuchPerson.Short, name),
                Sentences = [string.Format(CultureInfo.InvariantCulture, book.NoSuchPerson.Sentence, name)],
                MadeUp = random =>
                {
                    Term pretended = new() { Text = name, IsName = true };
                    pretended.Properties["street"] = random.Pick(world.Lexicon.Category("street")!);
                    return (renderer.Render(home.Short, ("p", pretended)), renderer.Render(home.Sentence, ("p", pretended)));
                },
            };
        }
    }
}

/// <summary>One thing that cannot be known. True is an answer that admits it and does not go on to guess.</summary>
internal sealed class RefusalTopic(Phrasebook book) : Topic
{
    private readonly string[][] _admissions = [.. book.Admissions.Select(Words.Of)];

    public required Func<SplitMix64, (string Answer, string Sentence)> MadeUp { get; init; }

    public override bool IsTrue(string[] answer, string[] question)
    {
        int at = _admissions.Select(a => Words.Find(answer, a)).Where(i => i >= 0).DefaultIfEmpty(-1).Min();
        return at >= 0 && !answer[at..].Any(book.Hedges.Contains);
    }

    public override (string Answer, string Sentence) Mistake(SplitMix64 random) => MadeUp(random);
}
