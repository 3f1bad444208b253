using TensorCore.Examples.Gpt;
using TensorCore.Generation;
using TensorCore.Nn;

namespace TensorCore.Examples.Tests.Gpt;

public class GptModelTests
{
    private static readonly GptConfig _small = new(31, 16, 2, 3, 24);

    private static Tensor Ids(params long[] ids) => Tensor.From(ids, [1, ids.Length]);

    private static double Spread(Tensor t)
    {
        double[] x = t.Detach().To(DType.Float64).ToArray<double>();
        double mean = x.Average();
        return Math.Sqrt(x.Sum(v => (v - mean) * (v - mean)) / x.Length);
    }

    [Fact]
    public void WeightsStartAsInGpt2()
    {
        GptModel model = new(new GptConfig(500, 64, 8, 4, 64), seed: 3);
        foreach ((string name, Tensor p) in model.NamedParameters())
        {
            // 0.02/√(2·8) = 0.005 for the two projections onto the residual stream
            double expected = name.EndsWith("c_proj.weight", StringComparison.Ordinal) ? 0.005 : 0.02;
            if (p.Rank == 2)
                Assert.InRange(Spread(p), expected * 0.93, expected * 1.07);
            else
                Assert.All(p.ToArray<float>(), v => Assert.Equal(name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1, v));
        }
    }

    [Fact]
    public void TheSeedDecidesTheWeights()
    {
        static float[] First(ulong seed) => new GptModel(_small, seed).NamedParameters().First().Value.ToArray<float>();
        Assert.Equal(First(1), First(1));
        Assert.NotEqual(First(1), First(2));
    }

    [Fact]
    public void APositionSeesNothingAfterIt()
    {
        GptModel model = new(_small, 1);
        float[] a = model.Forward(Ids(1, 2, 3, 4, 5)).ToArray<float>(), b = model.Forward(Ids(1, 2, 3, 9, 8)).ToArray<float>();
        int upTo = 3 * _small.Vocabulary;
        Assert.Equal(a[..upTo], b[..upTo]);
        Assert.NotEqual(a[upTo..], b[upTo..]);
    }

    [Fact]
    public void PositionsMatter()
    {
        GptModel model = new(_small, 1);
        float[] logits = model.Forward(Ids(7, 7)).ToArray<float>();
        Assert.NotEqual(logits[.._small.Vocabulary], logits[_small.Vocabulary..]);
    }

    [Theory]
    [InlineData(DType.Float64, 1e-13)]
    [InlineData(DType.Float32, 2e-6)]
    public void LogitsAreTheSameWithAndWithoutCache(DType dtype, double tolerance)
    {
        GptModel model = new(_small, 5, dtype);
        foreach (Tensor p in model.Parameters())
            Initializers.Normal(p, 0, 0.3, new Generator((ulong)p.Count)); // larger than at the start: attention then has something to choose
        long[] text = [.. Enumerable.Range(0, _small.Context).Select(i => (long)(i * 7 % _small.Vocabulary))];
        using (Autograd.NoGrad())
        {
            KeyValueCache[] cache = model.NewCache();
            int read = 0;
            foreach (int step in (int[])[5, 1, 1, 3, 1, 1, 1, 1, 1, 1]) // a prompt at once, then token by token
            {
                double[] cached = Values(model.NextLogits(Tensor.From(text[read..(read + step)], [1, step]), cache));
                read += step;
                double[] whole = Values(model.NextLogits(Ids(text[..read])));
                Tensor all = model.Forward(Ids(text[..read]));
                double[] last = Values(all)[^_small.Vocabulary..];
                double scale = last.Max(Math.Abs);
                for (int i = 0; i < whole.Length; i++)
                {
                    Assert.InRange(Math.Abs(cached[i] - whole[i]), 0, tolerance * scale);
                    Assert.InRange(Math.Abs(last[i] - whole[i]), 0, tolerance * scale);
                }
            }
            Assert.Equal(_small.Context, cache[0].Length);
            Assert.Throws<ShapeException>(() => model.NextLogits(Ids(1), cache));
        }

        static double[] Values(Tensor t) => t.To(DType.Float64).ToArray<double>();
    }

    private static GptModel Lively(ulong seed)
    {
        GptModel model = new(_small, seed);
        foreach (Tensor p in model.Parameters())
            Initializers.Normal(p, 0, 0.3, new Generator(seed + (ulong)p.Count));
        return model;
    }

    [Fact]
    public void TextsInOneRowAreKeptApartByPositionsAndMask()
    {
        GptModel model = Lively(3);
        long[][] texts = [[1, 2, 3, 4, 5], [6, 7], [8, 9, 10]];
        long[] positions = [.. texts.SelectMany(t => Enumerable.Range(0, t.Length).Select(i => (long)i))], owner = [.. texts.SelectMany((t, n) => t.Select(_ => (long)n))];
        int T = positions.Length, V = _small.Vocabulary;
        Tensor own = Tensor.From(owner, [T]);
        float[] packed = model.Forward(Ids([.. texts.SelectMany(t => t)]), Tensor.From(positions, [1, T]), own.Reshape(T, 1) == own).ToArray<float>();
        float[] alone = [.. texts.SelectMany(t => model.Forward(Ids(t)).ToArray<float>())];
        float scale = alone.Max(MathF.Abs);
        for (int i = 0; i < T * V; i++)
            Assert.InRange(Math.Abs(packed[i] - alone[i]), 0, 2e-6f * scale);
    }

