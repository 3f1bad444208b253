using System.Globalization;
using TensorCore.IO;

namespace TensorCore.Nn;

/// <summary>Which layers <see cref="Lora"/> adapts, and with how many numbers.</summary>
public sealed record LoraOptions
{
    /// <summary>r: the rank of the update; an adapter has r·(in + out) numbers.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>α: the update is scaled by α/r, so that another rank needs no other learning rate.</summary>
    public double Alpha { get; init; } = 16;

    /// <summary>
    /// The layers by path or by its last parts: <c>h.0.attn.c_attn</c>, or <c>attn.c_attn</c> for that of every layer. Null: every <see cref="Linear"/>.
    /// </summary>
    public IReadOnlyList<string>? Layers { get; init; }

    /// <summary>Draws A; null is <c>Generator.Default</c>.</summary>
    public Generator? Generator { get; init; }
}

/// <summary>
/// Fine-tuning by updates of low rank: y = x·Wᵀ + b + (α/r)·(x·Aᵀ)·Bᵀ, A (r, in) from N(0, 1/in), B (out, r) zero at first, so that training starts at the model as it was.
/// Only A and B are trained: of a matrix of 768 × 768 one fiftieth at rank 8. (Hu et al. 2021, LoRA, arXiv:2106.09685, section 4.1.)
/// <code>
/// Lora.Attach(model, new LoraOptions { Rank = 8, Layers = ["c_attn"] });
/// AdamW adam = new(Lora.Parameters(model));  // … train …
/// Lora.Save("adapters.safetensors", model);
/// Lora.Merge(model);                         // as quick as before
/// </code>
/// </summary>
/// <remarks>In a state dict the adapters are <c>….lora_a</c> and <c>….lora_b</c> beside the layer's <c>….weight</c>.</remarks>
public static class Lora
{
    private const string AName = "lora_a", BName = "lora_b";

    /// <summary>Adds adapters to linear layers of a module and freezes all its other parameters. More layers can be added by another call.</summary>
    /// <returns>The paths of the layers.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A rank below 1, or an α that is not a number.</exception>
    /// <exception cref="ArgumentException">A name fits no linear layer, or a layer has an adapter already; nothing was changed.</exception>
    public static IReadOnlyList<string> Attach(Module module, LoraOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        options ??= new LoraOptions();
        if (options.Rank < 1) throw new ArgumentOutOfRangeException(nameof(options), options.Rank, $"lora: a rank of {options.Rank}: it must be at least 1");
        if (!double.IsFinite(options.Alpha)) throw new ArgumentOutOfRangeException(nameof(options), options.Alpha, $"lora: alpha is {options.Alpha}: it must be a number");
        List<(string Path, Linear Layer)> chosen = Choose([.. Layers(module, "")], options.Layers);
        RequireFree(chosen);
        foreach ((_, Linear layer) in chosen)
        {
            DType dtype = layer.Weight.DType;
            Tensor a = Initializers.Normal(Tensor.Empty([options.Rank, layer.InFeatures], dtype, Device.Cpu), 0, 1 / Math.Sqrt(layer.InFeatures), options.Generator);
            Attach(layer, a, Tensor.Zeros([layer.OutFeatures, options.Rank], dtype), options.Alpha);
        }
        Freeze(module);
        return [.. chosen.Select(c => c.Path)];
    }

    /// <summary>Every A and B: what is trained.</summary>
    public static IEnumerable<Tensor> Parameters(Module module) => StateDict(module).Values;

    /// <summary>The adapters by path, without the parameters that they adapt: the tensors themselves, not copies.</summary>
    public static IReadOnlyDictionary<string, Tensor> StateDict(Module module)
    {
        OrderedDictionary<string, Tensor> state = [];
        foreach ((string path, Linear layer) in Layers(module, ""))
            if (layer.Adapter is LowRank adapter) (state[Name(path, AName)], state[Name(path, BName)]) = (adapter.A, adapter.B);
        return state;
    }

    /// <summary>W ← W + (α/r)·BA in every adapted layer; the adapters are gone, the outputs the same up to rounding, and every parameter is trained again.</summary>
    public static void Merge(Module module)
    {
        using (Autograd.NoGrad())
            foreach ((_, Linear layer) in Layers(module, "")) layer.Merge();
        foreach (Tensor p in module.Parameters()) p.RequireGrad();
    }

    /// <summary>Takes the adapters away: the module is what it was before, and every parameter is trained again.</summary>
    public static void Detach(Module module)
    {
        foreach ((_, Linear layer) in Layers(module, "")) layer.Detach();
        foreach (Tensor p in module.Parameters()) p.RequireGrad();
    }

    /// <summary>Writes the adapters alone to a safetensors file, with each layer's α under <c>….lora_alpha</c> in its header; atomically.</summary>
    /// <exception cref="ArgumentException">The module has none.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, Module module)
    {
        IReadOnlyDictionary<string, Tensor> state = StateDict(module);
        if (state.Count == 0) throw new ArgumentException($"lora: {module.GetType().Name} has no adapters to save: Attach them first", nameof(module));
        Safetensors.Save(path, state, Layers(module, "").Where(l => l.Layer.Adapter is not null)
            .ToDictionary(l => AlphaName(l.Path), l => l.Layer.Adapter!.Alpha.ToString("R", CultureInfo.InvariantCulture)));
    }

