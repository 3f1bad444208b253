namespace TensorCore.Examples.Gpt;

/// <summary>
/// A text as one long row of token ids, and windows of T + 1 of them: the first T are what the model reads, the last T what it is to predict, so that
/// each position has its answer one place further on.
/// </summary>
public sealed class TokenWindows
{
    // A stream of its own for each seed, apart from the low numbers that a Generator hands out for the weights.
    private const ulong Stream = 0xDA7A_0000_0000_0000;

    private readonly int[] _ids;

    /// <summary>Windows of <paramref name="context"/> tokens and the one after.</summary>
    /// <exception cref="ArgumentException">The text is shorter than a window.</exception>
    public TokenWindows(int[] ids, int context)
    {
        if (ids.Length < context + 1)
            throw new ArgumentException($"{ids.Length} tokens are less than one window of {context} and the token after");
        (_ids, Context) = (ids, context);
    }

    /// <summary>T: tokens in a window.</summary>
    public int Context { get; }

    /// <summary>Tokens in the text.</summary>
    public int Tokens => _ids.Length;

    /// <summary>
    /// <paramref name="batch"/> windows at random places: (B, T) ids and (B, T) targets. Which ones depends on the seed and the batch's number alone, so
    /// training that is resumed goes on with the same data and nothing has to be saved.
    /// </summary>
    public (Tensor Ids, Tensor Targets) Random(int batch, ulong seed, long number)
    {
        long[] starts = new long[batch];
        for (int i = 0; i < batch; i++)
        {
            (uint low, uint high, _, _) = Philox.Block((ulong)((number * batch) + i), Stream, seed);
            // The high half of bits × n is uniform in 0 … n − 1, to a part in 2³².
            starts[i] = (long)Math.BigMul(((ulong)high << 32) | low, (ulong)(_ids.Length - Context), out _);
        }
        return At(starts, Context);
    }

    /// <summary>The starts of at most <paramref name="count"/> windows spread evenly over the text; of neighbours without overlap if there are not so many.</summary>
    public long[] Even(int count)
    {
        int last = _ids.Length - 1 - Context;
        count = (int)Math.Clamp(count, 1, Math.Max(1, (_ids.Length - 1) / Context));
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (long)last * i / (count - 1))];
    }

    /// <summary>Windows of <paramref name="length"/> tokens at the given places: (B, T) ids and (B, T) targets, int64.</summary>
    public (Tensor Ids, Tensor Targets) At(ReadOnlySpan<long> starts, int length)
    {
        long[] ids = new long[starts.Length * length], targets = new long[starts.Length * length];
        for (int b = 0; b < starts.Length; b++)
        {
            ReadOnlySpan<int> window = _ids.AsSpan((int)starts[b], length + 1);
            for (int t = 0; t < length; t++)
            {
                ids[(b * length) + t] = window[t];
                targets[(b * length) + t] = window[t + 1];
            }
        }
        return (Tensor.From(ids, [starts.Length, length]), Tensor.From(targets, [starts.Length, length]));
    }
}
