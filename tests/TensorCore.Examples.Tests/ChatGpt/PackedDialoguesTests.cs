using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class PackedDialoguesTests
{
    private const int Vocabulary = 50, Context = 24;

    private static GptModel Model() => new(new(Vocabulary, Context, 2, 2, 16), 3, DType.Float64);

    // Tokens of all lengths up to the context and one more; what is learnt begins somewhere in the middle.
    private static TokenizedDialogue[] Dialogues(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            int length = random.Next(2, Context + 2), start = random.Next(1, length);
            return new TokenizedDialogue([.. Enumerable.Range(0, length).Select(_ => random.Next(Vocabulary))], [.. Enumerable.Range(0, length).Select(i => i >= start)]);
        })];
    }

    private static double[] Gradients(GptModel model) => [.. model.Parameters().SelectMany(p => p.Grad!.ToArray<double>())];

    [Fact]
    public void PackedLossAndGradientsAreThoseOfEachDialogueInARowOfItsOwn()
    {
        TokenizedDialogue[] dialogues = Dialogues(40, 1);
        PackedDialogues packed = new(dialogues, Context, seed: 1);
        Assert.True(packed.Rows < dialogues.Length * 3 / 4); // several in a row, or this test shows nothing
        PackedBatch batch = packed.At([.. Enumerable.Range(0, packed.Rows)]);
        Assert.Equal(dialogues.Sum(d => d.Learnt.Count(l => l)), batch.Learnt);
        GptModel model = Model();
        Tensor loss = SftTrainer.BatchLoss(model, batch, batch.Learnt);
        loss.Backward();
        double[] together = Gradients(model);

        // Without packing: one dialogue at a time, no mask, no positions.
        model.ZeroGrad();
        double sum = 0;
        foreach (TokenizedDialogue d in dialogues)
        {
            int n = d.Ids.Length - 1;
            Tensor ids = Tensor.From([.. d.Ids[..n].Select(i => (long)i)], [1, n]);
            Tensor targets = Tensor.From([.. Enumerable.Range(1, n).Select(t => d.Learnt[t] ? d.Ids[t] : -1L)], [1, n]);
            Tensor one = Loss.CrossEntropy(model.Forward(ids), targets, ignoreIndex: -1, reduction: Reduction.Sum) / batch.Learnt;
            one.Backward();
            sum += one.Item();
        }
        Assert.Equal(sum, loss.Item(), 10);
        double[] alone = Gradients(model);
        Assert.All(together.Zip(alone), p => Assert.Equal(p.Second, p.First, 10));
        Assert.Contains(alone, g => Math.Abs(g) > 1e-3);
    }

    [Fact]
    public void EveryDialogueStandsOnceInTheRowsAndRowsAreFull()
    {
        TokenizedDialogue[] dialogues = [.. Dialogues(500, 2).Select((d, i) => d with { Ids = [.. d.Ids.Select(t => (t * 1000) + i)] })]; // tokens tell their dialogue
        PackedDialogues packed = new(dialogues, Context, seed: 9);
        Assert.True(packed.Tokens > 0.9 * packed.Rows * Context, $"{packed.Tokens} of {packed.Rows * Context}");
        Dictionary<long, int> seen = [];
        foreach (int row in Enumerable.Range(0, packed.Rows))
        {
            PackedBatch b = packed.At([row]);
            (long[] ids, long[] positions, long[] targets) = (b.Ids.ToArray<long>(), b.Positions.ToArray<long>(), b.Targets.ToArray<long>());
            for (int t = 0; t < Context; t++)
            {
                int dialogue = (int)(ids[t] % 1000);
                bool padding = positions[t] == 0 && t > 0 && positions[t - 1] == 0 && ids[t] == 0;
                if (padding || dialogues[dialogue].Ids[positions[t]] != ids[t])
                    continue;
                if (positions[t] == 0)
                    seen[dialogue] = seen.GetValueOrDefault(dialogue) + 1;
                int next = (int)positions[t] + 1;
                Assert.Equal(dialogues[dialogue].Learnt[next] ? dialogues[dialogue].Ids[next] : PackedDialogues.Ignored, targets[t]);
            }
        }
        Assert.All(Enumerable.Range(1, 499), i => Assert.Equal(1, seen[i]));
    }

    [Fact]
    public void BatchesDealAllRowsBeforeAnyComesAgainAndDependOnTheirNumberAlone()
    {
        PackedDialogues packed = new(Dialogues(60, 3), Context, seed: 5), again = new(Dialogues(60, 3), Context, seed: 5);
        int batches = packed.Rows; // of one row each
        string[] first = [.. Enumerable.Range(0, batches).Select(i => Text(packed.Batch(1, i)))], second = [.. Enumerable.Range(batches, batches).Select(i => Text(packed.Batch(1, i)))];
        Assert.Equal(first.Order(), second.Order());
        Assert.NotEqual(first, second); // shuffled anew
        Assert.Equal(Text(packed.Batch(4, 7)), Text(again.Batch(4, 7)));
        Assert.NotEqual(Text(packed.Batch(4, 7)), Text(packed.Batch(4, 8)));

        static string Text(PackedBatch b) => string.Join(' ', b.Ids.ToArray<long>());
    }

    [Fact]
    public void WhatCannotBePackedIsRefused()
    {
        TokenizedDialogue fits = new([1, 2, 3], [false, true, true]);
        Assert.Contains("dialogue 2 has 26 tokens", Assert.Throws<ArgumentException>(() => new PackedDialogues([fits, new(new int[Context + 2], new bool[Context + 2])], Context, 1)).Message);
        Assert.Contains("dialogue 1 has 1 tokens", Assert.Throws<ArgumentException>(() => new PackedDialogues([new([1], [true])], Context, 1)).Message);
        Assert.Contains("nothing to learn", Assert.Throws<ArgumentException>(() => new PackedDialogues([new([1, 2], [true, false])], Context, 1)).Message);
    }
}
