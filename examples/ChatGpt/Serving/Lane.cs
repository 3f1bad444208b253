using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>A model's part of the engine: its decoder, the answers in its slots, and those that wait for one.</summary>
internal sealed class Lane(ServedModel model, EngineOptions options)
{
    private readonly Queue<Generation> _waiting = new(); // under the lock on it
    private readonly List<Generation> _active = []; // the engine's thread alone
    private SlotDecoder _decoder = new(model.Model, options.Slots, sliding: true);
    private int _pending; // waiting or active; under the lock on _waiting
    private Exception? _stopped; // under the lock on _waiting

    public ServedModel Model => model;

    public LaneMetrics Metrics { get; } = new(options.Slots);

    /// <summary>Whether a step has something to do.</summary>
    public bool IsBusy => _active.Count > 0;

    /// <summary>Lets the answers wait for slots, all or none.</summary>
    /// <exception cref="ChatException">The queue would be too long, or the engine has been stopped.</exception>
    public void Enqueue(IReadOnlyList<Generation> generations)
    {
        lock (_waiting)
        {
            if (_stopped is not null) throw _stopped;
            if (_pending + generations.Count > options.Slots + options.QueueLimit)
            {
                Metrics.Refuse();
                throw new ChatException(ChatError.QueueFull, $"{model.Name} writes {_pending - _waiting.Count} answers and {_waiting.Count} wait: try again in a while");
            }
            _pending += generations.Count;
            foreach (Generation g in generations) _waiting.Enqueue(g);
            Metrics.Waiting = _waiting.Count;
        }
    }

    /// <summary>Frees the slots and the places in the queue of answers that nobody wants any more, and gives free slots to those that wait.</summary>
    public void Admit()
    {
        foreach (Generation g in _active.FindAll(g => g.Cancelled)) Release(g, FinishReason.Cancelled);
        List<Generation> opened = [], dropped = [];
        lock (_waiting)
        {
            for (int n = _waiting.Count; n > 0; n--)
            {
                Generation g = _waiting.Dequeue();
                if (g.Cancelled) dropped.Add(g);
                else if (_active.Count + opened.Count < options.Slots) opened.Add(g);
                else _waiting.Enqueue(g);
            }
            Metrics.Waiting = _waiting.Count;
        }
        foreach (Generation g in dropped) Finish(g, FinishReason.Cancelled);
        foreach (Generation g in opened)
        {
            g.Slot = _decoder.Open(g.Prompt);
            _active.Add(g);
            Metrics.Begin(g.PromptTokens);
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
            _decoder = new(model.Model, options.Slots, sliding: true);
            return;
        }
        foreach (Generation g in _active.ToArray())
        {
            if (!g.Cancelled) Advance(g);
        }
        Metrics.Active = _active.Count;
    }

    /// <summary>Ends all answers with an error, and takes no more.</summary>
    public void Stop(Exception error)
    {
        List<Generation> waiting;
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

    private void Fail(List<Generation> generations, Exception error)
    {
        foreach (Generation g in generations) Finish(g, FinishReason.Failed, error);
        generations.Clear();
        Metrics.Active = _active.Count;
    }

    private void Advance(Generation g)
    {
        try
        {
            bool first = g.CompletionTokens == 0;
            int? id = g.Draw(_decoder.Logits(g.Slot));
            Metrics.Drew(first, g);
            if (id is int next) _decoder.Append(g.Slot, next);
            else Release(g, g.Finish!.Value);
        }
        catch (Exception e) // scores that are no numbers: a model whose training diverged
        {
            Release(g, FinishReason.Failed, e);
        }
    }

    private void Release(Generation g, FinishReason reason, Exception? error = null)
    {
        _active.Remove(g);
        _decoder.Close(g.Slot);
        Finish(g, reason, error);
    }

    private void Finish(Generation g, FinishReason reason, Exception? error = null)
    {
        lock (_waiting) _pending--;
        Metrics.Finish(reason);
        if (g.Finish is null) g.End(reason, error);
    }
}
