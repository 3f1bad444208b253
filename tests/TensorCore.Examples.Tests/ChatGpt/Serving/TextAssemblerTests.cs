using System.Text;
using TensorCore.Examples.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

public class TextAssemblerTests
{
    private static (List<GeneratedToken> Tokens, bool Stopped) Run(IReadOnlyList<byte[]> tokens, params string[] stop)
    {
        TextAssembler assembler = new(stop);
        List<GeneratedToken> all = [];
        for (int i = 0; i < tokens.Count && !assembler.Stopped; i++) all.AddRange(assembler.Append(new(i, "", null, []), tokens[i]));
        all.AddRange(assembler.Finish());
        return (all, assembler.Stopped);
    }

    private static byte[][] Utf8(params string[] tokens) => [.. tokens.Select(Encoding.UTF8.GetBytes)];

    private static string Text(IEnumerable<GeneratedToken> tokens) => string.Concat(tokens.Select(t => t.Text));

    [Fact]
    public void TextComesAtOnceUnlessAStopTextMayHaveBegun()
    {
        TextAssembler assembler = new(["fim."]);
        Assert.Equal("a", Text(assembler.Append(new(0, "", null, []), "a"u8)));
        Assert.Empty(assembler.Append(new(1, "", null, []), "f"u8));
        Assert.Empty(assembler.Append(new(2, "", null, []), "im"u8));
        Assert.Equal(["f", "im", " b"], assembler.Append(new(3, "", null, []), " b"u8).Select(t => t.Text));
        Assert.Empty(assembler.Append(new(4, "", null, []), "fi"u8));
        Assert.Empty(assembler.Append(new(5, "", null, []), "m. nunca"u8));
        Assert.True(assembler.Stopped);
    }

    [Fact]
    public void AStopTextInTheMiddleOfATokenCutsIt()
    {
        (List<GeneratedToken> tokens, bool stopped) = Run(Utf8("um", " dois#", "# três"), "##");
        Assert.True(stopped);
        Assert.Equal([(0, "um"), (1, " dois")], tokens.Select(t => (t.Id, t.Text)));
    }

    [Fact]
    public void TheFirstOfSeveralStopTextsCounts() =>
        Assert.Equal("x", Text(Run(Utf8("xaby"), "b", "ab", "abyz").Tokens));

    [Fact]
    public void ACharacterInPartsComesWithItsLastToken()
    {
        byte[] c = "ç"u8.ToArray();
        (List<GeneratedToken> tokens, _) = Run([[.. "a"u8, c[0]], [c[1], .. "b"u8]]);
        Assert.Equal(["a", "çb"], tokens.Select(t => t.Text));
    }

    [Fact]
    public void HalfACharacterAtTheEndIsAReplacementCharacterOfTheLastToken()
    {
        byte[] e = "🙂"u8.ToArray();
        (List<GeneratedToken> tokens, _) = Run([[.. "a"u8, e[0]], [e[1]], [e[2]]]);
        Assert.Equal([(0, "a"), (1, ""), (2, "\uFFFD")], tokens.Select(t => (t.Id, t.Text)));
    }

    /// <summary>Against the definition: the text of all bytes up to the first stop text, and the tokens that had a part in it.</summary>
    [Fact]
    public void RandomTokensGiveTheTextOfAllBytesUpToTheStopText()
    {
        Random random = new(5);
        for (int n = 0; n < 3000; n++)
        {
            byte[] alphabet = [(byte)'a', (byte)'b', 0xC3, 0xA7, 0xF0, 0x9F, 0x99, 0x82, 0xFF];
            byte[][] tokens = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.GetItems(alphabet, random.Next(0, 4)))];
            string[] stop = [.. Enumerable.Range(0, random.Next(0, 3)).Select(_ => string.Concat(random.GetItems<string>(["a", "b", "ç", "🙂", "\uFFFD"], random.Next(2, 4))))];
            (List<GeneratedToken> got, bool stopped) = Run(tokens, stop);
            string whole = Encoding.UTF8.GetString([.. tokens.SelectMany(t => t)]);
            int[] ends = [.. stop.Select(s => whole.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0)];
            Assert.Equal(ends.Length > 0, stopped);
            Assert.Equal(ends.Length > 0 ? whole[..ends.Min()] : whole, Text(got));
            Assert.Equal(Enumerable.Range(0, got.Count), got.Select(t => t.Id));
            if (!stopped) Assert.Equal(tokens.Length, got.Count);
        }
    }
}
