using TensorCore.IO;

namespace TensorCore.Examples.Gpt;

/// <summary>A model's weights in a safetensors file, under the names of GPT-2's published checkpoint: files go either way.</summary>
public static class Weights
{
    /// <summary>Reads a model of these sizes. Shapes are compared before anything is allocated; tensors that are no parameters (masks, a copy of the output matrix) are left out.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing or has another shape.</exception>
    /// <exception cref="SafetensorsException">Not a safetensors file, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GptModel Load(string path, GptConfig config)
    {
        SafetensorsDictionary file = Safetensors.Load(path);
        // Some tools write the names behind this prefix.
        string prefix = !file.ContainsKey("wte.weight") && file.ContainsKey("transformer.wte.weight") ? "transformer." : "";
        foreach ((string name, int[] shape) in config.ParameterShapes())
            file.RequireShape(prefix + name, [.. shape.Select(s => (long)s)]);
        GptModel model = new(config);
        using (Autograd.NoGrad())
        {
            foreach ((string name, Tensor parameter) in model.NamedParameters())
                parameter.CopyFrom(file[prefix + name]);
        }
        return model;
    }

    /// <summary>Writes the weights, atomically.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, GptModel model) =>
        Safetensors.Save(path, model.StateDict(), new Dictionary<string, string> { ["format"] = "pt" }); // readers in Python ask for it; the numbers lie the same for all

    /// <summary>The shape of a tensor in a file.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    internal static long[] ShapeOf(this SafetensorsDictionary file, string name) =>
        file.File.Entries.TryGetValue(name, out SafetensorsEntry? entry) ? [.. entry.Shape] : throw new InvalidDataException($"{file.File.Path}: the tensor {name} is missing");

    /// <summary>Makes sure that a tensor has the shape that the sizes in config.json ask for.</summary>
    /// <exception cref="InvalidDataException">It is missing or has another.</exception>
    internal static void RequireShape(this SafetensorsDictionary file, string name, long[] shape)
    {
        long[] found = file.ShapeOf(name);
        if (!found.AsSpan().SequenceEqual(shape))
            throw new InvalidDataException($"{file.File.Path}: {name} has the shape ({string.Join(", ", found)}); ({string.Join(", ", shape)}) is needed");
    }
}
