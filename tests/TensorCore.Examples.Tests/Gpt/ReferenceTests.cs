using System.Text.Json.Nodes;
using TensorCore.Examples.Gpt;
using TensorCore.IO;
using TensorCore.Nn;
using TensorCore.Optim;
using TensorCore.Tests;

namespace TensorCore.Examples.Tests.Gpt;

public class ReferenceTests
{
    private const int Steps = 4, B = 3, T = 7;

    private static readonly GptConfig _config = new(19, 9, 1, 3, 12);

    [SharedFact("fixtures/gpt-tiny")]
    public void WhatPyTorchComputedIsWhatWeCompute()
    {
        Reference reference = Reference.Load(SharedFiles.Path("fixtures/gpt-tiny"));
        Assert.Equal(10, reference.Steps);
        Deviation[] deviations = [.. reference.Compare()];
        Assert.Equal(3 + (2 * reference.Config.ParameterShapes().Count()), deviations.Length);
        Assert.All(deviations, d => Assert.True(d.Passes, $"{d.Name}: {d.Error}"));
        // Far inside: what is left is float32's rounding.
        Assert.All(deviations.Where(d => d.Tolerance < 1), d => Assert.InRange(d.Error, 0, 5e-6));
    }

    [Fact]
    public void AReferenceOfOtherSizesPasses()
    {
        using Scratch scratch = new();
        Write(scratch);
        Reference reference = Reference.Load(scratch.Root);
        Assert.Equal((Steps, _config with { ExactGelu = true, Epsilon = 1e-4 }), (reference.Steps, reference.Config));
        Assert.All(reference.Compare(), d => Assert.True(d.Passes, $"{d.Name}: {d.Error}"));
    }

    [Theory]
    [InlineData("logits", "logits")]
    [InlineData("losses", "loss")]
    [InlineData("losses", "losses")]
    [InlineData("grad.wte.weight", "grad.wte.weight")]
    [InlineData("grad.h.0.attn.c_attn.bias", "grad.h.0.attn.c_attn.bias")]
    [InlineData("grad.ln_f.weight", "grad.ln_f.weight")]
    public void AWrongValueIsFound(string tensor, string reported)
    {
        using Scratch scratch = new();
        Write(scratch);
        Edit(scratch["expected.safetensors"], tensor, values =>
        {
            int at = reported == "losses" ? values.Length - 1 : 0;
            values[at] += 3e-4f * Math.Max(1, values.Max(Math.Abs));
        });
        Deviation[] deviations = [.. Reference.Load(scratch.Root).Compare()];
        Assert.False(deviations.Single(d => d.Name == reported).Passes);
    }

    [Fact]
    public void NotANumberIsNotAPass()
    {
        using Scratch scratch = new();
        Write(scratch);
        Edit(scratch["expected.safetensors"], "logits", values => values[3] = float.NaN);
        Assert.False(Reference.Load(scratch.Root).Compare().First().Passes);
    }

    [Fact]
    public async Task TheCommandReportsAndItsExitCodeTells()
    {
        using Scratch scratch = new();
        Write(scratch);
        CommandOutcome good = await GptCommand.Run("verify", "--reference", scratch.Root, "--json");
        Assert.Equal(0, good.Code);
        Assert.True((bool)good.Json["passes"]!);
        Assert.InRange((double)good.Json["gradients"]!, 0, 1e-5);
        Assert.Contains("grad.h.0.mlp.c_fc.weight", good.Error);
        Edit(scratch["expected.safetensors"], "grad.wpe.weight", v => v[0] += 1);
        CommandOutcome bad = await GptCommand.Run("verify", "--reference", scratch.Root, "--json");
        Assert.Equal((1, false), (bad.Code, (bool)bad.Json["passes"]!));
        Assert.Equal("grad.wpe.weight", (string)bad.Json["worst_gradient"]!);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("batches.safetensors")]
    [InlineData("expected.safetensors")]
    public async Task AMissingOrMalformedFileIsOneLineAndExitCode2(string file)
    {
        using Scratch scratch = new();
        Write(scratch);
        byte[] whole = File.ReadAllBytes(scratch[file]);
        File.Delete(scratch[file]);
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError(file);
        File.WriteAllBytes(scratch[file], whole[..(whole.Length / 2)]);
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError(file);
        File.WriteAllBytes(scratch[file], []);
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError(file);
    }

