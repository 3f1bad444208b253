using System.Globalization;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Reinforcement learning without a value function: several answers to each prompt, each judged against the others (<see cref="GrpoLoss"/>).</summary>
public sealed class GrpoTrainer : IStage
{
    private const string TokensKey = "tokens";

    private readonly GptModel _reference;
    private readonly PromptDeck<int[]> _prompts;
    private readonly Func<IReadOnlyList<Rollout>, double[]> _score;
    private readonly int _end;
    private readonly GrpoOptions _options;
    private readonly Tensor[] _parameters;
    private readonly AdamW _optimizer;

    /// <summary>A training.</summary>
    /// <param name="policy">Trained in place.</param>
    /// <param name="reference">A copy of it that stays as it is.</param>
    /// <param name="prompts">What to answer to.</param>
    /// <param name="score">The judgement of answers.</param>
    /// <param name="end">The token that ends an answer.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">There are no prompts, or a group of one.</exception>
    public GrpoTrainer(GptModel policy, GptModel reference, IReadOnlyList<int[]> prompts, Func<IReadOnlyList<Rollout>, double[]> score, int end, GrpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Group < 2)
            throw new ArgumentException($"a group of {options.Group}: an answer is judged against others, so 2 are needed", nameof(options));
        (Model, _reference, _score, _end, _options) = (policy, reference, score, end, options);
        _prompts = new(prompts, options.Seed);
        policy.Eval();
        reference.Eval();
        _parameters = [.. policy.Parameters()];
        _optimizer = new AdamW(_parameters, options.LearningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0);
    }

    /// <summary>The policy.</summary>
    public GptModel Model { get; }

    /// <inheritdoc/>
    public long Step { get; private set; }

    /// <inheritdoc/>
    public long Steps => _options.Steps;

    /// <inheritdoc/>
    public long Tokens { get; private set; }

    /// <summary>The true judgement of answers, where it is known: nothing is learnt from it.</summary>
    public Func<IReadOnlyList<Rollout>, double[]>? TrueScore { get; init; }

    /// <summary>What the model says at a time, for the curious.</summary>
    public Func<IReadOnlyList<StageSample>> Speak { get; init; } = () => [];

    /// <summary>Numbers on held-out questions.</summary>
    public Func<bool, CancellationToken, IReadOnlyDictionary<string, double>> Examine { get; init; } = (_, _) => new Dictionary<string, double>();

    /// <inheritdoc/>
    public StageStep Advance()
    {
        int[][] prompts = [.. _prompts.Deal(_options.Prompts, Step).SelectMany(p => Enumerable.Repeat(p, _options.Group))];
        Rollout[] rollouts = Rollouts.Sample(Model, prompts, new(_end, _options.MaxTokens, _options.Temperature), _options.Seed, Step);
        double[] scores = [.. rollouts.Zip(_score(rollouts), (r, s) => r.Finished ? s : _options.UnfinishedScore)];
        double[] advantages = [.. scores.Chunk(_options.Group).SelectMany(GrpoLoss.Advantages)];
        Observation[] seen = Observation.Of(rollouts, batch => (Policy.Logits(Model, batch, _options.Temperature), null), _reference, _options.Temperature);
        Dictionary<string, double> metrics = Observation.Describe(rollouts, scores, seen);
        if (TrueScore is not null)
            metrics["true_reward"] = TrueScore(rollouts).Average();

        _optimizer.LearningRate = _options.LearningRate * (1 - ((double)Step / Math.Max(1, Steps)));
        double loss = 0;
        for (int epoch = 0; epoch < _options.Epochs; epoch++)
            loss += Update(rollouts, advantages, seen, metrics) / _options.Epochs;
        metrics["lr"] = _optimizer.LearningRate;
        Tokens += rollouts.Sum(r => (long)r.Prompt.Length + r.Answer.Length);
        Step++;
        return new(Step, loss, metrics, string.Create(CultureInfo.InvariantCulture, $"r {metrics["reward"]:0.00}  KL {metrics["kl_full"]:0.00}"));
    }

    /// <summary>One step of AdamW on all answers.</summary>
    private double Update(Rollout[] rollouts, double[] advantages, Observation[] seen, Dictionary<string, double> metrics)
    {
        AnswerBatch batch = new(rollouts);
        Tensor old = Flat((r, _) => r.LogProbabilities), reference = Flat((_, i) => seen[i].Reference); // (n)
        Tensor advantage = Flat((r, i) => [.. r.Answer.Select(_ => advantages[i])]); // (n)
        Tensor weights = Flat((r, _) => [.. r.Answer.Select(_ => 1.0 / r.Answer.Length / rollouts.Length)]); // (n): the mean over answers of the mean over tokens
        Model.ZeroGrad();
        Tensor logp = Policy.LogProbabilities(Policy.Logits(Model, batch, _options.Temperature), batch); // (n)
        Tensor perToken = PpoLoss.Policy(logp, old, advantage, _options.ClipRange) + (_options.KlCoefficient * GrpoLoss.Divergence(logp, reference));
        Tensor loss = (perToken * weights).Sum();
        loss.Backward();
        metrics["grad_norm"] = _options.Clip > 0 ? GradientClip.ByNorm(_parameters, _options.Clip) : GradientClip.Norm(_parameters);
        _optimizer.Step();
        double[] change = (logp - old).Detach().To(DType.Float64).ToArray<double>();
        metrics["approx_kl"] = change.Average(c => 0.5 * c * c);
        return loss.Item();

        Tensor Flat(Func<Rollout, int, double[]> numbers) =>
            Tensor.From([.. rollouts.SelectMany(numbers).Select(x => (float)x)], [(int)batch.Tokens.Count], Model.Device);
    }

    /// <inheritdoc/>
    public void Save(string path) =>
        Checkpoint.Save(path, Model, _optimizer, step: Step, extra: new Dictionary<string, string> { [TokensKey] = Tokens.ToString(CultureInfo.InvariantCulture) });

    /// <inheritdoc/>
    public void Restore(string path)
    {
        CheckpointInfo info = Checkpoint.Load(path, Model, _optimizer);
        Tokens = info.Extra.TryGetValue(TokensKey, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long tokens) ? tokens : 0;
        Step = info.Step;
    }

    /// <inheritdoc/>
    public void Export(ModelFolder folder) => Weights.Save(folder.Weights, Model);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation) => Examine(final, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<StageSample> Samples() => Speak();
}
