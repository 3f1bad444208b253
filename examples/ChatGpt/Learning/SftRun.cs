using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Supervised fine-tuning from the model's folder to the ledger's entry: what <c>gpt sft</c> and <c>gpt run</c> have in common.</summary>
/// <param name="Run">The command.</param>
/// <param name="From">The model to tune.</param>
/// <param name="Folder">Where the tuned one goes.</param>
/// <param name="Data">What it learns.</param>
/// <param name="DataInWords">For the ledger: "20.000 diálogos".</param>
/// <param name="TooLong">What to do with dialogues beyond the context.</param>
/// <param name="Device">Where to compute.</param>
internal sealed record SftRun(CommandRun Run, ModelFolder From, StageFolder Folder, SftData Data, string DataInWords, LongDialogues TooLong, Device Device)
{
    private const string Stage = "sft";

    /// <summary>Questions in each part of the exam.</summary>
    public int Questions { get; init; } = 600;

    /// <summary>The least time between two checkpoints.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Tunes, or goes on with it.</summary>
    /// <param name="options">How.</param>
    /// <param name="epochs">If given, instead of the options' steps as many as see each dialogue so often.</param>
    /// <param name="time">If given, instead of the options' steps as many as fit it; for a folder in which a tuning was begun it no longer counts.</param>
    /// <param name="more">Whatever else is to be kept in stage.json.</param>
    /// <returns>What came of it; null if it was interrupted.</returns>
    /// <exception cref="UserErrorException">The folders, the data or the options do not fit.</exception>
    public SftResult? Execute(SftOptions options, double? epochs, TimeSpan? time, JsonObject more)
    {
        if (Folder.Read() is { } saved)
            options = options with { Steps = SftOptions.FromJson(saved.Options).Steps };
        else if (time is TimeSpan t)
            options = options with { Steps = Pace.Steps(Prepare(options with { Steps = long.MaxValue / 2 }).Trainer, t) };
        else if (epochs is double e)
            options = options with { Steps = Math.Max(1, (long)Math.Ceiling(e * Prepare(options).Learnt.Rows / (options.Batch * options.Accumulate))) };
        options = options with { Warmup = Math.Min(options.Warmup, options.Steps / 10) };
        Tuning tuning = Prepare(options);
        Folder.Begin(Describe(options, more), Run.Texts);
        Folder.Model.SaveDescription(tuning.Model.Config, tuning.Template.Tokenizer);
        Introduce(tuning, options);

        ExamResult? before = Exam(tuning, asBase: !tuning.KnowsTemplate);
        double? lossBefore = tuning.HeldOut is null ? null : SftTrainer.HeldOutLoss(tuning.Model, tuning.HeldOut, int.MaxValue, options.Batch, Run.Cancellation);
        StageOutcome outcome = new StageLoop(tuning.Trainer, Folder, Run) { SaveEvery = SaveEvery, ShowSamples = Data.World is not null }.Execute();
        if (outcome.Interrupted)
            return null;
        ExamResult? after = Exam(tuning, asBase: false);
        List<LedgerResult> results = [];
        if (before is not null && after is not null)
        {
            results.AddRange(WorldExam.Compare(before, after));
            WorldExam.Write(Path.Combine(Folder.Root, "answers.jsonl"), before, after);
        }
        if (tuning.HeldOut is not null)
            results.Add(new("nats_per_token", "dialogues", tuning.HeldOut.Learnt, lossBefore, outcome.Measured["val"]));
        LedgerEntry entry = new(Stage, DataInWords, options.Steps, tuning.Trainer.Tokens, outcome.Seconds, results);
        return new(entry, outcome, before, after);
    }

    private StageDescription Describe(SftOptions options, JsonObject more)
    {
        JsonObject json = options.ToJson();
        json["data"] = Data.Fingerprint();
        json["long"] = TooLong.ToString();
        json["from_weights"] = Fingerprint.OfFile(From.Weights);
        foreach ((string key, JsonNode? value) in more)
            json[key] = value?.DeepClone();
        return new(Stage, Path.GetRelativePath(Folder.Root, From.Root), json);
    }

