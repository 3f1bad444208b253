namespace TensorCore.Examples.Gpt;

/// <summary>How the next token is drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>
    /// softmax(z/T): below 1 the likely tokens become likelier, above 1 all become more alike; 0 always takes the likeliest. Like creativity, at the price of reliability.
    /// </summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Only the k likeliest tokens may be drawn; 0 means all.  (Fan et al. 2018, arXiv:1805.04833.)</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together reach this probability may be drawn; 1 means all.  (Holtzman et al. 2019, arXiv:1904.09751.)</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Scores of tokens that stand in the text already are divided by this if positive, else multiplied; 1 does nothing.  (Keskar et al. 2019, arXiv:1909.05858, section 4.1.)</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The same seed draws the same tokens.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Draws the next token from the model's scores.</summary>
public sealed class TokenSampler
{
    private const ulong Stream = 0x5A3B_0000_0000_0000;

    private readonly SamplingOptions _options;
    private readonly Func<int, bool> _exists;
    private ulong _drawn;

    /// <summary>A sampler at the start of its random numbers.</summary>
    /// <param name="options">How to draw.</param>
    /// <param name="exists">Whether an id is a token: a model's vocabulary may be larger than its tokenizer's. All are by default.</param>
    public TokenSampler(SamplingOptions options, Func<int, bool>? exists = null) => (_options, _exists) = (options, exists ?? (_ => true));

    /// <summary>The next token's id.</summary>
    /// <param name="logits">The model's scores (V).</param>
    /// <param name="text">The tokens so far, for the repetition penalty.</param>
    public int Next(ReadOnlySpan<float> logits, IReadOnlyList<int> text)
    {
        double[] p = Distribution(logits, text);
        (uint low, uint high, _, _) = Philox.Block(_drawn++, Stream, _options.Seed);
        double u = ((((ulong)high << 32) | low) >> 11) * (1.0 / (1UL << 53)); // uniform in [0, 1)
        int last = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] == 0)
                continue;
            last = i;
            u -= p[i];
            if (u < 0)
                return i;
        }
        return last; // rounding: the probabilities sum to a little less than 1
    }

    /// <summary>The probability of each token (V) to be drawn.</summary>
    public double[] Distribution(ReadOnlySpan<float> logits, IReadOnlyList<int> text)
    {
        double[] z = new double[logits.Length];
        for (int i = 0; i < z.Length; i++)
            z[i] = _exists(i) && !float.IsNaN(logits[i]) ? logits[i] : double.NegativeInfinity;
        if (_options.RepetitionPenalty != 1)
            Penalize(z, text);
        int best = z.AsSpan().IndexOf(z.Max()); // the first of equals
        if (_options.Temperature == 0)
        {
            Array.Clear(z);
            z[best] = 1;
            return z;
        }
        double max = z[best];
        if (_options.TopK > 0 && _options.TopK < z.Length)
            KeepLargest(z, _options.TopK);
        for (int i = 0; i < z.Length; i++)
            z[i] = Math.Exp((z[i] - max) / _options.Temperature); // the largest is e⁰: nothing overflows
        Normalize(z);
        if (_options.TopP < 1)
            KeepNucleus(z, _options.TopP);
        return z;
    }

    private void Penalize(double[] z, IReadOnlyList<int> text)
    {
        foreach (int id in text.Distinct())
        {
            if ((uint)id < (uint)z.Length)
                z[id] = z[id] > 0 ? z[id] / _options.RepetitionPenalty : z[id] * _options.RepetitionPenalty;
        }
    }

    // Of equal scores the smaller id stays, so that exactly k do.
    private static void KeepLargest(double[] z, int k)
    {
        PriorityQueue<int, (double, int)> kept = new(k + 1);
        for (int i = 0; i < z.Length; i++)
        {
            if (kept.Count < k)
                kept.Enqueue(i, (z[i], -i));
            else
                kept.EnqueueDequeue(i, (z[i], -i));
        }
        bool[] stays = new bool[z.Length];
        foreach ((int i, _) in kept.UnorderedItems)
            stays[i] = true;
        for (int i = 0; i < z.Length; i++)
        {
            if (!stays[i])
                z[i] = double.NegativeInfinity;
        }
    }

    private static void KeepNucleus(double[] p, double share)
    {
        // Tokens below (1 − share)/V sum to less than 1 − share, so the others reach the share without them: few are left to sort.
        double floor = (1 - share) / p.Length;
        int[] order = [.. Enumerable.Range(0, p.Length).Where(i => p[i] > 0 && p[i] >= floor).OrderByDescending(i => p[i])];
        double sum = 0;
        int count = 0;
        while (count < order.Length && (count == 0 || sum < share))
            sum += p[order[count++]];
        double[] kept = new double[p.Length];
        foreach (int i in order.AsSpan(0, count))
            kept[i] = p[i];
        kept.CopyTo(p, 0);
        Normalize(p);
    }

    private static void Normalize(double[] p)
    {
        double sum = p.Sum();
        for (int i = 0; i < p.Length; i++)
            p[i] /= sum;
    }
}
