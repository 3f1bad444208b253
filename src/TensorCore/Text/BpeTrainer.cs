using System.Text;

namespace TensorCore.Text;

/// <summary>How far <see cref="BpeTrainer.Train"/> has come: reported after each merge.</summary>
/// <param name="Merges">Merges learnt so far.</param>
/// <param name="TotalMerges">Merges wanted; training ends earlier if no pair is left that is frequent enough.</param>
/// <param name="TokenId">The id of the token just made.</param>
/// <param name="Count">How often its pair stood in the text.</param>
public readonly record struct BpeTrainingProgress(int Merges, int TotalMerges, int TokenId, long Count);

/// <summary>
/// Learns the merges of a byte-level BPE from text: starting from single bytes, again and again the most frequent pair of neighbours becomes
/// a new token (Sennrich, Haddow, Birch 2016, arXiv:1508.07909, Algorithm 1; on bytes and inside pieces as in GPT-2, 2019, §2.2).
/// </summary>
/// <remarks>
/// <para>Give it the text with <see cref="Add(ReadOnlySpan{byte})"/> or <see cref="AddFile"/>, then call <see cref="Train"/>. Ids 0 to 255 are the bytes in order, then come the
/// merged tokens in the order in which they were learnt, then the special tokens.</para>
/// <para>The result depends on nothing but the pieces and how often each occurs, not on their order or on the machine. Of pairs that are equally frequent the one with the smaller left id is
/// merged first, then the one with the smaller right id: the older tokens. A pair that spells a token which exists already is passed over, so
/// that no two ids have the same bytes.</para>
/// <para>Special-token names in the text are ordinary text here: leave separators out, and add documents one by one.</para>
/// <example><code>
/// var trainer = new BpeTrainer(4096, BpeTokenizer.EndOfText);
/// trainer.AddFile("corpus.txt");
/// BpeTokenizer tokenizer = trainer.Train();
/// </code></example>
/// </remarks>
public sealed class BpeTrainer
{
    private readonly string[] _specialTokens;
    private readonly PieceCounter _counter = new();
    private readonly int _mergesWanted;

    /// <summary>A trainer that has read nothing yet.</summary>
    /// <param name="vocabularySize">The number of ids wanted, with the 256 bytes and the special tokens.</param>
    /// <param name="specialTokens">Names of the special tokens, whose ids come last.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="vocabularySize"/> has no room for the bytes and the special tokens.</exception>
    /// <exception cref="ArgumentException">A name is empty or given twice.</exception>
    public BpeTrainer(int vocabularySize, params ReadOnlySpan<string> specialTokens)
    {
        int least = 256 + specialTokens.Length;
        if (vocabularySize < least)
            throw new ArgumentOutOfRangeException(nameof(vocabularySize), vocabularySize, $"a vocabulary of {vocabularySize} is too small: the bytes and {specialTokens.Length} special tokens take {least}");
        _specialTokens = specialTokens.ToArray();
        _mergesWanted = vocabularySize - least;
        _ = new ByteTokenizer(specialTokens); // checks the names now, not after the training
    }

    /// <summary>Pairs less frequent than this are not merged, even if the vocabulary stays smaller than asked for. Default 2: a pair that occurs once teaches nothing.</summary>
    public long MinimumCount { get; init; } = 2;

    /// <summary>Bytes of text read so far.</summary>
    public long BytesRead => _counter.BytesRead;

    /// <summary>Different pieces (words with the space before them, numbers, punctuation) seen so far; their total length sets the time and memory that training takes.</summary>
    public int DistinctPieces => _counter.Counts.Count;

    /// <summary>Counts the pieces of a text in UTF-8. Separate calls are separate texts: no piece spans two of them.</summary>
    public void Add(ReadOnlySpan<byte> utf8) => _counter.Add(utf8);

    /// <summary>Counts the pieces of a text.</summary>
    public void Add(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Add(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Counts the pieces of a stream of UTF-8, read to its end in blocks: the text need not fit into memory.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; what was read until then is counted.</exception>
    public void Add(Stream utf8, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(utf8);
        _counter.Add(utf8, PieceCounter.DefaultBlock, cancellationToken);
    }

    /// <summary>Counts the pieces of a text file in UTF-8, plain or compressed with gzip.</summary>
    /// <exception cref="InvalidDataException">The gzip data is damaged.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; what was read until then is counted.</exception>
    public void AddFile(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using Stream stream = TokenFile.OpenDecompressed(path);
            Add(stream, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Learns the merges from the text added so far. The counts stay: more text may follow and training be run again.</summary>
    /// <param name="progress">Told after each merge.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    /// <returns>A tokenizer of the size asked for, or a smaller one if the text has too few pairs that occur <see cref="MinimumCount"/> times.</returns>
    /// <exception cref="InvalidOperationException">No text was added, or its different pieces have more than 2³¹ bytes together.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public BpeTokenizer Train(IProgress<BpeTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (BytesRead == 0) throw new InvalidOperationException("there is no text to learn from: call Add or AddFile first");
        var learner = new MergeLearner(_counter.Counts, Math.Max(1, MinimumCount));
        var merges = new List<(int Left, int Right)>(_mergesWanted);
        while (merges.Count < _mergesWanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!learner.TryMergeNext(out int left, out int right, out long count)) break;
            merges.Add((left, right));
            progress?.Report(new BpeTrainingProgress(merges.Count, _mergesWanted, 255 + merges.Count, count));
        }

        return BpeTokenizer.FromMerges(merges, _specialTokens);
    }
}
