using System.Text;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>How an answer looks on the wire. For one call.</summary>
internal abstract class AnswerFormat(ServedModel model, bool logprobs, string idPrefix)
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _id = $"{idPrefix}-{Guid.NewGuid():N}";
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>The answers whole.</summary>
    public JsonObject Whole(IEnumerable<(IReadOnlyList<GeneratedToken> Tokens, FinishReason Reason)> choices, JsonObject usage)
    {
        JsonObject answer = Head(WholeObject, [.. choices.Select((c, i) => Choice(i, c.Tokens, c.Reason))]);
        answer["usage"] = usage;
        return answer;
    }

    /// <summary>What comes before a choice's first token, if anything.</summary>
    public virtual JsonObject? Opening(int choice) => null;

    /// <summary>New tokens of a choice, or its end.</summary>
    public JsonObject Part(int choice, IReadOnlyList<GeneratedToken> tokens, FinishReason? reason) => Head(PartObject, [Delta(choice, tokens, reason)]);

    /// <summary>The event that counts the tokens: without a choice.</summary>
    public JsonObject UsagePart(JsonObject usage)
    {
        JsonObject part = Head(PartObject, []);
        part["usage"] = usage;
        return part;
    }

    /// <summary>The tokens that went in and came out; a prompt counts once, however many choices it has.</summary>
    public static JsonObject Usage(IReadOnlyList<Answer> answers, int choicesOfPrompt)
    {
        int prompt = answers.Where((_, i) => i % choicesOfPrompt == 0).Sum(a => a.PromptTokens), completion = answers.Sum(a => a.CompletionTokens);
        return new() { ["prompt_tokens"] = prompt, ["completion_tokens"] = completion, ["total_tokens"] = prompt + completion };
    }

    protected abstract string WholeObject { get; }

    protected abstract string PartObject { get; }

    protected abstract JsonObject Choice(int index, IReadOnlyList<GeneratedToken> tokens, FinishReason reason);

    protected abstract JsonObject Delta(int index, IReadOnlyList<GeneratedToken> tokens, FinishReason? reason);

    protected abstract JsonObject LogProbabilities(int index, IReadOnlyList<GeneratedToken> tokens);

    /// <summary>Log-probabilities, or null if nobody asked.</summary>
    protected JsonObject? Scores(int index, IReadOnlyList<GeneratedToken> tokens) => logprobs && tokens.Count > 0 ? LogProbabilities(index, tokens) : null;

    protected JsonObject Head(string kind, JsonArray choices) => new()
    {
        ["id"] = _id,
        ["object"] = kind,
        ["created"] = _created,
        ["model"] = model.Name,
        ["choices"] = choices,
    };

    protected static string Text(IReadOnlyList<GeneratedToken> tokens) => string.Concat(tokens.Select(t => t.Text));

    protected static string Word(FinishReason reason) => reason == FinishReason.Length ? "length" : "stop";

    protected byte[] Bytes(int token) => model.Tokenizer.TokenBytes(token).ToArray();

    /// <summary>A token's text; of one that is a part of a character its bytes, <c>bytes:\xc3</c>.</summary>
    protected string Name(int token)
    {
        byte[] bytes = Bytes(token);
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return "bytes:" + string.Concat(bytes.Select(b => $"\\x{b:x2}"));
        }
    }
}
