namespace TensorCore.Data;

/// <summary>Samples by index. A <see cref="DataLoader{TBatch}"/> may read it from another thread, one at a time.</summary>
/// <typeparam name="T">One sample.</typeparam>
public interface IDataset<out T>
{
    /// <summary>How many samples there are.</summary>
    int Count { get; }

    /// <summary>Sample <paramref name="index"/>, 0 … Count − 1.</summary>
    T this[int index] { get; }
}

/// <summary>Makes datasets.</summary>
public static class Dataset
{
    /// <summary>A list as a dataset.</summary>
    public static IDataset<T> From<T>(IReadOnlyList<T> samples) => new FunctionDataset<T>(samples.Count, i => samples[i]);

    /// <summary>A function as a dataset: sample i is computed when it is asked for.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static IDataset<T> From<T>(int count, Func<int, T> sample) => new FunctionDataset<T>(count, sample);

    private sealed class FunctionDataset<T> : IDataset<T>
    {
        private readonly Func<int, T> _sample;

        public FunctionDataset(int count, Func<int, T> sample)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            (Count, _sample) = (count, sample);
        }

        public int Count { get; }

        public T this[int index] => (uint)index < (uint)Count ? _sample(index)
            : throw new ArgumentOutOfRangeException(nameof(index), index, $"the dataset has {Count} samples");
    }
}

/// <summary>
/// Tensors side by side: sample i is row i of each, such as an image and its label. <see cref="Batch"/> gathers many rows in one copy.
/// </summary>
public sealed class TensorDataset : IDataset<Tensor[]>
{
    private readonly Tensor[] _tensors;

    /// <summary>Tensors whose first axes have one size.</summary>
    /// <exception cref="ShapeException">No tensor, a scalar, or first axes of different sizes.</exception>
    public TensorDataset(params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.IsEmpty) throw new ShapeException("TensorDataset: there are no tensors");
        _tensors = new Tensor[tensors.Length];
        for (int i = 0; i < tensors.Length; i++)
        {
            if (tensors[i].Rank == 0) throw new ShapeException($"TensorDataset: tensor {i} is a scalar: it needs an axis of samples");
            if (tensors[i].Size(0) != tensors[0].Size(0))
                throw new ShapeException($"TensorDataset: tensor {i} of shape {tensors[i].Shape} has {tensors[i].Size(0)} samples, tensor 0 has {tensors[0].Size(0)}");
            _tensors[i] = tensors[i].Detach().Contiguous();
        }
    }

    /// <inheritdoc/>
    public int Count => _tensors[0].Size(0);

    /// <inheritdoc/>
    public Tensor[] this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), index, $"the dataset has {Count} samples");
            Tensor[] rows = Batch([index]);
            return [.. rows.Select(r => r.Reshape(r.Shape.Span[1..]))];
        }
    }

    /// <summary>The rows at <paramref name="indices"/> of each tensor, copied: (indices, …).</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is out of range.</exception>
    public unsafe Tensor[] Batch(ReadOnlySpan<int> indices)
    {
        foreach (int i in indices)
            if ((uint)i >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(indices), i, $"the dataset has {Count} samples");
        Tensor[] batch = new Tensor[_tensors.Length];
        for (int k = 0; k < batch.Length; k++)
        {
            Tensor x = _tensors[k];
            Tensor y = Tensor.Empty([indices.Length, .. x.Sizes[1..]], x.DType, x.Device);
            long row = x.Count == 0 ? 0 : x.Count / x.Size(0) * x.DType.Size();
            Cpu.Operand from = x, to = y;
            for (int i = 0; i < indices.Length; i++) Buffer.MemoryCopy((byte*)from.P + (indices[i] * row), (byte*)to.P + (i * row), row, row);
            GC.KeepAlive(x);
            GC.KeepAlive(y);
            batch[k] = y;
        }
        return batch;
    }
}
