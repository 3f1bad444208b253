using System.Text;

namespace TensorCore.Examples.Gpt.World;

/// <summary>
/// An endless text about one small town: a corpus to train a small GPT on that needs no download. Grammar, facts and
/// little stories are coherent, so that a model has something to learn beyond spelling.
/// </summary>
/// <remarks>
/// The town (who lives where, who is whose sister) is fixed by its own seed and what is told of it by another: two
/// worlds with the same town and different seeds make training and validation text. The same arguments give the same
/// bytes on every platform.
/// </remarks>
public sealed class SmallWorld
{
    // Sentences remembered so as not to be told again soon: about 1 MB of text.
    private const int MemorySize = 16384;

    // A paragraph with a sentence still in memory is drawn anew this many times before it is let through.
    private const int Redraws = 8;

    private readonly Lexicon _lexicon;
    private readonly Town _town;
    private readonly ulong _seed;

    /// <param name="language">The language of the text.</param>
    /// <param name="seed">Chooses what is told.</param>
    /// <param name="town">Chooses the town and so its facts.</param>
    public SmallWorld(Language language, ulong seed, ulong town = 1)
    {
        (Language, _seed) = (language, seed);
        // A lexicon is not shared between worlds: the town writes its facts on the terms.
        _lexicon = language switch
        {
            Language.Portuguese => new PortugueseLexicon(),
            Language.English => new EnglishLexicon(),
            _ => throw new ArgumentOutOfRangeException(nameof(language), language, "the small world is told in Portuguese or English"),
        };
        _town = new Town(_lexicon, town);
        Facts = FactBook.Of(_lexicon, _town);
        Senses = new Senses(_lexicon, _town, seed);
    }

    /// <summary>The language of the text.</summary>
    public Language Language { get; }

    /// <summary>All that always holds in this town.</summary>
    public IReadOnlyList<Fact> Facts { get; }

    /// <summary>The words with two meanings, and labelled sentences for each of these.</summary>
    public Senses Senses { get; }

    internal Lexicon Lexicon => _lexicon;

    internal Town Town => _town;

    /// <summary>The endless text, paragraph by paragraph; each enumeration starts anew. Lines of a dialogue are separated by "\n".</summary>
    public IEnumerable<string> Paragraphs()
    {
        // The offset keeps the stream apart from that of the senses.
        var renderer = new Renderer(_lexicon, _town, new SplitMix64(_seed ^ 0xA5A5_5A5A_0F0F_F0F0));
        var decks = _lexicon.Scenes.Select(s => new Deck(s, renderer.Random)).ToList();
        int total = _lexicon.Scenes.Sum(s => s.Weight);
        var memory = new SentenceMemory(MemorySize);
        while (true)
        {
            string paragraph = "";
            for (int draw = 0; draw <= Redraws; draw++)
            {
                paragraph = Senses.Unmark(renderer.Render(DrawTemplate(decks, total, renderer.Random)));
                if (!memory.HasAny(paragraph))
                    break;
            }
            memory.Add(paragraph);
            yield return paragraph;
        }
    }

    /// <summary>The first whole paragraphs that together have at least so many bytes in UTF-8.</summary>
    /// <param name="bytes">The size to reach.</param>
    /// <param name="separator">What stands between paragraphs: a blank line, or the caller's end-of-text marker.</param>
    public string Text(int bytes, string separator = "\n\n")
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentNullException.ThrowIfNull(separator);
        var text = new StringBuilder(bytes);
        int written = 0;
        if (bytes == 0)
            return "";
        foreach (string paragraph in Paragraphs())
        {
            text.Append(paragraph).Append(separator);
            written += Encoding.UTF8.GetByteCount(paragraph) + Encoding.UTF8.GetByteCount(separator);
            if (written >= bytes)
                break;
        }
        return text.ToString();
    }

    private static string DrawTemplate(List<Deck> decks, int total, SplitMix64 random)
    {
        int at = random.Below(total);
        foreach (Deck deck in decks)
        {
            at -= deck.Weight;
            if (at < 0)
                return deck.Draw();
        }
        throw new System.Diagnostics.UnreachableException();
    }

    /// <summary>The templates of a scene, dealt like cards: each comes once before any comes again.</summary>
    private sealed class Deck(Scene scene, SplitMix64 random)
    {
        private readonly Queue<string> _cards = [];

        public int Weight => scene.Weight;

        public string Draw()
        {
            if (_cards.Count == 0)
            {
                foreach (string card in random.Shuffled(scene.Templates))
                    _cards.Enqueue(card);
            }
            return _cards.Dequeue();
        }
    }
}
