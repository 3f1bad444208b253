using BenchmarkDotNet.Attributes;
using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Optim;

namespace TensorCore.Benchmarks;

/// <summary>One training step, one token of generation, or texts written side by side.</summary>
/// <param name="Name">The model and the batch.</param>
/// <param name="Config">The model's sizes.</param>
/// <param name="Batch">Sequences in a step; 0 measures the generation of one token.</param>
/// <param name="Time">Tokens of a sequence, in the cache, or of a prompt.</param>
/// <param name="Slots">Texts that are written side by side, <see cref="Written"/> tokens each; 0 measures something else.</param>
public sealed record GptCase(string Name, GptConfig Config, int Batch, int Time, int Slots = 0)
{
    public const int Written = 40;

    /// <summary>Tokens that one call works on.</summary>
    public int Tokens => Slots > 0 ? Slots * Written : Math.Max(1, Batch) * (Batch == 0 ? 1 : Time);

    public override string ToString() => Name;
}

/// <summary>A GPT as examples/Gpt trains it: forward, backward, clip and AdamW, all in float32.</summary>
public class GptBenchmark
{
    private Action _call = () => { };

    public static bool Quick { get; set; }

    public static IEnumerable<GptCase> Cases
    {
        get
        {
            GptConfig small = new(Vocabulary: 256, Context: 128, Layers: 4, Heads: 4, Width: 128);
            GptConfig medium = new(Vocabulary: 65, Context: 256, Layers: 6, Heads: 6, Width: 384);
            GptConfig gpt2 = new(Vocabulary: 50257, Context: 1024, Layers: 12, Heads: 12, Width: 768);
            yield return new GptCase("0.8 M, B16 T128", small, 16, 128);
            yield return new GptCase("0.8 M, one token at 64", small, 0, 64);
            GptConfig world = new(Vocabulary: 1024, Context: 128, Layers: 4, Heads: 4, Width: 160);
            yield return new GptCase("1.4 M, 40 tokens in 64 slots", world, 0, 20, Slots: 64);
            if (Quick) yield break;
            yield return new GptCase("1.4 M, 40 tokens in 1 slot", world, 0, 20, Slots: 1);
            yield return new GptCase("0.8 M, B12 T64", small, 12, 64);
            yield return new GptCase("10.7 M, B12 T64", medium, 12, 64);
            yield return new GptCase("10.7 M, B64 T256", medium, 64, 256);
            yield return new GptCase("GPT-2 124 M, B4 T64", gpt2, 4, 64);
            yield return new GptCase("GPT-2 124 M, one token at 64", gpt2, 0, 64);
        }
    }

    [ParamsSource(nameof(Cases))]
    public GptCase Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        GptModel model = new(Case.Config, seed: 1);
        _call = Case.Slots > 0 ? Writing(model) : Case.Batch == 0 ? Generation(model) : Training(model);
    }

    [Benchmark]
    public void Call() => _call();

    private Action Training(GptModel model)
    {
        (Tensor[] decayed, Tensor[] free) = model.DecayGroups();
        AdamW adam = new([new ParameterGroup(decayed, weightDecay: 0.1), new ParameterGroup(free, weightDecay: 0)], 3e-4, 0.9, 0.95);
        Tensor ids = Tensor.RandInt([Case.Batch, Case.Time], 0, Case.Config.Vocabulary), targets = Tensor.RandInt([Case.Batch, Case.Time], 0, Case.Config.Vocabulary);
        return () =>
        {
            adam.ZeroGrad();
            model.Loss(ids, targets).Backward();
            GradientClip.ByNorm(model.Parameters(), 1);
            adam.Step();
        };
    }

    private Action Generation(GptModel model)
    {
        model.Eval();
        Nn.KeyValueCache[] cache = model.NewCache();
        Tensor prompt = Tensor.RandInt([1, Case.Time], 0, Case.Config.Vocabulary), next = Tensor.RandInt([1, 1], 0, Case.Config.Vocabulary);
        using (Autograd.NoGrad()) model.NextLogits(prompt, cache);
        return () =>
        {
            using (Autograd.NoGrad()) model.NextLogits(next, cache);
            foreach (Nn.KeyValueCache layer in cache) layer.Truncate(Case.Time);
        };
    }

    /// <summary>As PPO's rollouts do: prompts of up to <c>Time</c> tokens, then a drawn token for each slot in each step.</summary>
    private Action Writing(GptModel model)
    {
        model.Eval();
        SlotDecoder decoder = new(model, Case.Slots);
        int[] prompt = [.. Enumerable.Range(1, Case.Time)];
        return () =>
        {
            TokenSampler[] samplers = [.. Enumerable.Range(0, Case.Slots).Select(i => new TokenSampler(new() { Temperature = 1, Seed = (ulong)i }))];
            for (int i = 0; i < Case.Slots; i++) decoder.Open(prompt.AsSpan(i % (Case.Time / 2)));
            for (int n = 0; n < GptCase.Written; n++)
                foreach (int slot in decoder.Step()) decoder.Append(slot, samplers[slot].Next(decoder.Logits(slot), decoder.Tokens(slot)));
            decoder.Clear();
        };
    }
}
