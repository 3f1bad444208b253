using System.Text.Json;
using TensorCore.Examples.Cli;
using TensorCore.IO;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt;

/// <summary>The files of a model: sizes, tokenizer and weights to use it; checkpoint, metrics and curve of its training.</summary>
/// <param name="Root">The folder.</param>
public sealed record ModelFolder(string Root)
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true };

    /// <summary>The sizes, in the form of GPT-2's config.json.</summary>
    public string Config => Path.Combine(Root, "config.json");

    /// <summary>The tokenizer.</summary>
    public string Tokenizer => Path.Combine(Root, "tokenizer.json");

    /// <summary>The weights, under GPT-2's names.</summary>
    public string Weights => Path.Combine(Root, "model.safetensors");

    /// <summary>All that training needs to go on: weights, AdamW's moments, the step, the settings. One file, so that its parts always fit together.</summary>
    public string Checkpoint => Path.Combine(Root, "checkpoint.safetensors");

    /// <summary>A line of JSON for each step.</summary>
    public string Metrics => Path.Combine(Root, "metrics.jsonl");

    /// <summary>The loss curve.</summary>
    public string Curve => Path.Combine(Root, "loss.svg");

    /// <summary>Loads the model and its tokenizer.</summary>
    /// <exception cref="UserErrorException">The folder or a file is missing, or the files do not fit together.</exception>
    /// <exception cref="InvalidDataException">A file is malformed.</exception>
    /// <exception cref="IO.SafetensorsException">The weights are no safetensors file, or a damaged one.</exception>
    public (GptModel Model, Tokenizer Tokenizer) Load(Texts texts)
    {
        if (!Directory.Exists(Root))
            throw new UserErrorException(texts.Pick($"a pasta do modelo '{Root}' não existe", $"the model's folder '{Root}' does not exist"));
        foreach (string file in (string[])[Config, Tokenizer, Weights])
        {
            if (!File.Exists(file))
                throw new UserErrorException(texts.Pick($"a pasta '{Root}' não tem um modelo: falta {Path.GetFileName(file)}", $"the folder '{Root}' holds no model: {Path.GetFileName(file)} is missing"));
        }
        GptConfig config = GptConfig.Load(Config);
        Tokenizer tokenizer = LoadTokenizer(texts);
        if (tokenizer.VocabularySize > config.Vocabulary)
        {
            throw new UserErrorException(texts.Pick(
                $"'{Root}': o tokenizador tem {tokenizer.VocabularySize} tokens, mas o modelo só {config.Vocabulary}",
                $"'{Root}': the tokenizer has {tokenizer.VocabularySize} tokens, but the model only {config.Vocabulary}"));
        }
        GptModel model = Gpt.Weights.Load(Weights, config);
        model.Eval();
        return (model, tokenizer);
    }

    /// <summary>Loads the tokenizer alone.</summary>
    public Tokenizer LoadTokenizer(Texts texts) => ReadTokenizer(Tokenizer, texts);

    /// <summary>Reads a tokenizer.json, or merges in the form of GPT-2's vocab.bpe, plain or gzipped.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it holds neither.</exception>
    public static Tokenizer ReadTokenizer(string path, Texts texts)
    {
        if (!File.Exists(path))
            throw new UserErrorException(texts.Pick($"o tokenizador '{path}' não existe", $"the tokenizer '{path}' does not exist"));
        try
        {
            bool merges = path.EndsWith(".bpe", StringComparison.Ordinal) || path.EndsWith(".bpe.gz", StringComparison.Ordinal);
            return merges ? BpeTokenizer.LoadGpt2(path) : TensorCore.Text.Tokenizer.Load(path);
        }
        catch (ArgumentException e)
        {
            throw new UserErrorException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Writes the sizes and the tokenizer, creating the folder.</summary>
    public void SaveDescription(GptConfig config, Tokenizer tokenizer)
    {
        Directory.CreateDirectory(Root);
        AtomicFile.WriteAllText(Config, config.ToJson().ToJsonString(_indented) + "\n");
        tokenizer.Save(Tokenizer);
    }
}
