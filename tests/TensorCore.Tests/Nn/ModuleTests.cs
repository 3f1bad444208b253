using TensorCore.Nn;

namespace TensorCore.Tests.Nn;

/// <summary>Names, shapes, starting values and state of the modules.</summary>
public sealed class ModuleTests
{
    [Fact]
    public void Transformer_block_has_the_keys_and_shapes_of_a_GPT2_checkpoint()
    {
        ModuleList<TransformerBlock> h = [new TransformerBlock(8, 2), new TransformerBlock(8, 2)];
        string[] expected =
        [
            "ln_1.weight (8,)", "ln_1.bias (8,)", "attn.c_attn.weight (8, 24)", "attn.c_attn.bias (24,)", "attn.c_proj.weight (8, 8)", "attn.c_proj.bias (8,)",
            "ln_2.weight (8,)", "ln_2.bias (8,)", "mlp.c_fc.weight (8, 32)", "mlp.c_fc.bias (32,)", "mlp.c_proj.weight (32, 8)", "mlp.c_proj.bias (8,)",
        ];
        Assert.Equal(expected.Select(e => "0." + e).Concat(expected.Select(e => "1." + e)), h.StateDict().Select(p => $"{p.Key} {p.Value.Shape}"));
        Assert.Equal(2 * ((4 * 8) + (8 * 24) + 24 + 64 + 8 + (8 * 32) + 32 + (32 * 8) + 8), h.ParameterCount);
    }

    [Fact]
    public void Linear_stores_either_layout_and_both_compute_the_same()
    {
        Linear outFirst = new(3, 2, dtype: DType.Float64), inFirst = new(3, 2, inputFirst: true, dtype: DType.Float64);
        Assert.Equal([2, 3], outFirst.Weight.Shape.ToArray());
        Assert.Equal([3, 2], inFirst.Weight.Shape.ToArray());
        inFirst.LoadStateDict(new Dictionary<string, Tensor> { ["weight"] = outFirst.Weight.Detach().Transpose(), ["bias"] = outFirst.Bias!.Detach() });
        Tensor x = Near.Wave([4, 3]);
        double[] w = Near.Values(outFirst.Weight), b = Near.Values(outFirst.Bias!), v = Near.Values(x);
        double[] expected = [.. Enumerable.Range(0, 8).Select(i => b[i % 2] + Enumerable.Range(0, 3).Sum(k => v[(i / 2 * 3) + k] * w[(i % 2 * 3) + k]))];
        Near.Equal(expected, outFirst.Forward(x));
        Near.Equal(expected, inFirst.Forward(x));
    }

    [Fact]
    public void Linear_starts_uniform_within_the_root_of_its_inputs()
    {
        Linear layer = new(100, 300, generator: new Generator(7));
        double[] w = Near.Values(layer.Weight);
        Assert.True(w.Max() <= 0.1 && w.Min() >= -0.1 && w.Max() > 0.0999 && w.Min() < -0.0999, $"{w.Min()} … {w.Max()}");
        // The variance of a uniform number in ±0.1; that of 30,000 of them scatters by √(4/5/30,000) = 0.5 %: four times that.
        Assert.InRange(w.Average(x => x * x) / (0.1 * 0.1 / 3), 0.98, 1.02);
        Assert.True(Near.Values(layer.Bias!).All(b => Math.Abs(b) <= 0.1));
        Assert.Null(new Linear(2, 2, bias: false).Bias);
    }

    [Fact]
    public void The_same_generator_state_makes_the_same_network()
    {
        double[] Make(ulong seed)
        {
            Generator g = new(seed);
            return [.. new Sequential(new Linear(3, 5, generator: g), new Relu(), new Linear(5, 2, generator: g)).Parameters().SelectMany(Near.Values)];
        }
        Assert.Equal(Make(1), Make(1));
        Assert.NotEqual(Make(1), Make(2));
    }

