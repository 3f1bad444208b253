using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>
/// What a model makes of a word with two senses, at each depth: where known uses of it lie, how well a linear probe tells them apart, and which words are near.
/// Contextual vectors all point in a similar direction, so that every cosine would be near 1; the mean of many words is taken away first.
/// (Ethayarajh 2019, arXiv:1909.00512; Mu and Viswanath 2018, arXiv:1702.01417.)
/// </summary>
internal sealed class SenseAtlas
{
    // Sentences in a batch: short enough that answers which are being written do not stutter.
    private const int Batch = 16;

    private readonly float[][] _mean; // by depth
    private readonly float[][] _word; // by depth, the mean of the word's known uses
    private readonly float[][][] _senses; // by sense and depth, that mean taken away
    private readonly Dictionary<string, float[][]> _words; // by depth, the mean taken away
    private readonly SenseProbe[] _probes; // by depth
    private readonly PrincipalAxes[] _axes; // by depth
    private readonly double[] _scale; // by depth
    private readonly (double X, double Y)[] _signs; // by depth

    private SenseAtlas(SenseMaterial material, IReadOnlyList<WordVector> uses, IReadOnlyList<(string Word, WordVector Vector)> words)
    {
        (Senses, Uses) = (material.Senses, material.Uses);
        Depths = uses[0].Depths.Length;
        Dictionary<string, float[][]> means = words.GroupBy(w => w.Word).ToDictionary(g => g.Key, g => ByDepth(d => Vectors.Mean([.. g.Select(w => w.Vector.Depths[d])])));
        _mean = ByDepth(d => Vectors.Mean([.. means.Values.Select(w => w[d])]));
        _words = means.ToDictionary(w => w.Key, w => ByDepth(d => Vectors.Minus(w.Value[d], _mean[d])));
        float[][][] centres = [.. ((bool[])[false, true]).Select(second => ByDepth(d => Vectors.Mean([.. Known(uses, second, heldOut: false).Select(u => u.Depths[d])])))];
        _word = ByDepth(d => Vectors.Mean([centres[0][d], centres[1][d]]));
        _senses = [.. centres.Select(c => ByDepth(d => Vectors.Minus(c[d], _word[d])))];
        _probes = [.. Enumerable.Range(0, Depths).Select(d => new SenseProbe(Labelled(uses, heldOut: false, d)))];
        Accuracy = [.. _probes.Select((p, d) => p.Accuracy(Labelled(uses, heldOut: true, d)))];
        _axes = [.. Enumerable.Range(0, Depths).Select(d => new PrincipalAxes([.. uses.Select(u => u.Depths[d])]))];
        _scale = [.. Enumerable.Range(0, Depths).Select(d => uses.Average(u => Vectors.Norm(u.Depths[d])))];
        _signs = [.. Enumerable.Range(0, Depths).Select(_ => (1.0, 1.0))];
        Orient(uses);
        Places = [.. uses.Select(Locate)];
    }

    /// <summary>The names of the two senses.</summary>
    public IReadOnlyList<string> Senses { get; }

    /// <summary>The known uses.</summary>
    public IReadOnlyList<KnownUse> Uses { get; }

    /// <summary>Their places in the map, by depth.</summary>
    public IReadOnlyList<(double X, double Y)[]> Places { get; }

    /// <summary>Layers + 1.</summary>
    public int Depths { get; }

    /// <summary>By depth, the share of held-out uses whose sense the probe says right.</summary>
    public IReadOnlyList<double> Accuracy { get; }

    /// <summary>By depth, the part of the uses' variance that the map shows.</summary>
    public IReadOnlyList<double> Explained => [.. _axes.Select(a => a.Explained)];

