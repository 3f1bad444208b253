using TensorCore.Cpu;
using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.IO;

namespace TensorCore.Examples.Tests.Gpt;

public class TrainerTests
{
    private const string Text = "O rato roeu a roupa do rei de Roma, e a rainha, com raiva, resolveu remendar. ";

    private static readonly GptConfig _config = new(256, 16, 2, 2, 32);
    private static readonly TrainingOptions _options = new() { Steps = 12, Batch = 4, Warmup = 3, LearningRate = 3e-3, MinimumLearningRate = 3e-4 };

    private static TokenWindows Windows() => new([.. string.Concat(Enumerable.Repeat(Text, 4)).Select(c => (int)c)], _config.Context);

    private static Trainer New(TrainingOptions? options = null) => new(new GptModel(_config, 5), Windows(), options ?? _options);

    private static float[] Bits(Trainer trainer) => [.. trainer.Model.Parameters().SelectMany(p => p.ToArray<float>())];

    [Fact]
    public void ATinyModelLearnsAShortTextByHeart()
    {
        Trainer trainer = New(_options with { Steps = 600, Batch = 8, LearningRate = 1e-2 });
        double first = trainer.Advance().Loss, last = first;
        while (trainer.Progress < 1)
            last = trainer.Advance().Loss;
        Assert.InRange(first, 5.2, 5.9); // ln 256 = 5.55: a guess
        Assert.InRange(last, 0, 0.35); // only the first letters of a window have to be guessed
        int[] prompt = [.. "O rato roeu a ".Select(c => (int)c)];
        IEnumerable<int> written = new TextGenerator(trainer.Model, new TensorCore.Text.ByteTokenizer()).Generate(prompt, new() { Temperature = 0 }, 12);
        Assert.Equal("roupa do rei", string.Concat(written.Select(i => (char)i)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    public void ResumingGivesTheSameBitsAsNotStopping(double muon)
    {
        using Scratch scratch = new();
        TrainingOptions given = _options with { MuonLearningRate = muon };
        Trainer whole = New(given);
        while (whole.Progress < 1)
            whole.Advance();
        foreach (int stop in (int[])[1, 3, 8, 11])
        {
            Trainer first = New(given);
            while (first.Step < stop)
                first.Advance();
            first.Save(scratch["c.safetensors"], new Dictionary<string, string> { ["note"] = "x" });
            (TrainingOptions options, IReadOnlyDictionary<string, string> notes) = Trainer.ReadOptions(scratch["c.safetensors"]);
            Assert.Equal((given, "x"), (options, notes["note"]));
            Trainer second = new(new GptModel(_config, 99), Windows(), options); // other weights: the checkpoint's count
            second.Restore(scratch["c.safetensors"]);
            Assert.Equal(stop, second.Step);
            while (second.Progress < 1)
                second.Advance();
            Assert.Equal(Bits(whole), Bits(second));
        }
    }

    [Fact]
    public void MuonLearnsTheMatricesOfTheLayersAndNothingElse()
    {
        Trainer still = New(_options with { LearningRate = 1e-12, MinimumLearningRate = 0, MuonLearningRate = 0.02, WeightDecay = 0 });
        Dictionary<string, float[]> before = still.Model.NamedParameters().ToDictionary(p => p.Name, p => p.Value.ToArray<float>());
        for (int i = 0; i < 3; i++)
            still.Advance();
        foreach ((string name, Tensor value) in still.Model.NamedParameters())
        {
            double moved = value.ToArray<float>().Zip(before[name], (a, b) => Math.Abs(a - b)).Max();
            Assert.True(name.StartsWith("h.", StringComparison.Ordinal) && value.Rank == 2 ? moved > 1e-3 : moved < 1e-6, $"{name}: {moved}");
        }
    }

    [Fact]
    public void TheSameBitsWithAnyNumberOfThreads()
    {
        int before = WorkerPool.Threads;
        try
        {
            float[] Train(int threads)
            {
                WorkerPool.Threads = threads;
                Trainer trainer = New();
                while (trainer.Progress < 1)
                    trainer.Advance();
                return Bits(trainer);
            }

            float[] one = Train(1);
            Assert.Equal(one, Train(2));
            Assert.Equal(one, Train(4));
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    [Fact]
    public void AccumulatedBatchesAreOneLargeBatch()
    {
        // Batches of 2 number 0, 1, 2, 3 are the windows of one batch of 8 number 0.
        Trainer large = New(_options with { Batch = 8 }), small = New(_options with { Batch = 2, Accumulate = 4 });
        StepResult a = large.Advance(), b = small.Advance();
        Assert.Equal(large.TokensPerStep, small.TokensPerStep);
        Assert.Equal(a.Loss, b.Loss, 5);
        Assert.Equal(a.GradientNorm, b.GradientNorm, 4);
        Assert.Equal(a.LearningRate, b.LearningRate);
    }

    [Fact]
    public void TheRateRisesThenFallsAlongACosine()
    {
        Trainer trainer = New(_options with { Steps = 103, Warmup = 3, LearningRate = 1e-3, MinimumLearningRate = 1e-4, Batch = 1 });
        List<double> rates = [];
        while (trainer.Progress < 1)
            rates.Add(trainer.Advance().LearningRate);
        Assert.Equal(103, rates.Count);
        Assert.Equal([1e-3 / 3, 2e-3 / 3, 1e-3, 1e-3], rates[..4].Select(r => Math.Round(r, 12)), (x, y) => Math.Abs(x - y) < 1e-9);
        Assert.Equal(5.5e-4, rates[53], 9); // half way
        Assert.All(rates.Skip(3).Zip(rates.Skip(4)), p => Assert.True(p.Second < p.First));
        Assert.InRange(rates[^1], 1e-4, 1.01e-4);
    }

    [Fact]
    public void ByTheClockTheScheduleEndsWithTheTime()
    {
        Trainer trainer = New(_options with { Steps = null, Minutes = 0.02, Batch = 1 });
        List<StepResult> steps = [];
        while (trainer.Progress < 1)
            steps.Add(trainer.Advance());
        Assert.InRange(trainer.Elapsed.TotalSeconds, 1.2, 6);
        Assert.True(steps[^1].LearningRate < steps.Max(s => s.LearningRate) / 2);
        Trainer slow = New(_options with { Steps = null, Minutes = 1e-9, Warmup = 1_000_000 });
        Assert.Equal(1.5e-3, slow.LearningRate(0.05), 12); // too slow for its warm-up: a tenth of the time is enough
        Assert.Equal(3e-3, slow.LearningRate(0.1 - 1e-9), 9);
        Assert.Equal(3e-3, slow.LearningRate(0.1), 9);
        Assert.Equal(3e-4, slow.LearningRate(1), 9);
    }

    [Fact]
    public void ClippingLimitsTheStepNotTheReport()
    {
        Trainer free = New(_options with { Clip = 0 }), clipped = New(_options with { Clip = 1e-3 });
        Assert.Equal(free.Advance().GradientNorm, clipped.Advance().GradientNorm, 5);
        Tensor[] gradients = [.. clipped.Model.Parameters().Select(p => p.Grad!)];
        Assert.Equal(1e-3, Math.Sqrt(gradients.Sum(g => g.ToArray<float>().Sum(v => (double)v * v))), 7);
    }

    [Fact]
    public void ACheckpointOfAnotherModelIsRejectedAndChangesNothing()
    {
        using Scratch scratch = new();
        Trainer other = new(new GptModel(_config with { Width = 16 }, 5), Windows(), _options);
        other.Advance();
        other.Save(scratch["c.safetensors"], new Dictionary<string, string>());
        Trainer trainer = New();
        float[] before = Bits(trainer);
        Assert.Throws<CheckpointException>(() => trainer.Restore(scratch["c.safetensors"]));
        Weights.Save(scratch["w.safetensors"], trainer.Model);
        Assert.Throws<CheckpointException>(() => trainer.Restore(scratch["w.safetensors"]));
        Assert.Throws<CheckpointException>(() => Trainer.ReadOptions(scratch["w.safetensors"]));
        Assert.Equal(before, Bits(trainer));
        Assert.Equal(0, trainer.Step);
    }

    [Fact]
    public void ATrainingNeedsAnEnd() => Assert.Throws<ArgumentException>(() => New(_options with { Steps = null }));
}