    [Fact]
    public void Sequential_runs_in_order_under_numbers_and_takes_an_initializer()
    {
        Sequential net = [new Linear(2, 3), new Tanh(), new Linear(3, 1)];
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], net.StateDict().Keys);
        Tensor x = Near.Wave([4, 2], DType.Float32);
        Near.Equal(Near.Values(net[2].Forward(net[0].Forward(x).Tanh())), net.Forward(x), 0);
        Assert.Equal(3, net.Count);
    }

    [Fact]
    public void Activations_are_the_tensor_functions()
    {
        Tensor x = Near.Wave([3, 4]);
        (Module<Tensor, Tensor> Module, Tensor Expected)[] all =
        [
            (new Relu(), x.Relu()), (new LeakyRelu(0.2), x.LeakyRelu(0.2)), (new Elu(0.7), x.Elu(0.7)), (new Gelu(), x.Gelu()), (new Gelu(true), x.Gelu(true)),
            (new Silu(), x.Silu()), (new Sigmoid(), x.Sigmoid()), (new Tanh(), x.Tanh()), (new Softplus(), x.Softplus()), (new Step(), x.Step()),
            (new Softmax(0), x.Softmax(0)), (new LogSoftmax(), x.LogSoftmax()), (new Identity(), x), (new Flatten(0), x.Reshape(12)),
        ];
        foreach ((Module<Tensor, Tensor> module, Tensor expected) in all)
        {
            Tensor y = module.Forward(x);
            Assert.Equal(expected.Shape, y.Shape);
            Near.Equal(Near.Values(expected), y, 0);
        }
        Assert.Equal([2, 60], new Flatten().Forward(Tensor.Zeros([2, 3, 4, 5])).Shape.ToArray());
        Assert.Equal([0, 12], new Flatten().Forward(Tensor.Zeros([0, 3, 4])).Shape.ToArray());
    }

    [Fact]
    public void Dropout_drops_while_training_only_and_follows_its_generator()
    {
        Tensor x = Tensor.Ones([1000]);
        Dropout Make() => new(0.3, new Generator(3));
        double[] y = Near.Values(Make().Forward(x));
        Assert.Equal(y, Near.Values(Make().Forward(x)));
        Assert.All(y, v => Assert.True(v == 0 || v == 1 / 0.7f));
        Assert.InRange(y.Count(v => v == 0), 240, 360);
        Dropout d = Make();
        Assert.NotEqual(Near.Values(d.Forward(x)), Near.Values(d.Forward(x)));
        d.Eval();
        Assert.Same(x, d.Forward(x));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout(1));
    }

    [Fact]
    public void Embedding_and_norms_use_their_parameters()
    {
        Embedding table = new(5, 3, DType.Float64, new Generator(1));
        double[] rows = Near.Values(table.Weight);
        Near.Equal([.. rows[6..9], .. rows[0..3]], table.Forward(Tensor.From(new long[] { 2, 0 })));
        Tensor x = Near.Wave([2, 4]);
        LayerNorm norm = new(4, dtype: DType.Float64);
        using (Autograd.NoGrad())
        {
            norm.Weight.CopyFrom(Near.Wave([4], phase: 1));
            norm.Bias!.CopyFrom(Near.Wave([4], phase: 2));
        }
        Near.Equal(Near.Values(x.LayerNorm(norm.Weight, norm.Bias)), norm.Forward(x), 0);
        Assert.Single(new LayerNorm(4, bias: false).Parameters());
        Near.Equal(Near.Values(x.RmsNorm(Tensor.Ones([4], DType.Float64))), new RmsNorm(4, dtype: DType.Float64).Forward(x), 0);
    }

    [Fact]
    public void Batch_norm_keeps_running_statistics_and_uses_them_in_evaluation()
    {
        BatchNorm norm = new(2, dtype: DType.Float64);
        Tensor x = Tensor.From(new double[] { 1, 10, 2, 20, 6, 60 }, [3, 2]);
        Tensor y = norm.Forward(x);
        // Channel 0: mean 3, variance (4 + 1 + 9)/3, unbiased 7.
        double std = Math.Sqrt((14.0 / 3) + 1e-5);
        Assert.Equal(-2 / std, Near.Values(y)[0], 12);
        Near.Equal([0.3, 3], norm.RunningMean);
        Near.Equal([0.9 + 0.7, 0.9 + 70], norm.RunningVar);
        Assert.Equal(1, norm.StateDict()["num_batches_tracked"].Item());
        norm.Eval();
        Near.Equal([(1 - 0.3) / Math.Sqrt(1.6 + 1e-5)], Near.Values(norm.Forward(x))[..1], 1e-12);
        Assert.Equal(1, norm.StateDict()["num_batches_tracked"].Item());
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], norm.StateDict().Keys);
    }

    [Fact]
    public void A_state_dict_that_does_not_fit_changes_nothing()
    {
        Linear layer = new(2, 2);
        double[] before = Near.Values(layer.Weight);
        Dictionary<string, Tensor> state = new() { ["weight"] = Tensor.Zeros([2, 2]), ["bais"] = Tensor.Zeros([2]) };
        ArgumentException e = Assert.Throws<ArgumentException>(() => layer.LoadStateDict(state));
        Assert.Contains("missing bias", e.Message);
        Assert.Contains("not expected bais", e.Message);
        state = new() { ["weight"] = Tensor.Zeros([2, 2]), ["bias"] = Tensor.Zeros([3]) };
        Assert.Throws<ShapeException>(() => layer.LoadStateDict(state));
        Assert.Equal(before, Near.Values(layer.Weight));
    }

    [Fact]
    public void Sizes_that_make_no_layer_are_refused_by_name()
    {
        Assert.Contains("inFeatures is 0", Assert.Throws<ArgumentOutOfRangeException>(() => new Linear(0, 3)).Message);
        Assert.Contains("width is -1", Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNorm(-1)).Message);
        Assert.Contains("3 heads do not divide a width of 8", Assert.Throws<ArgumentException>(() => new MultiHeadAttention(8, 3)).Message);
    }
}
