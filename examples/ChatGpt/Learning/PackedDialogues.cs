using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Rows of dialogues as the model reads them. T is the context.</summary>
/// <param name="Ids">(B, T).</param>
/// <param name="Targets">(B, T): the token that is to come next where it is learnt, else <see cref="PackedDialogues.Ignored"/>.</param>
/// <param name="Positions">(B, T), from 0 at the start of each dialogue.</param>
/// <param name="Mask">(B, 1, T, T), true within a dialogue.</param>
/// <param name="Learnt">How many targets are not ignored.</param>
public sealed record PackedBatch(Tensor Ids, Tensor Targets, Tensor Positions, Tensor Mask, int Learnt);

/// <summary>
/// Dialogues of all lengths, several in a row of the model's context, so that little of the row is padding. They don't see each other: positions begin anew in each, and
/// a mask keeps a token from attending beyond its dialogue, so loss and gradient are those of each dialogue in a row of its own.
/// (Krell et al. 2021, "Efficient Sequence Packing without Cross-contamination", arXiv:2107.02027.)
/// </summary>
public sealed class PackedDialogues
{
    /// <summary>The target where nothing is to be learnt: the user's words, padding.</summary>
    public const long Ignored = -1;

    // Rows that are not full yet and are tried for the next dialogue: more fill rows better, but a table of all rows would make packing quadratic.
    private const int OpenRows = 64;

    private readonly IReadOnlyList<TokenizedDialogue> _dialogues;
    private readonly List<List<int>> _rows = []; // the dialogues in each
    private readonly ulong _seed;
    private (long Epoch, int[] Order) _shuffled = (-1, []);

    /// <summary>Packs dialogues.</summary>
    /// <param name="dialogues">None longer than a row and one token.</param>
    /// <param name="context">T: tokens in a row.</param>
    /// <param name="seed">Decides which come together and in what order rows are dealt.</param>
    /// <exception cref="ArgumentException">There are none, one is too long or has fewer than two tokens, or there is nothing to learn in any.</exception>
    public PackedDialogues(IReadOnlyList<TokenizedDialogue> dialogues, int context, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(dialogues);
        for (int i = 0; i < dialogues.Count; i++)
        {
            if (dialogues[i].Ids.Length is var n && (n < 2 || n > context + 1))
                throw new ArgumentException($"dialogue {i + 1} has {n} tokens: 2 to {context + 1} are possible", nameof(dialogues));
        }
        (_dialogues, Context, _seed) = (dialogues, context, seed);
        Learnt = dialogues.Sum(d => d.Learnt.Skip(1).LongCount(l => l));
        if (Learnt == 0)
            throw new ArgumentException("there is nothing to learn in the dialogues", nameof(dialogues));
        Pack();
    }

    /// <summary>T: tokens in a row.</summary>
    public int Context { get; }

    /// <summary>Rows.</summary>
    public int Rows => _rows.Count;

    /// <summary>Places that are not padding.</summary>
    public long Tokens => _dialogues.Sum(d => (long)Length(d));

    /// <summary>Targets that are not ignored.</summary>
    public long Learnt { get; }

    /// <summary>
    /// Batch <paramref name="number"/> of <paramref name="rows"/> rows: all rows are dealt once, shuffled, before any is dealt again. A function of the seed and the number alone.
    /// </summary>
    public PackedBatch Batch(int rows, long number)
    {
        int[] dealt = new int[rows];
        for (int i = 0; i < rows; i++)
        {
            (long epoch, long at) = Math.DivRem((number * rows) + i, Rows);
            dealt[i] = Order(epoch)[at];
        }
        return At(dealt);
    }

    /// <summary>The rows of these numbers.</summary>
    public PackedBatch At(ReadOnlySpan<int> rows)
    {
        (int B, int T) = (rows.Length, Context);
        long[] ids = new long[B * T], targets = new long[B * T], positions = new long[B * T];
        bool[] mask = new bool[B * T * T];
        Array.Fill(targets, Ignored);
        int learnt = 0;
        for (int b = 0; b < B; b++)
        {
            int start = 0;
            foreach (int d in _rows[rows[b]])
            {
                TokenizedDialogue dialogue = _dialogues[d];
                int length = Length(dialogue);
                for (int t = 0; t < length; t++)
                {
                    int at = (b * T) + start + t;
                    (ids[at], positions[at]) = (dialogue.Ids[t], t);
                    if (!dialogue.Learnt[t + 1])
                        continue;
                    targets[at] = dialogue.Ids[t + 1];
                    learnt++;
                }
                See(b, start, length);
                start += length;
            }
            See(b, start, T - start); // padding sees padding: a row without any key would be 0/0
        }
        return new(Tensor.From(ids, [B, T]), Tensor.From(targets, [B, T]), Tensor.From(positions, [B, T]), Tensor.From(mask, [B, 1, T, T]), learnt);

        void See(int b, int start, int length)
        {
            for (int t = start; t < start + length; t++)
                mask.AsSpan((((b * T) + t) * T) + start, length).Fill(true);
        }
    }

    // The last token is only ever a target.
    private static int Length(TokenizedDialogue dialogue) => dialogue.Ids.Length - 1;

    /// <summary>Each dialogue, in random order, goes into the fullest of the open rows that has room for it; a row that is left behind stays as it is.</summary>
    private void Pack()
    {
        List<(List<int> Row, int Room)> open = [];
        foreach (int d in new SplitMix64(_seed).Shuffled(Enumerable.Range(0, _dialogues.Count)))
        {
            int length = Length(_dialogues[d]), best = -1;
            for (int i = 0; i < open.Count; i++)
            {
                if (open[i].Room >= length && (best < 0 || open[i].Room < open[best].Room))
                    best = i;
            }
            if (best < 0)
            {
                _rows.Add([]);
                open.Add((_rows[^1], Context));
                best = open.Count - 1;
            }
            open[best].Row.Add(d);
            open[best] = (open[best].Row, open[best].Room - length);
            if (open[best].Room == 0)
                open.RemoveAt(best);
            else if (open.Count > OpenRows)
                open.Remove(open.MinBy(r => r.Room));
        }
    }

    private int[] Order(long epoch)
    {
        if (_shuffled.Epoch != epoch)
            _shuffled = (epoch, [.. new SplitMix64(_seed + (ulong)epoch + 1).Shuffled(Enumerable.Range(0, Rows))]);
        return _shuffled.Order;
    }
}
