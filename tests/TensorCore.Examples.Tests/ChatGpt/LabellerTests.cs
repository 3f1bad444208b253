using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.Tests.ChatGpt;

public class LabellerTests
{
    private static readonly QuestionWorld _world = QuestionWorldTests.Of(Language.Portuguese);

    public static TheoryData<Language> Languages => [Language.Portuguese, Language.English];

    private static Question Of(QuestionKind kind) => _world.Training.Of(kind).Draw(1, 1)[0];

    [Theory]
    [MemberData(nameof(Languages))]
    public void TruthCountsMostThenPolitenessAndBrevity(Language language)
    {
        QuestionWorld world = QuestionWorldTests.Of(language);
        Labeller labeller = new(world, 0, 1);
        SplitMix64 random = new(2);
        foreach (Question question in world.Training.Draw(300, 4))
        {
            double Worth(AnswerStyle style) => labeller.TrueReward(question, world.Say(question, style, random));
            Assert.Equal(3, Worth(AnswerStyle.Polite), 12);
            Assert.Equal(2.5, Worth(AnswerStyle.Plain), 12);
            Assert.InRange(Worth(AnswerStyle.Rambling), 2, 2.99);
            foreach (AnswerStyle style in Enum.GetValues<AnswerStyle>())
                Assert.InRange(labeller.TrueReward(question, world.Mistake(question, style, random)), 0, 1);
        }
    }

    // What a policy may find that pleases a reward model must not please the labeller.
    [Theory]
    [InlineData("")]
    [InlineData(" !?. ")]
    [InlineData("Claro!")]
    [InlineData("Claro! Pois não! Com prazer! Espero ter ajudado. Estou às ordens.")]
    [InlineData("Desculpe, não sei.")]
    [InlineData("Rua Rua Rua Rua Rua Rua Rua")]
    [InlineData("Na Rua das Flores, na Rua do Porto, na Rua da Ponte, na Rua do Sol, na Avenida Central.")]
    public void NoTrickIsWorthMoreThanAnyTruth(string trick)
    {
        Labeller labeller = new(_world, 0, 1);
        Assert.All(_world.Training.Of(QuestionKind.Fact).Draw(100, 1), q => Assert.InRange(labeller.TrueReward(q, trick), 0, 1));
    }

    [Fact]
    public void LengthIsCountedInWordsAndInLetters()
    {
        Labeller labeller = new(_world, 0, 1);
        Question question = Of(QuestionKind.Fact);
        Assert.Equal(0, labeller.TrueReward(question, ""));
        Assert.Equal(2, labeller.TrueReward(question, question.Answer + string.Concat(Enumerable.Repeat(" la", 60))), 12);
        Assert.Equal(2, labeller.TrueReward(question, question.Answer + " " + new string('a', 400)), 12);
        double before = 3;
        for (int extra = 0; extra < 30; extra++)
        {
            double worth = labeller.TrueReward(question, question.Sentence + string.Concat(Enumerable.Repeat(" la", extra)));
            Assert.InRange(worth, 2, before);
            before = worth;
        }
    }

    [Fact]
    public void WithoutErrorTheRankingIsTheTrueOne()
    {
        Labeller labeller = new(_world, 0, 1);
        SplitMix64 random = new(6);
        foreach (Question question in _world.Training.Draw(200, 2))
        {
            IReadOnlyList<string> answers = _world.Candidates(question, 5, random);
            Ranking ranking = labeller.Rank(question, answers);
            Assert.Equal((Labeller.Source, question.Text), (ranking.Source, ranking.Prompt[0].Content));
            Assert.Equal(0, ranking.Ranks.Min());
            for (int i = 0; i < answers.Count; i++)
            {
                for (int j = 0; j < answers.Count; j++)
                {
                    double better = labeller.TrueReward(question, answers[i]) - labeller.TrueReward(question, answers[j]);
                    Assert.Equal(Math.Abs(better) < 1e-9 ? 0 : -Math.Sign(better), Math.Sign(ranking.Ranks[i] - ranking.Ranks[j]));
                }
            }
        }
    }

