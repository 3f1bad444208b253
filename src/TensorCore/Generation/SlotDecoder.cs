namespace TensorCore.Generation;

/// <summary>
/// Several sequences that grow at the same time through one model: each has a slot, opened and closed at any time, and one <see cref="Step"/> reads what is new in all of them,
/// the next tokens of all slots in one batch. Reading the weights once for all is what makes 64 slots nearly as quick as one.
/// (Continuous batching: Yu et al. 2022, Orca, OSDI, section 3.1, iteration-level scheduling.)
/// <code>
/// SlotDecoder decoder = new(model, slots: 8);
/// int slot = decoder.Open(prompt);
/// foreach (int s in decoder.Step()) decoder.Append(s, sampler.Next(decoder.Logits(s), decoder.Tokens(s)));
/// decoder.Close(slot);
/// </code>
/// </summary>
/// <remarks>
/// The scores of a slot are those of the model alone on its tokens, whatever stands in the others, up to rounding: products of other shapes add up in another order. With <see cref="Exact"/> not even that. The model must be in evaluation mode, and
/// its weights must not change while a slot is open, whose keys and values are of the weights that read them. For one thread at a time.
/// </remarks>
public sealed class SlotDecoder
{
    // Prompts are read together up to this many tokens, padding included: enough for tall products, few enough that activations stay in the tens of megabytes.
    private const int PromptBatch = 4096;

    private readonly ICausalModel _model;
    private readonly bool _sliding;
    private readonly Slot[] _slots; // by the number that Open returned
    private readonly List<Slot> _rows = []; // the open ones by their row in the cache, without a gap: a view of the first rows is the batch
    private readonly SlotPlan _plan = new();
    private readonly SlotCache[] _cache; // one for each layer
    private readonly float[] _logits; // (slots, V)
    private readonly List<int> _read = [];

    /// <summary>A decoder whose slots are all free. The caches take their room, 2·layers·slots·context·C numbers, at the first step.</summary>
    /// <param name="model">The model, in evaluation mode.</param>
    /// <param name="slots">The most sequences at a time.</param>
    /// <param name="sliding">
    /// What to do with a token beyond the context: true forgets the older half of the sequence and reads the rest anew at the next step (positions are learnt, each with its own vector, so
    /// what stays has to move to the front); false refuses it.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">No slot, or more than an array can number.</exception>
    public SlotDecoder(ICausalModel model, int slots, bool sliding = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        if ((long)slots * Math.Max(model.Vocabulary, model.Context + 1) > Array.MaxLength)
            throw new ArgumentOutOfRangeException(nameof(slots), slots, $"{slots} slots of {model.Context} tokens and {model.Vocabulary} scores are more than an array holds");
        (_model, _sliding) = (model, sliding);
        _slots = [.. Enumerable.Range(0, slots).Select(i => new Slot(i, model.Context))];
        _cache = [.. Enumerable.Range(0, model.Layers).Select(_ => new SlotCache(slots, model.Context, _plan))];
        _logits = new float[slots * model.Vocabulary];
    }

    /// <summary>The most sequences at a time.</summary>
    public int Slots => _slots.Length;

    /// <summary>
    /// True: on the processor a slot's scores are the same bits whatever the others hold, so that a seed draws the same text in any company. Products of two rows and more add up in the same order there, those of
    /// one row in another; so a row that would be alone gets another beside it. A single sequence costs half as much again (161 → 250 µs a token, 4 layers of width 160), several nothing.
    /// </summary>
    public bool Exact { get; init; }

    /// <summary>The sequences open now.</summary>
    public int OpenCount => _rows.Count;

    /// <summary>Takes a free slot for a sequence that begins with <paramref name="prompt"/>; the next step reads it. A sequence may be opened at any time.</summary>
    /// <returns>The slot's number, 0 … Slots − 1.</returns>
    /// <exception cref="ArgumentException">The prompt is empty or longer than the context.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    /// <exception cref="InvalidOperationException">No slot is free.</exception>
    public int Open(ReadOnlySpan<int> prompt)
    {
        CheckPrompt(_model, prompt);
        if (OpenCount == Slots) throw new InvalidOperationException($"all {Slots} slots are open: close one first");
        Slot slot = _slots.First(s => !s.IsOpen);
        (slot.Row, slot.Read, slot.Length) = (OpenCount, 0, prompt.Length);
        prompt.CopyTo(slot.Tokens);
        _rows.Add(slot);
        return slot.Number;
    }

    /// <summary>Adds tokens to the end of a sequence; the next step reads them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary, or there is no slot of this number.</exception>
    /// <exception cref="InvalidOperationException">The slot is closed, or the context is full and the decoder does not slide; then nothing was added.</exception>
    public void Append(int slot, params ReadOnlySpan<int> tokens)
    {
        Slot s = Find(slot);
        CheckTokens(_model, tokens, nameof(tokens));
        if (!_sliding && tokens.Length > _model.Context - s.Length)
            throw new InvalidOperationException($"slot {slot} has {s.Length} tokens, and {tokens.Length} more do not fit the context of {_model.Context}: close it, or make the decoder with sliding: true");
        foreach (int token in tokens)
        {
            if (s.Length == _model.Context) ForgetOlderHalf(s);
            s.Tokens[s.Length++] = token;
        }
    }

