using TensorCore.Nn;

namespace TensorCore.Tests.Nn;

/// <summary>Multi-head attention, its cache, and the transformer block.</summary>
public sealed class AttentionModuleTests
{
    private const int B = 2, T = 5, C = 6, Heads = 3;

    private static readonly TransformerOptions _options = new() { DType = DType.Float64, InitStd = 0.4 };

    private static TransformerOptions Options(ulong seed) => _options with { Generator = new Generator(seed) };

    /// <summary>Attention from its formula in loops, with the module's own parameters.</summary>
    private static double[] Naive(MultiHeadAttention attention, Tensor x, bool causal, Func<int, int, bool>? sees = null)
    {
        IReadOnlyDictionary<string, Tensor> p = attention.StateDict();
        double[] qkv = Near.Values(x.MatMul(p["c_attn.weight"]) + p["c_attn.bias"]);
        double[] y = new double[B * T * C];
        int D = C / Heads;
        for (int b = 0; b < B; b++)
            for (int h = 0; h < Heads; h++)
                for (int i = 0; i < T; i++)
                {
                    double At(int t, int part, int d) => qkv[(((b * T) + t) * 3 * C) + (part * C) + (h * D) + d];
                    double[] weights = [.. Enumerable.Range(0, T).Select(j => (causal && j > i) || sees?.Invoke(i, j) == false ? 0
                        : Math.Exp(Enumerable.Range(0, D).Sum(d => At(i, 0, d) * At(j, 1, d)) / Math.Sqrt(D)))];
                    double total = weights.Sum();
                    for (int d = 0; d < D; d++) y[(((b * T) + i) * C) + (h * D) + d] = Enumerable.Range(0, T).Sum(j => weights[j] / total * At(j, 2, d));
                }
        return Near.Values(Tensor.From(y, [B, T, C]).MatMul(p["c_proj.weight"]) + p["c_proj.bias"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attention_follows_its_formula(bool causal)
    {
        MultiHeadAttention attention = new(C, Heads, Options(1) with { Causal = causal });
        Tensor x = Near.Wave([B, T, C]);
        Near.Equal(Naive(attention, x, causal), attention.Forward(x));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_mask_removes_keys_with_and_without_the_dropout_path(bool causal)
    {
        bool Sees(int i, int j) => j != 1 || i == 1;
        bool[] mask = [.. Enumerable.Range(0, T * T).Select(k => Sees(k / T, k % T))];
        Tensor x = Near.Wave([B, T, C]);
        MultiHeadAttention attention = new(C, Heads, Options(2) with { Causal = causal });
        double[] expected = Naive(attention, x, causal, Sees);
        Near.Equal(expected, attention.Forward(x, Tensor.From(mask, [T, T])));
        // A probability too small to drop anything: the path with the (T, S) matrix must give the same.
        MultiHeadAttention withMatrix = new(C, Heads, Options(2) with { Causal = causal, AttentionDropout = 1e-15 });
        Near.Equal(expected, withMatrix.Forward(x, Tensor.From(mask, [T, T])));
    }

    [Fact]
    public void The_weights_are_those_that_forward_uses()
    {
        MultiHeadAttention attention = new(C, Heads, Options(9));
        Tensor x = Near.Wave([B, T, C]);
        IReadOnlyDictionary<string, Tensor> p = attention.StateDict();
        Tensor v = (x.MatMul(p["c_attn.weight"]) + p["c_attn.bias"]).Narrow(2, 2 * C, C).Reshape(B, T, Heads, C / Heads).Permute(0, 2, 1, 3);
        foreach (Tensor? mask in (Tensor?[])[null, Tensor.From([true, false, true, true, true], [T])])
        {
            // Position 1 may not be looked at; it looks at 0.
            Tensor y = attention.Weights(x, mask).MatMul(v).Permute(0, 2, 1, 3).Reshape(B, T, C).MatMul(p["c_proj.weight"]) + p["c_proj.bias"];
            Near.Equal(Near.Values(y), attention.Forward(x, mask));
        }
        TransformerBlock block = new(C, Heads, Options(9));
        IReadOnlyDictionary<string, Tensor> own = block.StateDict();
        attention.LoadStateDict(own.Where(e => e.Key.StartsWith("attn.", StringComparison.Ordinal)).ToDictionary(e => e.Key[5..], e => e.Value.Detach()));
        Near.Equal(Near.Values(attention.Weights(x.LayerNorm(own["ln_1.weight"], own["ln_1.bias"]))), block.AttentionWeights(x));
    }

    [Fact]
    public void Attention_dropout_changes_the_training_result_only()
    {
        Tensor x = Near.Wave([B, T, C]);
        MultiHeadAttention attention = new(C, Heads, Options(3) with { AttentionDropout = 0.5 });
        Assert.NotEqual(Naive(attention, x, true), Near.Values(attention.Forward(x)));
        attention.Eval();
        Near.Equal(Naive(attention, x, true), attention.Forward(x));
    }

    [Fact]
    public void Token_by_token_with_a_cache_is_the_whole_sequence()
    {
        TransformerBlock block = new(C, Heads, Options(4));
        Tensor x = Near.Wave([B, T, C]);
        using (Autograd.NoGrad())
        {
            double[] whole = Near.Values(block.Forward(x));
            foreach (int[] parts in (int[][])[[1, 1, 1, 1, 1], [3, 1, 1], [2, 3], [5]])
            {
                KeyValueCache cache = new(T);
                List<Tensor> outputs = [];
                int at = 0;
                foreach (int n in parts)
                {
                    outputs.Add(block.Forward(x.Narrow(1, at, n), null, cache));
                    at += n;
                    Assert.Equal(at, cache.Length);
                }
                Near.Equal(whole, Near.Values(Tensor.Cat([.. outputs], 1)), 1e-13);
            }
        }
    }

    [Fact]
    public void A_cache_can_go_back_and_tells_when_it_is_full_or_would_cut_a_gradient()
    {
        MultiHeadAttention attention = new(C, Heads, Options(5));
        Tensor x = Near.Wave([1, 4, C]);
        KeyValueCache cache = new(4);
        Assert.Contains("NoGrad", Assert.Throws<GradientException>(() => attention.Forward(x, null, cache)).Message);
        using (Autograd.NoGrad())
        {
            double[] whole = Near.Values(attention.Forward(x, null, cache));
            cache.Truncate(2);
            Near.Equal(whole[(2 * C)..], Near.Values(attention.Forward(x.Narrow(1, 2, 2), null, cache)), 1e-13);
            Assert.Contains("do not fit a capacity of 4", Assert.Throws<ShapeException>(() => attention.Forward(x.Narrow(1, 0, 1), null, cache)).Message);
            cache.Truncate(3);
            Assert.Contains("Clear()", Assert.Throws<ShapeException>(() => attention.Forward(Near.Wave([2, 1, C]), null, cache)).Message);
            cache.Clear();
            _ = attention.Forward(Near.Wave([2, 1, C]), null, cache);
            Assert.Equal(1, cache.Length);
        }
    }

    [Fact]
    public void Block_is_the_sum_of_its_branches_and_gelu_can_be_exact()
    {
        foreach (bool tanh in (bool[])[true, false])
        {
            TransformerBlock block = new(C, Heads, Options(6) with { GeluTanh = tanh });
            IReadOnlyDictionary<string, Tensor> p = block.StateDict();
            MultiHeadAttention attention = new(C, Heads, Options(7));
            attention.LoadStateDict(p.Where(e => e.Key.StartsWith("attn.", StringComparison.Ordinal)).ToDictionary(e => e.Key[5..], e => e.Value.Detach()));
            Tensor x = Near.Wave([B, T, C]);
            Tensor a = x + attention.Forward(x.LayerNorm(p["ln_1.weight"], p["ln_1.bias"]));
            Tensor hidden = (a.LayerNorm(p["ln_2.weight"], p["ln_2.bias"]).MatMul(p["mlp.c_fc.weight"]) + p["mlp.c_fc.bias"]).Gelu(approximate: tanh);
            Near.Equal(Near.Values(a + hidden.MatMul(p["mlp.c_proj.weight"]) + p["mlp.c_proj.bias"]), block.Forward(x));
        }
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor x = Near.Wave([B, T, C]);
        foreach (TransformerOptions options in (TransformerOptions[])[Options(8), Options(8) with { InputFirst = false, Causal = false, GeluTanh = false, Bias = false }])
        {
            TransformerBlock block = new(C, Heads, options);
            ModuleGradCheck.Check(block, () => { Tensor y = block.Forward(x); return (y * y * y).Sum() * 0.1; });
        }
    }

    [Fact]
    public void Initial_deviations_are_the_options()
    {
        TransformerBlock block = new(64, 4, new() { ResidualInitStd = 0.005, Generator = new Generator(1) });
        double Std(string name) => Math.Sqrt(Near.Values(block.StateDict()[name]).Average(v => v * v));
        // The deviation of 4,096 numbers scatters by 1/√8,192 = 1.1 %: four times that.
        Assert.InRange(Std("attn.c_attn.weight") / 0.02, 0.956, 1.044);
        Assert.InRange(Std("mlp.c_fc.weight") / 0.02, 0.956, 1.044);
        Assert.InRange(Std("attn.c_proj.weight") / 0.005, 0.956, 1.044);
        Assert.InRange(Std("mlp.c_proj.weight") / 0.005, 0.956, 1.044);
        Assert.Equal(0, Std("mlp.c_fc.bias"));
    }
}
