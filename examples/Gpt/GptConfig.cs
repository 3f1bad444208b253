using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.Gpt;

/// <summary>The sizes that make a GPT-2: everything about the network but its weights.</summary>
/// <param name="Vocabulary">V: tokens that it can read and write.</param>
/// <param name="Context">T: tokens that it can look back on, the length of the table of positions.</param>
/// <param name="Layers">L: transformer blocks, one after the other.</param>
/// <param name="Heads">H: attention heads in a block; they divide the width.</param>
/// <param name="Width">C: numbers in a token's vector.</param>
public sealed record GptConfig(int Vocabulary, int Context, int Layers, int Heads, int Width)
{
    private const int LargestSize = 1 << 24;

    /// <summary>Added to the variance in layer norm.</summary>
    public double Epsilon { get; init; } = 1e-5;

    /// <summary>GELU by erf instead of GPT-2's tanh form.</summary>
    public bool ExactGelu { get; init; }

    /// <summary>
    /// V·C + T·C for the two tables, 12C² + 13C for each layer (c_attn 3C² + 3C, c_proj C² + C, c_fc 4C² + 4C, c_proj 4C² + C, two layer norms 4C), 2C for
    /// the last layer norm. The output matrix is the token table again and costs nothing. Nothing is allocated: GPT-3's 174.6 G can be asked for.
    /// </summary>
    public long ParameterCount
    {
        get
        {
            long C = Width;
            return checked(((Vocabulary + (long)Context) * C) + (Layers * ((12 * C * C) + (13 * C))) + (2 * C));
        }
    }

    /// <summary>Bytes that training keeps for its whole duration: each weight, its gradient and AdamW's two moments in float32.</summary>
    public long TrainingBytes => checked(ParameterCount * 4 * sizeof(float));

    /// <summary>
    /// Bytes that a batch's forward pass keeps for backward, roughly, in float32: about 17 vectors for each token and layer (two norms, q, k and v, heads, the four times
    /// wider pair around GELU, three sums), and the logits with their gradient.
    /// </summary>
    public double ActivationBytes(int batch) => sizeof(float) * (double)batch * Context * ((17.0 * Width * Layers) + (2.0 * Vocabulary));

    /// <summary>Every parameter's name, as in GPT-2's published checkpoint, and shape.</summary>
    public IEnumerable<(string Name, int[] Shape)> ParameterShapes()
    {
        int C = Width;
        yield return ("wte.weight", [Vocabulary, C]);
        yield return ("wpe.weight", [Context, C]);
        for (int i = 0; i < Layers; i++)
        {
            foreach ((string name, int[] shape) in ((string, int[])[])[
                ("ln_1.weight", [C]), ("ln_1.bias", [C]),
                ("attn.c_attn.weight", [C, 3 * C]), ("attn.c_attn.bias", [3 * C]),
                ("attn.c_proj.weight", [C, C]), ("attn.c_proj.bias", [C]),
                ("ln_2.weight", [C]), ("ln_2.bias", [C]),
                ("mlp.c_fc.weight", [C, 4 * C]), ("mlp.c_fc.bias", [4 * C]),
                ("mlp.c_proj.weight", [4 * C, C]), ("mlp.c_proj.bias", [C])])
            {
                yield return ($"h.{i}.{name}", shape);
            }
        }
        yield return ("ln_f.weight", [C]);
        yield return ("ln_f.bias", [C]);
    }

    /// <summary>Returns this if the sizes make a network.</summary>
    /// <exception cref="InvalidDataException">They do not; the message names the sizes.</exception>
    public GptConfig Check()
    {
        foreach ((string name, int size) in ((string, int)[])[("vocab_size", Vocabulary), ("n_positions", Context), ("n_layer", Layers), ("n_head", Heads), ("n_embd", Width)])
        {
            if (size is < 1 or > LargestSize)
                throw new InvalidDataException($"{name} is {size}: it must lie between 1 and {LargestSize}");
        }
        if (Width % Heads != 0)
            throw new InvalidDataException($"n_head {Heads} does not divide n_embd {Width}: every head works on an equal part of the vector");
        if (!(Epsilon > 0) || !double.IsFinite(Epsilon))
            throw new InvalidDataException($"layer_norm_epsilon is {Epsilon}: it must be above 0");
        return this;
    }

    /// <summary>The sizes under the names of GPT-2's config.json.</summary>
    public JsonObject ToJson() => new()
    {
        ["model_type"] = "gpt2",
        ["vocab_size"] = Vocabulary,
        ["n_positions"] = Context,
        ["n_layer"] = Layers,
        ["n_head"] = Heads,
        ["n_embd"] = Width,
        ["layer_norm_epsilon"] = Epsilon,
        ["activation_function"] = ExactGelu ? "gelu" : "gelu_new",
    };

    /// <summary>Reads a config.json in GPT-2's form.</summary>
    /// <exception cref="InvalidDataException">Not such a file, a size is missing or absurd, or the network is of another kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GptConfig Load(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return FromJson(document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: not valid JSON: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the sizes from JSON.</summary>
    /// <exception cref="InvalidDataException">A size is missing or absurd, or the network is of another kind.</exception>
    public static GptConfig FromJson(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException($"an object with vocab_size, n_positions, … is needed, not {json.ValueKind}");
        if (json.TryGetProperty("model_type", out JsonElement kind) && kind.ToString() != "gpt2")
            throw new InvalidDataException($"model_type is '{kind}': only networks of the kind gpt2 can be read");
        string gelu = json.TryGetProperty("activation_function", out JsonElement f) ? f.ToString() : "gelu_new";
        if (gelu is not ("gelu_new" or "gelu_pytorch_tanh" or "gelu"))
            throw new InvalidDataException($"activation_function '{gelu}' is not supported: gelu_new (tanh form) or gelu (erf) is");
        return new GptConfig(Size("vocab_size"), Size("n_positions"), Size("n_layer"), Size("n_head"), Size("n_embd"))
        {
            Epsilon = json.TryGetProperty("layer_norm_epsilon", out JsonElement e) && e.ValueKind == JsonValueKind.Number ? e.GetDouble() : 1e-5,
            ExactGelu = gelu == "gelu",
        }.Check();

        int Size(string name) => json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int size)
            ? size
            : throw new InvalidDataException($"{name} is missing or not a whole number");
    }
}
