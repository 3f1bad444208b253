using System.Diagnostics;
using System.Globalization;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.Gpt;

/// <summary>What one step of training did.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Loss">Nats per token, before the step.</param>
/// <param name="LearningRate">The step size.</param>
/// <param name="GradientNorm">The gradient's norm, before clipping.</param>
public sealed record StepResult(long Step, double Loss, double LearningRate, double GradientNorm);

/// <summary>
/// Pre-training: windows of text go through the model, the loss says how surprised it was at each next token, backpropagation says how every weight shares
/// in that, and AdamW changes them a little (or Muon does, those of the layers). All state is the weights, the optimizers' moments and the number of the step, so a training that is stopped and resumed gives
/// the same bits as one that is not (limited by time instead of steps, its schedule follows the clock).
/// </summary>
public sealed class Trainer
{
    private const string OptionsKey = "options", SecondsKey = "seconds", WarmupKey = "warmup_end";

    private readonly TokenWindows _windows;
    private readonly GptOptimizer _optimizer;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private (Tensor Ids, Tensor Targets)[] _batches = []; // that the step reads
    private CudaGraph? _graph;
    private TimeSpan _before;
    private double _warmupEnd; // progress when the warm-up was over

    /// <summary>A training of a model on a text.</summary>
    /// <param name="model">Trained in place.</param>
    /// <param name="windows">The text to learn.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ArgumentException">Neither steps nor minutes are limited, a setting is out of range, or Muon's steps are to be recorded.</exception>
    /// <exception cref="DeviceException">The step is to be recorded as a CUDA graph, but the model is on no GPU.</exception>
    public Trainer(GptModel model, TokenWindows windows, TrainingOptions options)
    {
        if (options.Steps is null && options.Minutes is null)
            throw new ArgumentException("a training needs a number of steps or of minutes");
        if (options.Graph && !model.Device.IsCuda)
            throw new DeviceException($"the model is on {model.Device}: a CUDA graph needs an NVIDIA GPU");
        if (options.Graph && options.MuonLearningRate > 0)
            throw new ArgumentException("Muon's steps cannot be recorded in a CUDA graph: train without one, or with AdamW alone");
        (Model, _windows, Options) = (model, windows, options);
        model.MixedPrecision = options.MixedPrecision;
        _optimizer = new(model, options.LearningRate, options.MuonLearningRate, options.WeightDecay);
    }

    /// <summary>The model.</summary>
    public GptModel Model { get; }

    /// <summary>The settings.</summary>
    public TrainingOptions Options { get; }

    /// <summary>Steps done.</summary>
    public long Step => _optimizer.StepCount;

    /// <summary>Tokens in a step: batch · context · accumulate.</summary>
    public long TokensPerStep => (long)Options.Batch * _windows.Context * Options.Accumulate;

    /// <summary>Time spent, before the training was resumed too.</summary>
    public TimeSpan Elapsed => _before + _clock.Elapsed;

    /// <summary>From 0 to 1: the share of the steps or of the minutes, whichever is further on.</summary>
    public double Progress
    {
        get
        {
            double steps = Options.Steps is long n ? (double)Step / n : 0;
            double time = Options.Minutes is double m ? Elapsed.TotalMinutes / m : 0;
            return Math.Min(1, Math.Max(steps, time));
        }
    }

    /// <summary>One step of the optimizers.</summary>
    public StepResult Advance()
    {
        double rate = LearningRate(Progress);
        _optimizer.LearningRate = rate;
        (Tensor Ids, Tensor Targets)[] batches = [.. Enumerable.Range(0, Options.Accumulate).Select(i => _windows.Random(Options.Batch, Options.Seed, (Step * Options.Accumulate) + i))]; // (B, T)
        if (!Options.Graph)
        {
            _batches = batches;
            return Result(rate, Learn());
        }
        if (_graph is null)
        {
            _batches = [.. batches.Select(b => (b.Ids.To(Model.Device), b.Targets.To(Model.Device)))];
            _graph = CudaGraph.Capture(Model.Device, Learn);
            return Result(rate, _graph.Results);
        }
        for (int i = 0; i < batches.Length; i++)
        {
            _batches[i].Ids.CopyFrom(batches[i].Ids);
            _batches[i].Targets.CopyFrom(batches[i].Targets);
        }
        _graph.Replay();
        return Result(rate, _graph.Results);
    }

