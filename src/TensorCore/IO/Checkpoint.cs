using System.Globalization;
using TensorCore.Data;
using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.IO;

/// <summary>A checkpoint that cannot be used here: not one, or of another network, optimizer or setting. Nothing was changed.</summary>
public sealed class CheckpointException : FormatException
{
    /// <summary>An error without details.</summary>
    public CheckpointException()
        : base("the checkpoint cannot be used")
    {
    }

    /// <summary>An error with its message.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its message and cause.</summary>
    public CheckpointException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>What a checkpoint says beside its tensors.</summary>
/// <param name="Step">The number of steps that were taken.</param>
/// <param name="Data">Where the data loader stood, if one was saved: set it as its <c>State</c>.</param>
/// <param name="Generator">Seed and stream of the random numbers, if they were saved.</param>
/// <param name="Optimizers">The kinds of the optimizers that were saved, such as <c>AdamW</c>.</param>
/// <param name="Extra">The caller's own strings.</param>
public sealed record CheckpointInfo(long Step, DataLoaderState? Data, (ulong Seed, ulong Stream)? Generator, IReadOnlyList<string> Optimizers, IReadOnlyDictionary<string, string> Extra);

/// <summary>
/// All that a training run needs to go on with the same bits, in one safetensors file, written all or nothing: parameters, buffers, optimizer state, random
/// numbers, data position, step and the caller's own strings. Loading checks everything first; what does not fit is one error and changes nothing.
/// </summary>
/// <remarks>
/// Parameters and buffers stand under <c>model.</c>, the state of optimizer k under <c>optimizer.k.</c>, the rest in the header's metadata.
/// </remarks>
public static class Checkpoint
{
    private const string FormatKey = "tensorcore.checkpoint", Version = "1", ExtraPrefix = "extra.";

    /// <summary>Saves a run with one optimizer, or none.</summary>
    /// <inheritdoc cref="Save(string, Module, IReadOnlyList{Optimizer}, Generator, DataLoaderState?, long, IReadOnlyDictionary{string, string})"/>
    public static void Save(string path, Module module, Optimizer? optimizer = null, Generator? generator = null, DataLoaderState? data = null, long step = 0,
        IReadOnlyDictionary<string, string>? extra = null) =>
        Save(path, module, optimizer is null ? [] : [optimizer], generator, data, step, extra);

    /// <summary>Saves a run.</summary>
    /// <param name="path">The file; it is replaced.</param>
    /// <param name="module">The network.</param>
    /// <param name="optimizers">Its optimizers, in an order of their own.</param>
    /// <param name="generator">The source of random numbers, such as dropout's.</param>
    /// <param name="data">The data loader's <c>State</c>.</param>
    /// <param name="step">The number of steps taken.</param>
    /// <param name="extra">Strings of your own, such as the network's sizes.</param>
    /// <exception cref="IOException">The folder does not exist, or the disk is full; an old file stays as it is.</exception>
    public static void Save(string path, Module module, IReadOnlyList<Optimizer> optimizers, Generator? generator = null, DataLoaderState? data = null, long step = 0,
        IReadOnlyDictionary<string, string>? extra = null)
    {
        OrderedDictionary<string, Tensor> tensors = [];
        foreach ((string name, Tensor value) in module.StateDict()) tensors[$"model.{name}"] = value;
        OrderedDictionary<string, string> metadata = new() { [FormatKey] = Version, ["step"] = Text(step), ["optimizers"] = Text(optimizers.Count) };
        for (int k = 0; k < optimizers.Count; k++)
        {
            foreach ((string name, Tensor value) in optimizers[k].StateDict()) tensors[$"optimizer.{k}.{name}"] = value;
            foreach ((string key, string value) in Describe(optimizers[k])) metadata[$"optimizer.{k}.{key}"] = value;
        }
        if (generator is not null)
        {
            (ulong seed, ulong stream) = generator.State;
            metadata["generator.seed"] = Text(seed);
            metadata["generator.stream"] = Text(stream);
        }
        if (data is DataLoaderState d)
        {
            metadata["data.epoch"] = Text(d.Epoch);
            metadata["data.position"] = Text(d.Position);
            metadata["data.seed"] = Text(d.Seed);
        }
        foreach ((string key, string value) in extra ?? new Dictionary<string, string>()) metadata[ExtraPrefix + key] = value;
        Safetensors.Save(path, tensors, metadata);
    }

