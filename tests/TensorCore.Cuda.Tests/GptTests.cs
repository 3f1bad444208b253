using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Tests;

namespace TensorCore.Cuda.Tests;

/// <summary>The GPT example on the GPU: the same losses as on the CPU, in mixed precision nearly so, and the numbers of another framework.</summary>
public sealed class GptTests
{
    private const int Steps = 20;

    private static readonly GptConfig s_config = new(Vocabulary: 96, Context: 32, Layers: 2, Heads: 2, Width: 64);

    /// <summary>Text with something to learn in twenty steps: a tune of eleven tokens, now and then a wrong one.</summary>
    private static TokenWindows Text()
    {
        int[] ids = new int[4000];
        ulong state = 1;
        for (int i = 0; i < ids.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            ids[i] = (state >> 60) == 0 ? (int)((state >> 33) % 96) : i % 11 * 7;
        }
        return new TokenWindows(ids, s_config.Context);
    }

    private static (double[] Losses, double[] Norms, float[] Logits) Train(Device device, bool mixed, int steps, bool graph = false)
    {
        GptModel model = new(s_config, seed: 7);
        model.To(device);
        TokenWindows text = Text();
        Trainer trainer = new(model, text, new TrainingOptions { Batch = 4, Steps = Steps, LearningRate = 3e-3, MinimumLearningRate = 3e-4, Warmup = 2, Seed = 3, MixedPrecision = mixed, Graph = graph });
        float[] logits;
        using (Autograd.NoGrad()) logits = model.Forward(text.Random(2, 5, 0).Ids).To(DType.Float32).ToArray<float>();
        StepResult[] results = [.. Enumerable.Range(0, steps).Select(_ => trainer.Advance())];
        return ([.. results.Select(r => r.Loss)], [.. results.Select(r => r.GradientNorm)], logits);
    }

    [GpuFact]
    public void Twenty_steps_give_the_CPUs_losses()
    {
        (double[] losses, double[] norms, _) = Train(Device.Cpu, mixed: false, Steps);
        (double[] own, double[] ownNorms, _) = Train(Gpu.Device, mixed: false, Steps);
        for (int i = 0; i < Steps; i++)
        {
            Assert.Equal(losses[i], own[i], 1e-4);
            Assert.Equal(norms[i], ownNorms[i], 1e-3 * Math.Max(1, norms[i]));
        }
        Assert.True(own[^1] < own[0] - 0.5, $"the loss went from {own[0]} to {own[^1]}: it should have learnt something");
    }

    [GpuFact]
    public void A_replayed_graph_gives_the_bits_of_the_steps()
    {
        (double[] losses, double[] norms, _) = Train(Gpu.Device, mixed: false, 6);
        (double[] own, double[] ownNorms, _) = Train(Gpu.Device, mixed: false, 6, graph: true);
        Assert.Equal(losses, own);
        Assert.Equal(norms, ownNorms);
    }

    [GpuFact]
    public void A_seed_gives_the_same_bits_again() => Assert.Equal(Train(Gpu.Device, mixed: false, 4).Losses, Train(Gpu.Device, mixed: false, 4).Losses);

    /// <summary>llm.c's check of its bfloat16 build, and closer: logits within 2 % of their range, ten losses within 0.01 of float32's.</summary>
    [GpuFact]
    public void Mixed_precision_stays_near_float32()
    {
        (double[] losses, _, float[] logits) = Train(Gpu.Device, mixed: false, 10);
        (double[] own, _, float[] ownLogits) = Train(Gpu.Device, mixed: true, 10);
        double range = logits.Max() - logits.Min();
        for (int i = 0; i < logits.Length; i++) Assert.True(Math.Abs(logits[i] - ownLogits[i]) <= 0.02 * range, $"logit {i}: {ownLogits[i]} in bfloat16, {logits[i]} in float32, range {range}");
        for (int i = 0; i < losses.Length; i++) Assert.True(Math.Abs(losses[i] - own[i]) <= 0.01, $"loss {i}: {own[i]} in bfloat16, {losses[i]} in float32");
        Assert.NotEqual(losses, own); // bfloat16 was used at all
    }

    [GpuFact]
    public void Parameters_gradients_and_state_stay_float32_in_mixed_precision()
    {
        GptModel model = new(s_config, seed: 1) { MixedPrecision = true };
        model.To(Gpu.Device);
        (Tensor ids, Tensor targets) = Text().Random(2, 1, 0);
        Assert.Equal(DType.BFloat16, model.Forward(ids).DType);
        model.Loss(ids, targets).Backward();
        Assert.All(model.Parameters(), p => Assert.Equal((DType.Float32, DType.Float32), (p.DType, p.Grad!.DType)));
    }

    [GpuFact]
    public void Text_is_generated_as_on_the_CPU()
    {
        GptModel model = new(s_config, seed: 2);
        int[] Write() => [.. new TextGenerator(model, ByteTokenizerFor96()).Generate([1, 2, 3], new SamplingOptions { Temperature = 0 }, 40)];
        int[] cpu = Write();
        model.To(Gpu.Device);
        Assert.Equal(cpu, Write());
    }

    [GpuFact]
    public void Slots_of_different_lengths_score_as_on_the_CPU()
    {
        GptModel model = new(s_config, seed: 4);
        List<float[]> Scores()
        {
            SlotDecoder decoder = new(model, 4, sliding: true);
            List<float[]> scores = [];
            for (int n = 0; n < 24; n++)
            {
                if (decoder.OpenCount < 4) decoder.Open([.. Enumerable.Range(n, 1 + (n * 5 % 14))]);
                foreach (int slot in decoder.Step().Order())
                {
                    scores.Add(decoder.Logits(slot).ToArray());
                    if (slot == n % 7) decoder.Close(slot);
                    else if (n % 5 != slot) decoder.Append(slot, n % 3 == 0 ? [(n * 3) + slot, slot, 3] : [(n * 3) + slot]); // at times nothing
                }
            }
            return scores;
        }
        List<float[]> cpu = Scores();
        model.To(Gpu.Device);
        List<float[]> gpu = Scores();
        Assert.Equal(cpu.Count, gpu.Count);
        for (int i = 0; i < cpu.Count; i++)
            for (int v = 0; v < cpu[i].Length; v++) Assert.Equal(cpu[i][v], gpu[i][v], 1e-4);
    }

    private static Text.Tokenizer ByteTokenizerFor96() => new Text.ByteTokenizer();

    [SharedGpuFact("fixtures/gpt-tiny")]
    public void Another_frameworks_numbers()
    {
        Reference reference = Reference.Load(SharedFiles.Path("fixtures/gpt-tiny"), Gpu.Device);
        Assert.All(reference.Compare(), d => Assert.True(d.Passes, $"{d.Name}: {d.Error} > {d.Tolerance}"));
    }
}

/// <summary>A test that needs a GPU and a file of <see cref="SharedFiles"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedGpuFactAttribute : FactAttribute
{
    public SharedGpuFactAttribute(string path) => Skip = Gpu.Missing ?? (SharedFiles.Find(path) is null ? $"needs shared/{path}, which stands beside the repository on the developers' machines only" : null);
}
