using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>A subject that can be asked about: its wordings, its answer, and what tells a true answer from a false one.</summary>
internal abstract class Topic
{
    public required QuestionKind Kind { get; init; }

    public required string Subject { get; init; }

    /// <summary>What is held out together; what stands before its first slash is the stratum of which a share is.</summary>
    public required string Unit { get; init; }

    /// <summary>Which wordings it shares with others.</summary>
    public required Asking Asking { get; init; }

    public required Asked Asked { get; init; }

    public required string Answer { get; init; }

    /// <summary>The answer as a sentence, one for each way to name the subject: 7 + 5 and 5 + 7.</summary>
    public required IReadOnlyList<string> Sentences { get; init; }

    /// <summary>Sentences that tell the answer without being asked, for pretraining; none for what is no knowledge.</summary>
    public IReadOnlyList<string> Statements { get; init; } = [];

    /// <summary>Whether an answer is true.</summary>
    /// <param name="answer">The words of the answer without polite phrases.</param>
    /// <param name="question">The words of the question: they may come again in the answer.</param>
    public abstract bool IsTrue(string[] answer, string[] question);

    /// <summary>A false answer of the kind that a model gives: short, and as a sentence.</summary>
    public abstract (string Answer, string Sentence) Mistake(SplitMix64 random);
}

/// <summary>A subject whose answer is one of many of a category.</summary>
internal sealed class ChoiceTopic : Topic
{
    public required Phrasebook Book { get; init; }

    /// <summary>The category.</summary>
    public required Choices Choices { get; init; }

    /// <summary>The right choices: one, but for places with two keepers.</summary>
    public required IReadOnlySet<string> Right { get; init; }

    /// <summary>The people of the town: whoever is named without having been asked about makes the answer another one. Null where people don't matter.</summary>
    public Choices? People { get; init; }

    public required Func<SplitMix64, (string Answer, string Sentence)> Wrong { get; init; }

    public override bool IsTrue(string[] answer, string[] question)
    {
        if (Book.Denies(answer))
            return false;
        List<string> said = Choices.In(answer), asked = Choices.In(question);
        return said.Any(Right.Contains)
            && said.All(c => Right.Contains(c) || asked.Contains(c))
            && (People is null || People.In(answer).Except(People.In(question)).All(Right.Contains));
    }

    public override (string Answer, string Sentence) Mistake(SplitMix64 random) => Wrong(random);
}