    /// <summary>Frees a slot. Of its tokens and scores nothing is left.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no slot of this number.</exception>
    /// <exception cref="InvalidOperationException">The slot is closed.</exception>
    public void Close(int slot)
    {
        Slot closed = Find(slot), last = _rows[^1];
        // The last row fills the gap. Beyond its tokens it holds zeros, which erase what is left of the closed one.
        foreach (SlotCache layer in _cache)
        {
            if (last != closed) layer.Move(last.Row, closed.Row, Math.Max(last.Read, closed.Read));
            layer.Clear(last.Row, last.Read);
        }
        _rows[closed.Row] = last;
        last.Row = closed.Row;
        _rows.RemoveAt(_rows.Count - 1);
        closed.Row = -1;
    }

    /// <summary>Frees all slots.</summary>
    public void Clear()
    {
        while (OpenCount > 0) Close(_rows[^1].Number);
    }

    /// <summary>The sequence's tokens, read or not; with sliding those still in view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no slot of this number.</exception>
    /// <exception cref="InvalidOperationException">The slot is closed.</exception>
    public ReadOnlySpan<int> Tokens(int slot)
    {
        Slot s = Find(slot);
        return s.Tokens.AsSpan(0, s.Length);
    }

    /// <summary>The number of <see cref="Tokens"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no slot of this number.</exception>
    /// <exception cref="InvalidOperationException">The slot is closed.</exception>
    public int Length(int slot) => Find(slot).Length;

    /// <summary>The scores (V) of the token after the last one, valid until the slot is closed or read again.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no slot of this number.</exception>
    /// <exception cref="InvalidOperationException">The slot is closed, or has tokens that no step has read.</exception>
    public ReadOnlySpan<float> Logits(int slot)
    {
        Slot s = Find(slot);
        if (s.Unread > 0) throw new InvalidOperationException($"slot {slot} has {s.Unread} tokens that were not read: call Step first");
        return LogitsOf(s);
    }

    /// <summary>
    /// Reads all that is new: prompts in padded batches of their own, then the next token of every slot that got one in one batch. Slots without a new token rest.
    /// </summary>
    /// <returns>The slots that were read, whose <see cref="Logits"/> are new; the list is valid until the next step.</returns>
    public IReadOnlyList<int> Step()
    {
        _read.Clear();
        List<Slot> prompts = [.. _rows.Where(s => s.Read == 0)], growing = [.. _rows.Where(s => s.Read > 0 && s.Unread == 1)];
        List<Slot> longer = [.. _rows.Where(s => s.Read > 0 && s.Unread > 1)];
        ReadPrompts(prompts);
        // Several tokens at once after others: a causal pass of its own.
        foreach (Slot s in longer) Read([s], s.Unread, keys: s.Length);
        ReadNextTokens(growing);
        return _read;
    }

    /// <summary>The longest first, each batch as far as half of it at most is padding. A prompt sees nothing after it, so padding behind it needs no mask.</summary>
    private void ReadPrompts(List<Slot> prompts)
    {
        prompts.Sort((a, b) => b.Length - a.Length);
        for (int from = 0, to = 0; from < prompts.Count; from = to)
        {
            int longest = prompts[from].Length;
            while (to < prompts.Count && (to == from || (prompts[to].Length >= longest / 2 && (to - from + 1) * longest <= PromptBatch))) to++;
            Read([.. prompts[from..to]], Exact ? Math.Max(longest, 2) : longest, keys: 0);
        }
    }

    /// <summary>One token for each. Rows between them that have none go along, see nothing and leave nothing.</summary>
    private void ReadNextTokens(List<Slot> slots)
    {
        if (slots.Count == 0) return;
        int first = slots.Min(s => s.Row), last = slots.Max(s => s.Row), keys = slots.Max(s => s.Length);
        Slot?[] batch = new Slot?[last - first + 1];
        foreach (Slot s in slots) batch[s.Row - first] = s;
        // Alone: a second query, of nothing, that may see one place more than the first. What stands there does not matter.
        if (Exact && batch.Length == 1) Read(batch, 2, keys + 1);
        else Read(batch, 1, keys, masked: slots.Count < batch.Length || slots.Exists(s => s.Length != keys));
    }

