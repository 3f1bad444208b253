namespace TensorCore.Generation;

/// <summary>A token and how likely it is.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">The natural logarithm of its probability.</param>
public readonly record struct TokenLogProbability(int Token, double LogProbability);

/// <summary>
/// Draws the next token from the model's scores z: from softmax(z/T), cut to the likeliest if the options say so. It also tells how likely the model finds a token.
/// For one text and one thread: draw n depends on the seed and n alone.
/// </summary>
public sealed class TokenSampler
{
    private const ulong Stream = 0x5A3B_0000_0000_0000;

    private readonly SamplingOptions _options;
    private readonly Func<int, bool>? _exists;
    private double[] _work = [];
    private ulong _drawn;

    /// <summary>A sampler at the start of its random numbers.</summary>
    /// <param name="options">How to draw.</param>
    /// <param name="exists">Whether an id is a token: a model's vocabulary may be larger than its tokenizer's. All are by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public TokenSampler(SamplingOptions options, Func<int, bool>? exists = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _exists) = (options.Check(), exists);
    }

    /// <summary>The next token's id.</summary>
    /// <param name="logits">The model's scores (V).</param>
    /// <param name="text">The tokens so far, for the repetition penalty.</param>
    /// <param name="temperature">Instead of the options'.</param>
    /// <exception cref="ArgumentException">No score is a finite number, or one is +∞.</exception>
    public int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> text, double? temperature = null)
    {
        if (_work.Length != logits.Length) _work = new double[logits.Length];
        double[] p = _work;
        Distribution(logits, text, temperature, p);
        (uint low, uint high, _, _) = Philox.Block(_drawn++, Stream, _options.Seed);
        double u = ((((ulong)high << 32) | low) >> 11) * (1.0 / (1UL << 53)); // uniform in [0, 1)
        int last = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] == 0) continue;
            last = i;
            u -= p[i];
            if (u < 0) return i;
        }
        return last; // rounding: the probabilities sum to a little less than 1
    }

    /// <summary>The probability of each token (V) to be drawn.</summary>
    /// <param name="logits">The model's scores (V).</param>
    /// <param name="text">The tokens so far, for the repetition penalty.</param>
    /// <param name="temperature">Instead of the options'.</param>
    /// <exception cref="ArgumentException">No score is a finite number, or one is +∞.</exception>
    public double[] Distribution(ReadOnlySpan<float> logits, ReadOnlySpan<int> text, double? temperature = null)
    {
        double[] p = new double[logits.Length];
        Distribution(logits, text, temperature, p);
        return p;
    }

    /// <summary>
    /// ln softmax(z/T) of one token: what the model thinks of it, whatever the options would let through. The text's repetitions do not count either.
    /// </summary>
    /// <param name="logits">The model's scores (V).</param>
    /// <param name="token">Its id.</param>
    /// <param name="temperature">T, above 0; 1 is the model's own distribution.</param>
    /// <exception cref="ArgumentOutOfRangeException">The id is not among the scores, or the temperature is not positive.</exception>
    /// <exception cref="ArgumentException">No score is a finite number, or one is +∞.</exception>
    public double LogProbability(ReadOnlySpan<float> logits, int token, double temperature = 1)
    {
        if ((uint)token >= (uint)logits.Length) throw new ArgumentOutOfRangeException(nameof(token), token, $"token {token} has no score: there are {logits.Length}");
        return (Score(logits, token) - LogSumExp(logits, temperature)) / temperature;
    }

    /// <summary>The <paramref name="count"/> likeliest tokens, the likeliest first and of equals the smaller id, with ln softmax(z/T): see <see cref="LogProbability"/>.</summary>
    /// <param name="logits">The model's scores (V).</param>
    /// <param name="count">How many; less come back if less exist.</param>
    /// <param name="temperature">T, above 0; 1 is the model's own distribution.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative count, or a temperature that is not positive.</exception>
    /// <exception cref="ArgumentException">No score is a finite number, or one is +∞.</exception>
    public TokenLogProbability[] Top(ReadOnlySpan<float> logits, int count, double temperature = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        double sum = LogSumExp(logits, temperature);
        PriorityQueue<int, (double Score, int)> best = new();
        for (int i = 0; i < logits.Length && count > 0; i++)
        {
            double z = Score(logits, i);
            if (double.IsNegativeInfinity(z)) continue;
            if (best.Count < count) best.Enqueue(i, (z, -i));
            else best.EnqueueDequeue(i, (z, -i));
        }
        TokenLogProbability[] top = new TokenLogProbability[best.Count];
        for (int i = top.Length - 1; best.TryDequeue(out int token, out (double Score, int) p); i--) top[i] = new(token, (p.Score - sum) / temperature);
        return top;
    }

    /// <summary>T·ln Σ e^(z/T).</summary>
    private double LogSumExp(ReadOnlySpan<float> logits, double temperature)
    {
        if (!(temperature > 0) || !double.IsFinite(temperature)) throw new ArgumentOutOfRangeException(nameof(temperature), temperature, $"a temperature of {temperature}: it must be above 0");
        double max = double.NegativeInfinity, sum = 0;
        for (int i = 0; i < logits.Length; i++) max = Math.Max(max, Score(logits, i));
        RequireFinite(max);
        for (int i = 0; i < logits.Length; i++) sum += Math.Exp((Score(logits, i) - max) / temperature);
        return max + (temperature * Math.Log(sum));
    }

    private double Score(ReadOnlySpan<float> logits, int i) => float.IsNaN(logits[i]) || _exists?.Invoke(i) == false ? double.NegativeInfinity : logits[i];

    private void Distribution(ReadOnlySpan<float> logits, ReadOnlySpan<int> text, double? temperature, double[] z)
    {
        double T = temperature ?? _options.Temperature;
        if (!(T >= 0) || !double.IsFinite(T)) throw new ArgumentOutOfRangeException(nameof(temperature), T, $"a temperature of {T}: it must be 0 or more");
        for (int i = 0; i < z.Length; i++) z[i] = Score(logits, i);
        if (_options.RepetitionPenalty != 1) Penalize(z, text);
        int best = 0; // the first of equals
        for (int i = 1; i < z.Length; i++)
            if (z[i] > z[best]) best = i;
        double max = z.Length > 0 ? z[best] : double.NegativeInfinity;
        RequireFinite(max);
        if (T == 0)
        {
            Array.Clear(z);
            z[best] = 1;
            return;
        }
        if (_options.TopK > 0 && _options.TopK < z.Length) KeepLargest(z, _options.TopK);
        for (int i = 0; i < z.Length; i++) z[i] = Math.Exp((z[i] - max) / T); // the largest is e⁰: nothing overflows
        Normalize(z);
        if (_options.TopP < 1) KeepNucleus(z, _options.TopP);
    }

    private static void RequireFinite(double largest)
    {
        if (!double.IsFinite(largest)) throw new ArgumentException($"no token can be drawn: the largest score is {largest}; has the model's training diverged?");
    }

    private void Penalize(double[] z, ReadOnlySpan<int> text)
    {
        foreach (int id in new HashSet<int>(text.ToArray()))
            if ((uint)id < (uint)z.Length) z[id] = z[id] > 0 ? z[id] / _options.RepetitionPenalty : z[id] * _options.RepetitionPenalty;
    }

    // Of equal scores the smaller id stays, so that exactly k do.
    private static void KeepLargest(double[] z, int k)
    {
        PriorityQueue<int, (double, int)> kept = new(k + 1);
        for (int i = 0; i < z.Length; i++)
        {
            if (kept.Count < k) kept.Enqueue(i, (z[i], -i));
            else kept.EnqueueDequeue(i, (z[i], -i));
        }
        bool[] stays = new bool[z.Length];
        foreach ((int i, _) in kept.UnorderedItems) stays[i] = true;
        for (int i = 0; i < z.Length; i++)
            if (!stays[i]) z[i] = double.NegativeInfinity;
    }

    private static void KeepNucleus(double[] p, double share)
    {
        // Tokens below (1 − share)/V sum to less than 1 − share, so the others reach the share without them: few are left to sort.
        double floor = (1 - share) / p.Length;
        int[] order = [.. Enumerable.Range(0, p.Length).Where(i => p[i] > 0 && p[i] >= floor).OrderByDescending(i => p[i])];
        double sum = 0;
        int count = 0;
        while (count < order.Length && (count == 0 || sum < share)) sum += p[order[count++]];
        double[] kept = new double[p.Length];
        foreach (int i in order.AsSpan(0, count)) kept[i] = p[i];
        kept.CopyTo(p, 0);
        Normalize(p);
    }

    private static void Normalize(double[] p)
    {
        double sum = p.Sum();
        for (int i = 0; i < p.Length; i++) p[i] /= sum;
    }
}
