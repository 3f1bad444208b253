using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace TensorCore.Tests.Text;

/// <summary>Generators of texts that are hard on a tokenizer: all classes of characters, contractions, and bytes that are not UTF-8.</summary>
internal static class TextSamples
{
    private static readonly string[] _fragments =
    [
        "a", "b", "Z", "casa", "ção", "ß", "Ж", "日本", "ǅ", "ʰ", // letters of every kind
        "0", "7", "42", "Ⅷ", "½", "٣", "²", // numbers
        " ", " ", " ", "  ", "   ", "\n", "\t", "\r\n", "\u00A0", "\u0085", "\u1680", "\u2003", "\u2028", "\u3000", // white space
        "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'", "'S", "'r", "'l", "’s", // contractions and what only looks like them
        ".", ",", "!?", "—", "€", "\u0301", "\u200B", "\u200D", "\u180E", "\u001C", "\uFEFF", "\uFFFD", "\0", // neither
        "𝒜", "𠀀", "𐐨", "𝟘", "𐄇", "👩‍🚀", "🇧🇷", "\U000E0041", // the same classes outside the BMP
        "<|endoftext|>",
    ];

    private static readonly byte[][] _invalidFragments =
    [
        [0x80], [0xC3], [0xC0, 0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF8], [0xFF, 0xFE],
    ];

    /// <summary>Valid Unicode texts.</summary>
    public static Gen<string> Strings => Gen.Elements(_fragments).ArrayOf().Select(parts => string.Concat(parts));

    /// <summary>Arbitrary bytes.</summary>
    public static Gen<byte[]> RandomBytes => Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf();

    /// <summary>Text with invalid bytes in between.</summary>
    public static Gen<byte[]> MixedBytes =>
        Gen.Frequency((8, Gen.Elements(_fragments).Select(Encoding.UTF8.GetBytes)), (1, Gen.Elements(_invalidFragments)))
            .ArrayOf().Select(parts => parts.SelectMany(part => part).ToArray());

    /// <summary>Either of the two.</summary>
    public static Gen<byte[]> Bytes => Gen.OneOf(RandomBytes, MixedBytes);

    /// <summary>Checks a property of generated values; throws with the smallest counterexample.</summary>
    public static void ForAll<T>(Gen<T> values, Func<T, bool> property, int count = 300) =>
        Prop.ForAll(values.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(count));
}
