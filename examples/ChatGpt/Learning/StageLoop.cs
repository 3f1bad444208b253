using System.Diagnostics;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>How a stage ended.</summary>
/// <param name="Loss">Of the last step; NaN if there was none left to take.</param>
/// <param name="Measured">Numbers on held-out data at the end.</param>
/// <param name="TokensPerSecond">Tokens in a second of this run, measuring and saving left out.</param>
/// <param name="Seconds">Time of all steps, those before an interruption too.</param>
/// <param name="Interrupted">Stopped before its end.</param>
public sealed record StageOutcome(double Loss, IReadOnlyDictionary<string, double> Measured, double TokensPerSecond, double Seconds, bool Interrupted);

/// <summary>
/// Takes a stage to its end, with all that surrounds it: progress, held-out numbers and samples now and then, metrics, checkpoints, an orderly end at Ctrl-C. Where a
/// checkpoint is, it goes on from there; so after a kill at any moment the same call finishes the work, with the same bits.
/// </summary>
public sealed class StageLoop
{
    private const int Measurements = 10;

    // At most this part of the time goes into checkpoints.
    private const double SaveShare = 0.05;

    // A model learns most at the start, so that is where samples differ most.
    private static readonly double[] _samplesAt = [0.01, 0.05, 0.15, 0.35, 0.65, 1];

    private readonly IStage _stage;
    private readonly StageFolder _folder;
    private readonly CommandRun _run;
    private readonly Stopwatch _learning = new();
    private readonly Stopwatch _sinceSaved = Stopwatch.StartNew();
    private TimeSpan _saveTook;

    /// <summary>A loop for a stage whose folder exists (<see cref="StageFolder.Begin"/>).</summary>
    public StageLoop(IStage stage, StageFolder folder, CommandRun run) => (_stage, _folder, _run) = (stage, folder, run);

    /// <summary>The least time between two checkpoints: often enough to lose little.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What is counted beside the steps: "tokens".</summary>
    public string Unit { get; init; } = "tokens";

    /// <summary>Whether samples are shown on their way; they go to samples.jsonl anyway.</summary>
    public bool ShowSamples { get; init; }

    /// <summary>Goes on until the steps are done or the user stops it.</summary>
    /// <exception cref="UserErrorException">The loss is no longer a number.</exception>
    public StageOutcome Execute()
    {
        if (File.Exists(_folder.Model.Checkpoint))
        {
            _stage.Restore(_folder.Model.Checkpoint);
            _run.Say($"continuando do passo {_stage.Step} de {_stage.Steps}", $"going on from step {_stage.Step} of {_stage.Steps}");
        }
        using StageMetrics metrics = StageMetrics.Open(_folder.Model.Metrics, _stage.Step);
        using StageSamples samples = StageSamples.Open(_folder.Samples, _stage.Step);
        double before = metrics.Seconds;
        (long firstStep, long firstTokens) = (_stage.Step, _stage.Tokens);
        double loss = Loop(metrics, samples, before, firstTokens);
        bool interrupted = _run.Cancellation.IsCancellationRequested && _stage.Step < _stage.Steps;
        if (_stage.Step > firstStep || !File.Exists(_folder.Model.Checkpoint))
            Save(metrics, samples);
        else
            _stage.Export(_folder.Model); // a kill may have come between the checkpoint and this
        IReadOnlyDictionary<string, double> measured = interrupted ? new Dictionary<string, double>() : Measure(final: true) ?? new Dictionary<string, double>();
        // Ctrl-C while judging: the weights are all there, but the stage's result is not.
        interrupted |= _run.Cancellation.IsCancellationRequested;
        return new(loss, measured, Speed(firstTokens), metrics.Seconds, interrupted);
    }