    /// <summary>Adds the adapters of a file that <see cref="Save"/> wrote and freezes all other parameters.</summary>
    /// <exception cref="CheckpointException">The file's adapters do not fit this module: the message names the layer. Nothing was changed.</exception>
    /// <exception cref="ArgumentException">A layer has an adapter already.</exception>
    /// <exception cref="SafetensorsException">Not a safetensors file, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Load(string path, Module module)
    {
        SafetensorsDictionary file = Safetensors.Load(path);
        Dictionary<string, Linear> layers = Layers(module, "").ToDictionary(l => l.Path, l => l.Layer);
        List<(string Path, Linear Layer)> chosen = [];
        foreach (string name in file.Keys)
        {
            string? layer = name == AName || name == BName ? "" : name.EndsWith("." + AName, StringComparison.Ordinal) || name.EndsWith("." + BName, StringComparison.Ordinal) ? name[..name.LastIndexOf('.')] : null;
            if (layer is null) throw Misfit($"{name} is no adapter: names end with {AName} or {BName}");
            if (!layers.TryGetValue(layer, out Linear? linear)) throw Misfit($"{name}: {module.GetType().Name} has no linear layer '{layer}'; it has {List(layers.Keys)}");
            if (!chosen.Contains((layer, linear))) chosen.Add((layer, linear));
        }
        if (chosen.Count == 0) throw Misfit("it holds no adapters");
        RequireFree(chosen);
        List<(Linear Layer, Tensor A, Tensor B, double Alpha)> adapters = [];
        foreach ((string name, Linear layer) in chosen)
        {
            if (!file.TryGetValue(Name(name, AName), out Tensor? a) || !file.TryGetValue(Name(name, BName), out Tensor? b)) throw Misfit($"'{name}' has only one of {AName} and {BName}");
            int rank = a.Rank == 2 ? a.Size(0) : 0;
            if (rank < 1 || a.Size(1) != layer.InFeatures || b.Rank != 2 || b.Size(0) != layer.OutFeatures || b.Size(1) != rank)
                throw Misfit($"'{name}' has A {a.Shape} and B {b.Shape}; the layer needs (r, {layer.InFeatures}) and ({layer.OutFeatures}, r)");
            if (!file.Metadata.TryGetValue(AlphaName(name), out string? text) || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha) || !double.IsFinite(alpha))
                throw Misfit($"the header's {AlphaName(name)} is {(text is null ? "missing" : $"'{text}'")}: a number is needed");
            adapters.Add((layer, a.To(layer.Weight.DType), b.To(layer.Weight.DType), alpha));
        }
        foreach ((Linear layer, Tensor a, Tensor b, double alpha) in adapters) Attach(layer, a, b, alpha);
        Freeze(module);

        CheckpointException Misfit(string why) => new($"{file.File.Path}: the adapters cannot be used: {why}");
    }

    private static void Attach(Linear layer, Tensor a, Tensor b, double alpha)
    {
        a.MoveTo(layer.Weight.Device);
        b.MoveTo(layer.Weight.Device);
        layer.Attach(new LowRank(a, b, alpha));
    }

    private static void Freeze(Module module)
    {
        HashSet<Tensor> adapters = [.. Parameters(module)];
        foreach (Tensor p in module.Parameters())
            if (!adapters.Contains(p)) p.RequireGrad(false);
    }

    private static List<(string Path, Linear Layer)> Choose(List<(string Path, Linear Layer)> all, IReadOnlyList<string>? names)
    {
        if (all.Count == 0) throw new ArgumentException("lora: the module has no linear layer");
        if (names is null) return all;
        foreach (string name in names)
            if (!all.Exists(l => Fits(l.Path, name))) throw new ArgumentException($"lora: no linear layer is called '{name}'; there are {List(all.Select(l => l.Path))}");
        return [.. all.Where(l => names.Any(n => Fits(l.Path, n)))];
    }

    private static bool Fits(string path, string name) => path == name || path.EndsWith("." + name, StringComparison.Ordinal);

    private static void RequireFree(List<(string Path, Linear Layer)> layers)
    {
        foreach ((string path, Linear layer) in layers)
            if (layer.Adapter is not null) throw new ArgumentException($"lora: '{path}' has an adapter already: Merge or Detach it first");
    }

    private static IEnumerable<(string Path, Linear Layer)> Layers(Module module, string path) =>
        (module is Linear linear ? [(path, linear)] : module.Children().SelectMany(c => Layers(c.Module, Name(path, c.Name)))).DistinctBy(l => l.Layer);

    private static string Name(string path, string part) => path.Length == 0 ? part : $"{path}.{part}";

    private static string AlphaName(string path) => Name(path, "lora_alpha");

    private static string List(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(8)) + (all.Length > 8 ? $" and {all.Length - 8} more" : "");
    }
}

/// <summary>x ↦ (α/r)·(x·Aᵀ)·Bᵀ: (…, in) → (…, out) by way of r numbers.</summary>
internal sealed class LowRank(Tensor a, Tensor b, double alpha)
{
    /// <summary>A (r, in).</summary>
    public Tensor A => a;

    /// <summary>B (out, r).</summary>
    public Tensor B => b;

    public double Alpha => alpha;

    /// <summary>α/r.</summary>
    public double Scale => alpha / a.Size(0);

    public Tensor Forward(Tensor x) => (x.Linear(a) * Scale).Linear(b); // scaled where it is narrow
}
