namespace TensorCore.Nn;

/// <summary>
/// The keys and values that an attention layer has computed for the tokens so far, so that each new token costs one row instead of the whole
/// sequence. Room for all of <see cref="Capacity"/> is taken at the first use; adding a token copies only its own row.
/// </summary>
public sealed class KeyValueCache : IKeyValueCache
{
    private Tensor? _keys, _values; // (B, H, capacity, D)

    /// <summary>An empty cache.</summary>
    /// <param name="capacity">The most tokens it can hold: the model's context.</param>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public KeyValueCache(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>The most tokens it can hold.</summary>
    public int Capacity { get; }

    /// <summary>The tokens it holds.</summary>
    public int Length { get; private set; }

    /// <summary>Forgets all but the first <paramref name="length"/> tokens; the room stays.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than it holds, or negative.</exception>
    public void Truncate(int length)
    {
        if (length < 0 || length > Length) throw new ArgumentOutOfRangeException(nameof(length), length, $"the cache holds {Length} tokens");
        Length = length;
    }

    /// <summary>Forgets everything; the room stays for sequences of the same shape.</summary>
    public void Clear() => Length = 0;

    /// <summary>Adds the keys and values of T new tokens, (B, H, T, D), and returns those of all tokens, (B, H, Length, D), as views.</summary>
    /// <exception cref="ShapeException">They do not fit in, or differ in shape from the ones before.</exception>
    /// <exception cref="GradientException">Recording is on and they require a gradient, which a cache would cut.</exception>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        if (Autograd.IsRecording && (keys.RequiresGrad || values.RequiresGrad))
            throw new GradientException("key/value cache: it would cut the gradient; use it inside Autograd.NoGrad() (in training, pass the whole sequence without a cache)");
        if (keys.Rank != 4 || values.Shape != keys.Shape)
            throw new ShapeException($"key/value cache: keys {keys.Shape} and values {values.Shape} must both be (B, H, T, D)");
        int added = keys.Size(2);
        if (added > Capacity - Length)
            throw new ShapeException($"key/value cache: {Length} tokens and {added} more do not fit a capacity of {Capacity}: truncate it, or make a new one and feed the last part of the sequence again");
        int[] room = [keys.Size(0), keys.Size(1), Capacity, keys.Size(3)];
        if (Length == 0 && (_keys is null || _keys.Shape != new Shape(room) || _keys.DType != keys.DType || _keys.Device != keys.Device))
        {
            _keys = Tensor.Empty(room, keys.DType, keys.Device);
            _values = Tensor.EmptyLike(_keys);
            TensorScope.Forget(_keys);
            TensorScope.Forget(_values);
        }
        if (_keys!.Size(0) != room[0] || _keys.Size(1) != room[1] || _keys.Size(3) != room[3] || _keys.DType != keys.DType)
            throw new ShapeException($"key/value cache: {keys.DType.Name()} keys {keys.Shape} after {Length} tokens of {_keys.DType.Name()} in {_keys.Shape}: the batch, the heads or the width changed; Clear() it first");
        Part(_keys, Length, added).CopyFrom(keys);
        Part(_values!, Length, added).CopyFrom(values);
        Length += added;
        return (Part(_keys, 0, Length), Part(_values!, 0, Length));
    }

    private static Tensor Part(Tensor whole, int start, int length) =>
        whole.ViewAs([whole.Size(0), whole.Size(1), length, whole.Size(3)], whole.Strides.ToArray(), whole.Offset + (start * whole.Strides[2]));
}
