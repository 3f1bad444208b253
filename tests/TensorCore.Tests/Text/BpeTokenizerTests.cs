using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TensorCore.Text;

namespace TensorCore.Tests.Text;

public class BpeTokenizerTests
{
    /// <summary>Trained on a few sentences, so that generated text meets many merges.</summary>
    private static readonly BpeTokenizer _trained = TrainOnSamples();

    /// <summary>Random merges of few letters: ranks in any order, many overlaps, as no training would give.</summary>
    private static Gen<BpeTokenizer> RandomTokenizers => Gen.Choose(0, int.MaxValue).Select(seed =>
    {
        var random = new Random(seed);
        List<int> ids = ['a', 'b', 'c', ' '];
        var spellings = ids.ToDictionary(id => id, id => ((char)id).ToString());
        var merges = new List<(int, int)>();
        for (int i = random.Next(40); i > 0; i--)
        {
            (int left, int right) = (ids[random.Next(ids.Count)], ids[random.Next(ids.Count)]);
            string spelling = spellings[left] + spellings[right];
            if (spelling.Length > 12 || spellings.ContainsValue(spelling)) continue;
            int merged = 256 + merges.Count;
            merges.Add((left, right));
            ids.Add(merged);
            spellings.Add(merged, spelling);
        }

        return BpeTokenizer.FromMerges(merges);
    });

    [Fact]
    public void DecodeUndoesEncodeOnAnyBytes() => TextSamples.ForAll(TextSamples.Bytes, bytes => _trained.Decode(_trained.Encode(bytes)).SequenceEqual(bytes), 1000);

    [Fact]
    public void EncodesLikeTheDefinition() => TextSamples.ForAll(TextSamples.Bytes, bytes => _trained.Encode(bytes).SequenceEqual(NaiveBpe.Encode(_trained, bytes)), 500);

    [Fact]
    public void EncodesLikeTheDefinitionWithRandomMerges() => TextSamples.ForAll(
        from tokenizer in RandomTokenizers
        from letters in Gen.Elements("aaabbc ".ToCharArray()).ArrayOf()
        select (tokenizer, text: new string(letters)),
        sample => sample.tokenizer.Encode(sample.text).SequenceEqual(NaiveBpe.Encode(sample.tokenizer, Encoding.UTF8.GetBytes(sample.text))),
        1000);

    [Fact]
    public void BothWaysToMergeAgree() => TextSamples.ForAll(
        from tokenizer in RandomTokenizers
        from letters in Gen.Elements("aaabbc".ToCharArray()).ArrayOf()
        select (tokenizer, letters),
        sample =>
        {
            var table = new MergeTable([.. sample.tokenizer.Merges]);
            int[] scanned = [.. sample.letters.Select(c => (int)c)], queued = [.. scanned];
            int scannedCount = PieceMerger.MergeByScan(table, scanned), queuedCount = PieceMerger.MergeByQueue(table, queued);
            return scanned.AsSpan(0, scannedCount).SequenceEqual(queued.AsSpan(0, queuedCount));
        },
        1000);

    [Fact]
    public void PiecesCanBeEncodedOneByOne() => TextSamples.ForAll(TextSamples.Bytes, bytes =>
    {
        int[] whole = _trained.Encode(bytes);
        List<byte[]> pieces = PreTokenizerTests.Pieces(bytes);
        if (!pieces.SelectMany(piece => _trained.Encode(piece)).SequenceEqual(whole)) return false;
        for (int cut = 0, at = 0; cut < pieces.Count; at += pieces[cut++].Length)
        {
            // "\n\nx" is cut into "\n", "\n", "x", but white space at the end of a text is one piece.
            if (cut > 1 && IsWhiteSpace(pieces[cut - 1]) && IsWhiteSpace(pieces[cut - 2])) continue;
            if (!_trained.Encode(bytes.AsSpan(..at)).Concat(_trained.Encode(bytes.AsSpan(at..))).SequenceEqual(whole)) return false;
        }

        return true;
    });