    /// <summary>Loads a run with one optimizer, or none: without one, its state in the file is left alone.</summary>
    /// <inheritdoc cref="Load(string, Module, IReadOnlyList{Optimizer}, Generator)"/>
    public static CheckpointInfo Load(string path, Module module, Optimizer? optimizer = null, Generator? generator = null) =>
        Load(path, module, optimizer is null ? [] : [optimizer], generator);

    /// <summary>Puts a saved run into a network, optimizers and a generator made the same way; returns the rest.</summary>
    /// <param name="path">The file.</param>
    /// <param name="module">Takes parameters and buffers.</param>
    /// <param name="optimizers">Take their states, in the order they were saved in; an empty list leaves them alone (to use a trained network).</param>
    /// <param name="generator">Takes the random state; null leaves it alone.</param>
    /// <exception cref="CheckpointException">The file is not a checkpoint, or does not fit; nothing was changed.</exception>
    /// <exception cref="SafetensorsException">The file is malformed; nothing was changed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CheckpointInfo Load(string path, Module module, IReadOnlyList<Optimizer> optimizers, Generator? generator = null)
    {
        SafetensorsDictionary file = Safetensors.Load(path);
        CheckpointInfo info = Parse(file);
        if (optimizers.Count > 0) CheckOptimizers(file, info, optimizers);
        if (generator is not null && info.Generator is null) throw Unfit(file, "it holds no random state, but a generator was given for it");
        List<(Tensor To, Tensor From)> values = ReadModel(file, module);
        List<Action> apply = [];
        for (int k = 0; k < optimizers.Count; k++)
        {
            try
            {
                apply.Add(optimizers[k].PrepareState(Part(file, $"optimizer.{k}.").ToDictionary(n => n, n => file[$"optimizer.{k}.{n}"])));
            }
            catch (ArgumentException e)
            {
                throw new CheckpointException($"{file.File.Path}: optimizer {k} does not fit: {e.Message}", e);
            }
        }

        using (Autograd.NoGrad())
            foreach ((Tensor to, Tensor from) in values) to.CopyFrom(from);
        foreach (Action action in apply) action();
        if (generator is not null) generator.State = info.Generator!.Value;
        return info;
    }

    /// <summary>Reads what a checkpoint says beside its tensors, such as the sizes of the network it needs.</summary>
    /// <exception cref="CheckpointException">The file is not a checkpoint.</exception>
    /// <exception cref="SafetensorsException">The file is malformed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static CheckpointInfo Read(string path) => Parse(Safetensors.Load(path));

    private static List<(Tensor To, Tensor From)> ReadModel(SafetensorsDictionary file, Module module)
    {
        IReadOnlyDictionary<string, Tensor> own = module.StateDict();
        HashSet<string> saved = [.. Part(file, "model.")];
        string[] missing = [.. own.Keys.Where(k => !saved.Contains(k))], extra = [.. saved.Where(k => !own.ContainsKey(k))];
        if (missing.Length + extra.Length > 0)
            throw Unfit(file, $"it is of another network than {module.GetType().Name}: it lacks {List(missing)}, and has {List(extra)} too many");
        foreach ((string name, Tensor value) in own)
        {
            SafetensorsEntry entry = file.File.Entries[$"model.{name}"];
            if (entry.DType != value.DType || !entry.Shape.AsSpan().SequenceEqual(Array.ConvertAll(value.Shape.ToArray(), s => (long)s)))
                throw Unfit(file, $"{name} is {entry.DTypeName} ({string.Join(", ", entry.Shape)}) in it, and {value.DType.Name()} {value.Shape} in {module.GetType().Name}");
        }
        return [.. own.Select(p => (p.Value, file[$"model.{p.Key}"]))];

        static string List(string[] names) => names.Length == 0 ? "nothing" : string.Join(", ", names.Take(6)) + (names.Length > 6 ? $" and {names.Length - 6} more" : "");
    }

