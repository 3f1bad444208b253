using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>What one step of a stage did.</summary>
/// <param name="Step">Its number, from 1.</param>
/// <param name="Loss">What the step made smaller, before the step.</param>
/// <param name="Values">More numbers by their names in metrics.jsonl: <c>lr</c>, <c>grad_norm</c>, <c>reward</c>, <c>kl</c>.</param>
/// <param name="Note">Shown behind the progress bar: "KL 0.12".</param>
public sealed record StageStep(long Step, double Loss, IReadOnlyDictionary<string, double> Values, string? Note = null);

/// <summary>What a model in training makes of a prompt.</summary>
/// <param name="Prompt">The beginning or the question.</param>
/// <param name="Text">How the model goes on.</param>
public sealed record StageSample(string Prompt, string Text);

/// <summary>
/// One training on the way from a GPT to a ChatGPT, step by step; <see cref="StageLoop"/> does the rest. Whatever is random in a step is a function of the seed and the
/// step's number, so that weights, the optimizer's state and that number are all there is to save: a stage that is stopped, or killed, and resumed ends with the same bits.
/// </summary>
public interface IStage
{
    /// <summary>Steps done.</summary>
    long Step { get; }

    /// <summary>Steps in all.</summary>
    long Steps { get; }

    /// <summary>Tokens that went through the model in the steps done, and are learnt from.</summary>
    long Tokens { get; }

    /// <summary>Takes a step.</summary>
    StageStep Advance();

    /// <summary>Writes all that is needed to go on from here, atomically.</summary>
    /// <exception cref="IOException">The file cannot be written; an old one stays as it is.</exception>
    void Save(string path);

    /// <summary>Goes back to where <see cref="Save"/> was called; nothing is changed unless the whole file fits.</summary>
    /// <exception cref="IO.CheckpointException">The checkpoint is of another model.</exception>
    /// <exception cref="IO.SafetensorsException">Not a safetensors file, or a damaged one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    void Restore(string path);

    /// <summary>Writes the model as it is now for those who use it, each file atomically.</summary>
    void Export(ModelFolder folder);

    /// <summary>Numbers on held-out data by their names in metrics.jsonl: <c>val</c>, <c>accuracy</c>. Nothing that a step depends on may change.</summary>
    /// <param name="final">At the end, when it may take longer.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    IReadOnlyDictionary<string, double> Measure(bool final, CancellationToken cancellation);

    /// <summary>What the model says now.</summary>
    IReadOnlyList<StageSample> Samples();
}
