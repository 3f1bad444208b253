using System.Globalization;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>
/// Reinforcement learning from a reward model by proximal policy optimisation. A step draws answers, has them judged, and makes the tokens that turned out better
/// than expected likelier, the others less likely:
/// <code>
/// answers     a ~ π(· | prompt)                                              Rollouts
/// rewards     rₜ = −β·(ln π(aₜ) − ln π_ref(aₜ)),  + score at the last token   KlController, RewardModel
/// advantages  Aₜ = Σ (γλ)ᵏ δₜ₊ₖ, whitened                                     Gae, Moments
/// updates     Σ −min(ρ·A, clip(ρ)·A) + ½·c_v·(V − R)²   a few epochs          PpoLoss
/// </code>
/// The reference is the model that the policy began as; without the price β of going far from it, the policy would find the texts that fool the reward model.
/// (Schulman et al. 2017, arXiv:1707.06347; on language Ziegler et al. 2019, arXiv:1909.08593, and Ouyang et al. 2022, arXiv:2203.02155.)
/// </summary>
public class PpoTrainer : IStage
{
    private const ulong Stream = 0x9902_0000_0000_0000;
    private const string BetaKey = "kl_coefficient", TokensKey = "tokens";
    private const double Tolerance = 1e-4; // of what is 0 but for the rounding of float32

    private readonly ActorCritic _actor;
    private readonly GptModel _reference;
    private readonly PromptDeck<int[]> _prompts;
    private readonly Func<IReadOnlyList<Rollout>, double[]> _score;
    private readonly KlController _controller;
    private readonly Tensor[] _parameters;
    private readonly Adam _optimizer;

    /// <summary>A training.</summary>
    /// <param name="policy">Trained in place.</param>
    /// <param name="reference">A copy of it that stays as it is.</param>
    /// <param name="prompts">What to answer to.</param>
    /// <param name="score">The judgement of answers: a reward model's <see cref="RewardModel.Score"/>, or any other.</param>
    /// <param name="end">The token that ends an answer.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">There are no prompts, or a setting is out of range.</exception>
    public PpoTrainer(GptModel policy, GptModel reference, IReadOnlyList<int[]> prompts, Func<IReadOnlyList<Rollout>, double[]> score, int end, PpoOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (Options, End, _reference, _score) = (options.Check(), end, reference, score);
        _prompts = new(prompts, options.Seed);
        policy.Eval();
        reference.Eval();
        _actor = new ActorCritic(policy);
        _controller = new(options.KlCoefficient, options.KlTarget, options.KlHorizon);
        _parameters = [.. _actor.Parameters()];
        _optimizer = new Adam(_parameters, options.LearningRate, eps: options.AdamEpsilon);
    }

    /// <summary>The settings.</summary>
    public PpoOptions Options { get; }

    /// <summary>The token that ends an answer.</summary>
    public int End { get; }

    /// <summary>The policy.</summary>
    public GptModel Model => _actor.Model;

    /// <inheritdoc/>
    public long Step { get; private set; }

    /// <inheritdoc/>
    public long Steps => Options.Steps;

    /// <inheritdoc/>
    public long Tokens { get; private set; }

    /// <summary>β now.</summary>
    public double KlCoefficient => _controller.Coefficient;

    /// <summary>The true judgement of answers, where it is known: nothing is learnt from it.</summary>
    public Func<IReadOnlyList<Rollout>, double[]>? TrueScore { get; init; }

    /// <summary>The loss on batch n of other text, for <see cref="PpoOptions.PtxCoefficient"/>.</summary>
    public Func<GptModel, long, Tensor>? Ptx { get; init; }

    /// <summary>What the model says at a time, for the curious.</summary>
    public Func<IReadOnlyList<StageSample>> Speak { get; init; } = () => [];

    /// <summary>Numbers on held-out questions.</summary>
    public Func<bool, CancellationToken, IReadOnlyDictionary<string, double>> Examine { get; init; } = (_, _) => new Dictionary<string, double>();

    /// <summary>The answers of the last step, with what was learnt from them.</summary>
    public IReadOnlyList<Experience> Last { get; private set; } = [];