    private Tuning Prepare(SftOptions options)
    {
        (GptModel model, Tokenizer plain) = From.Load(Run.Texts);
        ChatTemplate template = new(ChatTemplate.AddTo(plain));
        bool knows = ReferenceEquals(template.Tokenizer, plain) && new StageFolder(From.Root).Read()?.Stage is not (null or "base");
        model = WiderVocabulary.Of(model, Math.Max(model.Config.Vocabulary, template.Tokenizer.VocabularySize), options.Seed);
        model.To(Device);
        PackedDialogues learnt = Pack(Data.Learnt, template, model, options.Seed, out int left)
            ?? throw new UserErrorException(Run.Pick("não sobra nenhum diálogo para aprender", "no dialogue is left to learn"));
        PackedDialogues? heldOut = Pack(Data.HeldOut, template, model, options.Seed, out _);
        int[] marks = [.. ((string[])[ChatTemplate.SystemMark, ChatTemplate.UserMark, ChatTemplate.AssistantMark, ChatTemplate.EndMark]).Select(m => template.Tokenizer.SpecialTokenId(m))];
        Tuning tuning = null!;
        SftTrainer trainer = new(model, learnt, heldOut, options, marks)
        {
            Speak = () => Speak(tuning),
            Examine = (final, cancellation) => final ? new Dictionary<string, double>() : Examine(tuning, cancellation),
        };
        return tuning = new(model, template, knows, learnt, heldOut, trainer, left);
    }

    private PackedDialogues? Pack(IReadOnlyList<Dialogue> dialogues, ChatTemplate template, GptModel model, ulong seed, out int left)
    {
        IReadOnlyList<TokenizedDialogue> encoded = SftData.Encode(dialogues, template, model.Config.Context, TooLong, Run.Texts, out left);
        return encoded.Count == 0 ? null : new(encoded, model.Config.Context, seed);
    }

    private void Introduce(Tuning tuning, SftOptions options)
    {
        Texts t = Run.Texts;
        PackedDialogues d = tuning.Learnt;
        double full = 100.0 * d.Tokens / ((double)d.Rows * d.Context), epochs = (double)options.Steps * options.Batch * options.Accumulate / d.Rows;
        Run.Say(
            $"{t.Count(Data.Learnt.Count - tuning.Left)} diálogos em {t.Count(d.Rows)} linhas de {d.Context} tokens ({t.Number(full, 1)} % cheias), {t.Count(d.Learnt)} tokens a aprender; {t.Count(options.Steps)} passos são {t.Number(epochs, 1)} épocas",
            $"{t.Count(Data.Learnt.Count - tuning.Left)} dialogues in {t.Count(d.Rows)} rows of {d.Context} tokens ({t.Number(full, 1)} % full), {t.Count(d.Learnt)} tokens to learn; {t.Count(options.Steps)} steps are {t.Number(epochs, 1)} epochs");
        if (tuning.Left > 0)
            Run.Say($"{t.Count(tuning.Left)} diálogos longos demais ({TooLong})", $"{t.Count(tuning.Left)} dialogues too long ({TooLong})");
    }

    private ExamResult? Exam(Tuning tuning, bool asBase) => Data.World is null || Questions == 0
        ? null
        : new WorldExam(Data.World, Questions, seed: 0xE8A3).Take(questions => asBase
            ? AnswerEvaluation.AskByExamples(tuning.Model, tuning.Template.Tokenizer, Data.World, questions, cancellation: Run.Cancellation)
            : AnswerEvaluation.Ask(tuning.Model, tuning.Template, Data.World, questions, Run.Cancellation));

    private Dictionary<string, double> Examine(Tuning tuning, CancellationToken cancellation)
    {
        const int SomeQuestions = 64;
        return Data.World is null || Questions == 0
            ? []
            : new() { ["accuracy"] = AnswerEvaluation.Ask(tuning.Model, tuning.Template, Data.World, Data.World.HeldOutPhrasings.Draw(Math.Min(SomeQuestions, Questions), 1), cancellation).Accuracy.Value };
    }

    private IReadOnlyList<StageSample> Speak(Tuning tuning)
    {
        const int SampleQuestions = 4;
        if (Data.World is not { } world)
            return [];
        IReadOnlyList<Question> questions = world.HeldOutPhrasings.Draw(SampleQuestions, 2);
        return [.. AnswerEvaluation.Ask(tuning.Model, tuning.Template, world, questions).Answers.Select(a => new StageSample(a.Question.Text, a.Answer))];
    }

    private sealed record Tuning(GptModel Model, ChatTemplate Template, bool KnowsTemplate, PackedDialogues Learnt, PackedDialogues? HeldOut, SftTrainer Trainer, int Left);
}

/// <summary>What came of a tuning.</summary>
/// <param name="Entry">For the ledger.</param>
/// <param name="Outcome">How the loop ended.</param>
/// <param name="Before">The exam of the model that it began with; null on data of one's own.</param>
/// <param name="After">The exam of the tuned model.</param>
internal sealed record SftResult(LedgerEntry Entry, StageOutcome Outcome, ExamResult? Before, ExamResult? After);
