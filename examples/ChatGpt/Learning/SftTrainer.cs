using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>
/// Supervised fine-tuning: a model that predicts text learns to predict answers. It is pretraining once more, on dialogues written by those who know how one answers,
/// but the loss counts the assistant's tokens alone: −Σ ln p(token) / number of them, over all rows of a step.
/// (Ouyang et al. 2022, "Training language models to follow instructions with human feedback", arXiv:2203.02155, section 3.5.)
/// </summary>
public sealed class SftTrainer : IStage
{
    private readonly PackedDialogues _dialogues;
    private readonly PackedDialogues? _heldOut;
    private readonly SftOptions _options;
    private readonly GptOptimizer _optimizer;
    private readonly WarmupCosine _rate;
    private readonly LowRankTuning? _lora;

    /// <summary>A tuning.</summary>
    /// <param name="model">Tuned in place.</param>
    /// <param name="dialogues">What to learn.</param>
    /// <param name="heldOut">What to judge by, or null.</param>
    /// <param name="options">How.</param>
    /// <param name="marks">The template's special tokens, whose vectors are tuned even where only adapters are.</param>
    public SftTrainer(GptModel model, PackedDialogues dialogues, PackedDialogues? heldOut, SftOptions options, params IReadOnlyList<int> marks)
    {
        (Model, _dialogues, _heldOut, _options) = (model, dialogues, heldOut, options);
        model.MixedPrecision = options.MixedPrecision;
        _lora = options.LoraRank > 0 ? new LowRankTuning(model, options, marks) : null;
        _optimizer = _lora is null
            ? new(model, options.LearningRate, options.MuonLearningRate, options.WeightDecay)
            : new(_lora.Groups, options.LearningRate, options.WeightDecay);
        _rate = new WarmupCosine(options.Warmup, options.Steps, options.LearningRate, options.MinimumLearningRate);
    }

    /// <summary>The model.</summary>
    public GptModel Model { get; }

    /// <inheritdoc/>
    public long Step => _optimizer.StepCount;

    /// <inheritdoc/>
    public long Steps => _options.Steps;

    /// <inheritdoc/>
    public long Tokens => Step * _options.Batch * _options.Accumulate * _dialogues.Context;

    /// <summary>What the model says at a time, for the curious.</summary>
    public Func<IReadOnlyList<StageSample>> Speak { get; init; } = () => [];

    /// <summary>More numbers on held-out data: how many questions are answered right.</summary>
    public Func<bool, CancellationToken, IReadOnlyDictionary<string, double>> Examine { get; init; } = (_, _) => new Dictionary<string, double>();

    /// <summary>Σ −ln p over the learnt tokens of a batch, divided by <paramref name="learnt"/>: those of the whole step.</summary>
    public static Tensor BatchLoss(GptModel model, PackedBatch batch, long learnt)
    {
        Tensor logits = model.Forward(batch.Ids, batch.Positions, batch.Mask); // (B, T, V)
        return Loss.CrossEntropy(logits, batch.Targets.To(model.Device), ignoreIndex: PackedDialogues.Ignored, reduction: Reduction.Sum) / Math.Max(1, learnt);
    }

    /// <inheritdoc/>
    public StageStep Advance()
    {
        Model.ZeroGrad();
        PackedBatch[] batches = [.. Enumerable.Range(0, _options.Accumulate).Select(i => _dialogues.Batch(_options.Batch, (Step * _options.Accumulate) + i))];
        long learnt = batches.Sum(b => (long)b.Learnt);
        double loss = 0;
        foreach (PackedBatch batch in batches)
        {
            Tensor l = BatchLoss(Model, batch, learnt);
            l.Backward();
            loss += l.Item();
        }
        _lora?.LeaveOtherRows();
        double norm = _options.Clip > 0 ? GradientClip.ByNorm(_optimizer.Parameters, _options.Clip) : GradientClip.Norm(_optimizer.Parameters);
        _optimizer.LearningRate = _rate.At(Step);
        _optimizer.Step();
        return new(Step, loss, new Dictionary<string, double> { ["lr"] = _optimizer.LearningRate, ["grad_norm"] = norm });
    }

    /// <inheritdoc/>
    public void Save(string path) => Checkpoint.Save(path, Model, _optimizer.All, step: Step);

    /// <inheritdoc/>
    public void Restore(string path) => Checkpoint.Load(path, Model, _optimizer.All);

    /// <inheritdoc/>
    public void Export(ModelFolder folder)
    {
        Weights.Save(folder.Weights, _lora?.Merged() ?? Model);
        _lora?.SaveApart(folder.Root);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation)
    {
        Dictionary<string, double> measured = new(Examine(final, cancellation));
        if (_heldOut is not null)
            measured["val"] = HeldOutLoss(Model, _heldOut, final ? int.MaxValue : 4 * _options.Batch, _options.Batch, cancellation);
        return measured;
    }

    /// <summary>The mean −ln p of the learnt tokens in the first rows of held-out dialogues.</summary>
    public static double HeldOutLoss(GptModel model, PackedDialogues heldOut, int rows, int batch, CancellationToken cancellation)
    {
        double loss = 0;
        long learnt = 0;
        using (Autograd.NoGrad())
        {
            foreach (int[] some in Enumerable.Range(0, Math.Min(rows, heldOut.Rows)).Chunk(batch))
            {
                cancellation.ThrowIfCancellationRequested();
                PackedBatch b = heldOut.At(some);
                loss += BatchLoss(model, b, 1).Item();
                learnt += b.Learnt;
            }
        }
        return loss / Math.Max(1, learnt);
    }

    /// <inheritdoc/>
    public IReadOnlyList<StageSample> Samples() => Speak();
}
