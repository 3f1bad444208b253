using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Teaches a reward model from rankings (<see cref="RankingLoss"/>); at its end the rewards are normalised on a reference set.</summary>
public sealed class RewardTrainer : IStage
{
    // A step's prompts go through the model a few at a time: activations that fit the caches are written and read faster than those that do not.
    private const int TokensAtATime = 2048;

    private readonly PromptDeck<RankedAnswers> _deck;
    private readonly IReadOnlyList<RankedAnswers> _heldOut;
    private readonly IReadOnlyList<(int[] Prompt, int[] Answer)> _reference;
    private readonly RewardOptions _options;
    private readonly Tensor[] _parameters;
    private readonly AdamW _optimizer;
    private readonly WarmupCosine _rate;
    private readonly long _tokensPerPrompt;

    /// <summary>A training.</summary>
    /// <param name="model">Trained in place.</param>
    /// <param name="rankings">What to learn.</param>
    /// <param name="heldOut">What to judge by; may be empty.</param>
    /// <param name="reference">Answers, best those of the tuned model, whose scores are to have mean 0 and variance 1 at the end; empty leaves rewards as they come.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">There are no rankings, or a setting is out of range.</exception>
    public RewardTrainer(RewardModel model, IReadOnlyList<RankedAnswers> rankings, IReadOnlyList<RankedAnswers> heldOut, IReadOnlyList<(int[] Prompt, int[] Answer)> reference, RewardOptions options)
    {
        (Model, _heldOut, _reference, _options) = (model, heldOut, reference, options);
        _deck = new([.. rankings.Where(r => r.Pairs.Count > 0)], options.Seed);
        Steps = (((long)_deck.Count * options.Epochs) + options.Batch - 1) / options.Batch;
        _tokensPerPrompt = (long)rankings.Average(r => r.Answers.Sum(a => (double)r.Prompt.Length + a.Length));
        _parameters = [.. model.Parameters()];
        Tensor[] decayed = [.. _parameters.Where(p => p.Rank >= 2)], free = [.. _parameters.Where(p => p.Rank < 2)];
        _optimizer = new AdamW([new ParameterGroup(decayed), new ParameterGroup(free, weightDecay: 0)], options.LearningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8, options.WeightDecay);
        _rate = new WarmupCosine(Math.Min(options.Warmup, Steps / 4), Steps, options.LearningRate, options.MinimumLearningRate);
    }

    /// <summary>The model.</summary>
    public RewardModel Model { get; }

    /// <inheritdoc/>
    public long Step => _optimizer.StepCount;

    /// <inheritdoc/>
    public long Steps { get; }

    /// <inheritdoc/>
    /// <remarks>An average: the length of every batch is not kept.</remarks>
    public long Tokens => Step * _options.Batch * _tokensPerPrompt;

    /// <inheritdoc/>
    public StageStep Advance()
    {
        IReadOnlyList<RankedAnswers> prompts = _deck.Deal(_options.Batch, Step);
        _rate.Apply(_optimizer);
        Model.ZeroGrad();
        double loss = 0;
        List<double> rewards = [];
        int atATime = Math.Max(1, TokensAtATime / prompts.Max(p => p.Longest * p.Answers.Count));
        foreach (RankedAnswers[] some in prompts.Chunk(atATime))
        {
            AnswerBatch batch = new([.. some.SelectMany(p => p.Answers.Select(a => (p.Prompt, a)))]);
            Tensor r = Model.Forward(batch); // (N), N the sum of the prompts' K
            Tensor part = RankingLoss.Of(r, some, _options.MarginScale) * ((double)some.Length / prompts.Count); // a mean over prompts
            part.Backward();
            loss += part.Item();
            rewards.AddRange(r.Detach().To(DType.Float64).ToArray<double>());
        }
        double norm = _options.Clip > 0 ? GradientClip.ByNorm(_parameters, _options.Clip) : GradientClip.Norm(_parameters);
        _optimizer.Step();
        return new(Step, loss, new Dictionary<string, double>
        {
            ["lr"] = _optimizer.LearningRate,
            ["grad_norm"] = norm,
            ["pair_accuracy"] = PairAccuracy([.. rewards], prompts).Value,
        });
    }

    /// <summary>How many pairs, ties left out, have the greater reward where the ranking says so.</summary>
    public static Proportion PairAccuracy(double[] rewards, IReadOnlyList<RankedAnswers> prompts)
    {
        int first = 0, right = 0, all = 0;
        foreach (RankedAnswers prompt in prompts)
        {
            foreach (RankedPair pair in prompt.Pairs.Where(p => !p.IsTie))
            {
                right += rewards[first + pair.Better] > rewards[first + pair.Worse] ? 1 : 0;
                all++;
            }
            first += prompt.Answers.Count;
        }
        return new(right, all);
    }

    /// <inheritdoc/>
    public void Save(string path) => Checkpoint.Save(path, Model, _optimizer, step: Step);

    /// <inheritdoc/>
    public void Restore(string path) => Checkpoint.Load(path, Model, _optimizer);

    /// <inheritdoc/>
    public void Export(ModelFolder folder)
    {
        if (Step == Steps && _reference.Count > 0)
            Model.Normalize(_reference);
        Model.Save(folder.Weights);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation)
    {
        if (_heldOut.Count == 0)
            return new Dictionary<string, double>();
        Calibration held = Calibration.Of(Model, final ? _heldOut : [.. _heldOut.Take(2 * _options.Batch)]);
        (double lower, double upper) = held.Accuracy.Interval;
        return new Dictionary<string, double>
        {
            ["val"] = held.Loss,
            ["accuracy"] = held.Accuracy.Value,
            ["accuracy_low"] = lower,
            ["accuracy_high"] = upper,
            ["calibration_error"] = held.Error,
        };
    }

    /// <inheritdoc/>
    public IReadOnlyList<StageSample> Samples() => [];
}
