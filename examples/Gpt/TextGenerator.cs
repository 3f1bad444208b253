using TensorCore.Nn;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt;

/// <summary>
/// Writes token by token: the model scores what may come next, one token is drawn, it joins the text, and so on. The keys and values of the tokens so far are
/// kept (KV cache), so each new token costs one position instead of the whole text.
/// </summary>
public sealed class TextGenerator
{
    private readonly GptModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly bool _cached;

    /// <summary>A writer with a model and its tokenizer.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="cached">False computes every token's keys and values anew each time: slower, the same text; for tests.</param>
    public TextGenerator(GptModel model, Tokenizer tokenizer, bool cached = true) => (_model, _tokenizer, _cached) = (model, tokenizer, cached);

    /// <summary>
    /// The ids that follow <paramref name="prompt"/>, one after the other, until <paramref name="maxTokens"/> or the end-of-text token. When the context is full, the
    /// older half of it is forgotten: positions are learnt, each with its own vector, so what stays has to move to the front and be read anew.
    /// </summary>
    /// <param name="prompt">At least one token and no more than the context.</param>
    /// <param name="options">How to draw.</param>
    /// <param name="maxTokens">The most tokens.</param>
    /// <param name="cancellation">Ends the text.</param>
    /// <exception cref="ArgumentException">The prompt is empty or too long.</exception>
    public IEnumerable<int> Generate(IReadOnlyList<int> prompt, SamplingOptions options, int maxTokens, CancellationToken cancellation = default)
    {
        int context = _model.Config.Context;
        if (prompt.Count == 0 || prompt.Count > context)
            throw new ArgumentException($"a prompt of {prompt.Count} tokens: 1 to {context} (the context) are possible");
        return Steps();

        IEnumerable<int> Steps()
        {
            TokenSampler sampler = new(options, _tokenizer.HasToken);
            int end = _tokenizer.SpecialTokens.GetValueOrDefault(BpeTokenizer.EndOfText, -1);
            List<int> text = [.. prompt];
            KeyValueCache[]? cache = _cached ? _model.NewCache() : null;
            int start = 0, read = 0; // text[start..] is in view; of it, text[..read] is in the cache
            for (int n = 0; n < maxTokens && !cancellation.IsCancellationRequested; n++)
            {
                if (text.Count - start > context)
                {
                    start = read = text.Count - Math.Max(1, context / 2);
                    foreach (KeyValueCache layer in cache ?? [])
                        layer.Clear();
                }
                float[] logits = Score(text, cache is null ? start : Math.Max(start, read), cache);
                read = text.Count;
                int id = sampler.Next(logits, text);
                if (id == end)
                    yield break;
                text.Add(id);
                yield return id;
            }
        }
    }

    /// <summary>The same as text that appears piece by piece: a token may end in the middle of a character, which is then held back.</summary>
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
        if (ids.Length > 0)
            return ids;
        return _tokenizer.SpecialTokens.TryGetValue(BpeTokenizer.EndOfText, out int end) ? [end] : _tokenizer.Encode("\n");
    }

    private float[] Score(List<int> text, int from, KeyValueCache[]? cache)
    {
        long[] ids = new long[text.Count - from];
        for (int i = 0; i < ids.Length; i++)
            ids[i] = text[from + i];
        using (Autograd.NoGrad())
            return _model.NextLogits(Tensor.From(ids, [1, ids.Length]), cache).To(DType.Float32).ToArray<float>();
    }
}
