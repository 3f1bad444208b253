using System.Text.Json;
using TensorCore.IO;
using TensorCore.Optim;

namespace TensorCore.Examples.Gpt;

/// <summary>The largest error of something that was compared.</summary>
/// <param name="Name">What: "logits", a parameter's gradient.</param>
/// <param name="Error">The largest difference; for gradients relative to the tensor's largest.</param>
/// <param name="Tolerance">What is allowed; infinite if it is only reported.</param>
public sealed record Deviation(string Name, double Error, double Tolerance)
{
    /// <summary>Whether the error is allowed; NaN is not.</summary>
    public bool Passes => Error <= Tolerance;
}

/// <summary>
/// Weights, batches and results that another framework produced, in a folder: config.json with the sizes and AdamW's settings, model.safetensors,
/// batches.safetensors with <c>input_ids</c> and <c>targets</c> (steps, B, T), expected.safetensors with <c>logits</c>, <c>grad.NAME</c>, <c>losses</c>, <c>after.NAME</c>.
/// </summary>
public sealed class Reference
{
    /// <summary>Allowed for logits.</summary>
    public const double LogitsTolerance = 1e-4;

    /// <summary>Allowed for the first loss.</summary>
    public const double LossTolerance = 1e-5;

    /// <summary>Allowed for a gradient, relative to the tensor's largest.</summary>
    public const double GradientTolerance = 1e-4;

    /// <summary>Allowed for the losses while training.</summary>
    public const double TrainingTolerance = 1e-4;

    private readonly GptModel _model;
    private readonly AdamW _optimizer;
    private readonly Tensor _ids, _targets; // (steps, B, T)
    private readonly SafetensorsDictionary _expected;
    private readonly double[] _losses;

    private Reference(GptModel model, AdamW optimizer, Tensor ids, Tensor targets, SafetensorsDictionary expected)
    {
        (_model, _optimizer, _ids, _targets, _expected) = (model, optimizer, ids, targets, expected);
        _losses = Numbers(expected["losses"]);
    }

    /// <summary>Optimizer steps in it.</summary>
    public int Steps => _ids.Size(0);

    /// <summary>The network's sizes.</summary>
    public GptConfig Config => _model.Config;

    /// <summary>Reads a folder and checks that its parts fit together; the model is put on a device.</summary>
    /// <exception cref="InvalidDataException">A file is malformed, or does not fit the others.</exception>
    /// <exception cref="SafetensorsException">Not a safetensors file, a damaged one, or one without a tensor that is needed.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static Reference Load(string folder, Device? device = null)
    {
        string configPath = Path.Combine(folder, "config.json");
        GptConfig config = GptConfig.Load(configPath);
        GptModel model = Weights.Load(Path.Combine(folder, "model.safetensors"), config);
        model.To(device ?? Device.Cpu);
        AdamW optimizer = ReadOptimizer(configPath, model);
        SafetensorsDictionary batches = Safetensors.Load(Path.Combine(folder, "batches.safetensors"));
        SafetensorsDictionary expected = Safetensors.Load(Path.Combine(folder, "expected.safetensors"));
        long[] shape = batches.ShapeOf("input_ids");
        if (shape.Length != 3 || shape.Any(s => s < 1) || shape[2] > config.Context)
            throw new InvalidDataException($"{batches.File.Path}: input_ids has the shape ({string.Join(", ", shape)}): (steps, B, T) with T up to {config.Context} is needed");
        batches.RequireShape("targets", shape);
        expected.RequireShape("logits", [shape[1], shape[2], config.Vocabulary]);
        expected.RequireShape("losses", [shape[0]]);
        foreach ((string name, int[] size) in config.ParameterShapes())
        {
            expected.RequireShape("grad." + name, [.. size.Select(s => (long)s)]);
            expected.RequireShape("after." + name, [.. size.Select(s => (long)s)]);
        }
        return new Reference(model, optimizer, Ids(batches, "input_ids", config), Ids(batches, "targets", config), expected);
    }

