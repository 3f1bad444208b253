using TensorCore.IO;

namespace TensorCore.Tests.IO;

/// <summary>Tensors to safetensors files and back.</summary>
public sealed class SafetensorsTensorTests
{
    [Fact]
    public void Every_dtype_shape_and_view_comes_back()
    {
        using ScratchFolder folder = new();
        Tensor w = Near.Wave([3, 4], DType.Float32);
        Dictionary<string, Tensor> tensors = new()
        {
            ["f32"] = w,
            ["view"] = w.Transpose(),
            ["slice"] = w.Narrow(1, 1, 2),
            ["expanded"] = Tensor.From(new[] { 1f, 2 }, [2, 1]).Expand(2, 3),
            ["f64"] = Near.Wave([2]),
            ["bf16"] = w.To(DType.BFloat16),
            ["i32"] = Tensor.From(new[] { -1, int.MaxValue }),
            ["i64"] = Tensor.From(new[] { long.MinValue, 3 }),
            ["bool"] = Tensor.From(new[] { true, false }),
            ["scalar"] = Tensor.Scalar(2.5),
            ["empty"] = Tensor.Zeros([0, 3]),
            ["leaf"] = Tensor.Ones([2]).RequireGrad(),
        };
        Safetensors.Save(folder["a.safetensors"], tensors, new Dictionary<string, string> { ["format"] = "test" });
        SafetensorsDictionary back = Safetensors.Load(folder["a.safetensors"]);
        Assert.Equal(tensors.Keys.Order(), back.Keys.Order());
        Assert.Equal("test", back.Metadata["format"]);
        foreach ((string name, Tensor expected) in tensors)
        {
            Tensor actual = back[name];
            Assert.Equal((expected.DType, expected.Shape), (actual.DType, actual.Shape));
            Assert.Equal(Near.Values(expected.Contiguous()), Near.Values(actual));
            Assert.False(actual.RequiresGrad);
        }
        Assert.Equal([long.MinValue, 3], back["i64"].ToArray<long>());
        Assert.Throws<KeyNotFoundException>(() => back["nothing"]);
        Assert.False(back.TryGetValue("nothing", out _));
    }

    [Fact]
    public void Floats_can_be_loaded_as_another_type_and_integers_stay()
    {
        using ScratchFolder folder = new();
        Safetensors.Save(folder["a"], new Dictionary<string, Tensor> { ["w"] = Near.Wave([5], DType.Float32), ["n"] = Tensor.From(new long[] { 4 }) });
        SafetensorsDictionary back = Safetensors.Load(folder["a"], DType.Float64);
        Assert.Equal(DType.Float64, back["w"].DType);
        Assert.Equal(Near.Values(Near.Wave([5], DType.Float32)), back["w"].ToArray<double>());
        Assert.Equal(DType.Int64, back["n"].DType);
        Assert.Throws<DTypeException>(() => Safetensors.Load(folder["a"], DType.Int32));
    }

    [Fact]
    public void Half_precision_is_read_as_float32()
    {
        using ScratchFolder folder = new();
        byte[] header = System.Text.Encoding.UTF8.GetBytes("{\"h\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}     ");
        File.WriteAllBytes(folder["h"], [.. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes((Half)1.5), .. BitConverter.GetBytes((Half)(-0.25))]);
        Assert.Equal([1.5f, -0.25f], Safetensors.Load(folder["h"])["h"].ToArray<float>());
    }

    [Fact]
    public void Types_without_a_dtype_are_named()
    {
        using ScratchFolder folder = new();
        byte[] header = System.Text.Encoding.UTF8.GetBytes("{\"h\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}      ");
        File.WriteAllBytes(folder["h"], [.. BitConverter.GetBytes((long)header.Length), .. header, 1, 2]);
        Assert.Contains("stored as U8", Assert.Throws<SafetensorsException>(() => Safetensors.Load(folder["h"])["h"]).Message);
    }

    [Fact]
    public void A_published_style_checkpoint_goes_straight_into_a_module()
    {
        using ScratchFolder folder = new();
        TensorCore.Nn.TransformerBlock a = new(8, 2, new() { Generator = new Generator(1) }), b = new(8, 2, new() { Generator = new Generator(2) });
        Safetensors.Save(folder["w"], a.StateDict());
        b.LoadStateDict(Safetensors.Load(folder["w"]));
        Tensor x = Near.Wave([1, 3, 8], DType.Float32);
        Assert.Equal(Near.Values(a.Forward(x)), Near.Values(b.Forward(x)));
    }
}