    private StepResult Result(double rate, IReadOnlyList<Tensor> results) => new(Step, results.SkipLast(1).Sum(loss => loss.Item() / Options.Accumulate), rate, results[^1].Item());

    /// <summary>
    /// The step itself, without a look at any value. The loss of each batch is divided by their number and its gradient added to those before, so that several small
    /// batches do what a large one would. Returns the losses and the gradient's norm.
    /// </summary>
    private Tensor[] Learn()
    {
        Model.ZeroGrad();
        Tensor share = Tensor.Full([], 1.0 / Options.Accumulate, device: Model.Device);
        Tensor[] losses = [.. _batches.Select(batch =>
        {
            Tensor loss = Model.Loss(batch.Ids, batch.Targets);
            loss.Backward(share);
            return loss.Detach();
        })];
        Tensor norm = GradientClip.ScaleToNorm(_optimizer.Parameters, Options.Clip > 0 ? Options.Clip : double.PositiveInfinity);
        _optimizer.Step();
        return [.. losses, norm];
    }

    /// <summary>
    /// The rate of the next step: linear up to the highest during the warm-up, which keeps the first, wild gradients from doing harm, then half a cosine down to the
    /// smallest at the end (Loshchilov and Hutter 2016, arXiv:1608.03983).
    /// </summary>
    internal double LearningRate(double progress)
    {
        (double high, double low, long warmup) = (Options.LearningRate, Options.MinimumLearningRate, Options.Warmup);
        // By the clock, a model too slow for that many steps spends a tenth of the time on its warm-up.
        double rise = warmup == 0 ? 1 : Math.Max((Step + 1.0) / warmup, Options.Minutes is null ? 0 : progress / 0.1);
        if (rise < 1)
        {
            _warmupEnd = progress;
            return high * rise;
        }
        double start = Options.Minutes is null ? (double)warmup / Options.Steps!.Value : _warmupEnd;
        double t = start >= 1 ? 1 : Math.Clamp((progress - start) / (1 - start), 0, 1);
        return low + ((high - low) * 0.5 * (1 + Math.Cos(Math.PI * t)));
    }

    /// <summary>Writes all that is needed to go on from here, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notes">More to keep: where the text came from.</param>
    /// <exception cref="IOException">The file cannot be written; an old one stays as it is.</exception>
    public void Save(string path, IReadOnlyDictionary<string, string> notes) =>
        Checkpoint.Save(path, Model, _optimizer.All, step: Step, extra: new Dictionary<string, string>(notes)
        {
            [OptionsKey] = Options.ToJson(),
            [SecondsKey] = Elapsed.TotalSeconds.ToString("R", CultureInfo.InvariantCulture),
            [WarmupKey] = _warmupEnd.ToString("R", CultureInfo.InvariantCulture),
        });

    /// <summary>Goes back to where <see cref="Save"/> was called; nothing is changed unless the whole file fits.</summary>
    /// <exception cref="CheckpointException">The checkpoint is of another model.</exception>
    /// <exception cref="SafetensorsException">Not a safetensors file, or a damaged one.</exception>
    /// <exception cref="InvalidDataException">Its notes are malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Restore(string path)
    {
        CheckpointInfo info = Checkpoint.Read(path);
        (double seconds, double warmupEnd) = (Number(info, SecondsKey, 1e9, path), Number(info, WarmupKey, 1, path));
        Checkpoint.Load(path, Model, _optimizer.All);
        (_before, _warmupEnd) = (TimeSpan.FromSeconds(seconds), warmupEnd);
        _clock.Restart();
    }

    /// <summary>The settings in a checkpoint, and the notes that were saved with it.</summary>
    /// <exception cref="CheckpointException">Not a checkpoint.</exception>
    /// <exception cref="SafetensorsException">Not a safetensors file, or a damaged one.</exception>
    /// <exception cref="InvalidDataException">Its settings are missing or malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (TrainingOptions Options, IReadOnlyDictionary<string, string> Notes) ReadOptions(string path)
    {
        IReadOnlyDictionary<string, string> notes = Checkpoint.Read(path).Extra;
        return notes.TryGetValue(OptionsKey, out string? json) ? (TrainingOptions.FromJson(json), notes) : throw new InvalidDataException($"{path}: it does not hold the settings of a training");
    }

    private static double Number(CheckpointInfo info, string key, double largest, string path) =>
        info.Extra.TryGetValue(key, out string? text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && value <= largest
            ? value
            : throw new InvalidDataException($"{path}: '{key}' is missing or out of range");
}
