using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.Tests.Gpt;

public class GptConfigTests
{
    [Theory]
    [InlineData("gpt2", 124_439_808)] // Radford et al. 2019 and the published checkpoints
    [InlineData("gpt2-medium", 354_823_168)]
    [InlineData("gpt2-large", 774_030_080)]
    [InlineData("gpt2-xl", 1_557_611_200)]
    [InlineData("gpt3", 174_604_259_328)] // 96·(12·12288² + 13·12288) + (50257 + 2048 + 2)·12288
    public void PublishedSizesHaveTheirParameterCount(string preset, long expected) => Assert.Equal(expected, Preset.Named(preset).Config.ParameterCount);

    [Fact]
    public void Gpt3IsWhatItsPaperSays()
    {
        GptConfig gpt3 = Preset.Named("gpt3").Config;
        Assert.Equal(new GptConfig(50_257, 2048, 96, 96, 12_288), gpt3);
        Assert.Equal(174.6, Math.Round(gpt3.ParameterCount / 1e9, 1));
    }

    [Fact]
    public void TheByteModelOfTheReferenceHas842496Parameters() => Assert.Equal(842_496, new GptConfig(256, 128, 4, 4, 128).ParameterCount);

    [Fact]
    public void TheFormulaTheListOfShapesAndTheModelAgree()
    {
        Gen<GptConfig> configs =
            from vocabulary in Gen.Choose(1, 40)
            from context in Gen.Choose(1, 12)
            from layers in Gen.Choose(1, 3)
            from heads in Gen.Choose(1, 3)
            from perHead in Gen.Choose(1, 4)
            select new GptConfig(vocabulary, context, layers, heads, heads * perHead);
        Prop.ForAll(configs.ToArbitrary(), config =>
        {
            GptModel model = new(config);
            var shapes = config.ParameterShapes().Select(p => $"{p.Name} {(Shape)p.Shape}");
            return model.ParameterCount == config.ParameterCount
                && config.ParameterShapes().Sum(p => p.Shape.Aggregate(1L, (a, b) => a * b)) == config.ParameterCount
                && shapes.Order().SequenceEqual(model.NamedParameters().Select(p => $"{p.Name} {p.Value.Shape}").Order());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public void JsonKeepsEverything()
    {
        GptConfig config = new(97, 24, 2, 4, 32) { Epsilon = 1e-6, ExactGelu = true };
        using JsonDocument json = JsonDocument.Parse(config.ToJson().ToJsonString());
        Assert.Equal(config, GptConfig.FromJson(json.RootElement));
    }

    [Theory]
    [InlineData("[]", "an object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("""{"n_positions":4,"n_layer":1,"n_head":1,"n_embd":4}""", "vocab_size is missing")]
    [InlineData("""{"vocab_size":1.5,"n_positions":4,"n_layer":1,"n_head":1,"n_embd":4}""", "vocab_size is missing or not a whole number")]
    [InlineData("""{"vocab_size":9,"n_positions":0,"n_layer":1,"n_head":1,"n_embd":4}""", "n_positions is 0")]
    [InlineData("""{"vocab_size":9,"n_positions":4,"n_layer":-1,"n_head":1,"n_embd":4}""", "n_layer is -1")]
    [InlineData("""{"vocab_size":9,"n_positions":4,"n_layer":1,"n_head":3,"n_embd":4}""", "n_head 3 does not divide n_embd 4")]
    [InlineData("""{"vocab_size":2000000000,"n_positions":4,"n_layer":1,"n_head":1,"n_embd":4}""", "vocab_size is 2000000000")]
    [InlineData("""{"vocab_size":9,"n_positions":4,"n_layer":1,"n_head":1,"n_embd":4,"layer_norm_epsilon":0}""", "layer_norm_epsilon is 0")]
    [InlineData("""{"vocab_size":9,"n_positions":4,"n_layer":1,"n_head":1,"n_embd":4,"activation_function":"relu"}""", "activation_function 'relu'")]
    public void AMalformedConfigSaysWhatIsWrong(string json, string message)
    {
        using Scratch scratch = new();
        string path = scratch.Write("config.json", json);
        InvalidDataException e = Assert.Throws<InvalidDataException>(() => GptConfig.Load(path));
        Assert.StartsWith(path, e.Message);
        Assert.Contains(message, e.Message);
    }
}