    /// <summary>Whether a broken check (the first ratio, the first KL) is only a number in the metrics, for <see cref="PpoDoctor"/> to find, and no exception.</summary>
    internal bool OnlyReport { get; init; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The policy's probabilities are not those that its answers were drawn with, or it does not begin as its reference.</exception>
    public StageStep Advance()
    {
        PpoMetrics metrics = Learn();
        return new(metrics.Step, metrics["loss"], metrics.Values, $"r {Text(metrics.Reward)}  KL {Text(metrics.KlFull)}");

        static string Text(double x) => x.ToString("0.00", CultureInfo.InvariantCulture);
    }

    /// <summary>A step, from the prompts to the updates.</summary>
    internal PpoMetrics Learn()
    {
        // 1. Answers, drawn from the policy as it is now.
        IReadOnlyList<int[]> prompts = _prompts.Deal(Options.Batch, Step);
        Rollout[] rollouts = Draw(prompts);

        // 2. Their scores, and how likely policy and reference find them.
        double[] scores = [.. rollouts.Zip(_score(rollouts), (r, score) => r.Finished ? score : Options.UnfinishedScore)];
        Observation[] seen = Observation.Of(rollouts, batch => _actor.Forward(batch, Options.Temperature), _reference, Options.Temperature, Read);
        Dictionary<string, double> metrics = Observation.Describe(rollouts, scores, seen);
        CheckFirst(metrics);

        // 3. From these the reward of each token, and how much better it was than expected.
        Experience[] experience = [.. rollouts.Select((r, i) => Judge(r, scores[i], seen[i]))];
        if (Options.WhitenAdvantages)
        {
            Moments all = Moments.Of([.. experience.SelectMany(e => e.Advantages)]);
            experience = [.. experience.Select(e => e.With(a => Whiten(a, all)))];
        }
        Describe(experience, metrics);

        // 4. A few epochs of gradient steps, and a new price of KL.
        Update(experience, prompts, metrics);
        _controller.Update(metrics["kl"], rollouts.Length);
        Last = experience;
        Tokens += rollouts.Sum(r => (long)r.Prompt.Length + r.Answer.Length);
        return new(++Step, metrics);
    }

    /// <summary>Answers from the policy as it is now.</summary>
    internal virtual Rollout[] Draw(IReadOnlyList<int[]> prompts) =>
        Rollouts.Sample(Model, prompts, new(End, Options.MaxTokens, Options.Temperature), Options.Seed, Step);

    /// <summary>What a token costs: −β·(ln π − ln π_ref). Its mean is −β·KL(policy‖reference).</summary>
    internal virtual double Penalty(double logp, double reference) => -_controller.Coefficient * (logp - reference);

    /// <summary>See <see cref="Moments.Whiten"/>.</summary>
    internal virtual double Whiten(double advantage, Moments all) => all.Whiten(advantage);

    /// <summary>The answers as the networks read them.</summary>
    internal virtual AnswerBatch Read(IReadOnlyList<Rollout> rollouts) => new(rollouts);

    /// <summary>Rewards of an answer's tokens, and from them advantages and returns.</summary>
    private Experience Judge(Rollout rollout, double score, Observation seen)
    {
        double[] penalties = [.. rollout.LogProbabilities.Zip(seen.Reference, Penalty)];
        double[] rewards = [.. penalties];
        rewards[^1] += score; // the reward model judges the answer as a whole
        (double[] advantages, double[] returns) = Gae.Estimate(rewards, seen.Values!, Options.Gamma, Options.Lambda);
        return new(rollout, score, seen.Values!, penalties, advantages, returns);
    }

    /// <summary>A few epochs over the answers, in minibatches.</summary>
    private void Update(Experience[] experience, IReadOnlyList<int[]> prompts, Dictionary<string, double> metrics)
    {
        double warm = Options.Warmup == 0 ? 1 : Math.Min(1, 0.1 + (0.9 * Step / Options.Warmup));
        _optimizer.LearningRate = Options.LearningRate * warm * (1 - ((double)Step / Math.Max(1, Steps)));
        UpdateTally tally = new();
        for (int epoch = 0; epoch < Options.Epochs; epoch++)
        {
            int[] order = Philox.Permutation(experience.Length, Options.Seed, Stream + (ulong)((Step * Options.Epochs) + epoch));
            foreach (int[] part in order.Chunk((experience.Length + Options.Minibatches - 1) / Options.Minibatches))
            {
                Experience[] some = [.. part.Select(i => experience[i])];
                AnswerBatch batch = Read([.. some.Select(e => e.Rollout)]);
                if (epoch == 0)
                    tally.CountTokens(batch, [.. part.Select(i => prompts[i].Length)], some.Count(e => e.Rollout.Finished && e.Rollout.Answer[^1] != End));
                Update(some, batch, tally);
            }
        }
        tally.AddTo(metrics);
        metrics["lr"] = _optimizer.LearningRate;
    }

    /// <summary>One step of Adam.</summary>
    private void Update(Experience[] some, AnswerBatch batch, UpdateTally tally)
    {
        Tensor old = Flat(e => e.Rollout.LogProbabilities), advantages = Flat(e => e.Advantages), oldValues = Flat(e => e.Values), returns = Flat(e => e.Returns); // (n)
        _actor.ZeroGrad();
        (Tensor logits, Tensor values) = _actor.Forward(batch, Options.Temperature); // (n, V), (n)
        Tensor logp = Policy.LogProbabilities(logits, batch); // (n)
        Tensor policyLoss = PpoLoss.Policy(logp, old, advantages, Options.ClipRange).Mean();
        Tensor valueLoss = PpoLoss.Value(values, oldValues, returns, Options.ValueClipRange).Mean();
        Tensor loss = policyLoss + (Options.ValueCoefficient * valueLoss);
        if (Options.EntropyCoefficient != 0)
            loss -= Options.EntropyCoefficient * Policy.Entropy(logits).Mean();
        if (Options.PtxCoefficient != 0)
            loss += Options.PtxCoefficient * (Ptx ?? throw new InvalidOperationException("PPO: a coefficient for other text is given, but no other text"))(Model, _optimizer.StepCount);
        loss.Backward();
        double norm = Options.Clip > 0 ? GradientClip.ByNorm(_parameters, Options.Clip) : GradientClip.Norm(_parameters);
        _optimizer.Step();
        tally.Add(loss.Item(), policyLoss.Item(), valueLoss.Item(), norm, logp.Detach(), old, values.Detach(), oldValues, advantages, Options);

        Tensor Flat(Func<Experience, double[]> numbers) =>
            Tensor.From([.. some.SelectMany(e => numbers(e)).Select(x => (float)x)], [(int)batch.Tokens.Count], Model.Device);
    }

    /// <summary>What is to be learnt in numbers.</summary>
    private void Describe(Experience[] experience, Dictionary<string, double> metrics)
    {
        metrics["kl_coefficient"] = KlCoefficient;
        if (Options.KlTarget is double target)
            metrics["kl_target"] = target;
        if (TrueScore is not null)
            metrics["true_reward"] = TrueScore([.. experience.Select(e => e.Rollout)]).Average();
        Moments advantage = Moments.Of([.. experience.SelectMany(e => e.Advantages)]), returns = Moments.Of([.. experience.SelectMany(e => e.Returns)]);
        Moments values = Moments.Of([.. experience.SelectMany(e => e.Values)]);
        Moments error = Moments.Of([.. experience.SelectMany(e => e.Returns.Zip(e.Values, (r, v) => r - v))]);
        metrics["penalty"] = experience.Average(e => e.Penalties.Sum());
        metrics["advantage_mean"] = advantage.Mean;
        metrics["advantage_std"] = advantage.Deviation;
        (metrics["value_mean"], metrics["value_std"]) = (values.Mean, values.Deviation);
        metrics["return_mean"] = returns.Mean;
        metrics["return_std"] = returns.Deviation;
        metrics["explained_variance"] = returns.Variance < 1e-12 ? 0 : 1 - (error.Variance / returns.Variance);
    }

    /// <summary>Two things that hold if the code is right, whatever is learnt.</summary>
    private void CheckFirst(Dictionary<string, double> metrics)
    {
        if (OnlyReport)
            return;
        // Not ≤: NaN is wrong too.
        if (!(metrics["first_ratio_error"] <= Tolerance))
            throw new InvalidOperationException($"PPO, step {Step + 1}: before the first update the ratio π/π_old is off 1 by {metrics["first_ratio_error"]:0.0e+0}: the answers were drawn from another distribution than the one that is trained");
        if (Step == 0 && !(Math.Abs(metrics["kl_full"]) <= Tolerance))
            throw new InvalidOperationException($"PPO: at the start KL(policy‖reference) is {metrics["kl_full"]:0.0e+0}, not 0: the reference is not the model that the policy began as");
    }

    /// <inheritdoc/>
    public void Save(string path) => Checkpoint.Save(path, _actor, _optimizer, step: Step, extra: new Dictionary<string, string>
    {
        [BetaKey] = _controller.Coefficient.ToString("R", CultureInfo.InvariantCulture),
        [TokensKey] = Tokens.ToString(CultureInfo.InvariantCulture),
    });

    /// <inheritdoc/>
    public void Restore(string path)
    {
        CheckpointInfo info = Checkpoint.Read(path);
        if (!info.Extra.TryGetValue(BetaKey, out string? beta) || !double.TryParse(beta, CultureInfo.InvariantCulture, out double coefficient) || !(coefficient >= 0)
            || !info.Extra.TryGetValue(TokensKey, out string? text) || !long.TryParse(text, CultureInfo.InvariantCulture, out long tokens))
        {
            throw new CheckpointException($"{path}: it is no checkpoint of PPO: '{BetaKey}' or '{TokensKey}' is missing");
        }
        Checkpoint.Load(path, _actor, _optimizer);
        _controller.Restore(coefficient);
        (Step, Tokens) = (info.Step, tokens);
    }

    /// <inheritdoc/>
    public void Export(ModelFolder folder) => Weights.Save(folder.Weights, Model);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation) => Examine(final, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<StageSample> Samples() => Speak();
}
