using System.Text;

namespace TensorCore.Text;

/// <summary>
/// Turns bytes that arrive in pieces into text, for printing while a model generates: a token may end in the middle of a
/// character, whose bytes are then held back until the rest has come. Bytes that cannot be part of a character become U+FFFD, at the same places
/// as in <see cref="Encoding.UTF8"/>, so all the pieces together are what decoding everything at once gives.
/// </summary>
/// <remarks>Not for several threads at once.</remarks>
public sealed class Utf8StreamDecoder
{
    private readonly Decoder _decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: false).GetDecoder();

    /// <summary>Takes the next bytes; returns the characters that are complete now, perhaps none.</summary>
    /// <param name="bytes">For example <see cref="Tokenizer.TokenBytes"/> of the token just sampled.</param>
    public string Append(ReadOnlySpan<byte> bytes) => Convert(bytes, flush: false);

    /// <summary>Ends the text: returns U+FFFD for a character that is still incomplete, else an empty string. The decoder can then start on another text.</summary>
    public string Finish() => Convert([], flush: true);

    private string Convert(ReadOnlySpan<byte> bytes, bool flush)
    {
        int count = _decoder.GetCharCount(bytes, flush);
        if (count == 0 && !flush && bytes.IsEmpty) return "";
        var text = new char[count];
        _decoder.GetChars(bytes, text, flush);
        return new string(text);
    }
}
