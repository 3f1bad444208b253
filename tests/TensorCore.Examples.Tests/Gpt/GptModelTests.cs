using TensorCore.Examples.Gpt;
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
