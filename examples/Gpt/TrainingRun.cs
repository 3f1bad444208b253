using System.Diagnostics;
using TensorCore.Examples.Cli;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt;

/// <summary>How a training ended.</summary>
/// <param name="Loss">Of the last step, nats per token.</param>
/// <param name="Validation">On text that was not learnt; null if there is none.</param>
/// <param name="TokensPerSecond">Tokens learnt in a second, validation and saving left out.</param>
/// <param name="Interrupted">Stopped before its end.</param>
public sealed record TrainingOutcome(double Loss, Score? Validation, double TokensPerSecond, bool Interrupted);

/// <summary>A training with all that surrounds it: progress, validation now and then, metrics, the curve, checkpoints, an orderly end at Ctrl-C.</summary>
public sealed class TrainingRun
{
    private const int Validations = 20;

    // Enough to see the trend now and to know the result at the end; of a short training only a share, so that judging does not take longer than learning.
    private const long TokensNow = 16_384, TokensAtEnd = 262_144;
    private const double ShareNow = 0.01, ShareAtEnd = 0.25;

    // Beside saving at the end: often enough to lose little, seldom enough to cost little.
    private static readonly TimeSpan _saveEvery = TimeSpan.FromMinutes(1);
    private const double SaveShare = 0.05;

    private readonly Trainer _trainer;
    private readonly ModelFolder _folder;
    private readonly Tokenizer _tokenizer;
    private readonly TokenWindows? _validation;
    private readonly IReadOnlyDictionary<string, string> _notes;
    private readonly CommandRun _run;
    private readonly Stopwatch _learning = new();
    private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();
    private TimeSpan _saveTook;

    /// <summary>A training whose files go to a folder that exists.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="folder">Where its files go.</param>
    /// <param name="tokenizer">Of the text.</param>
    /// <param name="validation">Text to judge by, or null.</param>
    /// <param name="notes">Kept in checkpoints.</param>
    /// <param name="run">Where to show progress, and whether to stop.</param>
    public TrainingRun(Trainer trainer, ModelFolder folder, Tokenizer tokenizer, TokenWindows? validation, IReadOnlyDictionary<string, string> notes, CommandRun run) =>
        (_trainer, _folder, _tokenizer, _validation, _notes, _run) = (trainer, folder, tokenizer, validation, notes, run);

    /// <summary>Trains until the steps or the minutes are over, or until it is stopped.</summary>
    /// <param name="afterStep">Told after each step, to show a sample.</param>
    /// <exception cref="UserErrorException">The loss is no longer a number.</exception>
    public TrainingOutcome Execute(Action<TrainingProgress>? afterStep = null)
    {
        using Metrics metrics = Metrics.Open(_folder.Metrics, _trainer.Step);
        long first = _trainer.Step;
        (double loss, Score? score) = Loop(metrics, first, afterStep);
        bool interrupted = _run.Cancellation.IsCancellationRequested && _trainer.Progress < 1;
        Save(metrics);
        if (!interrupted && _validation is not null)
            score = Validate((long)Math.Min(TokensAtEnd, ShareAtEnd * _trainer.Step * _trainer.TokensPerStep)) ?? score;
        return new(loss, score, Speed(_trainer.Step - first), interrupted);
    }

    private (double Loss, Score? Validation) Loop(Metrics metrics, long first, Action<TrainingProgress>? afterStep)
    {
        using TrainingProgress progress = _run.Progress("tokens");
        long perStep = _trainer.TokensPerStep;
        double loss = double.NaN;
        Score? last = null;
        while (_trainer.Progress < 1 && !_run.Cancellation.IsCancellationRequested)
        {
            int part = (int)(_trainer.Progress * Validations);
            _learning.Start();
            StepResult step = _trainer.Advance();
            _learning.Stop();
            loss = step.Loss;
            if (!double.IsFinite(loss) || !double.IsFinite(step.GradientNorm))
                throw Diverged(step);
            Score? score = null;
            if (_validation is not null && (int)(_trainer.Progress * Validations) > part && _trainer.Progress < 1)
                score = Validate((long)Math.Min(TokensNow, ShareNow * step.Step / _trainer.Progress * perStep));
            last = score ?? last;
            metrics.Add(step, step.Step * perStep, Speed(step.Step - first), _trainer.Elapsed.TotalSeconds, score);
            progress.Report(_trainer.Progress, (step.Step - first) * perStep, loss, last is null ? null : _run.Pick($"validação {last.NatsPerToken:0.0000}", $"validation {last.NatsPerToken:0.0000}"));
            afterStep?.Invoke(progress);
            if (_sinceSaved.Elapsed > _saveEvery && _sinceSaved.Elapsed * SaveShare > _saveTook)
                Save(metrics);
        }
        return (loss, last);
    }

    private double Speed(long steps) => steps * _trainer.TokensPerStep / Math.Max(1e-9, _learning.Elapsed.TotalSeconds);

    private Score? Validate(long tokens)
    {
        try
        {
            return Evaluation.Measure(_trainer.Model, _validation!, _tokenizer, tokens, _run.Cancellation);
        }
        catch (OperationCanceledException)
        {
            return null; // Ctrl-C: the loop saves and ends
        }
    }

    private void Save(Metrics metrics)
    {
        Stopwatch clock = Stopwatch.StartNew();
        _trainer.Save(_folder.Checkpoint, _notes);
        Weights.Save(_folder.Weights, _trainer.Model);
        metrics.Draw(_folder.Curve, _run.Pick($"Treino: {_trainer.Model.Config.ParameterCount:N0} parâmetros", $"Training: {_trainer.Model.Config.ParameterCount:N0} parameters"), _run.Texts);
        _saveTook = clock.Elapsed;
        _sinceSaved.Restart();
    }

    private UserErrorException Diverged(StepResult step) => new(_run.Pick(
        $"o treino divergiu no passo {step.Step}: a perda é {step.Loss}; diminua --lr (agora {_trainer.Options.LearningRate}) ou aumente --warmup",
        $"the training diverged at step {step.Step}: the loss is {step.Loss}; lower --lr (now {_trainer.Options.LearningRate}) or raise --warmup"));
}
