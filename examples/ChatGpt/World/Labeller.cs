using System.Text;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// A simulated person who ranks answers, with a taste that is known: true first, then polite, then short. So what a reward model has learnt of it, and what a policy
/// has found that pleases the reward model and not the person, can be measured.
/// <para>
/// r(question, answer) = 2·true + ½·polite + ½·brief, from 0 to 3. <b>True</b> is <see cref="QuestionWorld.IsCorrect"/>, 0 or 1. <b>Polite</b> is 0 or 1: a second polite phrase
/// adds nothing. <b>Brief</b> is 1 up to six words more than the plain sentence has and falls to 0 over the next sixteen; six characters without
/// a blank count as a word. An answer without a word is worth 0. A false answer is worth at most 1, a true one at least 2: there is nothing to gain by
/// any other means than being right, polite and brief.
/// </para>
/// </summary>
public sealed class Labeller
{
    /// <summary>The name of the simulated labeller in a <see cref="Ranking"/>.</summary>
    public const string Source = "labeller";

    private const double TruthWeight = 2, PolitenessWeight = 0.5, BrevityWeight = 0.5;
    private const int WordsForPoliteness = 6, WordsToBore = 16, CharactersInWord = 6;
    private const double SameReward = 1e-9;

    private readonly QuestionWorld _questions;
    private readonly ulong _seed;

    /// <summary>A labeller.</summary>
    /// <param name="questions">Knows what is true.</param>
    /// <param name="errorRate">The share of pairs of answers, one better than the other, that are ranked the wrong way round: from 0 to below ½.</param>
    /// <param name="seed">Decides which.</param>
    public Labeller(QuestionWorld questions, double errorRate, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(questions);
        if (!(errorRate is >= 0 and <= Mallows.LargestErrorRate))
            throw new ArgumentOutOfRangeException(nameof(errorRate), errorRate, $"the share of wrong pairs must be from 0 to {Mallows.LargestErrorRate}: at one half the labeller would be tossing a coin");
        (_questions, ErrorRate, _seed) = (questions, errorRate, seed);
    }

    /// <summary>The share of pairs ranked the wrong way round.</summary>
    public double ErrorRate { get; }

    /// <summary>What the answer is worth to the labeller, without error: 0 to 3.</summary>
    /// <exception cref="ArgumentException">The question is not of this world.</exception>
    public double TrueReward(Question question, string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        int words = Length(answer);
        if (words == 0)
            return 0;
        double most = Length(question.Sentence) + WordsForPoliteness;
        double brevity = Math.Clamp(1 - ((words - most) / WordsToBore), 0, 1);
        return (_questions.IsCorrect(question, answer) ? TruthWeight : 0)
            + (_questions.IsPolite(answer) ? PolitenessWeight : 0)
            + (BrevityWeight * brevity);
    }

    /// <summary>
    /// Puts answers in order. Answers of equal worth are a tie. Of the pairs that are none, the stated share is the wrong way round on average; neighbours in the true
    /// order are mistaken for one another more often than the best for the worst (<see cref="Mallows"/>). The same labeller ranks the same answers alike whenever
    /// asked, so the result does not depend on what was ranked before.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two answers, or the question is not of this world.</exception>
    public Ranking Rank(Question question, IReadOnlyList<string> answers)
    {
        ArgumentNullException.ThrowIfNull(answers);
        if (answers.Count < 2)
            throw new ArgumentException($"ranking takes at least two answers, not {answers.Count}", nameof(answers));
        double[] rewards = [.. answers.Select(a => TrueReward(question, a))];
        List<double> levels = []; // the different rewards, the best first
        foreach (double reward in rewards.OrderDescending())
        {
            if (levels.Count == 0 || levels[^1] - reward > SameReward)
                levels.Add(reward);
        }
        int[] levelOf = [.. rewards.Select(r => levels.FindIndex(l => l - r <= SameReward))];
        int[] sizes = new int[levels.Count];
        foreach (int level in levelOf)
            sizes[level]++;
        int[] places = Mallows.Draw(sizes, ErrorRate, new SplitMix64(Hash(question.Text, answers)));
        return new(question.Prompt, answers, [.. levelOf.Select(l => places[l])], Source, DateTimeOffset.UnixEpoch);
    }

    private static int Length(string text) => Math.Max(Words.Of(text).Length, text.Count(c => !char.IsWhiteSpace(c)) / CharactersInWord);

    /// <summary>FNV-1a over the seed and the texts: the same on every machine.</summary>
    private ulong Hash(string question, IReadOnlyList<string> answers)
    {
        ulong hash = 0xCBF29CE484222325 ^ _seed;
        foreach (string text in (IEnumerable<string>)[question, .. answers])
        {
            foreach (byte b in Encoding.UTF8.GetBytes(text))
                hash = (hash ^ b) * 0x100000001B3;
            hash = (hash ^ 0xFF) * 0x100000001B3; // 0xFF is in no UTF-8 text: "ab", "c" is not "a", "bc"
        }
        return hash;
    }
}
