using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Pretraining (<see cref="Trainer"/>) as a stage: the next token of a text.</summary>
public sealed class PretrainingStage : IStage
{
    // Enough to see the trend now and to know the result at the end.
    private const long TokensNow = 8_192, TokensAtEnd = 65_536;
    private const int SampleTokens = 60;

    private readonly Trainer _trainer;
    private readonly Tokenizer _tokenizer;
    private readonly TokenWindows? _validation;
    private readonly IReadOnlyList<string> _prompts;

    /// <summary>A pretraining.</summary>
    /// <param name="trainer">Limited by steps.</param>
    /// <param name="tokenizer">Of the text.</param>
    /// <param name="validation">Text to judge by, or null.</param>
    /// <param name="prompts">Beginnings that samples go on with.</param>
    public PretrainingStage(Trainer trainer, Tokenizer tokenizer, TokenWindows? validation, IReadOnlyList<string> prompts)
    {
        if (trainer.Options is not { Steps: not null, Minutes: null })
            throw new ArgumentException("a stage is limited by steps: by the clock it would not give the same bits twice", nameof(trainer));
        (_trainer, _tokenizer, _validation, _prompts) = (trainer, tokenizer, validation, prompts);
    }

    /// <inheritdoc/>
    public long Step => _trainer.Step;

    /// <inheritdoc/>
    public long Steps => _trainer.Options.Steps!.Value;

    /// <inheritdoc/>
    public long Tokens => Step * _trainer.TokensPerStep;

    /// <inheritdoc/>
    public StageStep Advance()
    {
        StepResult step = _trainer.Advance();
        return new(step.Step, step.Loss, new Dictionary<string, double> { ["lr"] = step.LearningRate, ["grad_norm"] = step.GradientNorm });
    }

    /// <inheritdoc/>
    public void Save(string path) => _trainer.Save(path, new Dictionary<string, string>());

    /// <inheritdoc/>
    public void Restore(string path) => _trainer.Restore(path);

    /// <inheritdoc/>
    public void Export(ModelFolder folder) => Weights.Save(folder.Weights, _trainer.Model);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation)
    {
        if (_validation is null)
            return new Dictionary<string, double>();
        Score score = Evaluation.Measure(_trainer.Model, _validation, _tokenizer, final ? TokensAtEnd : TokensNow, cancellation);
        return new Dictionary<string, double> { ["val"] = score.NatsPerToken, ["val_bits_per_byte"] = score.BitsPerByte };
    }

    /// <inheritdoc/>
    public IReadOnlyList<StageSample> Samples()
    {
        TextGenerator generator = new(_trainer.Model, _tokenizer);
        bool training = _trainer.Model.Training;
        _trainer.Model.Eval();
        StageSample[] samples = [.. _prompts.Select(p => new StageSample(p, Paragraph(generator, p)))];
        _trainer.Model.Train(training);
        return samples;
    }

    private static string Paragraph(TextGenerator generator, string prompt)
    {
        string text = string.Concat(generator.Write(generator.Encode(prompt), new SamplingOptions { Temperature = 0.7 }, SampleTokens));
        int end = text.IndexOf("\n\n", StringComparison.Ordinal);
        return end < 0 ? text : text[..end];
    }
}
