using TensorCore.Examples.ChatGpt.Serving.Metering;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>What is counted of a model. Read from any thread.</summary>
public sealed class LaneMetrics(int slots)
{
    private readonly long[] _finished = new long[Enum.GetValues<FinishReason>().Length];
    private long _promptTokens, _generatedTokens, _refused;
    private volatile int _active, _waiting;

    /// <summary>Answers that can be written at the same time.</summary>
    public int Slots => slots;

    /// <summary>Answers that are being written.</summary>
    public int Active { get => _active; internal set => _active = value; }

    /// <summary>Answers that wait for a slot.</summary>
    public int Waiting { get => _waiting; internal set => _waiting = value; }

    /// <summary>Tokens of prompts that got a slot.</summary>
    public long PromptTokens => Interlocked.Read(ref _promptTokens);

    /// <summary>Tokens written.</summary>
    public long GeneratedTokens => Interlocked.Read(ref _generatedTokens);

    /// <summary>Requests refused because too many waited.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Seconds from the request to its first token.</summary>
    public Histogram FirstToken { get; } = new(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30);

    /// <summary>Answers that ended for a reason.</summary>
    public long Finished(FinishReason reason) => Interlocked.Read(ref _finished[(int)reason]);

    internal void Refuse() => Interlocked.Increment(ref _refused);

    internal void Begin(int promptTokens) => Interlocked.Add(ref _promptTokens, promptTokens);

    internal void Drew(Answer answer, int before)
    {
        if (before == 0) FirstToken.Observe(TimeProvider.System.GetElapsedTime(answer.Started).TotalSeconds);
        Interlocked.Add(ref _generatedTokens, answer.CompletionTokens - before);
    }

    internal void Finish(FinishReason reason) => Interlocked.Increment(ref _finished[(int)reason]);
}
