using TensorCore.Examples.ChatGpt.Serving.Page.Senses;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.World;
using TensorCore.Examples.Tests.ChatGpt.Serving;
using TensorCore.Text;
using Xunit.Abstractions;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>How a GPT sees that a word has two meanings: after a little training a linear probe reads the sense from the word's contextual vector, in sentences that it has not seen.</summary>
public sealed class TwoSensesTests(ITestOutputHelper output)
{
    private static readonly string[] _words = ["modelo", "banco", "manga"];

    [Fact]
    public void TheContextualVectorTellsTheSensesApartAndTheTablesVectorCannot()
    {
        QuestionWorld world = new(new SmallWorld(Language.Portuguese, 1), 1);
        (GptModel model, Tokenizer tokenizer) = Train(world, steps: TinyModels.Long ? 800 : 200);
        WordVectors reader = new(model, tokenizer);
        foreach (string word in _words)
        {
            SenseMaterial material = SenseMaterial.Of(world, word, text => tokenizer.Encode(text).Length <= model.Config.Context);
            WordVector[] vectors = [.. material.Uses.Chunk(16).SelectMany(some => reader.Read([.. some.Select(u => u.Marked)])).Select(v => v[0])];
            SenseProbe[] probes = [.. Enumerable.Range(0, reader.Depths).Select(d => new SenseProbe(Labelled(material, vectors, d, heldOut: false)))];
            double[] accuracy = [.. probes.Select((p, d) => p.Accuracy(Labelled(material, vectors, d, heldOut: true)))];
            output.WriteLine($"{word}: {string.Join(", ", accuracy.Select(a => a.ToString("P1")))} of {material.Uses.Count(u => u.HeldOut)}");
            Assert.Equal(0.5, accuracy[0]); // one vector for all sentences: half of them, whatever the probe says
            // Of 48 sentences; a coin would be right in 34 of them (0.7) once in 300 times.
            Assert.True(accuracy[^1] > (word == "modelo" ? 0.9 : 0.7), $"{word}: {accuracy[^1]:P1}");
            if (word != "modelo") continue;
            // The lecture's own pair.
            float[][] pair = [.. ((string[])["Na passarela caminha o modelo.", "Com redes neurais treinamos um modelo."]).Select(s => reader.Read([new MarkedText(s, [MarkedText.Find(s, word)!.Value])])[0][0].Depths[^1])];
            float[] second = probes[^1].Probabilities(pair);
            output.WriteLine($"p(machine learning): {second[0]:F3}, {second[1]:F3}");
            Assert.True(second[0] < 0.5 && second[1] > 0.5);
        }
    }

    [Fact]
    public void WordsAreFoundWithTheirPieces()
    {
        QuestionWorld world = new(new SmallWorld(Language.Portuguese, 1), 1);
        Tokenizer tokenizer = Corpus.FromText(world.World.Text(20_000)).TrainTokenizer(400);
        foreach (string text in (string[])["Ação! O MODELO, não; o modelo é um modelinho.", "modelo", "o avô viu modelos"])
        {
            Spot spot = MarkedText.Find(text, "modelo")!.Value;
            int[] ids = tokenizer.Encode(text);
            IReadOnlyList<int> pieces = new MarkedText(text, [spot]).Pieces(tokenizer, ids, spot);
            Assert.Equal(text.Substring(spot.Start, spot.Length), tokenizer.DecodeString([.. pieces.Select(p => ids[p])]).TrimStart());
        }
        Assert.Null(MarkedText.Find("modelinho, modelagem", "modelo"));
    }

    [Fact]
    public void PrincipalAxesFindTheDirectionsOfAStretchedCloud()
    {
        Generator generator = new(5);
        float[] noise = Tensor.RandN([400, 3], generator: generator).ToArray<float>();
        // Deviation 10 along (3, 4, 0)/5, 2 along (0, 0, 1), 0.1 along (−4, 3, 0)/5.
        float[][] points = [.. noise.Chunk(3).Select(n => (float[])[(6 * n[0]) - (0.08f * n[2]), (8 * n[0]) + (0.06f * n[2]), 7 + (2 * n[1])])];
        PrincipalAxes axes = new(points);
        Assert.InRange(axes.Explained, 0.999, 1);
        (double x, double y) = axes.Project([points[0][0] + 6, points[0][1] + 8, points[0][2]]);
        (double x0, double y0) = axes.Project(points[0]);
        Assert.Equal(10, Math.Abs(x - x0), 0.05);
        Assert.Equal(0, y - y0, 0.5);
    }

    private static (float[] Vector, bool Second)[] Labelled(SenseMaterial material, WordVector[] vectors, int depth, bool heldOut) =>
        [.. material.Uses.Zip(vectors).Where(u => u.First.HeldOut == heldOut).Select(u => (u.Second.Depths[depth], u.First.Second))];

    private static (GptModel, Tokenizer) Train(QuestionWorld world, long steps)
    {
        Corpus corpus = Corpus.FromText(world.World.Text(400_000));
        Tokenizer tokenizer = corpus.TrainTokenizer(600);
        GptModel model = new(new GptConfig(tokenizer.VocabularySize, Context: 64, Layers: 2, Heads: 4, Width: 64), seed: 1);
        Trainer trainer = new(model, new TokenWindows(corpus.Encode(tokenizer), 64), new TrainingOptions { Steps = steps, Batch = 16, LearningRate = 6e-3, MuonLearningRate = 0.03, Warmup = 10 });
        while (trainer.Step < steps) trainer.Advance();
        model.Eval();
        return (model, tokenizer);
    }
}
