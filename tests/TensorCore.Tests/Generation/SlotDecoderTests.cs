using TensorCore.Generation;

namespace TensorCore.Tests.Generation;

/// <summary>A slot's scores are those of the model alone on its tokens, whatever else is going on.</summary>
public sealed class SlotDecoderTests
{
    private const int V = 29;

    private static int[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.Next(V))];

    private static void Agree(SmallGpt model, SlotDecoder decoder, int slot, string where)
    {
        float[] expected = model.After(decoder.Tokens(slot));
        ReadOnlySpan<float> logits = decoder.Logits(slot);
        float scale = Math.Max(1, expected.Max(Math.Abs));
        for (int i = 0; i < V; i++)
            Assert.True(Math.Abs(logits[i] - expected[i]) <= 1e-5f * scale, $"{where}: slot {slot}, {decoder.Length(slot)} tokens, token {i}: {logits[i]} in the batch, {expected[i]} alone");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void Any_interleaving_gives_the_scores_of_the_model_alone(int seed, bool sliding)
    {
        const int Context = 24, Slots = 7;
        Random random = new(seed);
        SmallGpt model = new(V, Context, (ulong)seed);
        SlotDecoder decoder = new(model, Slots, sliding);
        Dictionary<int, List<int>> texts = []; // what each slot should hold
        int compared = 0, slid = 0;
        for (int step = 0; step < 250; step++)
        {
            while (texts.Count < Slots && random.Next(3) == 0)
            {
                int[] prompt = Draw(random, 1 + random.Next(random.Next(2) == 0 ? Context : 4));
                texts.Add(decoder.Open(prompt), [.. prompt]);
            }
            foreach (int slot in texts.Keys.ToArray())
            {
                if (random.Next(12) == 0)
                {
                    decoder.Close(slot);
                    texts.Remove(slot);
                    continue;
                }
                int more = random.Next(10) switch { < 7 => 1, < 9 => 0, _ => 1 + random.Next(5) };
                int[] tokens = Draw(random, more);
                if (!sliding && texts[slot].Count + more > Context)
                {
                    Assert.Throws<InvalidOperationException>(() => decoder.Append(slot, tokens));
                    continue;
                }
                decoder.Append(slot, tokens);
                foreach (int token in tokens)
                {
                    if (texts[slot].Count == Context)
                    {
                        texts[slot].RemoveRange(0, Context - (Context / 2) + 1);
                        slid++;
                    }
                    texts[slot].Add(token);
                }
            }
            IReadOnlyList<int> read = decoder.Step();
            Assert.Equal(read.Count, read.Distinct().Count());
            Assert.Equal(texts.Count, decoder.OpenCount);
            foreach ((int slot, List<int> text) in texts)
            {
                Assert.Equal(text.ToArray(), decoder.Tokens(slot).ToArray());
                Agree(model, decoder, slot, $"seed {seed}, step {step}"); // also of slots that rested
                compared++;
            }
        }
        Assert.True(compared > 500 && (slid > 10 || !sliding), $"{compared} compared, {slid} slid");
    }

    /// <summary>Against one that never has company, so that every pass of a single token and of a single prompt is compared with passes of many.</summary>
    [Theory]
    [InlineData(16, 24)]
    [InlineData(160, 48)] // the inner width of the mlp, 640, is added up in two parts
    public void Exact_scores_are_the_same_bits_in_any_company(int width, int context)
    {
        Random random = new(width);
        SmallGpt model = new(V, context, 3, width: width, std: 0.1);
        foreach (int length in (int[])[1, 2, 3, context / 2])
        {
            SlotDecoder alone = new(model, 1, sliding: true) { Exact = true }, among = new(model, 9, sliding: true) { Exact = true };
            int[] prompt = Draw(random, length);
            int a = alone.Open(prompt), mine = -1;
            List<int> others = [];
            for (int step = 0; step < 2 * context; step++)
            {
                int wanted = step / 5 % 3 == 2 ? 0 : random.Next(8); // company comes and goes
                while (others.Count > wanted)
                {
                    among.Close(others[^1]);
                    others.RemoveAt(others.Count - 1);
                }
                while (others.Count < wanted) others.Add(among.Open(Draw(random, random.Next(2) == 0 ? 1 + random.Next(context) : length)));
                if (mine < 0) mine = among.Open(prompt);
                alone.Step();
                among.Step();
                Assert.True(alone.Logits(a).SequenceEqual(among.Logits(mine)), $"width {width}, prompt {length}, step {step}, {others.Count} others");
                int[] more = Draw(random, random.Next(10) == 0 ? 2 : 1);
                alone.Append(a, more);
                among.Append(mine, more);
                foreach (int other in others)
                    if (random.Next(4) > 0) among.Append(other, Draw(random, 1));
            }
        }
    }

    [Fact]
    public void In_float64_the_batch_changes_next_to_nothing()
    {
        SmallGpt model = new(V, 32, 5, dtype: DType.Float64);
        SlotDecoder decoder = new(model, 3);
        int[] slots = [decoder.Open([1, 2, 3]), decoder.Open([4]), decoder.Open([5, 6, 7, 8, 9, 10, 11])];
        for (int n = 0; n < 10; n++)
        {
            foreach (int slot in decoder.Step())
            {
                float[] expected = model.After(decoder.Tokens(slot));
                Assert.Equal(expected, decoder.Logits(slot).ToArray()); // float32's rounding hides what differs in the sixteenth digit
                decoder.Append(slot, (slot * 7) + n);
            }
        }
        Assert.Equal(3, slots.Distinct().Count());
    }

    [Fact]
    public void The_next_tokens_of_all_slots_are_one_pass_and_prompts_are_read_together()
    {
        SmallGpt model = new(V, 32, 6);
        SlotDecoder decoder = new(model, 16);
        for (int i = 0; i < 10; i++) decoder.Open(new int[8 + (i % 3)]);
        Assert.Equal(10, decoder.Step().Count);
        Assert.Equal([(10, 10)], model.Passes);
        model.Passes.Clear();
        decoder.Open(new int[30]); // the others would be padding for the most part
        for (int i = 0; i < 10; i++) decoder.Append(i, i);
        Assert.Equal(11, decoder.Step().Count);
        Assert.Equal([(1, 30), (10, 1)], model.Passes);
        Assert.Empty(decoder.Step());
    }

    [Fact]
    public void Rows_stay_without_a_gap_when_slots_close()
    {
        SmallGpt model = new(V, 32, 7);
        SlotDecoder decoder = new(model, 8);
        for (int i = 0; i < 8; i++) decoder.Open([i, i + 1]);
        decoder.Step();
        foreach (int slot in (int[])[0, 3, 7, 4, 1]) decoder.Close(slot);
        model.Passes.Clear();
        foreach (int slot in (int[])[2, 5, 6]) decoder.Append(slot, 9);
        Assert.Equal([2, 5, 6], decoder.Step().Order());
        Assert.Equal([(3, 1)], model.Passes);
        foreach (int slot in (int[])[2, 5, 6]) Agree(model, decoder, slot, "after others closed");
    }

    [Fact]
    public void A_closed_slot_is_free_again_and_nothing_of_it_is_left()
    {
        SmallGpt model = new(V, 16, 8);
        SlotDecoder decoder = new(model, 2);
        int a = decoder.Open([1, 2, 3, 4, 5, 6, 7, 8]), b = decoder.Open([3]);
        decoder.Step();
        decoder.Close(a);
        int c = decoder.Open([9]);
        Assert.Equal(a, c);
        decoder.Append(b, 4);
        decoder.Step();
        Agree(model, decoder, b, "after a longer one was closed");
        Agree(model, decoder, c, "in a slot that was used");
        decoder.Clear();
        Assert.Equal(0, decoder.OpenCount);
        Assert.Throws<InvalidOperationException>(() => decoder.Logits(c));
    }

    [Fact]
    public void Scores_that_are_not_finite_stay_in_their_own_slot()
    {
        SmallGpt model = new(V, 16, 9);
        Tensor wte = model.StateDict()["wte.weight"];
        using (Autograd.NoGrad()) wte[V - 1] = Tensor.Full([wte.Size(1)], double.NaN);
        SlotDecoder decoder = new(model, 3);
        int bad = decoder.Open([1, 2, V - 1, 3]), good = decoder.Open([4, 5]);
        decoder.Step();
        Assert.True(float.IsNaN(decoder.Logits(bad)[0]));
        decoder.Append(good, 6);
        decoder.Append(bad, 7);
        decoder.Step();
        Assert.False(float.IsNaN(decoder.Logits(good)[0]));
        decoder.Close(bad);
        int next = decoder.Open([8]);
        decoder.Append(good, 9);
        decoder.Step();
        foreach (int slot in (int[])[good, next]) decoder.Append(slot, 10);
        decoder.Step();
        foreach (int slot in (int[])[good, next]) Assert.False(float.IsNaN(decoder.Logits(slot)[0]));
    }

    [Fact]
    public void What_cannot_be_done_is_said()
    {
        SlotDecoder decoder = new(new SmallGpt(V, 8, 10), 2);
        Assert.Contains("0 tokens: 1 to 8", Assert.Throws<ArgumentException>(() => decoder.Open([])).Message);
        Assert.Contains("9 tokens: 1 to 8", Assert.Throws<ArgumentException>(() => decoder.Open(new int[9])).Message);
        Assert.Contains("prompt[1] = 29 is not in the model's vocabulary, 0 to 28", Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Open([3, V])).Message);
        Assert.Contains("prompt[0] = -1", Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Open([-1])).Message);
        int a = decoder.Open(new int[8]), b = decoder.Open([1]);
        Assert.Contains("all 2 slots are open", Assert.Throws<InvalidOperationException>(() => decoder.Open([1])).Message);
        Assert.Contains("not read: call Step", Assert.Throws<InvalidOperationException>(() => decoder.Logits(a)).Message);
        decoder.Step();
        Assert.Contains("slot 0 has 8 tokens, and 1 more do not fit the context of 8", Assert.Throws<InvalidOperationException>(() => decoder.Append(a, 1)).Message);
        Assert.Contains("tokens[0] = 29", Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Append(b, V)).Message);
        Assert.Equal((8, 1), (decoder.Length(a), decoder.Length(b))); // nothing was added
        decoder.Close(b);
        foreach (Action call in (Action[])[() => decoder.Append(b, 1), () => decoder.Close(b), () => decoder.Logits(b), () => decoder.Length(b), () => decoder.Tokens(b)])
            Assert.Contains("slot 1 is closed", Assert.Throws<InvalidOperationException>(call).Message);
        Assert.Contains("the slots are 0 to 1", Assert.Throws<ArgumentOutOfRangeException>(() => decoder.Append(2, 1)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlotDecoder(new SmallGpt(V, 8, 1), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SlotDecoder(new SmallGpt(V, 8, 1), int.MaxValue));
    }

    [Fact]
    public void Memory_stays_flat()
    {
        SmallGpt model = new(V, 64, 11, width: 64);
        SlotDecoder decoder = new(model, 32);
        Random random = new(1);
        void Run(int steps)
        {
            for (int n = 0; n < steps; n++)
            {
                while (decoder.OpenCount < 32) decoder.Open(Draw(random, 1 + random.Next(20)));
                model.Passes.Clear();
                foreach (int slot in decoder.Step())
                {
                    if (decoder.Length(slot) == 64) decoder.Close(slot);
                    else decoder.Append(slot, random.Next(V));
                }
            }
        }

        Run(500);
        long reserved = BufferPool.ReservedBytes, managed = GC.GetTotalMemory(true);
        Run(1000);
        Assert.InRange(BufferPool.ReservedBytes, 0, reserved * 11 / 10); // batches of prompts of a new shape may still want a larger buffer
        Assert.InRange(GC.GetTotalMemory(true), 0, managed + (1 << 18));
    }
}
