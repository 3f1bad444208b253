using System.Collections;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// Questions about some subjects in some wordings: all products of the two. A question is made when it is asked for, so that a hundred thousand of them
/// take no memory.
/// </summary>
public sealed class QuestionSet : IReadOnlyList<Question>
{
    /// <summary>How often each kind is drawn, in percent: the town's facts are what the model is asked most, and there are the most of them.</summary>
    public static IReadOnlyDictionary<QuestionKind, int> Shares { get; } = new Dictionary<QuestionKind, int>
    {
        [QuestionKind.Fact] = 50,
        [QuestionKind.Sum] = 12,
        [QuestionKind.Definition] = 11,
        [QuestionKind.Translation] = 12,
        [QuestionKind.Refusal] = 9,
        [QuestionKind.Greeting] = 6,
    };

    private readonly IReadOnlyList<Entry> _entries;
    private readonly int[] _ends;
    private readonly Func<Topic, Phrasing, Question> _ask;

    internal QuestionSet(IEnumerable<Entry> entries, Func<Topic, Phrasing, Question> ask)
    {
        (_entries, _ask) = ([.. entries.Where(e => e.Phrasings.Count > 0)], ask);
        _ends = new int[_entries.Count];
        for (int i = 0; i < _ends.Length; i++)
            Count = _ends[i] = Count + _entries[i].Phrasings.Count;
    }

    /// <summary>A subject and the wordings in which this set asks about it.</summary>
    internal sealed record Entry(Topic Topic, IReadOnlyList<Phrasing> Phrasings);

    /// <inheritdoc/>
    public int Count { get; }

    /// <summary>How many subjects there are.</summary>
    public int Subjects => _entries.Count;

    /// <inheritdoc/>
    public Question this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            int entry = Array.BinarySearch(_ends, index + 1);
            if (entry < 0)
                entry = ~entry;
            int first = entry == 0 ? 0 : _ends[entry - 1];
            return _ask(_entries[entry].Topic, _entries[entry].Phrasings[index - first]);
        }
    }

    /// <summary>The questions of one kind.</summary>
    public QuestionSet Of(QuestionKind kind) => new(_entries.Where(e => e.Topic.Kind == kind), _ask);

    /// <summary>
    /// A sample: the kinds by their <see cref="Shares"/>, within a kind each subject once before any comes again, each time in another wording as long as there is
    /// one. The same for the same seed.
    /// </summary>
    public IReadOnlyList<Question> Draw(int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        SplitMix64 random = new(seed);
        List<(QuestionKind Kind, List<Entry> Entries)> kinds =
            [.. _entries.GroupBy(e => e.Topic.Kind).OrderBy(g => g.Key).Select(g => (g.Key, g.ToList()))];
        if (kinds.Count == 0)
            return count == 0 ? [] : throw new InvalidOperationException("there is no question to draw");
        int total = kinds.Sum(k => Shares[k.Kind]), shares = 0, drawn = 0;
        List<Question> sample = [];
        foreach ((QuestionKind kind, List<Entry> entries) in kinds)
        {
            shares += Shares[kind];
            int until = (int)((long)count * shares / total);
            sample.AddRange(Deal(entries, until - drawn, random));
            drawn = until;
        }
        return random.Shuffled(sample);
    }

    /// <inheritdoc/>
    public IEnumerator<Question> GetEnumerator()
    {
        foreach (Entry entry in _entries)
        {
            foreach (Phrasing phrasing in entry.Phrasings)
                yield return _ask(entry.Topic, phrasing);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<Question> Deal(List<Entry> entries, int count, SplitMix64 random)
    {
        Queue<Entry> deck = [];
        Dictionary<Entry, Queue<Phrasing>> wordings = [];
        for (int i = 0; i < count; i++)
        {
            if (deck.Count == 0)
                deck = new(random.Shuffled(entries));
            Entry entry = deck.Dequeue();
            if (!wordings.TryGetValue(entry, out Queue<Phrasing>? left) || left.Count == 0)
                wordings[entry] = left = new(random.Shuffled(entry.Phrasings));
            yield return _ask(entry.Topic, left.Dequeue());
        }
    }
}
