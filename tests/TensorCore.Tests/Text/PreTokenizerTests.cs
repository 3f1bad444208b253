using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class PreTokenizerTests
{
    private static readonly Regex _gpt2 = new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+", RegexOptions.CultureInvariant | RegexOptions.Compiled);

    [Theory]
    [InlineData("", "")]
    [InlineData("Olá, mundo!", "Olá|,| mundo|!")]
    [InlineData("we'll they'RE I'm 'sample", "we|'ll| they|'|RE| I|'m| '|sample")]
    [InlineData("a   b\n\nc  ", "a|  | b|\n|\n|c|  ")]
    [InlineData("\n\tx 12km", "\n|\t|x| 12|km")]
    [InlineData("!!'s", "!!'|s")]
    [InlineData("x\u00A0y", "x|\u00A0|y")]
    [InlineData("𝒜𠀀 𝟘½ 👩‍🚀!", "𝒜𠀀| 𝟘½| 👩‍🚀!")]
    public void Cuts(string text, string pieces) => Assert.Equal(pieces, string.Join('|', Pieces(Encoding.UTF8.GetBytes(text)).Select(Encoding.UTF8.GetString)));

    [Fact]
    public void InvalidBytesGoWithPunctuation()
    {
        byte[] text = [(byte)'a', 0xFF, (byte)'!', 0xC3, (byte)' ', 0xE2, 0x82, (byte)'b'];
        Assert.Equal(["61", "FF21C3", "20E282", "62"], Pieces(text).Select(Convert.ToHexString));
    }

    [Fact]
    public void AgreesWithRegexOnGeneratedText() => TextSamples.ForAll(TextSamples.MixedBytes, AgreesWithRegex, 3000);

    /// <summary>Each code point of the first four planes after a letter, a space and before a number and a point: its class shows in the cuts.</summary>
    [Fact]
    public void AgreesWithRegexOnEveryCodePoint()
    {
        var text = new StringBuilder();
        for (int value = 0; value <= 0x10FFFF; value++)
        {
            if (!Rune.IsValid(value) || (value >= 0x40000 && value % 61 != 0)) continue; // planes 4 to 16: tags, private use, nothing
            string c = char.ConvertFromUtf32(value);
            text.Append('a').Append(c).Append("1 ").Append(c).Append('.');
            if (text.Length < 1 << 16) continue;
            Assert.True(AgreesWithRegex(Encoding.UTF8.GetBytes(text.ToString())), $"in the code points up to U+{value:X4}");
            text.Clear();
        }

        Assert.True(AgreesWithRegex(Encoding.UTF8.GetBytes(text.ToString())));
    }

    [Fact]
    public void StartOutsideTheTextIsAnError()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => PreTokenizer.PieceEnd("abc"u8, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => PreTokenizer.PieceEnd("abc"u8, -1));
    }

    internal static List<byte[]> Pieces(ReadOnlySpan<byte> utf8)
    {
        var pieces = new List<byte[]>();
        foreach (ReadOnlySpan<byte> piece in PreTokenizer.Split(utf8)) pieces.Add(piece.ToArray());
        return pieces;
    }

    /// <summary>
    /// .NET's Regex sees two surrogates in a character outside the BMP, and neither is a letter. So such a character is replaced by one of its class from the
    /// BMP first; the cuts, counted in code points, must then be the same. Invalid bytes decode to U+FFFD.
    /// </summary>
    private static bool AgreesWithRegex(byte[] utf8)
    {
        var stand = new StringBuilder();
        foreach (Rune rune in Encoding.UTF8.GetString(utf8).EnumerateRunes())
        {
            stand.Append(rune.IsBmp ? (char)rune.Value : Rune.GetUnicodeCategory(rune) switch
            {
                UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => 'Q',
                UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => '8',
                _ => '#', // no white space lies outside the BMP
            });
        }

        List<byte[]> pieces = Pieces(utf8);
        return pieces.SelectMany(piece => piece).SequenceEqual(utf8)
            && pieces.Select(piece => Encoding.UTF8.GetString(piece).EnumerateRunes().Count()).SequenceEqual(_gpt2.Matches(stand.ToString()).Select(match => match.Length));
    }
}
