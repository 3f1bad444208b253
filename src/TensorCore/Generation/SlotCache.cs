using TensorCore.Nn;

namespace TensorCore.Generation;

/// <summary>Where the tokens of one forward pass go and what they attend to, the same in every layer.</summary>
internal sealed class SlotPlan
{
    /// <summary>For each token (B·T) the place of its key and value in the room, int64; <see cref="SlotCache.Spare"/> for padding.</summary>
    public Tensor Targets { get; set; } = Tensor.Zeros([0], DType.Int64);

    /// <summary>The row of the batch's first sequence; the others are the rows after it.</summary>
    public int FirstRow { get; set; }

    /// <summary>S: how many keys of each row are attended to; 0: the new ones alone, which are all there are.</summary>
    public int Keys { get; set; }
}

/// <summary>
/// Keys and values of one layer for sequences of different lengths: a row for each, (rows·capacity + 1, H·D) in memory. A token's place is row·capacity + position, so that one
/// indexed write serves all rows; the last place takes what padding would write. Beyond a row's tokens stand zeros or its own older values: a mask hides them, and being finite they stay hidden.
/// </summary>
internal sealed class SlotCache(int rows, int capacity, SlotPlan plan) : IKeyValueCache
{
    private Tensor? _keys, _values; // (rows·capacity + 1, H·D)

    /// <summary>The place for what nobody reads.</summary>
    public static int Spare(int rows, int capacity) => checked(rows * capacity);

    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        int heads = keys.Size(1), width = keys.Size(3);
        Tensor k = _keys ??= Room(keys), v = _values ??= Room(values);
        if (k.DType != keys.DType || k.Device != keys.Device)
            throw new DeviceException($"slot cache: {keys.DType.Name()} keys on {keys.Device} after {k.DType.Name()} on {k.Device}: the model was moved; make a new SlotDecoder");
        Write(k, keys);
        Write(v, values);
        return plan.Keys == 0 ? (keys, values) : (View(k, keys.Size(0), heads, width), View(v, keys.Size(0), heads, width));
    }

    /// <summary>Copies the first tokens of a row over those of another.</summary>
    public void Move(int from, int to, int tokens)
    {
        foreach (Tensor? room in (ReadOnlySpan<Tensor?>)[_keys, _values])
            if (room is not null && tokens > 0) room.Device.Backend.Copy(Part(room, from, tokens), Part(room, to, tokens));
    }

    /// <summary>Sets the first tokens of a row to zero.</summary>
    public void Clear(int row, int tokens)
    {
        foreach (Tensor? room in (ReadOnlySpan<Tensor?>)[_keys, _values])
            if (room is not null && tokens > 0) Part(room, row, tokens).Fill(0);
    }

    private Tensor Room(Tensor like)
    {
        Tensor room = Tensor.Zeros([Spare(rows, capacity) + 1, like.Size(1) * like.Size(3)], like.DType, like.Device);
        TensorScope.Forget(room);
        return room;
    }

    private void Write(Tensor room, Tensor x) => // (B, H, T, D) → (B·T, H·D), a view of the projection that made queries, keys and values
        room[plan.Targets] = x.Permute(0, 2, 1, 3).Reshape(-1, room.Size(1));

    private Tensor View(Tensor room, int batch, int heads, int width)
    {
        long step = room.Size(1);
        return room.ViewAs([batch, heads, plan.Keys, width], [capacity * step, width, step, 1], plan.FirstRow * capacity * step); // (B, H, S, D)
    }

    private Tensor Part(Tensor room, int row, int tokens) => room.Narrow(0, row * capacity, tokens);
}