    /// <summary>Computes everything and compares it, in the order logits, loss, gradients, losses, weights after the last step. Can be done once: it trains the model.</summary>
    /// <param name="step">Told before each step.</param>
    public IEnumerable<Deviation> Compare(Action<int>? step = null)
    {
        List<double> losses = [];
        for (int i = 0; i < Steps; i++)
        {
            step?.Invoke(i + 1);
            _model.ZeroGrad();
            Tensor targets = Batch(_targets, i).To(_model.Device);
            Tensor logits = _model.Forward(Batch(_ids, i)); // (B, T, V)
            Tensor loss = Loss.CrossEntropy(logits, targets);
            loss.Backward();
            losses.Add(loss.Item());
            if (i == 0)
            {
                yield return new("logits", Difference(logits, "logits").Error, LogitsTolerance);
                yield return new("loss", Math.Abs(losses[0] - _losses[0]), LossTolerance);
                foreach ((string name, Tensor p) in _model.NamedParameters())
                {
                    (double error, double largest) = p.Grad is null ? (double.NaN, 1) : Difference(p.Grad, "grad." + name);
                    yield return new("grad." + name, largest > 0 ? error / largest : error, GradientTolerance);
                }
            }
            _optimizer.Step();
        }
        yield return new("losses", losses.Zip(_losses, (a, b) => Math.Abs(a - b)).Aggregate(0.0, Math.Max), TrainingTolerance);
        // No limit for the weights themselves: where a gradient is 0 but for rounding (the bias of the keys), AdamW divides noise by noise.
        foreach ((string name, Tensor p) in _model.NamedParameters())
            yield return new("after." + name, Difference(p, "after." + name).Error, double.PositiveInfinity);
    }

    private (double Error, double Largest) Difference(Tensor actual, string name)
    {
        double[] ours = Numbers(actual), theirs = Numbers(_expected[name]);
        double error = 0, largest = 0; // Math.Max keeps a NaN, so none is lost
        for (int i = 0; i < ours.Length; i++)
        {
            error = Math.Max(error, Math.Abs(ours[i] - theirs[i]));
            largest = Math.Max(largest, Math.Abs(theirs[i]));
        }
        return (error, largest);
    }

    private Tensor Batch(Tensor all, int i) => all.Narrow(0, i, 1).Reshape(all.Size(1), all.Size(2)); // (B, T)

    private static AdamW ReadOptimizer(string path, GptModel model)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        try
        {
            JsonElement adamw = document.RootElement.GetProperty("adamw"), betas = adamw.GetProperty("betas");
            if (betas.GetArrayLength() != 2)
                throw new InvalidDataException($"{path}: adamw.betas has {betas.GetArrayLength()} numbers, not 2");
            return new AdamW(model.Parameters(), adamw.GetProperty("lr").GetDouble(), betas[0].GetDouble(), betas[1].GetDouble(), adamw.GetProperty("eps").GetDouble(), adamw.GetProperty("weight_decay").GetDouble());
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"{path}: 'adamw' with lr, betas, eps and weight_decay is needed: {e.Message}", e);
        }
    }

    private static double[] Numbers(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    private static Tensor Ids(SafetensorsDictionary file, string name, GptConfig config)
    {
        Tensor ids = file[name];
        if (ids.DType is not (DType.Int64 or DType.Int32))
            throw new InvalidDataException($"{file.File.Path}: {name} is {ids.DType.Name()}: it must be int64 or int32");
        ids = ids.To(DType.Int64);
        foreach (long id in ids.ToArray<long>())
        {
            if (id < 0 || id >= config.Vocabulary)
                throw new InvalidDataException($"{file.File.Path}: {name} holds the id {id}, outside the vocabulary of {config.Vocabulary}");
        }
        return ids;
    }
}
