using System.Runtime.InteropServices;
using System.Threading.Channels;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>An answer while it is written. Its tokens are read from <see cref="Tokens"/>; disposing it before its end gives its slot to the next.</summary>
public sealed class Answer : IDisposable
{
    private readonly Channel<GeneratedToken> _channel = Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleWriter = true }); // bounded by the most tokens
    private readonly ServedModel _model;
    private readonly ChatRequest _request;
    private readonly TokenSampler _sampler;
    private readonly TextAssembler _assembler;
    private readonly List<int> _text; // prompt and answer: the repetition penalty counts both, also what has slid out of view
    private readonly int _longest;
    private readonly Action _wake;
    private volatile bool _cancelled;
    private int _drawn;

    internal Answer(ServedModel model, ChatRequest request, int[] prompt, int longest, Action wake)
    {
        (_model, _request, _longest, _wake, _text) = (model, request, longest, wake, [.. prompt]);
        (Prompt, PromptTokens, Started) = (prompt, prompt.Length, TimeProvider.System.GetTimestamp());
        _sampler = new(request.Sampling, model.Tokenizer.HasToken);
        _assembler = new(request.Stop);
    }

    /// <summary>The model's name.</summary>
    public string Model => _model.Name;

    /// <summary>The tokens of the answer, each as soon as it is certain. Completed at the end; with an error if there was one.</summary>
    public ChannelReader<GeneratedToken> Tokens => _channel.Reader;

    /// <summary>How many tokens the model was given.</summary>
    public int PromptTokens { get; }

    /// <summary>How many tokens were drawn so far; the one that says that the model has finished does not count, those of a stop text do.</summary>
    public int CompletionTokens => Volatile.Read(ref _drawn);

    /// <summary>Why it ended; null while it has not.</summary>
    public FinishReason? Finish { get; private set; }

    /// <summary>The prompt.</summary>
    internal int[] Prompt { get; }

    internal long Started { get; }

    /// <summary>Its slot in the decoder; −1 while it has none. The engine's thread alone uses it.</summary>
    internal int Slot { get; set; } = -1;

    internal bool Cancelled => _cancelled;

    /// <summary>Ends the answer, if it has not ended.</summary>
    public void Dispose()
    {
        if (_cancelled || Finish is not null) return;
        _cancelled = true;
        _wake();
    }

    /// <summary>Draws the next token from its scores. Returns it if the model is to read it, null if the answer ends here, and then why.</summary>
    internal int? Draw(ReadOnlySpan<float> logits, out FinishReason reason)
    {
        reason = FinishReason.Stop;
        int id = _sampler.Next(logits, CollectionsMarshal.AsSpan(_text));
        if (_model.Tokenizer.IsSpecialToken(id)) return null;
        TokenLogProbability[] top = _request.TopLogProbabilities is int k ? _sampler.Top(logits, k) : [];
        double? own = _request.TopLogProbabilities is null ? null : _sampler.LogProbability(logits, id);
        _text.Add(id);
        Volatile.Write(ref _drawn, _drawn + 1);
        Write(_assembler.Append(new(id, "", own, top), _model.Tokenizer.TokenBytes(id)));
        if (_assembler.Stopped) return null;
        if (_drawn < _longest) return id;
        reason = FinishReason.Length;
        return null;
    }

    /// <summary>Ends the answer with what was held back. The last thing that happens to it: who reads the end finds its slot free.</summary>
    internal void End(FinishReason reason, Exception? error = null)
    {
        Write(_assembler.Finish());
        Finish = reason;
        _channel.Writer.TryComplete(error);
    }

    private void Write(List<GeneratedToken> tokens)
    {
        foreach (GeneratedToken token in tokens) _channel.Writer.TryWrite(token);
    }
}
