using System.Runtime.InteropServices;
using TensorCore.Text;

namespace TensorCore.Generation;

/// <summary>
/// Writes token by token: the model scores what may come next, one token is drawn, it joins the text, and so on. The keys and values of the tokens so far are
/// kept (KV cache), so each new token costs one position instead of the whole text.
/// </summary>
public sealed class TextGenerator
{
    private readonly ICausalModel _model;
    private readonly Tokenizer _tokenizer;

    /// <summary>A writer with a model, in evaluation mode, and its tokenizer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    public TextGenerator(ICausalModel model, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_model, _tokenizer) = (model, tokenizer);
    }

    /// <summary>
    /// The ids that follow <paramref name="prompt"/>, one after the other, until <paramref name="maxTokens"/> or the end-of-text token. When the context is full, the
    /// older half of it is forgotten: positions are learnt, each with its own vector, so what stays has to move to the front and be read anew.
    /// </summary>
    /// <param name="prompt">At least one token and no more than the context.</param>
    /// <param name="options">How to draw.</param>
    /// <param name="maxTokens">The most tokens.</param>
    /// <param name="cancellation">Ends the text.</param>
    /// <exception cref="ArgumentException">The prompt is empty, too long, or holds a token that the model has not; or an option is out of range.</exception>
    public IEnumerable<int> Generate(IReadOnlyList<int> prompt, SamplingOptions options, int maxTokens, CancellationToken cancellation = default)
    {
        int[] start = [.. prompt];
        SlotDecoder.CheckPrompt(_model, start);
        options.Check();
        return Steps();

        IEnumerable<int> Steps()
        {
            SlotDecoder decoder = new(_model, slots: 1, sliding: true);
            TokenSampler sampler = new(options, _tokenizer.HasToken);
            int slot = decoder.Open(start), end = _tokenizer.SpecialTokens.GetValueOrDefault(BpeTokenizer.EndOfText, -1);
            List<int> text = [.. start]; // all of it: the penalty counts also what is out of view
            for (int n = 0; n < maxTokens && !cancellation.IsCancellationRequested; n++)
            {
                decoder.Step();
                int id = sampler.Next(decoder.Logits(slot), CollectionsMarshal.AsSpan(text));
                if (id == end) yield break;
                text.Add(id);
                decoder.Append(slot, id);
                yield return id;
            }
        }
    }

    /// <summary>The same as text that appears piece by piece: a token may end in the middle of a character, which is then held back.</summary>
    /// <exception cref="ArgumentException">The prompt is empty, too long, or holds a token that the model has not; or an option is out of range.</exception>
    public IEnumerable<string> Write(IReadOnlyList<int> prompt, SamplingOptions options, int maxTokens, CancellationToken cancellation = default)
    {
        Utf8StreamDecoder decoder = new();
        foreach (int id in Generate(prompt, options, maxTokens, cancellation))
            yield return decoder.Append(_tokenizer.TokenBytes(id));
        yield return decoder.Finish();
    }

    /// <summary>A prompt's ids; an empty one becomes the end-of-text token, after which a new text begins, or a line break.</summary>
    public int[] Encode(string prompt)
    {
        int[] ids = _tokenizer.Encode(prompt);
        if (ids.Length > 0) return ids;
        return _tokenizer.SpecialTokens.TryGetValue(BpeTokenizer.EndOfText, out int end) ? [end] : _tokenizer.Encode("\n");
    }
}
