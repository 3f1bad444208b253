namespace TensorCore;

// All of these are reshapes that only add, drop or join axes; Reshape makes them views wherever the strides allow it.
public sealed partial class Tensor
{
    /// <summary>All axes of size 1 removed, as a view.</summary>
    public Tensor Squeeze()
    {
        List<int> sizes = [];
        foreach (int size in _sizes)
            if (size != 1) sizes.Add(size);
        return Reshape(sizes.ToArray());
    }

    /// <summary>The named axes, each of size 1, removed, as a view.</summary>
    /// <exception cref="ShapeException">An axis has another size, or is named twice.</exception>
    public Tensor Squeeze(params ReadOnlySpan<int> axes)
    {
        bool[] gone = new bool[Rank];
        foreach (int axis in axes)
        {
            int a = Shape.Axis(axis);
            if (_sizes[a] != 1 || gone[a]) throw new ShapeException($"squeeze axis {axis} of {Shape}: {(gone[a] ? "it is named twice" : $"its size is {_sizes[a]}, not 1")}");
            gone[a] = true;
        }
        return Reshape([.. _sizes.Where((_, i) => !gone[i])]);
    }

    /// <summary>A new axis of size 1 at position <paramref name="axis"/> of the result (−1: at the end), as a view.</summary>
    /// <exception cref="ShapeException">There is no such position.</exception>
    public Tensor Unsqueeze(int axis)
    {
        int a = axis < 0 ? axis + Rank + 1 : axis;
        if ((uint)a > (uint)Rank) throw new ShapeException($"unsqueeze {Shape} at {axis}: positions run from {-Rank - 1} to {Rank}");
        return Reshape([.. _sizes[..a], 1, .. _sizes[a..]]);
    }

    /// <summary>The axes from <paramref name="first"/> to <paramref name="last"/> joined into one; a scalar becomes a vector of one.</summary>
    /// <exception cref="ShapeException">The first comes after the last, or there is no such axis.</exception>
    public Tensor Flatten(int first = 0, int last = -1)
    {
        if (Rank == 0) return Reshape(1);
        int a = Shape.Axis(first), b = Shape.Axis(last);
        if (a > b) throw new ShapeException($"flatten {Shape}: axis {first} comes after axis {last}");
        return Reshape([.. _sizes[..a], checked((int)Shape.ElementCount(_sizes.AsSpan(a..(b + 1)))), .. _sizes[(b + 1)..]]);
    }

    /// <summary>One axis moved to another place, the others in their order, as a view.</summary>
    public Tensor MoveAxis(int from, int to)
    {
        int a = Shape.Axis(from), b = Shape.Axis(to);
        List<int> order = [.. Enumerable.Range(0, Rank)];
        order.RemoveAt(a);
        order.Insert(b, a);
        return Permute(order.ToArray());
    }

    /// <summary>This tensor stretched to <paramref name="shape"/> under NumPy's broadcasting rules, as a view: <see cref="Expand(ReadOnlySpan{int})"/> by its other name.</summary>
    public Tensor BroadcastTo(params ReadOnlySpan<int> shape) => Expand(shape);
}
