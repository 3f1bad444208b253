using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// Decides what no tuning ever sees. Of the subjects: of each stratum (streets, marriages, sums …) a share of the units. Of the wordings: some frames, for all
/// subjects alike, and of each group some cores and solos; a wording is held out if any part of it is.
/// </summary>
internal sealed class Split
{
    private const double UnitShare = 0.15, WordingShare = 0.25;

    private readonly HashSet<string> _units = [];
    private readonly Dictionary<(QuestionKind Kind, string Group), IReadOnlyList<Phrasing>> _phrasings = [];

    public Split(IReadOnlyList<Topic> topics, Phrasebook book, ulong seed)
    {
        SplitMix64 random = new(seed);
        foreach (IGrouping<string, string> stratum in topics.Select(t => t.Unit).Distinct().GroupBy(u => u[..u.IndexOf('/')]))
            _units.UnionWith(random.Shuffled(stratum).Take((int)Math.Round(UnitShare * stratum.Count(), MidpointRounding.AwayFromZero)));
        HashSet<int> frames = Some(book.Frames.Count, random);
        foreach (IGrouping<QuestionKind, Topic> kind in topics.GroupBy(t => t.Kind))
        {
            int number = 0;
            foreach (Topic topic in kind.DistinctBy(t => t.Asking.Group))
                _phrasings[(kind.Key, topic.Asking.Group)] = Phrasings(topic, book.Frames.Count, frames, ref number, random);
        }
    }

    /// <summary>Whether the subject is kept from tuning.</summary>
    public bool Holds(Topic topic) => _units.Contains(topic.Unit);

    /// <summary>All wordings about a subject.</summary>
    public IReadOnlyList<Phrasing> Phrasings(Topic topic) => _phrasings[(topic.Kind, topic.Asking.Group)];

    private static List<Phrasing> Phrasings(Topic topic, int frames, HashSet<int> heldFrames, ref int number, SplitMix64 random)
    {
        // Cores and solos that come twice, as 5 + 7 and 7 + 5, are held out together.
        (int cores, int solos) = (topic.Asking.Cores.Length, topic.Asking.Solos.Length);
        HashSet<int> heldCores = Some(cores, random), heldSolos = Some(solos, random);
        List<Phrasing> all = [];
        for (int core = 0; core < topic.Asked.Cores.Length; core++)
        {
            for (int frame = 0; frame < frames; frame++)
                all.Add(new(number++, core, frame, -1, heldCores.Contains(core % cores) || heldFrames.Contains(frame)));
        }
        for (int solo = 0; solo < topic.Asked.Solos.Length; solo++)
            all.Add(new(number++, -1, -1, solo, heldSolos.Contains(solo % solos)));
        return all;
    }

    /// <summary>A quarter of the indices below count, at least one if there are two; never the first, which is the plainest.</summary>
    private static HashSet<int> Some(int count, SplitMix64 random) => count < 2
        ? []
        : [.. random.Shuffled(Enumerable.Range(1, count - 1)).Take(Math.Max(1, (int)(WordingShare * count)))];
}