    /// <summary>Reads all that is needed out of a model, some sentences at a time.</summary>
    public static async Task<SenseAtlas> ReadAsync(ChatEngine engine, GptModel network, Tokenizer tokenizer, SenseMaterial material, CancellationToken cancellation)
    {
        WordVectors reader = new(network, tokenizer);
        List<WordVector> uses = [];
        foreach (KnownUse[] some in material.Uses.Chunk(Batch))
            uses.AddRange((await engine.Use(() => reader.Read([.. some.Select(u => u.Marked)]), cancellation).ConfigureAwait(false)).Select(v => v[0]));
        List<(string, WordVector)> words = [];
        foreach ((MarkedText Text, string[] Words)[] some in material.Surroundings.Where(s => s.Words.Length > 0).Chunk(Batch))
        {
            IReadOnlyList<WordVector[]> vectors = await engine.Use(() => reader.Read([.. some.Select(s => s.Text)]), cancellation).ConfigureAwait(false);
            for (int i = 0; i < some.Length; i++)
                words.AddRange(some[i].Words.Zip(vectors[i]));
        }
        return new(material, uses, words);
    }

    /// <summary>
    /// By depth, the cosine of a use to the mean of a sense's known uses; what the word is in all sentences is taken away first, so that only the difference counts: the two senses lie opposite each
    /// other. 0 where the use is no other than the word itself, as it is in the token table.
    /// </summary>
    public IEnumerable<double> CosineTo(int sense, WordVector use) => Enumerable.Range(0, Depths).Select(d =>
    {
        float[] difference = Vectors.Minus(use.Depths[d], _word[d]);
        double rounding = 1e-5 * Vectors.Norm(_word[d]);
        return Vectors.Norm(difference) < rounding || Vectors.Norm(_senses[sense][d]) < rounding ? 0 : Vectors.Cosine(difference, _senses[sense][d]);
    });

    /// <summary>By depth, with what probability the probe takes a use for the second sense.</summary>
    public IEnumerable<double> Judge(WordVector use) => _probes.Select((p, d) => (double)p.Probabilities([use.Depths[d]])[0]);

    /// <summary>The words nearest to a use at a depth, the nearest first.</summary>
    public IEnumerable<(string Word, double Cosine)> Neighbours(WordVector use, int depth, int count)
    {
        float[] v = Vectors.Minus(use.Depths[depth], _mean[depth]);
        return _words.Select(w => (w.Key, Vectors.Cosine(v, w.Value[depth]))).OrderByDescending(w => w.Item2).ThenBy(w => w.Key, StringComparer.Ordinal).Take(count);
    }

    /// <summary>By depth, a use's place in the map: along the two directions in which the known uses differ most, in parts of their mean length.</summary>
    public (double X, double Y)[] Locate(WordVector use) => [.. Enumerable.Range(0, Depths).Select(d =>
    {
        (double x, double y) = _axes[d].Project(use.Depths[d]);
        return (_signs[d].X * x / _scale[d], _signs[d].Y * y / _scale[d]);
    })];

    // An axis may point either way: so that a map does not flip from one depth to the next, the first sense is on the left, and the second coordinates go with those before.
    private void Orient(IReadOnlyList<WordVector> uses)
    {
        double[]? before = null;
        for (int d = 0; d < Depths; d++)
        {
            (double X, double Y)[] places = [.. uses.Select(u => Locate(u)[d])];
            double first = places.Where((_, i) => !Uses[i].Second).Average(p => p.X), second = places.Where((_, i) => Uses[i].Second).Average(p => p.X);
            double along = before is null ? 1 : places.Zip(before, (p, b) => p.Y * b).Sum();
            _signs[d] = (first > second ? -1 : 1, along < 0 ? -1 : 1);
            before = [.. places.Select(p => p.Y * _signs[d].Y)];
        }
    }

    private IEnumerable<WordVector> Known(IReadOnlyList<WordVector> uses, bool second, bool heldOut) => uses.Where((_, i) => Uses[i].Second == second && Uses[i].HeldOut == heldOut);

    private (float[] Vector, bool Second)[] Labelled(IReadOnlyList<WordVector> uses, bool heldOut, int depth) =>
        [.. ((bool[])[false, true]).SelectMany(second => Known(uses, second, heldOut).Select(u => (u.Depths[depth], second)))];

    private float[][] ByDepth(Func<int, float[]> make) => [.. Enumerable.Range(0, Depths).Select(make)];
}