    [Fact]
    public void SpecialTokensComeOnlyWhenAllowed()
    {
        int end = _trained.SpecialTokenId(BpeTokenizer.EndOfText);
        TextSamples.ForAll(TextSamples.Strings, text =>
        {
            string[] parts = text.Split(BpeTokenizer.EndOfText);
            List<int> expected = [];
            for (int i = 0; i < parts.Length; i++)
            {
                if (i > 0) expected.Add(end);
                expected.AddRange(_trained.Encode(parts[i]));
            }

            int[] ids = _trained.Encode(text, allowSpecialTokens: true);
            return !_trained.Encode(text).Contains(end) && ids.SequenceEqual(expected) && _trained.DecodeString(ids) == text
                && _trained.DecodeString(ids, skipSpecialTokens: true) == string.Concat(parts);
        });
    }

    [Fact]
    public void AddsSpecialTokensAtTheEnd()
    {
        BpeTokenizer chat = _trained.WithSpecialTokens("<|user|>", "<|assistant|>");
        Assert.Equal(_trained.VocabularySize + 2, chat.VocabularySize);
        Assert.Equal(_trained.VocabularySize, chat.SpecialTokenId("<|user|>"));
        Assert.Equal(_trained.SpecialTokenId(BpeTokenizer.EndOfText), chat.SpecialTokenId(BpeTokenizer.EndOfText));
        Assert.Equal(_trained.Encode("uma casa"), chat.Encode("uma casa"));
        Assert.Contains("spelled like the ordinary token 97", Assert.Throws<ArgumentException>(() => _trained.WithSpecialTokens("a")).Message);
    }

    /// <summary>A megabyte without a boundary. Quadratic merging would take hours.</summary>
    [Theory]
    [InlineData("a")]
    [InlineData("casas")]
    [InlineData("\0")]
    public async Task AVeryLongPieceIsNoProblem(string repeated)
    {
        byte[] text = [.. Enumerable.Repeat(Encoding.UTF8.GetBytes(repeated), (1 << 20) / repeated.Length).SelectMany(bytes => bytes)];
        int[] ids = await Task.Run(() => _trained.Encode(text)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(text, _trained.Decode(ids));
    }

    [Fact]
    public void ManyThreadsMayEncode()
    {
        string[] texts = [.. Enumerable.Range(0, 64).Select(i => string.Join(' ', Enumerable.Range(0, 200).Select(word => $"casa{(i * 31) + word} ação")))];
        int[][] expected = [.. texts.Select(text => NaiveBpe.Encode(_trained, Encoding.UTF8.GetBytes(text)))];
        BpeTokenizer shared = TrainOnSamples();
        Parallel.For(0, 640, i => Assert.Equal(expected[i % 64], shared.Encode(texts[i % 64])));
    }

    [Fact]
    public void FromMergesChecksThem()
    {
        Assert.Contains("merge 1 is (97, 257)", Assert.Throws<ArgumentException>(() => BpeTokenizer.FromMerges([(97, 98), (97, 257)])).Message);
        Assert.Contains("token already", Assert.Throws<ArgumentException>(() => BpeTokenizer.FromMerges([(97, 98), (97, 98)])).Message);
        Assert.Contains("token already", Assert.Throws<ArgumentException>(() => BpeTokenizer.FromMerges([(97, 97), (97, 256), (256, 97)])).Message);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => BpeTokenizer.FromMerges([], "<|x|>", "<|x|>")).Message);
    }

    private static bool IsWhiteSpace(byte[] piece) => string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(piece));

    internal static BpeTokenizer TrainOnSamples()
    {
        var trainer = new BpeTrainer(400, BpeTokenizer.EndOfText) { MinimumCount = 1 };
        trainer.Add("a casa, as casas e a ação: não há casas sem ações! we'll say they're 2003 or 1984, 2001…\n\n\tcasaZ   casa 日本 日本 👩‍🚀👩‍🚀 <|endoftext|> aaaa aaaaaaa abab");
        return trainer.Train();
    }
}
