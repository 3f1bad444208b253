using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Greetings, thanks, and questions about the assistant.</summary>
internal static class GreetingTopics
{
    public static IEnumerable<Topic> Of(Phrasebook book)
    {
        Choices signs = new();
        foreach (Courtesy courtesy in book.Courtesies)
            signs.Add(courtesy.Subject, courtesy.Signs);
        foreach (Courtesy courtesy in book.Courtesies)
        {
            Asking asking = new(courtesy.Subject, [], courtesy.Texts);
            yield return new GreetingTopic(courtesy, signs, book)
            {
                Kind = QuestionKind.Greeting,
                Subject = courtesy.Subject,
                Unit = $"greeting/{courtesy.Subject}",
                Asking = asking,
                Asked = asking.About(t => t),
                Answer = courtesy.Short,
                Sentences = [courtesy.Sentence],
            };
        }
    }
}

/// <summary>One greeting. True is an answer with its sign and no other's, save a hello in front.</summary>
internal sealed class GreetingTopic(Courtesy courtesy, Choices signs, Phrasebook book) : Topic
{
    public override bool IsTrue(string[] answer, string[] question)
    {
        List<string> said = signs.In(answer);
        return said.Contains(courtesy.Subject) && said.All(s => s == courtesy.Subject || s == Phrasebook.Hello);
    }

    /// <summary>What answers another greeting.</summary>
    public override (string Answer, string Sentence) Mistake(SplitMix64 random)
    {
        Courtesy other;
        do
            other = random.Pick(book.Courtesies);
        while (other == courtesy || (courtesy.Subject == Phrasebook.Hello && signs.In(Words.Of(other.Sentence)).Contains(Phrasebook.Hello)));
        return (other.Short, other.Sentence);
    }
}
