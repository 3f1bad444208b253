using TensorCore.IO;
using TensorCore.Nn;
using TensorCore.Optim;
using TensorCore.Tests.Generation;

namespace TensorCore.Tests.Nn;

/// <summary>Adapters of low rank: nothing at first, trained alone, merged without a trace, saved by themselves.</summary>
public sealed class LoraTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tensorcore-lora-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name) => Path.Combine(_folder, name);

    private static SmallGpt Model(DType dtype = DType.Float32) => new(31, 16, 5, dtype: dtype, std: 0.2);

    private static Tensor Logits(SmallGpt model)
    {
        long[] ids = [.. Enumerable.Range(0, 24).Select(i => (long)(i * 7 % 31))];
        return model.Logits(model.Hidden(Tensor.From(ids, [2, 12]))); // (B, T, V)
    }

    private static Tensor Loss(SmallGpt model)
    {
        long[] targets = [.. Enumerable.Range(0, 24).Select(i => (long)(i * 11 % 31))];
        return TensorCore.Loss.CrossEntropy(Logits(model), Tensor.From(targets, [2, 12]));
    }

    /// <summary>Adapters that have learnt something.</summary>
    private static void Train(SmallGpt model, int steps = 10)
    {
        AdamW adam = new(Lora.Parameters(model), 0.02);
        for (int n = 0; n < steps; n++)
        {
            adam.ZeroGrad();
            Loss(model).Backward();
            adam.Step();
        }
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void At_the_start_the_logits_are_the_models_own_to_the_last_bit(DType dtype)
    {
        SmallGpt model = Model(dtype);
        double[] before = Near.Values(Logits(model));
        Assert.Equal(8, Lora.Attach(model, new() { Rank = 3 }).Count); // four in each of two layers
        Assert.Equal(before, Near.Values(Logits(model)));
    }

    [Fact]
    public void Only_the_adapters_learn_and_their_gradient_is_the_full_ones_projected()
    {
        SmallGpt model = Model(DType.Float64);
        Dictionary<string, double[]> before = model.StateDict().ToDictionary(p => p.Key, p => Near.Values(p.Value));
        Lora.Attach(model, new() { Rank = 3, Alpha = 6, Layers = ["attn.c_attn", "mlp.c_proj"], Generator = new Generator(1) });
        Train(model, 3);
        foreach (Tensor p in Lora.Parameters(model)) p.Grad = null;
        Loss(model).Backward();
        Assert.All(before, p => Assert.Equal(p.Value, Near.Values(model.StateDict()[p.Key])));
        Assert.All(before.Keys, name => Assert.True(model.StateDict()[name] is { Grad: null, RequiresGrad: false }, name));
        Dictionary<string, Tensor> adapters = Lora.StateDict(model).ToDictionary();
        Assert.Equal(["h.0.attn.c_attn.lora_a", "h.0.attn.c_attn.lora_b", "h.0.mlp.c_proj.lora_a", "h.0.mlp.c_proj.lora_b"], adapters.Keys.Where(k => k.StartsWith("h.0", StringComparison.Ordinal)));
        Assert.Equal(8, adapters.Count);

        // W' = W + s·BA, so dA = s·Bᵀ·dW', dB = s·dW'·Aᵀ.
        Lora.Merge(model);
        Loss(model).Backward();
        foreach (string layer in (string[])["h.0.attn.c_attn", "h.1.mlp.c_proj"])
        {
            Tensor dw = model.StateDict()[layer + ".weight"].Grad!.Transpose(); // stored (in, out)
            Tensor a = adapters[layer + ".lora_a"], b = adapters[layer + ".lora_b"];
            Near.Equal(Near.Values(b.Detach().Transpose().MatMul(dw) * 2), Near.Values(a.Grad!), 1e-12);
            Near.Equal(Near.Values(dw.MatMul(a.Detach().Transpose()) * 2), Near.Values(b.Grad!), 1e-12);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_merged_layer_is_the_adapted_one_in_either_layout_and_with_any_activation(bool inputFirst)
    {
        foreach (Activation activation in Enum.GetValues<Activation>())
        {
            Linear layer = new(5, 7, activation: activation, inputFirst: inputFirst, dtype: DType.Float64, generator: new Generator(2));
            Tensor x = Near.Wave([4, 5]);
            double[] before = Near.Values(layer.Forward(x));
            Assert.Equal([""], Lora.Attach(layer, new() { Rank = 2, Alpha = 3 }));
            using (Autograd.NoGrad()) Lora.StateDict(layer)["lora_b"].CopyFrom(Near.Wave([7, 2]));
            double[] adapted = Near.Values(layer.Forward(x));
            Assert.NotEqual(before, adapted);
            Lora.Merge(layer);
            Near.Equal(adapted, layer.Forward(x));
            Assert.Equal(["weight", "bias"], layer.StateDict().Keys);
            Assert.All(layer.Parameters(), p => Assert.True(p.RequiresGrad));
        }
    }

    [Fact]
    public void A_merged_model_gives_the_same_logits()
    {
        SmallGpt model = Model();
        double[] before = Near.Values(Logits(model));
        double first = Loss(model).Item();
        Lora.Attach(model, new() { Rank = 4, Generator = new Generator(3) });
        Train(model, 20);
        Assert.True(Loss(model).Item() < first - 0.2, $"the loss went from {first} to {Loss(model).Item()}");
        double[] adapted = Near.Values(Logits(model));
        string[] names = [.. Model().StateDict().Keys];
        Lora.Merge(model);
        double[] merged = Near.Values(Logits(model));
        double scale = Math.Max(1, adapted.Max(Math.Abs));
        for (int i = 0; i < merged.Length; i++) Assert.InRange(Math.Abs(merged[i] - adapted[i]), 0, 1e-5 * scale);
        Assert.NotEqual(before, merged);
        Assert.Equal(names, model.StateDict().Keys);
    }

    [Fact]
    public void A_detached_model_is_what_it_was()
    {
        SmallGpt model = Model();
        double[] before = Near.Values(Logits(model));
        Lora.Attach(model);
        Train(model);
        Assert.NotEqual(before, Near.Values(Logits(model)));
        Lora.Detach(model);
        Assert.Equal(before, Near.Values(Logits(model)));
        Assert.Empty(Lora.Parameters(model));
        Assert.All(model.Parameters(), p => Assert.True(p.RequiresGrad));
        Lora.Attach(model); // and again
    }

    [Fact]
    public void Adapters_are_saved_apart_from_the_base_and_loaded_onto_it()
    {
        SmallGpt model = Model();
        Lora.Attach(model, new() { Rank = 2, Alpha = 5, Layers = ["c_attn"] });
        Lora.Attach(model, new() { Rank = 3, Alpha = 0.1, Layers = ["h.1.mlp.c_fc"] }); // a second kind
        Train(model);
        Lora.Save(File("a.safetensors"), model);
        SafetensorsDictionary file = Safetensors.Load(File("a.safetensors"));
        Assert.Equal(Lora.StateDict(model).Keys, file.Keys);
        Assert.Equal("0.1", file.Metadata["h.1.mlp.c_fc.lora_alpha"]);

        SmallGpt other = Model();
        Lora.Load(File("a.safetensors"), other);
        Assert.Equal(Near.Values(Logits(model)), Near.Values(Logits(other)));
        Assert.All(other.NamedParameters(), p => Assert.Equal(p.Name.Contains("lora_", StringComparison.Ordinal), p.Value.RequiresGrad));

        // A training run's checkpoint holds both.
        Checkpoint.Save(File("c.safetensors"), model);
        SmallGpt third = Model();
        Lora.Load(File("a.safetensors"), third);
        using (Autograd.NoGrad())
            foreach (Tensor p in third.Parameters()) p.Fill(0);
        Checkpoint.Load(File("c.safetensors"), third);
        Assert.Equal(Near.Values(Logits(model)), Near.Values(Logits(third)));
    }

    [Fact]
    public void What_cannot_be_done_is_said()
    {
        SmallGpt model = Model();
        string Attach(LoraOptions options) => Assert.ThrowsAny<ArgumentException>(() => Lora.Attach(model, options)).Message;
        Assert.Contains("no linear layer is called 'c_nothing'; there are h.0.attn.c_attn, h.0.attn.c_proj", Attach(new() { Layers = ["c_attn", "c_nothing"] }));
        Assert.Contains("'proj'", Attach(new() { Layers = ["proj"] })); // whole names only
        Assert.Contains("a rank of 0", Attach(new() { Rank = 0 }));
        Assert.Contains("alpha", Attach(new() { Alpha = double.NaN }));
        Assert.Empty(Lora.Parameters(model));
        Assert.Contains("no linear layer", Assert.Throws<ArgumentException>(() => Lora.Attach(new LayerNorm(3))).Message);
        Assert.Contains("no adapters to save", Assert.Throws<ArgumentException>(() => Lora.Save(File("x.safetensors"), model)).Message);
        Lora.Attach(model, new() { Layers = ["h.1.attn.c_attn"] });
        Assert.Contains("'h.1.attn.c_attn' has an adapter already", Attach(new()));
    }

    [Fact]
    public void Files_that_do_not_fit_change_nothing()
    {
        SmallGpt model = Model();
        int n = 0;
        string Load(Dictionary<string, string>? metadata, params (string Name, int[] Shape)[] tensors)
        {
            string path = File($"{n++}.safetensors");
            Safetensors.Save(path, tensors.ToDictionary(t => t.Name, t => Tensor.Zeros(t.Shape)), metadata);
            string message = Assert.Throws<CheckpointException>(() => Lora.Load(path, model)).Message;
            Assert.Contains(path, message);
            Assert.Empty(Lora.Parameters(model));
            Assert.All(model.Parameters(), p => Assert.True(p.RequiresGrad));
            return message;
        }

        Dictionary<string, string> alpha = new() { ["h.0.attn.c_attn.lora_alpha"] = "16" };
        (string, int[]) a = ("h.0.attn.c_attn.lora_a", [2, 16]), b = ("h.0.attn.c_attn.lora_b", [48, 2]);
        Assert.Contains("no adapters", Load(alpha));
        Assert.Contains("wte.weight is no adapter", Load(alpha, a, b, ("wte.weight", [3])));
        Assert.Contains("has no linear layer 'h.9.c_attn'; it has h.0.attn.c_attn", Load(alpha, a, b, ("h.9.c_attn.lora_a", [2, 16])));
        Assert.Contains("'h.0.attn.c_attn' has only one of", Load(alpha, a));
        Assert.Contains("needs (r, 16) and (48, r)", Load(alpha, a, ("h.0.attn.c_attn.lora_b", [48, 3])));
        Assert.Contains("needs (r, 16)", Load(alpha, ("h.0.attn.c_attn.lora_a", [2, 15]), b));
        Assert.Contains("lora_alpha is missing", Load(null, a, b));
        Assert.Contains("lora_alpha is 'many'", Load(new() { ["h.0.attn.c_attn.lora_alpha"] = "many" }, a, b));
        Safetensors.Save(File("good.safetensors"), new Dictionary<string, Tensor> { [a.Item1] = Tensor.Zeros(a.Item2), [b.Item1] = Tensor.Zeros(b.Item2) }, alpha);
        Lora.Load(File("good.safetensors"), model);
        Assert.Contains("already", Assert.Throws<ArgumentException>(() => Lora.Load(File("good.safetensors"), model)).Message);
    }
}
