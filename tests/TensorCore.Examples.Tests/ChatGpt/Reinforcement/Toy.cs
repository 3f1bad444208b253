using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

/// <summary>A language of ten words in which a tiny model can learn to please in seconds. An untrained model says each word, and the end, about equally often.</summary>
internal static class Toy
{
    public const int Words = 10, Ask = 10, End = 11, Liked = 3;

    public static readonly GptConfig Config = new(12, 16, 1, 2, 16);

    /// <summary>Each prompt is a word and the mark behind which the answer comes.</summary>
    public static readonly int[][] Prompts = [.. Enumerable.Range(0, Words).Select(w => new[] { w, Ask })];

    public static readonly PpoOptions Options = new()
    {
        Steps = 60,
        Batch = 64,
        Minibatches = 2,
        LearningRate = 3e-3,
        Warmup = 0,
        MaxTokens = 14,
        KlTarget = 3,
        KlCoefficient = 0.05,
        KlHorizon = 2000,
        ValueClipRange = 1,
        ValueCoefficient = 0.5,
        Seed = 3,
    };

    public static GptModel Model(ulong seed = 7) => new(Config, seed);

    /// <summary>1 for an answer that has the liked word, −1 for one that has not; and some questions get more whatever is answered, which a value function can learn.</summary>
    public static double[] Like(IReadOnlyList<Rollout> rollouts) => [.. rollouts.Select(r => (r.Answer.Contains(Liked) ? 1.0 : -1.0) + ((r.Prompt[0] - 4.5) / 5))];

    public static PpoTrainer Trainer(PpoOptions? options = null, Func<IReadOnlyList<Rollout>, double[]>? score = null) => new(Model(), Model(), Prompts, score ?? Like, End, options ?? Options);

    public static float[] Bits(TensorCore.Nn.Module module) => [.. module.Parameters().SelectMany(p => p.ToArray<float>())];

    public static int[][] Many(int times) => [.. Enumerable.Range(0, times).SelectMany(_ => Prompts)];
}
