using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The first stage: a tokenizer from the world's text, and a GPT that learns to predict that text. What comes out knows a lot and answers nothing.</summary>
internal sealed class BaseStage : IChatStage
{
    // Names are one or two tokens then: what is asked about is copied and looked up more easily than in pieces. (1,024 tokens took a tenth more bits a byte in the same time.)
    private const int Vocabulary = 2048;

    // Less than is read in the time on two cores: each sentence is seen about one and a half times.
    private const int BytesPerMinute = 2_700_000, FewestBytes = 300_000;

    // How much of the text tells of the facts that will be asked about; the rest is stories.
    private const int PercentStatements = 60;
    private const double ValidationShare = 0.02;

    public string Name => "base";

    public double Minutes => 4.5;

    public string Title(Texts texts) => texts.Pick("tokenizador e pré-treino: prever o próximo token", "tokenizer and pretraining: predict the next token");

    public LedgerEntry Execute(ChatJourney journey)
    {
        (CommandRun run, Texts t, StageFolder folder) = (journey.Run, journey.Run.Texts, journey.Folder(Name));
        StageDescription? saved = folder.Read();
        int bytes = saved?.Options["text_bytes"] is JsonValue b ? (int)b : Math.Max(FewestBytes, (int)(journey.Time(Minutes).TotalMinutes * BytesPerMinute));
        Corpus corpus = Corpus.FromText(Text(journey, bytes));
        (Corpus train, Corpus validation) = corpus.Split(ValidationShare);
        Tokenizer tokenizer = MakeTokenizer(run, folder, train);
        GptConfig sizes = new(tokenizer.VocabularySize, Context: 128, Layers: 4, Heads: 4, Width: 160);
        TokenWindows windows = new(train.Encode(tokenizer), sizes.Context), held = new(validation.Encode(tokenizer), sizes.Context);

        TrainingOptions options = new() { Batch = 32, LearningRate = 6e-3, MuonLearningRate = 0.03, MinimumLearningRate = 3e-4, Seed = journey.Key.Seed, Validation = ValidationShare };
        long steps = saved is not null
            ? TrainingOptions.FromJson(saved.Options["training"]!.ToJsonString()).Steps!.Value
            : Pace.Steps(Stage(options with { Steps = long.MaxValue / 2 }), journey.Time(Minutes));
        options = options with { Steps = steps, Warmup = Math.Min(100, steps / 10) };
        JsonObject all = new() { ["training"] = JsonNode.Parse(options.ToJson()), ["text_bytes"] = bytes, ["percent_statements"] = PercentStatements, ["text"] = corpus.Fingerprint() };
        journey.Key.WriteTo(all);
        folder.Begin(new(Name, "", all), run.Texts);
        folder.Model.SaveDescription(sizes, tokenizer);

        run.Say(
            $"{t.Count(sizes.ParameterCount)} parâmetros, {t.Count(windows.Tokens)} tokens de {tokenizer.VocabularySize} tipos, {t.Count(steps)} passos",
            $"{t.Count(sizes.ParameterCount)} parameters, {t.Count(windows.Tokens)} tokens of {tokenizer.VocabularySize} kinds, {t.Count(steps)} steps");
        PretrainingStage stage = Stage(options);
        double before = stage.Measure(final: false, run.Cancellation)["val_bits_per_byte"]; // of fresh weights: the loop only then goes back to a checkpoint
        StageOutcome outcome = new StageLoop(stage, folder, run) { ShowSamples = true }.Execute();
        if (outcome.Interrupted)
            throw new OperationCanceledException(run.Cancellation);
        string data = run.Pick($"{t.Short(corpus.Bytes)}B de texto do mundinho", $"{t.Short(corpus.Bytes)}B of the world's text");
        return new(Name, data, steps, stage.Tokens, outcome.Seconds, [new("bits_per_byte", "text", Math.Min(held.Tokens, 65_536), before, outcome.Measured["val_bits_per_byte"])]);

        PretrainingStage Stage(TrainingOptions o)
        {
            GptModel model = new(sizes, o.Seed); // on the processor, so that a seed gives the same weights on every device
            model.To(journey.Device);
            return new(new Trainer(model, windows, o), tokenizer, held, Prompts(t));
        }
    }

    private static string Text(ChatJourney journey, int bytes)
    {
        StringBuilder text = new(bytes);
        int written = 0;
        foreach (string paragraph in journey.World.Paragraphs(PercentStatements))
        {
            text.Append(paragraph).Append("\n\n");
            written += Encoding.UTF8.GetByteCount(paragraph) + 2;
            if (written >= bytes)
                break;
        }
        return text.ToString();
    }

    /// <summary>Learnt from the text, the same each time; then it is in the folder.</summary>
    private static Tokenizer MakeTokenizer(CommandRun run, StageFolder folder, Corpus train)
    {
        if (File.Exists(folder.Model.Tokenizer))
            return folder.Model.LoadTokenizer(run.Texts);
        run.Say($"aprendendo {Vocabulary} tokens de {run.Texts.Short(train.Bytes)}B de texto …", $"learning {Vocabulary} tokens from {run.Texts.Short(train.Bytes)}B of text …");
        return ChatTemplate.AddTo(train.TrainTokenizer(Vocabulary, run.Cancellation));
    }

    private static string[] Prompts(Texts texts) => texts.Language == Language.English ? ["Every morning", "The model"] : ["Toda manhã", "O modelo"];
}
