using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>
/// Lets several models write many answers at the same time, on one thread of its own: at each step the next tokens of all answers of a model go through it in one batch, answers that have ended
/// leave and others take their slots (continuous batching).
/// <code>
/// using ChatEngine engine = new([ServedModel.Load("sft", "runs/chat-pt/sft", texts, Device.Cpu)]);
/// await foreach (GeneratedToken token in engine.Generate(new ChatRequest { Messages = [new(Role.User, "Onde Ana mora?")] }))
///     Console.Write(token.Text);
/// </code>
/// </summary>
public sealed class ChatEngine : IDisposable
{
    private readonly Lane[] _lanes;
    private readonly Queue<Action> _work = new(); // under the lock on _gate
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _signal = new(false);
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>Starts an engine.</summary>
    /// <param name="models">Its models, each with a name of its own; the first answers requests that name none.</param>
    /// <param name="options">The limits.</param>
    /// <exception cref="ArgumentException">No model, or two of the same name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A limit is out of range.</exception>
    public ChatEngine(IReadOnlyList<ServedModel> models, EngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        Options = options ?? new();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Slots, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Options.QueueLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.MaxTokens, 1);
        if (models.Count == 0 || models.DistinctBy(m => m.Name).Count() < models.Count)
            throw new ArgumentException($"an engine needs models with names of their own, not '{string.Join("', '", models.Select(m => m.Name))}'", nameof(models));
        _lanes = [.. models.Select(m => new Lane(m, Options))];
        _thread = new Thread(Run) { IsBackground = true, Name = "chat engine" };
        _thread.Start();
    }

    /// <summary>The limits.</summary>
    public EngineOptions Options { get; }

    /// <summary>The models, the first of them the default.</summary>
    public IEnumerable<ServedModel> Models => _lanes.Select(l => l.Model);

    /// <summary>What is counted of each model.</summary>
    public IEnumerable<(ServedModel Model, LaneMetrics Metrics)> Metrics => _lanes.Select(l => (l.Model, l.Metrics));

    /// <summary>Whether requests are taken.</summary>
    public bool IsRunning => !_stopping;

    /// <summary>A model by its name; null is the first.</summary>
    /// <exception cref="ChatException">There is none of that name.</exception>
    public ServedModel Find(string? name) => Lane(name).Model;

    /// <summary>Begins an answer. It goes on whether its tokens are read or not, until its end or until it is disposed.</summary>
    /// <exception cref="ChatException">The request is impossible, too long, or too many wait.</exception>
    public Answer Start(ChatRequest request) => Start([request])[0];

    /// <summary>Begins several answers, of one model, all or none.</summary>
    /// <exception cref="ChatException">A request is impossible, too long, or too many wait.</exception>
    public IReadOnlyList<Answer> Start(IReadOnlyList<ChatRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        Lane lane = Lane(requests[0].Model);
        if (requests.Count > Options.Slots + Options.QueueLimit)
            throw new ChatException(ChatError.InvalidRequest, $"{requests.Count} answers at once are more than the {Options.Slots + Options.QueueLimit} that there is room for", "n");
        Answer[] answers = [.. requests.Select(r => Prepare(lane.Model, r))];
        lane.Enqueue(answers);
        Wake();
        return answers;
    }

    /// <summary>The tokens of an answer, each as soon as it is certain. Cancelling, or leaving the loop, gives its slot to the next.</summary>
    /// <exception cref="ChatException">The request is impossible, too long, or too many wait.</exception>
    public async IAsyncEnumerable<GeneratedToken> Generate(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using Answer answer = Start(request);
        await foreach (GeneratedToken token in answer.Tokens.ReadAllAsync(cancellation).ConfigureAwait(false))
            yield return token;
    }

    /// <summary>
    /// Does something else with the models between two steps, on the engine's thread: a trace of the attention, the scores of a text. Answers wait meanwhile, so it should be short.
    /// </summary>
    public Task<T> Use<T>(Func<T> work, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stopping) throw Stopped();
            _work.Enqueue(() =>
            {
                try
                {
                    if (_stopping) result.TrySetException(Stopped());
                    else if (cancellation.IsCancellationRequested) result.TrySetCanceled(cancellation);
                    else result.TrySetResult(work());
                }
                catch (Exception e)
                {
                    result.TrySetException(e);
                }
            });
        }
        Wake();
        return result.Task;
    }

    /// <summary>Stops the engine; answers that are not finished fail.</summary>
    public void Dispose()
    {
        lock (_gate) _stopping = true;
        Wake();
        if (_thread.IsAlive && Thread.CurrentThread != _thread) _thread.Join();
    }

    private Answer Prepare(ServedModel model, ChatRequest request)
    {
        if (request.MaxTokens < 1) throw new ChatException(ChatError.InvalidRequest, $"max_tokens is {request.MaxTokens}: it must be 1 or more", "max_tokens");
        if (request.TopLogProbabilities < 0) throw new ChatException(ChatError.InvalidRequest, $"top_logprobs is {request.TopLogProbabilities}: it must be 0 or more", "top_logprobs");
        if (request.Stop.Any(string.IsNullOrEmpty)) throw new ChatException(ChatError.InvalidRequest, "a stop text is empty", "stop");
        bool sliding = request.Sliding ?? Options.Sliding;
        int[] prompt = model.Encode(request, sliding);
        // A full context still scores one more token.
        int longest = sliding ? Options.MaxTokens : model.Model.Context - prompt.Length + 1;
        try
        {
            return new(model, request, prompt, Math.Min(request.MaxTokens ?? longest, longest), Wake);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new ChatException(ChatError.InvalidRequest, e.Message, e.ParamName, e);
        }
    }

    private void Run()
    {
        while (!_stopping)
        {
            foreach (Lane lane in _lanes)
            {
                lane.Admit();
                if (lane.IsBusy) lane.Advance();
                Work();
            }
            if (!_lanes.Any(l => l.IsBusy)) _signal.WaitOne();
        }
        Work();
        foreach (Lane lane in _lanes) lane.Stop(Stopped());
    }

    private void Work()
    {
        while (true)
        {
            Action? action;
            lock (_gate)
                if (!_work.TryDequeue(out action)) return;
            action();
        }
    }

    private void Wake() => _signal.Set();

    private Lane Lane(string? name) => name is null ? _lanes[0] : _lanes.FirstOrDefault(l => l.Model.Name == name)
        ?? throw new ChatException(ChatError.UnknownModel, $"there is no model '{Short(name)}'; there are: {string.Join(", ", _lanes.Select(l => l.Model.Name))}", "model");

    private static string Short(string name) => name.Length <= 60 ? name : name[..60] + "…";

    private static ChatException Stopped() => new(ChatError.Stopped, "the engine has been stopped");
}
