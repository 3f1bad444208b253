using System.Text.Json.Nodes;
using TensorCore.Examples.Charts;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Where rankings come from.</summary>
/// <param name="File">Rankings or pairs of a person's own; null has the simulated labeller rank the model's answers.</param>
/// <param name="Prompts">For the labeller: questions.</param>
/// <param name="Answers">For the labeller: K, answers to each.</param>
/// <param name="ErrorRate">For the labeller: the share of pairs that it gets wrong.</param>
/// <param name="HeldOut">Of a file: the share that only judges.</param>
internal sealed record RankingSource(string? File, int Prompts = 2000, int Answers = 4, double ErrorRate = 0.1, double HeldOut = 0.1);

/// <summary>A reward model from the tuned model's folder to the ledger's entry: what <c>gpt reward</c> and <c>gpt run</c> have in common.</summary>
/// <param name="Run">The command.</param>
/// <param name="From">The tuned model: it becomes the trunk, and its answers are ranked.</param>
/// <param name="Folder">Where the reward model goes.</param>
/// <param name="Source">The rankings.</param>
/// <param name="Key">The world of the tuned model; null if it has none, and then a file is needed.</param>
/// <param name="Device">Where to compute.</param>
internal sealed record RewardRun(CommandRun Run, ModelFolder From, StageFolder Folder, RankingSource Source, WorldKey? Key, Device Device)
{
    /// <summary>The stage's name.</summary>
    public const string Stage = "reward";

    /// <summary>Answers of the tuned model whose scores are to have mean 0 and variance 1; 256 in lm-human-preferences (<c>normalize_samples</c>).</summary>
    private const int ReferenceAnswers = 256;

    private const int HeldOutPrompts = 300, MaxTokens = 64;

    /// <summary>The rankings that were learnt, in the folder: DPO learns from the same.</summary>
    public static string RankingsOf(StageFolder folder) => Path.Combine(folder.Root, "rankings.jsonl");

    /// <summary>Trains, or goes on with it.</summary>
    /// <returns>The entry; null if it was interrupted.</returns>
    /// <exception cref="UserErrorException">Folders, data or options do not fit.</exception>
    public LedgerEntry? Execute(RewardOptions options, TimeSpan saveEvery)
    {
        (GptModel tuned, Tokenizer tokenizer) = From.Load(Run.Texts);
        tuned.To(Device);
        ChatTemplate template = new(tokenizer);
        Folder.Begin(Describe(options), Run.Texts);
        Folder.Model.SaveDescription(tuned.Config, tokenizer);
        IReadOnlyList<RankingSet> sets = Rankings(tuned, template, options.Seed);
        (int[], int[])[] reference = Reference(tuned, sets[0].Answers, template, options.Seed);

        RewardModel model = new(tuned, options.Seed);
        RewardTrainer trainer = new(model, sets[0].Answers, sets[1].Answers, reference, options);
        Introduce(sets, trainer);
        Calibration[] before = [.. sets.Skip(1).Select(s => Calibration.Of(model, s.Answers))];
        StageOutcome outcome = new StageLoop(trainer, Folder, Run) { SaveEvery = saveEvery }.Execute();
        if (outcome.Interrupted)
            return null;
        Calibration[] after = [.. sets.Skip(1).Select(s => Calibration.Of(model, s.Answers))];
        CalibrationReport.Write(after[0], Folder.Root, Run);
        string data = Run.Pick($"{Run.Texts.Count(sets[0].Answers.Sum(a => a.Pairs.Count))} pares", $"{Run.Texts.Count(sets[0].Answers.Sum(a => a.Pairs.Count))} pairs");
        return new(Stage, data, trainer.Steps, trainer.Tokens, outcome.Seconds,
            [.. sets.Skip(1).Select((s, i) => LedgerResult.Compare(s.Metric, s.HeldOut, before[i].Accuracy, after[i].Accuracy))]);
    }

    private StageDescription Describe(RewardOptions options)
    {
        JsonObject json = options.ToJson();
        json["source"] = Source.File is null ? "labeller" : Fingerprint.OfFile(Source.File);
        if (Source.File is null)
            (json["prompts"], json["answers"], json["error_rate"]) = (Source.Prompts, Source.Answers, Source.ErrorRate);
        else
            json["held_out"] = Source.HeldOut;
        json["from_weights"] = Fingerprint.OfFile(From.Weights);
        Key?.WriteTo(json);
        return new(Stage, Path.GetRelativePath(Folder.Root, From.Root), json);
    }

    private IReadOnlyList<RankingSet> Rankings(GptModel tuned, ChatTemplate template, ulong seed)
    {
        IReadOnlyList<RankingSet> sets = Source.File is not null ? FromFile(template, seed)
            : Key is not null ? FromLabeller(tuned, template, Key.Open(), seed)
            : throw new UserErrorException(Run.Pick(
                "o modelo não é do mundinho, então o avaliador simulado não sabe o que é verdade: dê comparações em --data",
                "the model is not of the built-in world, so the simulated labeller does not know what is true: give comparisons by --data"));
        int context = tuned.Config.Context;
        sets = [.. sets.Select(s => s with { Answers = [.. s.Answers.Where(a => a.Longest <= context)] })];
        return sets[0].Answers.Sum(a => a.Pairs.Count) > 0 ? sets : throw new UserErrorException(Run.Pick(
            $"não há comparação que caiba no contexto de {context} tokens",
            $"there is no comparison that fits the context of {context} tokens"));
    }

