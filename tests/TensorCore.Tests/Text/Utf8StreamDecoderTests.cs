using System.Text;
using FsCheck.Fluent;
using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class Utf8StreamDecoderTests
{
    [Fact]
    public void HoldsACharacterBackUntilItIsComplete()
    {
        var decoder = new Utf8StreamDecoder();
        byte[] rocket = "🚀"u8.ToArray();
        Assert.Equal("a", decoder.Append([(byte)'a', rocket[0]]));
        Assert.Equal("", decoder.Append([rocket[1]]));
        Assert.Equal("", decoder.Append([]));
        Assert.Equal("", decoder.Append([rocket[2]]));
        Assert.Equal("🚀b", decoder.Append([rocket[3], (byte)'b']));
        Assert.Equal("", decoder.Finish());
    }

    [Fact]
    public void ReplacesWhatCanNotBecomeACharacter()
    {
        var decoder = new Utf8StreamDecoder();
        Assert.Equal("\uFFFD", decoder.Append([0xFF]));
        Assert.Equal("", decoder.Append([0xE2, 0x82]));
        Assert.Equal("\uFFFDa", decoder.Append("a"u8));
        Assert.Equal("", decoder.Append([0xC3]));
        Assert.Equal("\uFFFD", decoder.Finish());
        Assert.Equal("novo", decoder.Append("novo"u8));
    }

    [Fact]
    public void PiecesTogetherAreTheWhole() => TextSamples.ForAll(
        from bytes in TextSamples.Bytes
        from cuts in Gen.Choose(1, 5).ArrayOf(bytes.Length)
        select (bytes, cuts),
        sample =>
        {
            var decoder = new Utf8StreamDecoder();
            var text = new StringBuilder();
            int start = 0;
            foreach (int cut in sample.cuts)
            {
                int end = Math.Min(sample.bytes.Length, start + cut);
                string part = decoder.Append(sample.bytes.AsSpan(start..end));
                if (part.Length > 0 && (char.IsHighSurrogate(part[^1]) || char.IsLowSurrogate(part[0]))) return false;
                text.Append(part);
                start = end;
            }

            return text.Append(decoder.Finish()).ToString() == Encoding.UTF8.GetString(sample.bytes);
        });
}