    private static void CheckOptimizers(SafetensorsDictionary file, CheckpointInfo info, IReadOnlyList<Optimizer> optimizers)
    {
        if (info.Optimizers.Count != optimizers.Count) throw Unfit(file, $"it holds {info.Optimizers.Count} optimizers, {optimizers.Count} were given for it");
        for (int k = 0; k < optimizers.Count; k++)
        {
            foreach ((string key, string value) in Describe(optimizers[k]))
            {
                string? saved = file.Metadata.GetValueOrDefault($"optimizer.{k}.{key}");
                if (saved != value) throw Unfit(file, $"optimizer {k} was saved with {key} {saved ?? "unknown"}, the one given for it has {value}");
            }
        }
    }

    /// <summary>What must be equal for the state to mean the same; the rates may be changed on resuming.</summary>
    private static IEnumerable<(string Key, string Value)> Describe(Optimizer optimizer)
    {
        yield return ("type", optimizer.GetType().Name);
        foreach ((string key, double value) in optimizer.Settings) yield return (key, value.ToString("R", CultureInfo.InvariantCulture));
        yield return ("groups", string.Join(' ', optimizer.Groups.Select(g => g.Parameters.Count)));
    }

    private static CheckpointInfo Parse(SafetensorsDictionary file)
    {
        IReadOnlyDictionary<string, string> metadata = file.Metadata;
        if (!metadata.TryGetValue(FormatKey, out string? version))
            throw Unfit(file, "it is a safetensors file, but no checkpoint; for weights alone use Safetensors.Load and LoadStateDict");
        if (version != Version) throw Unfit(file, $"its version is {version}, this library reads {Version}");
        int optimizers = Number<int>(file, "optimizers");
        if (optimizers < 0 || optimizers > file.Count) throw Unfit(file, $"it says that it holds {optimizers} optimizers");
        (ulong, ulong)? generator = metadata.ContainsKey("generator.seed") ? (Number<ulong>(file, "generator.seed"), Number<ulong>(file, "generator.stream")) : null;
        DataLoaderState? data = metadata.ContainsKey("data.epoch")
            ? new DataLoaderState(Number<long>(file, "data.epoch"), Number<int>(file, "data.position"), Number<ulong>(file, "data.seed")) : null;
        Dictionary<string, string> extra = metadata.Where(p => p.Key.StartsWith(ExtraPrefix, StringComparison.Ordinal)).ToDictionary(p => p.Key[ExtraPrefix.Length..], p => p.Value);
        string[] types = [.. Enumerable.Range(0, optimizers).Select(k => metadata.GetValueOrDefault($"optimizer.{k}.type") ?? throw Unfit(file, $"it does not say what optimizer {k} is"))];
        return new CheckpointInfo(Number<long>(file, "step"), data, generator, types, extra);
    }

    private static IEnumerable<string> Part(SafetensorsDictionary file, string prefix) =>
        file.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..]);

    private static T Number<T>(SafetensorsDictionary file, string key)
        where T : struct, IParsable<T>
    {
        if (!file.Metadata.TryGetValue(key, out string? text)) throw Unfit(file, $"its metadata has no '{key}'");
        return T.TryParse(text, CultureInfo.InvariantCulture, out T value) ? value : throw Unfit(file, $"its metadata's '{key}' is '{text}', not a number that fits");
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static CheckpointException Unfit(SafetensorsDictionary file, string why) => new($"{file.File.Path}: this checkpoint cannot be used here: {why}");
}