    private IReadOnlyList<RankingSet> FromFile(ChatTemplate template, ulong seed)
    {
        string path = Run.RequireFile(Source.File!);
        RankedAnswers[] all = RankedFile.Read(path, template, Run.Texts);
        new Gpt.World.SplitMix64(seed).Shuffled(all).ToArray().CopyTo(all, 0);
        int held = Math.Min(all.Length - 1, (int)Math.Ceiling(Source.HeldOut * all.Length));
        return [new("pair_accuracy", "pairs", all[..^held]), new("pair_accuracy", "pairs", all[^held..])];
    }

    /// <summary>What is learnt; the same labeller on new phrasings and new subjects; and both by the labeller without errors.</summary>
    private IReadOnlyList<RankingSet> FromLabeller(GptModel tuned, ChatTemplate template, QuestionWorld world, ulong seed)
    {
        RolloutOptions options = new(template.End, MaxTokens);
        Labeller labeller = new(world, Source.ErrorRate, seed), exact = new(world, 0, seed);
        WorldJudge judge = new(world, template, labeller, tuned.Config.Context - MaxTokens);
        string path = RankingsOf(Folder);
        IReadOnlyList<Ranking> learnt;
        if (File.Exists(path))
        {
            learnt = RankingFile.Read(path, Run.Texts);
        }
        else
        {
            Run.Say($"{Run.Texts.Count(Source.Prompts)} perguntas: o modelo responde {Source.Answers} vezes a cada uma, e o avaliador simulado ordena …", $"{Run.Texts.Count(Source.Prompts)} questions: the model answers each {Source.Answers} times, and the simulated labeller ranks …");
            learnt = Rank(Answers(world.Training, Source.Prompts, 0), labeller);
            RankingFile.Write(path, learnt);
        }
        int held = Math.Clamp(Source.Prompts / 4, 1, HeldOutPrompts);
        IReadOnlyList<(Question, IReadOnlyList<string>)> phrasings = Answers(world.HeldOutPhrasings, held, 1), subjects = Answers(world.HeldOutSubjects, held, 2);
        return
        [
            new("pair_accuracy", "training", Tokens(learnt)),
            new("pair_accuracy", "phrasings", Tokens(Rank(phrasings, labeller))),
            new("pair_accuracy", "subjects", Tokens(Rank(subjects, labeller))),
            new("true_pair_accuracy", "phrasings", Tokens(Rank(phrasings, exact))),
            new("true_pair_accuracy", "subjects", Tokens(Rank(subjects, exact))),
        ];

        IReadOnlyList<(Question Question, IReadOnlyList<string> Answers)> Answers(QuestionSet questions, int count, int set) => judge.Answers(
            prompts => Rollouts.Sample(tuned, prompts, options, seed, set, cancellation: Run.Cancellation), questions.Draw(count, seed), Source.Answers, seed + (ulong)set);
        IReadOnlyList<Ranking> Rank(IReadOnlyList<(Question Question, IReadOnlyList<string> Answers)> all, Labeller by) => [.. all.Select(a => by.Rank(a.Question, a.Answers))];
        RankedAnswers[] Tokens(IReadOnlyList<Ranking> rankings) => [.. rankings.Select(r => RankedAnswers.From(r, template))];
    }

    /// <summary>One answer of the tuned model to each of some prompts; of a model that hardly ever comes to an end, the ranked answers.</summary>
    private static (int[], int[])[] Reference(GptModel tuned, IReadOnlyList<RankedAnswers> rankings, ChatTemplate template, ulong seed)
    {
        const int Fewest = 16;
        int[][] prompts = [.. rankings.Take(ReferenceAnswers).Select(r => r.Prompt)];
        Rollout[] finished = [.. Rollouts.Sample(tuned, prompts, new(template.End, MaxTokens), seed, step: 3).Where(r => r.Finished)];
        return finished.Length >= Fewest
            ? [.. finished.Select(r => (r.Prompt, r.Answer))]
            : [.. rankings.Take(ReferenceAnswers).SelectMany(r => r.Answers.Select(a => (r.Prompt, a)))];
    }

    private void Introduce(IReadOnlyList<RankingSet> sets, RewardTrainer trainer)
    {
        Texts t = Run.Texts;
        int pairs = sets[0].Answers.Sum(a => a.Pairs.Count), ties = sets[0].Answers.Sum(a => a.Pairs.Count(p => p.IsTie));
        Run.Say(
            $"{t.Count(sets[0].Answers.Count)} perguntas com {t.Count(pairs)} pares ({t.Count(ties)} empates), {t.Count(trainer.Steps)} passos",
            $"{t.Count(sets[0].Answers.Count)} prompts with {t.Count(pairs)} pairs ({t.Count(ties)} ties), {t.Count(trainer.Steps)} steps");
    }

    /// <summary>Rankings under the names of their entry in the ledger.</summary>
    private sealed record RankingSet(string Metric, string HeldOut, IReadOnlyList<RankedAnswers> Answers);
}
