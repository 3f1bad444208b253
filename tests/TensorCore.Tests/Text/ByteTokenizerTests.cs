using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class ByteTokenizerTests
{
    [Fact]
    public void IdsAreBytes()
    {
        var tokenizer = new ByteTokenizer();
        Assert.Equal(256, tokenizer.VocabularySize);
        Assert.Equal([79, 108, 195, 161], tokenizer.Encode("Olá"));
        Assert.Equal("Olá", tokenizer.DecodeString([79, 108, 195, 161]));
        Assert.Empty(tokenizer.Encode(""));
        TextSamples.ForAll(TextSamples.RandomBytes, bytes => tokenizer.Decode(tokenizer.Encode(bytes)).SequenceEqual(bytes));
    }

    [Fact]
    public void SpecialTokensComeOnlyWhenAllowed()
    {
        var tokenizer = new ByteTokenizer("<|a|>", "<|a|>b");
        Assert.Equal(258, tokenizer.VocabularySize);
        Assert.Equal(256, tokenizer.SpecialTokenId("<|a|>"));
        Assert.True(tokenizer.IsSpecialToken(257));
        Assert.False(tokenizer.IsSpecialToken(255));
        Assert.DoesNotContain(256, tokenizer.Encode("x<|a|>"));
        Assert.Equal(['x', 256, 'c', 257, 256], tokenizer.Encode("x<|a|>c<|a|>b<|a|>", allowSpecialTokens: true));
        Assert.Equal("x<|a|>", tokenizer.DecodeString(['x', 256]));
        Assert.Equal("x", tokenizer.DecodeString([257, 'x', 256], skipSpecialTokens: true));
        Assert.Equal(258, tokenizer.WithSpecialTokens("<|c|>").SpecialTokenId("<|c|>"));
        Assert.Equal(258, tokenizer.VocabularySize);
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        var tokenizer = new ByteTokenizer("<|a|>");
        Assert.Contains("ids[1] = 257 is outside the vocabulary, whose ids run from 0 to 256", Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([0, 257])).Message);
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.TokenBytes(-1)).Message);
        Assert.Contains("<|a|>", Assert.Throws<ArgumentException>(() => tokenizer.SpecialTokenId("<|b|>")).Message);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new ByteTokenizer("<|a|>", "<|a|>")).Message);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => tokenizer.WithSpecialTokens("<|a|>")).Message);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => new ByteTokenizer("")).Message);
        Assert.Contains("lone surrogate", Assert.Throws<ArgumentException>(() => new ByteTokenizer("a\uD800")).Message);
        Assert.Contains("0x41", Assert.Throws<ArgumentException>(() => new ByteTokenizer("A")).Message);
        Assert.Throws<ArgumentNullException>(() => tokenizer.Encode((string)null!));
    }
}
