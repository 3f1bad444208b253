using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>How the page is told a token.</summary>
internal static class TokenFormat
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary><c>{"id", "text", "special"}</c>.</summary>
    public static JsonObject Describe(Tokenizer tokenizer, int id) => new() { ["id"] = id, ["text"] = Text(tokenizer, id), ["special"] = tokenizer.IsSpecialToken(id) };

    /// <summary>All of a text.</summary>
    public static JsonArray Describe(Tokenizer tokenizer, IEnumerable<int> ids) => new([.. ids.Select(id => Describe(tokenizer, id))]);

    /// <summary>A token's text, and of one that is a part of a character its bytes: <c>⟨C3⟩</c>.</summary>
    public static string Text(Tokenizer tokenizer, int id)
    {
        byte[] bytes = tokenizer.TokenBytes(id).ToArray();
        try
        {
            return _strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return string.Concat(bytes.Select(b => $"⟨{b:X2}⟩"));
        }
    }
}
