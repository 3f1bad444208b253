using System.Buffers;
using System.Collections.ObjectModel;
using System.Text;

namespace TensorCore.Text;

/// <summary>
/// Byte-level byte-pair encoding: the tokenizer of GPT-2. The text is cut into pieces (<see cref="PreTokenizer"/>), each piece starts as one
/// token for each byte, and as long as two neighbours have a merge, the pair whose merge is first in the list becomes one
/// token, the leftmost of equal pairs first.
/// </summary>
/// <remarks>
/// Sources: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016, arXiv:1508.07909), for the
/// merges; Radford et al., "Language Models are Unsupervised Multitask Learners" (2019, §2.2), for bytes instead of characters and for the
/// pieces. Train one with <see cref="BpeTrainer"/>, read GPT-2's with <see cref="LoadGpt2"/>, a <c>tokenizer.json</c> with <see cref="Tokenizer.Load"/>.
/// Encoding takes time linear in the text (n log n in a piece of n bytes). The tokenizer may be used by several threads at once.
/// </remarks>
public sealed class BpeTokenizer : Tokenizer
{
    /// <summary>The name of GPT-2's only special token, which separates documents; its id there is 50256.</summary>
    public const string EndOfText = "<|endoftext|>";

    private const int Gpt2MergeCount = 50_000;
    private const int PieceBuffer = 256;
    private readonly BpeVocabulary _vocabulary;
    private readonly MergeTable _table;
    private readonly PieceCache _cache = new();

    internal BpeTokenizer(BpeVocabulary vocabulary)
        : base(vocabulary.Tokens.Length, vocabulary.SpecialTokens)
    {
        _vocabulary = vocabulary;
        _table = new MergeTable(vocabulary.Merges);
        Merges = Array.AsReadOnly(vocabulary.Merges);
    }

    /// <summary>The merges, the first to be applied first.</summary>
    public ReadOnlyCollection<BpeMerge> Merges { get; }

    /// <summary>A tokenizer from merges that you have: ids 0 to 255 are the bytes in order, merge i makes the token 256 + i, the special tokens follow.</summary>
    /// <param name="merges">The pairs of ids, the first to be applied first; both ids of merge i are below 256 + i.</param>
    /// <param name="specialTokens">The names of the special tokens.</param>
    /// <exception cref="ArgumentException">A merge uses an id that does not exist yet, or makes bytes that are a token already; or a special name is empty, given twice, or the spelling of an ordinary token.</exception>
    public static BpeTokenizer FromMerges(IEnumerable<(int Left, int Right)> merges, params ReadOnlySpan<string> specialTokens)
    {
        ArgumentNullException.ThrowIfNull(merges);
        return new BpeTokenizer(BpeVocabulary.FromMerges(merges, ByteOrder.Numeric, specialTokens));
    }

    /// <summary>Reads GPT-2's <c>vocab.bpe</c>, plain or compressed with gzip: its 50,257 ids exactly, <see cref="EndOfText"/> being 50256.</summary>
    /// <exception cref="InvalidDataException">The file is malformed or does not have GPT-2's 50,000 merges; the message names the file and the line.</exception>
    public static BpeTokenizer LoadGpt2(string path)
    {
        BpeTokenizer tokenizer = LoadMerges(path, EndOfText);
        if (tokenizer.Merges.Count == Gpt2MergeCount) return tokenizer;
        throw new InvalidDataException($"{path}: has {tokenizer.Merges.Count:N0} merges, GPT-2's vocab.bpe has {Gpt2MergeCount:N0}: the file is cut short, or another model's (read that with LoadMerges)");
    }

    /// <summary>
    /// Reads a list of merges in the format of GPT-2's <c>vocab.bpe</c> (Hugging Face's <c>merges.txt</c>), plain or compressed with gzip: one merge a line, two tokens
    /// separated by a space, bytes written as printable characters; a first line starting with <c>#version</c> is skipped. The ids are GPT-2's: the
    /// bytes (the 188 printable ones in order, then the others), the merges, the special tokens.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="specialTokens">The names of the special tokens.</param>
    /// <exception cref="InvalidDataException">The file is malformed; the message names the file and the line.</exception>
    public static BpeTokenizer LoadMerges(string path, params ReadOnlySpan<string> specialTokens) =>
        new(BpeMergesFile.Load(path, specialTokens));

    /// <inheritdoc/>
    public override BpeTokenizer WithSpecialTokens(params ReadOnlySpan<string> names) => new(_vocabulary.WithSpecialTokens(SpecialTokensWith(names)));

    /// <inheritdoc/>
    public override bool HasToken(int id) => (uint)id < (uint)VocabularySize && _vocabulary.Tokens[id] is not null;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id) => HasToken(id) ? _vocabulary.Tokens[id] : throw NoSuchToken(id);

    /// <inheritdoc/>
    public override void Save(string path) => TokenizerJsonWriter.Save(path, this, Merges);

    /// <inheritdoc/>
    protected override void EncodeOrdinary(ReadOnlySpan<byte> utf8, List<int> output)
    {
        Span<int> buffer = stackalloc int[PieceBuffer];
        for (int start = 0, end; start < utf8.Length; start = end)
        {
            end = PreTokenizer.PieceEnd(utf8, start);
            ReadOnlySpan<byte> piece = utf8[start..end];
            if (piece.Length <= PieceCache.LongestPiece)
            {
                ulong hash = PieceCache.Hash(piece);
                scoped ReadOnlySpan<int> ids;
                if (!_cache.TryGet(piece, hash, out ids))
                {
                    ids = buffer[..Merge(piece, buffer)];
                    _cache.Set(piece, hash, ids);
                }

                output.AddRange(ids);
            }
            else if (piece.Length <= PieceBuffer)
            {
                output.AddRange(buffer[..Merge(piece, buffer)]);
            }
            else
            {
                int[] rented = ArrayPool<int>.Shared.Rent(piece.Length);
                output.AddRange(rented.AsSpan(0, Merge(piece, rented)));
                ArrayPool<int>.Shared.Return(rented);
            }
        }
    }

    private int Merge(ReadOnlySpan<byte> piece, Span<int> ids)
    {
        for (int i = 0; i < piece.Length; i++) ids[i] = _vocabulary.IdOfByte[piece[i]];
        return PieceMerger.Merge(_table, ids[..piece.Length]);
    }
}
