namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Deals items shuffled, all of them once before any comes again. What a batch holds is a function of the seed and its number alone.</summary>
/// <typeparam name="T">What is dealt: prompts, comparisons.</typeparam>
public sealed class PromptDeck<T>
{
    private const ulong Stream = 0xDEC4_0000_0000_0000;

    private readonly IReadOnlyList<T> _items;
    private readonly ulong _seed;
    private (long Epoch, int[] Order) _shuffled = (-1, []);

    /// <summary>A deck.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public PromptDeck(IReadOnlyList<T> items, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0)
            throw new ArgumentException("there is nothing to deal", nameof(items));
        (_items, _seed) = (items, seed);
    }

    /// <summary>How many items there are.</summary>
    public int Count => _items.Count;

    /// <summary>Batch <paramref name="number"/> of <paramref name="size"/> items.</summary>
    public IReadOnlyList<T> Deal(int size, long number)
    {
        T[] dealt = new T[size];
        for (int i = 0; i < size; i++)
        {
            (long epoch, long at) = Math.DivRem((number * size) + i, _items.Count);
            dealt[i] = _items[Order(epoch)[at]];
        }
        return dealt;
    }

    private int[] Order(long epoch)
    {
        if (_shuffled.Epoch != epoch)
            _shuffled = (epoch, Philox.Permutation(_items.Count, _seed, Stream + (ulong)epoch));
        return _shuffled.Order;
    }
}
