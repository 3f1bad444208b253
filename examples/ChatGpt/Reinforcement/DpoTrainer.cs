using System.Globalization;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Trains a policy on comparisons themselves, without a reward model and without drawing answers (<see cref="DpoLoss"/>).</summary>
public sealed class DpoTrainer : IStage
{
    private const string TokensKey = "tokens";

    private readonly GptModel _reference;
    private readonly PromptDeck<(int[] Prompt, int[] Better, int[] Worse, bool IsTie)> _deck;
    private readonly DpoOptions _options;
    private readonly Tensor[] _parameters;
    private readonly AdamW _optimizer;
    private readonly WarmupCosine _rate;

    /// <summary>A training.</summary>
    /// <param name="policy">Trained in place.</param>
    /// <param name="reference">A copy of it that stays as it is.</param>
    /// <param name="rankings">What to learn: all their pairs.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">There is nothing to compare.</exception>
    public DpoTrainer(GptModel policy, GptModel reference, IReadOnlyList<RankedAnswers> rankings, DpoOptions options)
    {
        (Model, _reference, _options) = (policy, reference, options);
        policy.Eval();
        reference.Eval();
        _deck = new([.. rankings.SelectMany(r => r.Comparisons())], options.Seed);
        _parameters = [.. policy.Parameters()];
        _optimizer = new AdamW(_parameters, options.LearningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0);
        _rate = new WarmupCosine(Math.Min(options.Warmup, options.Steps), options.Steps, options.LearningRate, options.LearningRate / 10);
    }

    /// <summary>The policy.</summary>
    public GptModel Model { get; }

    /// <inheritdoc/>
    public long Step => _optimizer.StepCount;

    /// <inheritdoc/>
    public long Steps => _options.Steps;

    /// <inheritdoc/>
    public long Tokens { get; private set; }

    /// <summary>What the model says at a time, for the curious.</summary>
    public Func<IReadOnlyList<StageSample>> Speak { get; init; } = () => [];

    /// <summary>Numbers on held-out questions.</summary>
    public Func<bool, CancellationToken, IReadOnlyDictionary<string, double>> Examine { get; init; } = (_, _) => new Dictionary<string, double>();

    /// <inheritdoc/>
    public StageStep Advance()
    {
        IReadOnlyList<(int[] Prompt, int[] Better, int[] Worse, bool IsTie)> pairs = _deck.Deal(_options.Batch, Step);
        int B = pairs.Count;
        AnswerBatch batch = new([.. pairs.Select(p => (p.Prompt, p.Better)), .. pairs.Select(p => (p.Prompt, p.Worse))]); // 2B rows
        Tensor before;
        using (Autograd.NoGrad())
            before = Answers(_reference, batch); // (2B)
        _rate.Apply(_optimizer);
        Model.ZeroGrad();
        Tensor now = Answers(Model, batch); // (2B)
        Tensor targets = Tensor.From([.. pairs.Select(p => p.IsTie ? 0.5f : 1f)], [B], Model.Device);
        (Tensor losses, Tensor h) = DpoLoss.Of(now.Narrow(0, 0, B), now.Narrow(0, B, B), before.Narrow(0, 0, B), before.Narrow(0, B, B), _options.Beta, targets);
        Tensor loss = losses.Mean();
        loss.Backward();
        double norm = _options.Clip > 0 ? GradientClip.ByNorm(_parameters, _options.Clip) : GradientClip.Norm(_parameters);
        _optimizer.Step();
        Tokens += pairs.Sum(p => (2L * p.Prompt.Length) + p.Better.Length + p.Worse.Length);

        double[] differences = h.Detach().To(DType.Float64).ToArray<double>(), moved = (now - before).Detach().To(DType.Float64).ToArray<double>();
        double[] decided = [.. differences.Where((_, i) => !pairs[i].IsTie)];
        return new(Step, loss.Item(), new Dictionary<string, double>
        {
            ["lr"] = _optimizer.LearningRate,
            ["grad_norm"] = norm,
            ["pair_accuracy"] = Proportion.Among(decided, d => d > 0).Value,
            ["implicit_margin"] = decided.DefaultIfEmpty().Average(),
            // ln π/π_ref of the better answers: below 0, the policy only says the worse ones even less.
            ["chosen_change"] = moved[..B].Average(),
            ["rejected_change"] = moved[B..].Average(),
        });
    }

    /// <summary>ln π of whole answers: (rows).</summary>
    private static Tensor Answers(GptModel model, AnswerBatch batch) => batch.SumByAnswer(Policy.LogProbabilities(Policy.Logits(model, batch), batch));

    /// <inheritdoc/>
    public void Save(string path) =>
        Checkpoint.Save(path, Model, _optimizer, step: Step, extra: new Dictionary<string, string> { [TokensKey] = Tokens.ToString(CultureInfo.InvariantCulture) });

    /// <inheritdoc/>
    public void Restore(string path)
    {
        CheckpointInfo info = Checkpoint.Load(path, Model, _optimizer);
        Tokens = info.Extra.TryGetValue(TokensKey, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long tokens) ? tokens : 0;
    }

    /// <inheritdoc/>
    public void Export(ModelFolder folder) => Weights.Save(folder.Weights, Model);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation) => Examine(final, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<StageSample> Samples() => Speak();
}