    /// <summary>One forward pass over the unread tokens of <paramref name="batch"/> (null: a row without any), T of them at most.</summary>
    private void Read(ReadOnlySpan<Slot?> batch, int T, int keys, bool masked = false)
    {
        int B = batch.Length, spare = SlotCache.Spare(Slots, _model.Context);
        long[] ids = new long[B * T], positions = new long[B * T], targets = new long[B * T];
        Array.Fill(targets, spare);
        List<Slot> read = [];
        List<long> ends = [];
        for (int b = 0; b < B; b++)
        {
            if (batch[b] is not Slot s) continue;
            for (int t = 0; t < s.Unread; t++)
            {
                int position = s.Read + t;
                (ids[(b * T) + t], positions[(b * T) + t], targets[(b * T) + t]) = (s.Tokens[position], position, ((long)s.Row * _model.Context) + position);
            }
            read.Add(s);
            ends.Add((b * T) + s.Unread - 1);
        }

        Device device = _model.Device;
        using (Autograd.NoGrad())
        using (TensorScope.Begin()) // a step's tensors serve the next one at once
        {
            (_plan.Targets, _plan.FirstRow, _plan.Keys) = (Tensor.From(targets, [B * T], device), batch[0]!.Row, keys);
            Tensor? mask = masked ? Mask(batch, keys, device) : null;
            Tensor hidden = _model.Hidden(Tensor.From(ids, [B, T], device), Tensor.From(positions, [B, T], device), mask, _cache); // (B, T, C)
            hidden = hidden.Reshape(B * T, hidden.Size(2));
            bool some = ends.Count < B * T;
            if (Exact && ends.Count == 1) ends.Add(ends[0]);
            if (some) hidden = hidden.IndexSelect(0, Tensor.From(ends.ToArray(), [ends.Count], device)); // (n, C)
            Tensor logits = _model.Logits(hidden).To(DType.Float32); // (n, V)
            logits.Read<float, bool>(values => Keep(values, read));
        }
    }

    /// <summary>0 for a row's own keys, −∞ for what lies beyond them: (B, 1, 1, S).</summary>
    private static Tensor Mask(ReadOnlySpan<Slot?> batch, int keys, Device device)
    {
        long[] lengths = new long[batch.Length];
        for (int b = 0; b < lengths.Length; b++) lengths[b] = batch[b]?.Length ?? 0;
        Tensor own = Tensor.Arange(keys).To(device) < Tensor.From(lengths, [lengths.Length, 1, 1, 1], device);
        return Tensor.Where(own, Tensor.Zeros([], DType.Float32, device), Tensor.Full([], double.NegativeInfinity, DType.Float32, device));
    }

    private bool Keep(ReadOnlySpan<float> logits, List<Slot> read)
    {
        for (int i = 0; i < read.Count; i++)
        {
            logits.Slice(i * _model.Vocabulary, _model.Vocabulary).CopyTo(LogitsOf(read[i]));
            read[i].Read = read[i].Length;
            _read.Add(read[i].Number);
        }
        return true;
    }

    private void ForgetOlderHalf(Slot s)
    {
        foreach (SlotCache layer in _cache) layer.Clear(s.Row, s.Read);
        int kept = Math.Max(1, _model.Context / 2) - 1; // with the token to come, half
        s.Tokens.AsSpan(s.Length - kept, kept).CopyTo(s.Tokens);
        (s.Length, s.Read) = (kept, 0);
    }

    private Span<float> LogitsOf(Slot s) => _logits.AsSpan(s.Number * _model.Vocabulary, _model.Vocabulary);

    private Slot Find(int slot)
    {
        if ((uint)slot >= (uint)Slots) throw new ArgumentOutOfRangeException(nameof(slot), slot, $"there is no slot {slot}: the slots are 0 to {Slots - 1}");
        return _slots[slot] is { IsOpen: true } open ? open : throw new InvalidOperationException($"slot {slot} is closed");
    }

    internal static void CheckPrompt(ICausalModel model, ReadOnlySpan<int> prompt)
    {
        if (prompt.Length == 0 || prompt.Length > model.Context)
            throw new ArgumentException($"a prompt of {prompt.Length} tokens: 1 to {model.Context} (the context) are possible", nameof(prompt));
        CheckTokens(model, prompt, nameof(prompt));
    }

    private static void CheckTokens(ICausalModel model, ReadOnlySpan<int> tokens, string name)
    {
        for (int i = 0; i < tokens.Length; i++)
        {
            if ((uint)tokens[i] >= (uint)model.Vocabulary)
                throw new ArgumentOutOfRangeException(name, tokens[i], $"{name}[{i}] = {tokens[i]} is not in the model's vocabulary, 0 to {model.Vocabulary - 1}");
        }
    }

    private sealed class Slot(int number, int context)
    {
        public int Number => number;

        public int[] Tokens { get; } = new int[context];

        /// <summary>Its row in the cache; −1 while closed.</summary>
        public int Row { get; set; } = -1;

        /// <summary>Tokens so far, and how many of them are in the cache.</summary>
        public int Length { get; set; }

        public int Read { get; set; }

        public int Unread => Length - Read;

        public bool IsOpen => Row >= 0;
    }
}
