using System.Collections;
using System.Runtime.CompilerServices;

namespace TensorCore;

/// <summary>The sizes of a tensor's axes. Written as a collection expression: <c>Shape s = [2, 3];</c>. Rank 0 is a scalar.</summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IReadOnlyList<int>, IEquatable<Shape>
{
    private readonly int[]? _sizes;

    internal Shape(int[] sizes) => _sizes = sizes;

    /// <summary>A shape of these sizes.</summary>
    /// <exception cref="ShapeException">A size is negative.</exception>
    public static Shape Create(ReadOnlySpan<int> sizes)
    {
        foreach (int size in sizes)
            if (size < 0) throw new ShapeException($"shape ({string.Join(", ", sizes.ToArray())}): sizes must be 0 or more");
        return new Shape(sizes.ToArray());
    }

    /// <summary>The number of axes.</summary>
    public int Rank => _sizes?.Length ?? 0;

    int IReadOnlyCollection<int>.Count => Rank;

    /// <summary>The number of elements: the product of the sizes; 1 for a scalar.</summary>
    public long Count => ElementCount(Span);

    /// <summary>The size of axis <paramref name="axis"/>; negative counts from the end.</summary>
    public int this[int axis] => Span[Axis(axis)];

    /// <summary>The size of an axis counted with <c>^</c>.</summary>
    public int this[Index axis] => Span[axis];

    /// <summary>The sizes as a span.</summary>
    public ReadOnlySpan<int> Span => _sizes;

    /// <summary>The sizes as an array of their own.</summary>
    public int[] ToArray() => Span.ToArray();

    /// <summary>Turns an axis that may count from the end (−1 is the last) into 0 … Rank − 1.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(int axis)
    {
        int a = axis < 0 ? axis + Rank : axis;
        if ((uint)a >= (uint)Rank) throw new ShapeException($"axis {axis} of shape {this}: axes run from {-Rank} to {Rank - 1}");
        return a;
    }

    /// <summary>The shape both broadcast to under NumPy's rules: aligned at the right, a size of 1 stretches.</summary>
    /// <exception cref="ShapeException">Two sizes differ and neither is 1.</exception>
    public static Shape Broadcast(Shape a, Shape b, string op = "broadcast")
    {
        if (a.Span.SequenceEqual(b.Span)) return a;
        int rank = Math.Max(a.Rank, b.Rank);
        int[] sizes = new int[rank];
        for (int i = 1; i <= rank; i++)
        {
            int x = i <= a.Rank ? a.Span[^i] : 1, y = i <= b.Rank ? b.Span[^i] : 1;
            if (x != y && x != 1 && y != 1)
                throw new ShapeException($"{op}: {a} and {b} do not broadcast: sizes {x} and {y} at axis -{i} differ and neither is 1");
            sizes[^i] = x == 1 ? y : x;
        }
        return new Shape(sizes);
    }

    internal static long ElementCount(ReadOnlySpan<int> sizes)
    {
        long n = 1;
        foreach (int s in sizes) n = checked(n * s);
        return n;
    }

    /// <summary>True if the sizes are equal.</summary>
    public bool Equals(Shape other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape s && Equals(s);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode h = default;
        foreach (int s in Span) h.Add(s);
        return h.ToHashCode();
    }

    /// <summary>True if the sizes are equal.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>True if a size or the rank differs.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>A shape where a span of sizes is asked for.</summary>
    public static implicit operator ReadOnlySpan<int>(Shape shape) => shape.Span;

    /// <summary>An array of sizes as a shape.</summary>
    public static implicit operator Shape(int[] sizes) => Create(sizes);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => ((IEnumerable<int>)(_sizes ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As NumPy prints it: <c>()</c>, <c>(3,)</c>, <c>(2, 3)</c>.</summary>
    public override string ToString() => Rank == 1 ? $"({Span[0]},)" : $"({string.Join(", ", ToArray())})";
}