    [Fact]
    public async Task PartsThatDoNotFitAreOneLineAndExitCode2()
    {
        using Scratch scratch = new();
        (await GptCommand.Run("verify", "--reference", scratch["missing"])).AssertUserError("missing");
        Write(scratch);
        JsonObject config = JsonNode.Parse(File.ReadAllText(scratch["config.json"]))!.AsObject();
        JsonNode adamw = config["adamw"]!.DeepClone();
        config.Remove("adamw");
        scratch.Write("config.json", config.ToJsonString());
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError("adamw");
        config["adamw"] = adamw;
        config["adamw"]!["lr"] = "fast";
        scratch.Write("config.json", config.ToJsonString());
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError("adamw");
        Write(scratch);
        Safetensors.Save(scratch["batches.safetensors"], new Dictionary<string, Tensor> { ["input_ids"] = Tensor.Full([Steps, B, T], 19, DType.Int64), ["targets"] = Tensor.Zeros([Steps, B, T], DType.Int64) });
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError("outside the vocabulary");
        Safetensors.Save(scratch["batches.safetensors"], new Dictionary<string, Tensor> { ["input_ids"] = Tensor.Zeros([Steps, B, T]), ["targets"] = Tensor.Zeros([Steps, B, T]) });
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError("int64");
        Safetensors.Save(scratch["batches.safetensors"], new Dictionary<string, Tensor> { ["input_ids"] = Tensor.Zeros([Steps, B, 10], DType.Int64), ["targets"] = Tensor.Zeros([Steps, B, 10], DType.Int64) });
        (await GptCommand.Run("verify", "--reference", scratch.Root)).AssertUserError("input_ids");
    }

    /// <summary>A reference folder whose expected values come from a model in float64: the same formulas, other rounding.</summary>
    private static void Write(Scratch scratch)
    {
        GptConfig config = _config with { ExactGelu = true, Epsilon = 1e-4 };
        JsonObject json = config.ToJson();
        json["adamw"] = new JsonObject { ["lr"] = 2e-3, ["betas"] = new JsonArray(0.8, 0.9), ["eps"] = 1e-8, ["weight_decay"] = 0.05 };
        scratch.Write("config.json", json.ToJsonString());

        GptModel model = new(config, 7, DType.Float64);
        foreach (Tensor p in model.Parameters())
        {
            Initializers.Normal(p, 0, 0.3, new Generator((ulong)p.Count));
            using (Autograd.NoGrad())
                p.CopyFrom(p.To(DType.Float32)); // what the file will hold
        }
        Safetensors.Save(scratch["model.safetensors"], model.StateDict().ToDictionary(p => p.Key, p => p.Value.Detach().To(DType.Float32)));
        long[] ids = [.. Enumerable.Range(0, Steps * B * T).Select(i => (long)(i * 11 % 19))], targets = [.. ids.Select(i => (i * i + 3) % 19)];
        Safetensors.Save(scratch["batches.safetensors"], new Dictionary<string, Tensor> { ["input_ids"] = Tensor.From(ids, [Steps, B, T]), ["targets"] = Tensor.From(targets, [Steps, B, T]) });

        Dictionary<string, Tensor> expected = [];
        AdamW optimizer = new(model.Parameters(), 2e-3, 0.8, 0.9, 1e-8, 0.05);
        List<float> losses = [];
        for (int i = 0; i < Steps; i++)
        {
            Range batch = (i * B * T)..((i + 1) * B * T);
            model.ZeroGrad();
            Tensor logits = model.Forward(Tensor.From(ids[batch], [B, T])), loss = Loss.CrossEntropy(logits, Tensor.From(targets[batch], [B, T]));
            loss.Backward();
            losses.Add((float)loss.Item());
            if (i == 0)
            {
                expected["logits"] = logits.Detach().To(DType.Float32);
                foreach ((string name, Tensor p) in model.NamedParameters())
                    expected["grad." + name] = p.Grad!.To(DType.Float32);
            }
            optimizer.Step();
        }
        expected["losses"] = Tensor.From(losses.ToArray());
        foreach ((string name, Tensor p) in model.NamedParameters())
            expected["after." + name] = p.Detach().To(DType.Float32);
        Safetensors.Save(scratch["expected.safetensors"], expected);
    }

    private static void Edit(string path, string name, Action<float[]> change)
    {
        Dictionary<string, Tensor> tensors = Safetensors.Load(path).ToDictionary(p => p.Key, p => p.Value);
        float[] values = tensors[name].ToArray<float>();
        change(values);
        tensors[name] = Tensor.From(values, tensors[name].Shape);
        Safetensors.Save(path, tensors);
    }
}
