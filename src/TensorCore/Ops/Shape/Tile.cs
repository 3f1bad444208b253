namespace TensorCore;

// Compositions of views and one copy: their gradients are those of the parts.
public sealed partial class Tensor
{
    /// <summary>The tensor repeated side by side, <c>counts[i]</c> times along axis i; counts beyond the rank add leading axes, missing ones are 1.</summary>
    /// <exception cref="ShapeException">A count is negative.</exception>
    public Tensor Tile(params ReadOnlySpan<int> counts)
    {
        int rank = Math.Max(Rank, counts.Length);
        int[] apart = new int[2 * rank], wide = new int[2 * rank], result = new int[rank];
        for (int i = 0; i < rank; i++)
        {
            int size = i < rank - Rank ? 1 : _sizes[i - (rank - Rank)];
            int count = i < rank - counts.Length ? 1 : counts[i - (rank - counts.Length)];
            if (count < 0) throw new ShapeException($"tile {Shape} by ({string.Join(", ", counts.ToArray())}): counts must be 0 or more");
            (apart[2 * i], apart[(2 * i) + 1]) = (1, size);
            (wide[2 * i], wide[(2 * i) + 1]) = (count, size);
            result[i] = checked(count * size);
        }
        return Reshape(apart).Expand(wide).Reshape(result);
    }

    /// <summary>Each element repeated <paramref name="count"/> times in a row along an axis: 1 2 becomes 1 1 2 2.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public Tensor Repeat(int count, int axis)
    {
        int a = Shape.Axis(axis);
        if (count < 0) throw new ShapeException($"repeat {Shape} {count} times: the count must be 0 or more");
        int[] wide = [.. _sizes[..(a + 1)], count, .. _sizes[(a + 1)..]];
        int[] result = [.. _sizes];
        result[a] = checked(result[a] * count);
        return Unsqueeze(a + 1).Expand(wide).Reshape(result);
    }
}