    [Fact]
    public void TheTraceIsTheWayToTheLogits()
    {
        GptModel model = Lively(4);
        Tensor ids = Ids(3, 1, 4, 1, 5);
        GptTrace trace = model.Trace(ids);
        Assert.Equal((_small.Layers + 1, _small.Layers), (trace.Stream.Count, trace.Attention.Count));
        IReadOnlyDictionary<string, Tensor> p = model.StateDict();
        Assert.Equal((p["wte.weight"].Embedding(ids) + p["wpe.weight"].Narrow(0, 0, 5)).ToArray<float>(), trace.Stream[0].ToArray<float>());
        Tensor last = trace.Stream[^1].LayerNorm(p["ln_f.weight"], p["ln_f.bias"], _small.Epsilon);
        Assert.Equal(model.Hidden(ids).ToArray<float>(), last.ToArray<float>());
        Assert.Equal(model.Forward(ids).ToArray<float>(), model.Logits(last).ToArray<float>());
        foreach (Tensor weights in trace.Attention)
        {
            Assert.Equal([1, _small.Heads, 5, 5], weights.Shape.ToArray());
            Assert.All(weights.Sum(-1).ToArray<float>(), s => Assert.Equal(1, s, 5));
            float[] w = weights.ToArray<float>();
            for (int i = 0; i < w.Length; i++)
                Assert.True(i % 5 <= i / 5 % 5 ? w[i] > 0 : w[i] == 0, "a position looks at itself and those before");
        }
    }

    [Fact]
    public void SlotsScoreAsTheModelAlone()
    {
        GptModel model = Lively(5);
        SlotDecoder decoder = new(model, 3);
        foreach (int[] prompt in (int[][])[[1, 2, 3, 4, 5, 6, 7], [8], [9, 10]])
            decoder.Open(prompt);
        for (int n = 0; n < 6; n++)
        {
            foreach (int slot in decoder.Step())
            {
                float[] alone = model.NextLogits(Ids(Array.ConvertAll(decoder.Tokens(slot).ToArray(), t => (long)t))).ToArray<float>(), logits = decoder.Logits(slot).ToArray();
                float scale = alone.Max(MathF.Abs);
                for (int i = 0; i < alone.Length; i++)
                    Assert.InRange(Math.Abs(alone[i] - logits[i]), 0, 1e-5f * scale);
                decoder.Append(slot, (n * 5) + slot);
            }
        }
    }

    [Fact]
    public void WhatDoesNotFitIsSaid()
    {
        GptModel model = new(_small);
        Assert.Contains("17 tokens do not fit the context of 16", Assert.Throws<ShapeException>(() => model.Forward(Ids(new long[17]))).Message);
        Assert.Contains("must be (B, T)", Assert.Throws<ShapeException>(() => model.Forward(Tensor.From([1L, 2]))).Message);
        using (Autograd.NoGrad())
            Assert.Contains("positions", Assert.Throws<ArgumentException>(() => model.Hidden(Ids(1), cache: model.NewCache())).Message);
    }

    [Fact]
    public void TheFirstLossIsThatOfAGuess()
    {
        // Nothing learnt: every token is about equally likely, −ln(1/V).
        GptModel model = new(_small, 2);
        double loss = model.Loss(Ids(1, 2, 3, 4), Ids(5, 6, 7, 8)).Item();
        Assert.InRange(loss, Math.Log(31) - 0.2, Math.Log(31) + 0.2);
    }

    [Fact]
    public void OnlyMatricesDecay()
    {
        GptModel model = new(_small);
        (Tensor[] decayed, Tensor[] free) = model.DecayGroups();
        HashSet<Tensor> all = [.. decayed, .. free];
        Assert.Equal(model.Parameters().Count(), all.Count);
        Assert.Equal(2 + (4 * _small.Layers), decayed.Length); // wte, wpe; c_attn, c_proj, c_fc, c_proj
    }

    [Fact]
    public void WeightsSurviveAFile()
    {
        using Scratch scratch = new();
        GptModel model = new(_small, 9);
        Weights.Save(scratch["w.safetensors"], model);
        GptModel loaded = Weights.Load(scratch["w.safetensors"], _small);
        Assert.Equal(model.Forward(Ids(1, 2, 3)).ToArray<float>(), loaded.Forward(Ids(1, 2, 3)).ToArray<float>());
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => Weights.Load(scratch["w.safetensors"], _small with { Vocabulary = 32 }));
        Assert.Contains("wte.weight has the shape (31, 24)", e.Message);
        e = Assert.Throws<InvalidDataException>(() => Weights.Load(scratch["w.safetensors"], _small with { Layers = 3 }));
        Assert.Contains("h.2.ln_1.weight is missing", e.Message);
    }

    [Fact]
    public void APublishedCheckpointWithPrefixMasksAndUntiedCopyLoads()
    {
        using Scratch scratch = new();
        GptModel model = new(_small, 9);
        Dictionary<string, Tensor> tensors = model.StateDict().ToDictionary(p => "transformer." + p.Key, p => p.Value);
        tensors["transformer.h.0.attn.bias"] = Tensor.Ones([1, 1, 16, 16]);
        tensors["lm_head.weight"] = model.StateDict()["wte.weight"];
        IO.Safetensors.Save(scratch["w.safetensors"], tensors);
        Assert.Equal(model.Forward(Ids(4)).ToArray<float>(), Weights.Load(scratch["w.safetensors"], _small).Forward(Ids(4)).ToArray<float>());
    }
}