    private double Loop(StageMetrics metrics, StageSamples samples, double before, long firstTokens)
    {
        using TrainingProgress progress = _run.Progress(Unit);
        double loss = double.NaN;
        while (_stage.Step < _stage.Steps && !_run.Cancellation.IsCancellationRequested)
        {
            double from = Progress;
            _learning.Start();
            StageStep step = _stage.Advance();
            _learning.Stop();
            loss = step.Loss;
            if (!double.IsFinite(loss))
                throw Diverged(step);
            IReadOnlyDictionary<string, double>? measured = Progress < 1 && Passed(from, Measurements) ? Measure(final: false) : null;
            metrics.Add(step, _stage.Tokens, Speed(firstTokens), before + _learning.Elapsed.TotalSeconds, measured);
            progress.Report(Progress, _stage.Tokens - firstTokens, loss, step.Note);
            if (_samplesAt.Any(at => from < at && at <= Progress))
                Sample(samples, progress);
            if (_sinceSaved.Elapsed > SaveEvery && _sinceSaved.Elapsed * SaveShare > _saveTook)
                Save(metrics, samples);
        }
        return loss;
    }

    private double Progress => _stage.Steps == 0 ? 1 : (double)_stage.Step / _stage.Steps;

    // Whether another of so many equal parts is done.
    private bool Passed(double from, int parts) => (int)(Progress * parts) > (int)(from * parts);

    private double Speed(long firstTokens) => (_stage.Tokens - firstTokens) / Math.Max(1e-9, _learning.Elapsed.TotalSeconds);

    private IReadOnlyDictionary<string, double>? Measure(bool final)
    {
        try
        {
            return _stage.Measure(final, _run.Cancellation);
        }
        catch (OperationCanceledException)
        {
            return null; // Ctrl-C: the loop saves and ends
        }
    }

    private void Sample(StageSamples samples, TrainingProgress progress)
    {
        IReadOnlyList<StageSample> said = _stage.Samples();
        samples.Add(_stage.Step, said);
        if (ShowSamples && said.Count > 0)
            progress.WriteLine(_run.Pick($"— passo {_stage.Step}: ", $"— step {_stage.Step}: ") + $"{said[0].Prompt} {said[0].Text}".ReplaceLineEndings(" "));
    }

    private void Save(StageMetrics metrics, StageSamples samples)
    {
        Stopwatch clock = Stopwatch.StartNew();
        // First what the checkpoint's step is the last line of.
        metrics.Flush();
        samples.Flush();
        _stage.Save(_folder.Model.Checkpoint);
        _stage.Export(_folder.Model);
        metrics.Draw(_folder.Model.Curve, _run.Pick("Treino", "Training") + ": " + Path.GetFileName(Path.GetFullPath(_folder.Root)), _run.Texts);
        _saveTook = clock.Elapsed;
        _sinceSaved.Restart();
    }

    private UserErrorException Diverged(StageStep step) => new(_run.Pick(
        $"o treino divergiu no passo {step.Step}: a perda é {step.Loss}; diminua --lr",
        $"the training diverged at step {step.Step}: the loss is {step.Loss}; lower --lr"));

    /// <summary>samples.jsonl, which on resuming loses the lines of steps that were lost.</summary>
    private sealed class StageSamples : IDisposable
    {
        private static readonly System.Text.Json.JsonSerializerOptions _oneLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        private readonly StreamWriter _file;

        private StageSamples(StreamWriter file) => _file = file;

        public static StageSamples Open(string path, long step)
        {
            string[] kept = step > 0 && File.Exists(path) ? [.. File.ReadAllLines(path).Where(l => StepOf(l) <= step)] : [];
            IO.AtomicFile.WriteAllText(path, string.Concat(kept.Select(l => l + "\n")));
            return new(new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)));
        }

        public void Add(long step, IReadOnlyList<StageSample> samples)
        {
            foreach (StageSample s in samples)
                _file.WriteLine(new JsonObject { ["step"] = step, ["prompt"] = s.Prompt, ["text"] = s.Text }.ToJsonString(_oneLine));
            _file.Flush();
        }

        public void Flush() => _file.Flush();

        public void Dispose() => _file.Dispose();

        private static long StepOf(string line)
        {
            try
            {
                return (long?)JsonNode.Parse(line)?["step"] ?? long.MaxValue;
            }
            catch (System.Text.Json.JsonException)
            {
                return long.MaxValue; // cut short by a kill
            }
        }
    }
}
