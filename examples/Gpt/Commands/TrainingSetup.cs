using TensorCore.Examples.Cli;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>Everything that a training needs, made from the options or from a checkpoint, and checked before the first step.</summary>
internal sealed class TrainingSetup
{
    private const string CorpusKey = "corpus", FingerprintKey = "corpus_fingerprint";

    private readonly ModelFolder _folder;
    private readonly Tokenizer _tokenizer;
    private readonly TokenWindows? _validation;
    private readonly IReadOnlyDictionary<string, string> _notes;

    private TrainingSetup(Trainer trainer, ModelFolder folder, Tokenizer tokenizer, TokenWindows? validation, IReadOnlyDictionary<string, string> notes) =>
        (Trainer, _folder, _tokenizer, _validation, _notes) = (trainer, folder, tokenizer, validation, notes);

    public Trainer Trainer { get; }

    /// <summary>A new training; writes the model's description to its folder.</summary>
    /// <param name="run">The command.</param>
    /// <param name="folder">Where the model goes.</param>
    /// <param name="corpus">The text.</param>
    /// <param name="source">Where it came from, for resuming.</param>
    /// <param name="tokenizer">Decides the vocabulary.</param>
    /// <param name="sizes">The network but for its vocabulary.</param>
    /// <param name="options">The training.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="UserErrorException">The text is shorter than a window, or the network too large for this machine.</exception>
    public static TrainingSetup New(CommandRun run, ModelFolder folder, Corpus corpus, string source, Tokenizer tokenizer, GptConfig sizes, TrainingOptions options, Device device)
    {
        GptConfig config = sizes with { Vocabulary = tokenizer.VocabularySize };
        CheckSizes(config, options, run);
        (TokenWindows train, TokenWindows? validation) = Windows(run, corpus, tokenizer, config, options);
        Trainer trainer = new(NewModel(config, options, device), train, options);
        folder.SaveDescription(config, tokenizer);
        Introduce(run, config, train, tokenizer);
        return new(trainer, folder, tokenizer, validation, new Dictionary<string, string> { [CorpusKey] = source, [FingerprintKey] = corpus.Fingerprint() });
    }

    /// <summary>A training that goes on from its checkpoint.</summary>
    /// <param name="run">The command.</param>
    /// <param name="folder">Where it is.</param>
    /// <param name="corpusPath">The text, or null for where it was.</param>
    /// <param name="options">The training.</param>
    /// <param name="notes">Those of the checkpoint.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="UserErrorException">The text is gone or another, or the files do not fit together.</exception>
    public static TrainingSetup Resumed(CommandRun run, ModelFolder folder, string? corpusPath, TrainingOptions options, IReadOnlyDictionary<string, string> notes, Device device)
    {
        string path = corpusPath ?? notes.GetValueOrDefault(CorpusKey) ?? throw new UserErrorException(run.Pick("falta a opção --corpus", "the option --corpus is missing"));
        GptConfig config = GptConfig.Load(folder.Config);
        Tokenizer tokenizer = folder.LoadTokenizer(run.Texts);
        CheckSizes(config, options, run);
        Corpus corpus = Corpus.Load(path, run.Texts);
        if (notes.GetValueOrDefault(FingerprintKey) != corpus.Fingerprint())
        {
            throw new UserErrorException(run.Pick(
                $"o texto em '{path}' não é o do treino interrompido: para continuar, dê o mesmo texto em --corpus",
                $"the text in '{path}' is not that of the interrupted training: to go on, give the same text by --corpus"));
        }
        (TokenWindows train, TokenWindows? validation) = Windows(run, corpus, tokenizer, config, options);
        Trainer trainer = new(NewModel(config, options, device), train, options);
        trainer.Restore(folder.Checkpoint);
        run.Say($"continuando do passo {trainer.Step}", $"going on from step {trainer.Step}");
        return new(trainer, folder, tokenizer, validation, notes);
    }

    /// <summary>Trains.</summary>
    public TrainingOutcome Execute(CommandRun run, Action<TrainingProgress>? afterStep = null)
    {
        TrainingOutcome outcome = new TrainingRun(Trainer, _folder, _tokenizer, _validation, _notes, run).Execute(afterStep);
        if (outcome.Validation is { } v)
        {
            Texts t = run.Texts;
            run.Say($"validação: {t.Number(v.NatsPerToken, 4)} nats por token, {t.Number(v.BitsPerByte, 4)} bits por byte", $"validation: {t.Number(v.NatsPerToken, 4)} nats per token, {t.Number(v.BitsPerByte, 4)} bits per byte");
        }
        return outcome;
    }

    // Made on the processor, so that a seed gives the same weights on every device.
    private static GptModel NewModel(GptConfig config, TrainingOptions options, Device device)
    {
        GptModel model = new(config, options.Seed);
        model.To(device);
        return model;
    }

    /// <summary>Refuses what cannot work before any time is spent on it.</summary>
    /// <exception cref="UserErrorException">The heads do not divide the width, or the memory does not suffice.</exception>
    public static void CheckSizes(GptConfig config, TrainingOptions options, CommandRun run)
    {
        if (config.Width % config.Heads != 0)
            throw new UserErrorException(run.Pick($"--heads {config.Heads} não divide --width {config.Width}", $"--heads {config.Heads} does not divide --width {config.Width}"));
        double needed = config.TrainingBytes + config.ActivationBytes(options.Batch), available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (needed > available)
        {
            Texts t = run.Texts;
            throw new UserErrorException(run.Pick(
                $"um modelo de {t.Short(config.ParameterCount)} parâmetros com lotes de {options.Batch} precisa de {t.Short(needed)}B de memória para treinar; há {t.Short(available)}B: escolha um menor, ou um --batch menor com --accumulate",
                $"a model of {t.Short(config.ParameterCount)} parameters with batches of {options.Batch} needs {t.Short(needed)}B of memory to train; there are {t.Short(available)}B: choose a smaller one, or a smaller --batch with --accumulate"));
        }
    }

    private static (TokenWindows Train, TokenWindows? Validation) Windows(CommandRun run, Corpus corpus, Tokenizer tokenizer, GptConfig config, TrainingOptions options)
    {
        (Corpus train, Corpus validation) = corpus.Split(options.Validation);
        int[] ids = train.Encode(tokenizer);
        if (ids.Length < config.Context + 1)
        {
            throw new UserErrorException(run.Pick(
                $"o corpus tem só {ids.Length} tokens para treinar, menos que um trecho de {config.Context} e o seguinte: dê mais texto ou diminua --context",
                $"the corpus has only {ids.Length} tokens to train on, less than a window of {config.Context} and the one after: give more text, or lower --context"));
        }
        int[] held = options.Validation > 0 ? validation.Encode(tokenizer) : [];
        return (new(ids, config.Context), held.Length < 2 ? null : new(held, Math.Min(config.Context, held.Length - 1)));
    }

    private static void Introduce(CommandRun run, GptConfig config, TokenWindows train, Tokenizer tokenizer)
    {
        Texts t = run.Texts;
        run.Say(
            $"{t.Count(config.ParameterCount)} parâmetros: {config.Layers} camadas, {config.Heads} cabeças, largura {config.Width}, contexto {config.Context}; {t.Count(train.Tokens)} tokens de {tokenizer.VocabularySize} tipos",
            $"{t.Count(config.ParameterCount)} parameters: {config.Layers} layers, {config.Heads} heads, width {config.Width}, context {config.Context}; {t.Count(train.Tokens)} tokens of {tokenizer.VocabularySize} kinds");
    }
}