    [Theory]
    [InlineData(0.05, 2)]
    [InlineData(0.2, 2)]
    [InlineData(0.2, 4)]
    [InlineData(0.3, 6)]
    [InlineData(0.45, 4)]
    public void TheStatedShareOfPairsIsWrong(double errorRate, int count)
    {
        Labeller labeller = new(_world, errorRate, 7);
        SplitMix64 random = new(1);
        int pairs = 0;
        double share = 0, rankings = 0;
        foreach (Question question in _world.Training.Draw(6000, 3))
        {
            IReadOnlyList<string> answers = _world.Candidates(question, count, random);
            double[] rewards = [.. answers.Select(a => labeller.TrueReward(question, a))];
            Ranking ranking = labeller.Rank(question, answers);
            int wrong = 0, all = 0;
            for (int i = 0; i < answers.Count; i++)
            {
                for (int j = 0; j < answers.Count; j++)
                {
                    if (rewards[i] - rewards[j] < 1e-9)
                        continue;
                    all++;
                    wrong += ranking.Ranks[i] > ranking.Ranks[j] ? 1 : 0;
                    Assert.NotEqual(ranking.Ranks[i], ranking.Ranks[j]);
                }
            }
            if (all == 0)
                continue;
            pairs += all;
            share += wrong / (double)all;
            rankings++;
        }
        // Pairs of one ranking hang together, so the deviation is that of the rankings: at most ½/√6000 = 0.0065, three of which are allowed.
        Assert.InRange(rankings, 4000, 6000);
        Assert.InRange(pairs, 4000, 100_000);
        Assert.InRange(share / rankings, errorRate - 0.02, errorRate + 0.02);
    }

    [Fact]
    public void TheSameAnswersAreRankedAlikeWheneverAsked()
    {
        Labeller labeller = new(_world, 0.3, 7), again = new(_world, 0.3, 7), other = new(_world, 0.3, 8);
        SplitMix64 random = new(1);
        List<(Question Question, IReadOnlyList<string> Answers)> asked = [.. _world.Training.Draw(100, 1).Select(q => (q, _world.Candidates(q, 4, random)))];
        List<IReadOnlyList<int>> ranks = [.. asked.Select(a => labeller.Rank(a.Question, a.Answers).Ranks)];
        Assert.Equal(ranks, Enumerable.Reverse(asked).Select(a => again.Rank(a.Question, a.Answers).Ranks).Reverse());
        Assert.NotEqual(ranks, asked.Select(a => other.Rank(a.Question, a.Answers).Ranks));
    }

    // All orders of four, weighed by φ^(pairs the wrong way round), against what is drawn.
    [Fact]
    public void OrdersAreDrawnByTheirDistanceFromTheTrueOne()
    {
        int[] sizes = [1, 1, 1, 1];
        double phi = Mallows.Phi(sizes, 0.25);
        Dictionary<string, double> expected = Permutations([0, 1, 2, 3]).ToDictionary(p => string.Concat(p), p => Math.Pow(phi, Inversions(p)));
        double total = expected.Values.Sum();
        Assert.Equal(0.25, Permutations([0, 1, 2, 3]).Sum(p => Math.Pow(phi, Inversions(p)) / total * Inversions(p) / 6), 9);
        SplitMix64 random = new(1);
        Dictionary<string, int> drawn = [];
        const int Draws = 200_000;
        for (int i = 0; i < Draws; i++)
        {
            string places = string.Concat(Mallows.Draw(sizes, 0.25, random));
            drawn[places] = drawn.GetValueOrDefault(places) + 1;
        }
        Assert.All(expected, e => Assert.Equal(e.Value / total, drawn[e.Key] / (double)Draws, 0.005));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(0.5)]
    [InlineData(double.NaN)]
    public void AnErrorRateOutOfRangeIsRefused(double rate) => Assert.Throws<ArgumentOutOfRangeException>(() => new Labeller(_world, rate, 1));

    [Fact]
    public void OneAnswerIsNoRanking() =>
        Assert.Throws<ArgumentException>(() => new Labeller(_world, 0.1, 1).Rank(Of(QuestionKind.Sum), ["7"]));

    private static IEnumerable<int[]> Permutations(int[] items) => items.Length == 0
        ? [[]]
        : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (int[])[first, .. rest]));

    private static int Inversions(int[] order) => Enumerable.Range(0, order.Length).Sum(i => Enumerable.Range(i + 1, order.Length - i - 1).Count(j => order[i] > order[j]));
}
