using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>A model's part of the engine: its decoder, the answers in its slots, and those that wait for one.</summary>
internal sealed class Lane(ServedModel model, EngineOptions options)
{
    private readonly Queue<Answer> _waiting = new(); // under the lock on it
    private readonly List<Answer> _active = []; // the engine's thread alone
    private SlotDecoder _decoder = NewDecoder(model, options);
    private int _pending; // waiting or active; under the lock on _waiting
    private Exception? _stopped; // under the lock on _waiting

    public ServedModel Model => model;

    public LaneMetrics Metrics { get; } = new(options.Slots);

    /// <summary>Whether a step has something to do.</summary>
    public bool IsBusy => _active.Count > 0;

    // Exact: the same seed says the same whoever else is talking. Sliding: a request that may not is kept within the context by its number of tokens.
    private static SlotDecoder NewDecoder(ServedModel model, EngineOptions options) => new(model.Model, options.Slots, sliding: true) { Exact = true };

    /// <summary>Lets the answers wait for slots, all or none.</summary>
    /// <exception cref="ChatException">The queue would be too long, or the engine has been stopped.</exception>
    public void Enqueue(IReadOnlyList<Answer> answers)
    {
        lock (_waiting)
        {
            if (_stopped is not null) throw _stopped;
            if (_pending + answers.Count > options.Slots + options.QueueLimit)
            {
                Metrics.Refuse();
                throw new ChatException(ChatError.QueueFull, $"{model.Name} writes {_pending - _waiting.Count} answers and {_waiting.Count} wait: try again in a while");
            }
            _pending += answers.Count;
            foreach (Answer a in answers) _waiting.Enqueue(a);
            Metrics.Waiting = _waiting.Count;
        }
    }

    /// <summary>Frees the slots and the places in the queue of answers that nobody wants any more, and gives free slots to those that wait.</summary>
    public void Admit()
    {
        foreach (Answer a in _active.FindAll(a => a.Cancelled)) Release(a, FinishReason.Cancelled);
        List<Answer> opened = [], dropped = [];
        lock (_waiting)
        {
            for (int n = _waiting.Count; n > 0; n--)
            {
                Answer a = _waiting.Dequeue();
                if (a.Cancelled) dropped.Add(a);
                else if (_active.Count + opened.Count < options.Slots) opened.Add(a);
                else _waiting.Enqueue(a);
            }
            Metrics.Waiting = _waiting.Count;
        }
        foreach (Answer a in dropped) Finish(a, FinishReason.Cancelled);
        foreach (Answer a in opened)
        {
            a.Slot = _decoder.Open(a.Prompt);
            _active.Add(a);
            Metrics.Begin(a.PromptTokens);
        }
        Metrics.Active = _active.Count;
    }

    /// <summary>One step: reads what is new in all slots, draws a token for each.</summary>
    public void Advance()
    {
        try
        {
            _decoder.Step();
        }
        catch (Exception e) // for example out of memory: those in the batch fail, the engine goes on
        {
            Fail(_active, e);
            _decoder = NewDecoder(model, options);
            return;
        }
        foreach (Answer a in _active.ToArray())
        {
            if (!a.Cancelled) Advance(a);
        }
    }

    /// <summary>Ends all answers with an error, and takes no more.</summary>
    public void Stop(Exception error)
    {
        List<Answer> waiting;
        lock (_waiting)
        {
            _stopped = error;
            waiting = [.. _waiting];
            _waiting.Clear();
        }
        Fail(_active, error);
        Fail(waiting, error);
        Metrics.Waiting = 0;
    }

    private void Fail(List<Answer> answers, Exception error)
    {
        foreach (Answer a in answers) Finish(a, FinishReason.Failed, error);
        answers.Clear();
        Metrics.Active = _active.Count;
    }

    private void Advance(Answer a)
    {
        try
        {
            int before = a.CompletionTokens;
            int? id = a.Draw(_decoder.Logits(a.Slot), out FinishReason reason);
            Metrics.Drew(a, before);
            if (id is int next) _decoder.Append(a.Slot, next);
            else Release(a, reason);
        }
        catch (Exception e) // scores that are no numbers: a model whose training diverged
        {
            Release(a, FinishReason.Failed, e);
        }
    }

    private void Release(Answer a, FinishReason reason, Exception? error = null)
    {
        _active.Remove(a);
        _decoder.Close(a.Slot);
        Metrics.Active = _active.Count;
        Finish(a, reason, error);
    }

    private void Finish(Answer a, FinishReason reason, Exception? error = null)
    {
        lock (_waiting) _pending--;
        Metrics.Finish(reason);
        a.End(reason, error);
    }
}
