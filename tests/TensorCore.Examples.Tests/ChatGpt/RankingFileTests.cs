using System.Text;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class RankingFileTests
{
    private static readonly Texts _en = new(Language.English);
    private static readonly DateTimeOffset _noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private static Ranking Sample(int number) =>
        new([new(Role.User, $"Não é {number}?")], ["a \"b\"", "c\nd", $"{number}"], [1, 0, 1], "page", _noon.AddTicks(number));

    private static void AssertSame(Ranking expected, Ranking actual)
    {
        Assert.Equal(expected.Prompt, actual.Prompt);
        Assert.Equal(expected.Answers, actual.Answers);
        Assert.Equal(expected.Ranks, actual.Ranks);
        Assert.Equal((expected.Source, expected.At), (actual.Source, actual.At));
    }

    [Fact]
    public void WhatIsAppendedIsRead()
    {
        using Scratch scratch = new();
        for (int i = 0; i < 5; i++)
            RankingFile.Append(scratch["r.jsonl"], Sample(i));
        IReadOnlyList<Ranking> read = RankingFile.Read(scratch["r.jsonl"], _en);
        Assert.Equal(5, read.Count);
        for (int i = 0; i < 5; i++)
            AssertSame(Sample(i), read[i]);
        Assert.Equal(5, File.ReadAllLines(scratch["r.jsonl"]).Length);
        Assert.Contains("Não é 3?", File.ReadAllText(scratch["r.jsonl"]));
    }

    [Fact]
    public void ManyWrittenAtOnceAreWhatAppendingThemGives()
    {
        using Scratch scratch = new();
        Ranking[] all = [.. Enumerable.Range(0, 5).Select(Sample)];
        foreach (Ranking ranking in all)
            RankingFile.Append(scratch["one-by-one"], ranking);
        scratch.Write("at-once", "what was there before\n");
        RankingFile.Write(scratch["at-once"], all);
        Assert.Equal(File.ReadAllBytes(scratch["one-by-one"]), File.ReadAllBytes(scratch["at-once"]));
    }

    [Fact]
    public void ALineCutShortAnywhereIsPassedOverAndCutOffByTheNext()
    {
        using Scratch scratch = new();
        string path = scratch["r.jsonl"];
        RankingFile.Append(path, Sample(0));
        byte[] one = File.ReadAllBytes(path);
        RankingFile.Append(path, Sample(1));
        byte[] two = File.ReadAllBytes(path);
        for (int length = one.Length; length < two.Length - 1; length++)
        {
            File.WriteAllBytes(path, two[..length]);
            AssertSame(Sample(0), Assert.Single(RankingFile.Read(path, _en)));
            RankingFile.Append(path, Sample(1));
            Assert.Equal(two, File.ReadAllBytes(path));
        }
        File.WriteAllBytes(path, two[..^1]); // whole but for its line break, as an editor may leave it
        Assert.Equal(2, RankingFile.Read(path, _en).Count);
        RankingFile.Append(path, Sample(2));
        Assert.Equal(3, RankingFile.Read(path, _en).Count);
        File.WriteAllBytes(path, one[..10]);
        Assert.Empty(RankingFile.Read(path, _en));
        Assert.Empty(RankingFile.Read(scratch.Write("none.jsonl", ""), _en));
    }

    [Fact]
    public async Task ManyCanAppendAtOnce()
    {
        using Scratch scratch = new();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 10; i++)
                RankingFile.Append(scratch["r.jsonl"], Sample((writer * 10) + i));
        })));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}").Order(), RankingFile.Read(scratch["r.jsonl"], _en).Select(r => r.Answers[2]).Order());
    }

    [Theory]
    [InlineData("\"prompt\": []", "expected at least one message in \"prompt\"")]
    [InlineData("\"prompt\": \"Hi\"", "expected \"prompt\" to be a list, not a text")]
    [InlineData("\"answers\": [\"a\"]", "expected at least two answers in \"answers\", not 1")]
    [InlineData("\"answers\": [\"a\", 1, \"c\"]", "expected \"answers[1]\" to be a text, not a number")]
    [InlineData("\"ranks\": [0, 1]", "expected as many numbers in \"ranks\" as answers: 3, not 2")]
    [InlineData("\"ranks\": [0, 1, 3]", "expected \"ranks\" to be numbers from 0 (the best) to 2, not 3")]
    [InlineData("\"ranks\": [0, -1, 1]", "expected \"ranks\" to be numbers from 0 (the best) to 2, not -1")]
    [InlineData("\"ranks\": [0, 1.5, 1]", "expected \"ranks[1]\" to be a whole number")]
    [InlineData("\"ranks\": [0, \"1\", 1]", "expected \"ranks[1]\" to be a whole number")]
    [InlineData("\"source\": 1", "expected \"source\" to be a text, not a number")]
    [InlineData("\"at\": \"noon\"", "expected \"at\" to be a time like 2026-01-31T12:00:00Z, not \"noon\"")]
    [InlineData("\"at\": null", "\"at\" is missing")]
    public void AMalformedRankingIsToldWithItsLine(string wrong, string expected)
    {
        using Scratch scratch = new();
        string[] fields =
        [
            "\"prompt\": [{\"role\": \"user\", \"content\": \"Hi\"}]", "\"answers\": [\"a\", \"b\", \"c\"]", "\"ranks\": [0, 1, 1]", "\"source\": \"page\"", "\"at\": \"2026-01-31T12:00:00Z\"",
        ];
        string good = "{" + string.Join(", ", fields) + "}";
        string bad = "{" + string.Join(", ", fields.Select(f => f[..f.IndexOf(':')] == wrong[..wrong.IndexOf(':')] ? wrong : f)) + "}";
        string path = scratch.Write("r.jsonl", $"{good}\n{bad}\n{good}\n");
        string error = Assert.Throws<InvalidDataException>(() => RankingFile.Read(path, _en)).Message;
        Assert.StartsWith($"{path}:2: ", error);
        Assert.Contains(expected, error);
    }

    [Fact]
    public void WhatIsNoRankingIsNotWritten()
    {
        using Scratch scratch = new();
        Assert.Throws<ArgumentException>(() => RankingFile.Append(scratch["r"], Sample(0) with { Ranks = [0] }));
        Assert.Throws<ArgumentException>(() => RankingFile.Append(scratch["r"], Sample(0) with { Ranks = [0, 1, 3] }));
        Assert.Throws<ArgumentException>(() => RankingFile.Append(scratch["r"], Sample(0) with { Answers = ["a"] }));
        Assert.Throws<ArgumentException>(() => RankingFile.Write(scratch["r"], [Sample(0), Sample(1) with { Answers = ["a"] }]));
        Assert.False(File.Exists(scratch["r"]));
    }

    [Fact]
    public void ARankingHoldsAllPairs()
    {
        Ranking ranking = new([new(Role.User, "q")], ["b", "a", "c", "B"], [1, 0, 2, 1], "page", _noon);
        IReadOnlyList<Preference> pairs = ranking.Pairs();
        Assert.Equal(
            [("a", "b", 1.0), ("b", "c", 1), ("b", "B", 0), ("a", "c", 2), ("a", "B", 1), ("B", "c", 1)],
            pairs.Select(p => (p.Chosen, p.Rejected, p.Margin)));
        Assert.Equal(["B"], pairs.Where(p => p.IsTie).Select(p => p.Rejected));
        Assert.All(pairs, p => Assert.Same(ranking.Prompt, p.Prompt));
    }
}
