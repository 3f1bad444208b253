namespace TensorCore.Examples.Gpt;

/// <summary>A network's sizes under a name, with the learning rate that suits them.</summary>
/// <param name="Name">As <c>--preset</c> takes it.</param>
/// <param name="Layers">Transformer blocks.</param>
/// <param name="Heads">Attention heads.</param>
/// <param name="Width">Numbers in a token's vector.</param>
/// <param name="Context">Tokens that it can look back on.</param>
/// <param name="Vocabulary">The vocabulary with which it is known by its size; when training, the tokenizer decides.</param>
/// <param name="LearningRate">The highest rate: from GPT-3's table for its sizes (Brown et al. 2020, arXiv:2005.14165, table 2.1), higher for the small ones.</param>
public sealed record Preset(string Name, int Layers, int Heads, int Width, int Context, int Vocabulary, double LearningRate)
{
    /// <summary>GPT-2's vocabulary: 256 bytes, 50,000 merges and the end of the text.</summary>
    public const int Gpt2Vocabulary = 50_257;

    /// <summary>From the smallest to GPT-3 (table 2.1 there; GPT-2's sizes: Radford et al. 2019, table 2).</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("tiny", 4, 4, 128, 128, 2048, 1e-3),
        new("mini", 6, 6, 192, 256, 4096, 1e-3),
        new("char-gpt", 6, 6, 384, 256, 256, 1e-3),
        new("gpt2", 12, 12, 768, 1024, Gpt2Vocabulary, 6e-4),
        new("gpt2-medium", 24, 16, 1024, 1024, Gpt2Vocabulary, 3e-4),
        new("gpt2-large", 36, 20, 1280, 1024, Gpt2Vocabulary, 2.5e-4),
        new("gpt2-xl", 48, 25, 1600, 1024, Gpt2Vocabulary, 2e-4),
        new("gpt3", 96, 96, 12_288, 2048, Gpt2Vocabulary, 0.6e-4),
    ];

    /// <summary>The names, as <c>--preset</c> takes them.</summary>
    public static string[] Names { get; } = [.. All.Select(p => p.Name)];

    /// <summary>The network with this preset's own vocabulary.</summary>
    public GptConfig Config => new(Vocabulary, Context, Layers, Heads, Width);

    /// <summary>The preset of that name.</summary>
    public static Preset Named(string name) => All.First(p => p.Name == name);
}
