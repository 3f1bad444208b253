using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>All that a policy is trained and judged with, whichever the method: PPO, DPO, GRPO.</summary>
internal sealed class PolicyBench
{
    private const int HeldOutQuestions = 400, QuestionsNow = 64, ExamQuestions = 300, SampleQuestions = 4;

    private readonly int _maxTokens;
    private readonly WorldJudge? _judge;
    private readonly IReadOnlyList<int[]> _heldOut, _heldOutNow;

    private PolicyBench(GptModel policy, GptModel reference, ChatTemplate template, RewardModel? reward, WorldJudge? judge, IReadOnlyList<int[]> prompts, IReadOnlyList<int[]> heldOut, int maxTokens)
    {
        (Policy, Reference, Template, Reward, _judge, Prompts, _heldOut, _maxTokens) = (policy, reference, template, reward, judge, prompts, heldOut, maxTokens);
        _heldOutNow = [.. heldOut.Take(QuestionsNow)];
    }

    /// <summary>Trained in place.</summary>
    public GptModel Policy { get; }

    /// <summary>Stays as it is.</summary>
    public GptModel Reference { get; }

    /// <summary>How talks become tokens.</summary>
    public ChatTemplate Template { get; }

    /// <summary>The learnt judge; DPO does without.</summary>
    public RewardModel? Reward { get; }

    /// <summary>What the policy answers to in training.</summary>
    public IReadOnlyList<int[]> Prompts { get; }

    /// <summary>The true judgement, in the built-in world.</summary>
    public Func<IReadOnlyList<Rollout>, double[]>? TrueScore => _judge is null ? null : _judge.TrueScore;

    /// <summary>Loads everything.</summary>
    /// <param name="run">The command.</param>
    /// <param name="from">The tuned model.</param>
    /// <param name="reward">The reward model's folder, or null.</param>
    /// <param name="data">A file of dialogues whose questions are answered; null: the world's.</param>
    /// <param name="key">The world of the tuned model; null if it has none.</param>
    /// <param name="questions">Of the world's questions so many; 0 if the method draws no answers.</param>
    /// <param name="maxTokens">The most tokens of an answer.</param>
    /// <param name="seed">Which of the questions.</param>
    /// <param name="device">Where to compute.</param>
    /// <exception cref="UserErrorException">Folders or data are missing, or do not fit together.</exception>
    public static PolicyBench Open(CommandRun run, ModelFolder from, ModelFolder? reward, string? data, WorldKey? key, int questions, int maxTokens, ulong seed, Device device)
    {
        (GptModel policy, Tokenizer tokenizer) = from.Load(run.Texts);
        (GptModel reference, _) = from.Load(run.Texts);
        ChatTemplate template = new(tokenizer);
        RewardModel? judge = reward is null ? null : LoadReward(run, reward, policy.Config);
        foreach (Nn.Module? module in (Nn.Module?[])[policy, reference, judge])
            module?.To(device);
        int longest = policy.Config.Context - maxTokens;
        if (longest < 2)
            throw new UserErrorException(run.Pick($"--max-tokens {maxTokens} não deixa lugar para perguntas no contexto de {policy.Config.Context}", $"--max-tokens {maxTokens} leaves no room for questions in the context of {policy.Config.Context}"));
        (WorldJudge? truth, IReadOnlyList<int[]> prompts, IReadOnlyList<int[]> held) = data is not null ? FromFile(run, data, template, longest)
            : key is not null ? FromWorld(key, template, longest, questions, seed)
            : (null, [], []);
        return prompts.Count > 0 || questions == 0 ? new(policy, reference, template, judge, truth, prompts, held, maxTokens) : throw new UserErrorException(run.Pick(
            "não há perguntas: o modelo não é do mundinho, então dê um arquivo de diálogos em --data",
            "there are no questions: the model is not of the built-in world, so give a file of dialogues by --data"));
    }

    private static (WorldJudge?, IReadOnlyList<int[]>, IReadOnlyList<int[]>) FromWorld(WorldKey key, ChatTemplate template, int longest, int questions, ulong seed)
    {
        QuestionWorld world = key.Open();
        WorldJudge truth = new(world, template, new Labeller(world, 0, seed), longest);
        return (truth, truth.Prompts(world.Training.Draw(questions, seed + 0x99)), truth.Prompts(world.HeldOutPhrasings.Draw(HeldOutQuestions, 0xE8A3)));
    }

    /// <summary>The dialogues up to their last answer; a tenth of them is held out.</summary>
    private static (WorldJudge?, IReadOnlyList<int[]>, IReadOnlyList<int[]>) FromFile(CommandRun run, string data, ChatTemplate template, int longest)
    {
        int[][] all = [.. DialogueFile.Read(run.RequireFile(data), run.Texts)
            .Select(d => template.Prompt([.. d.Messages.SkipLast(d.Messages[^1].Role == Role.Assistant ? 1 : 0)])).Where(p => p.Length <= longest)];
        int held = Math.Min(HeldOutQuestions, all.Length / 10);
        return (null, all[held..], all[..held]);
    }

    /// <summary>Answers to held-out questions, drawn with T = 1, whatever the training does: what methods are compared by.</summary>
    public PolicySheet Judge(GptModel policy, bool final = true) => PolicyEvaluation.Answer(policy, Reference, final ? _heldOut : _heldOutNow, new(Template.End, _maxTokens),
        rollouts => Reward?.Score(rollouts) ?? new double[rollouts.Count], TrueScore ?? (rollouts => new double[rollouts.Count]), seed: 0xE8A3);

    /// <summary>The likeliest answers to questions of the exam: how many are true.</summary>
    public Proportion? Accuracy(GptModel policy, CancellationToken cancellation) => _judge is null ? null
        : AnswerEvaluation.Ask(policy, Template, _judge.World, _judge.World.HeldOutPhrasings.Draw(ExamQuestions, 0xE8A3), cancellation).Accuracy;

    /// <summary>Numbers on held-out questions while training.</summary>
    public IReadOnlyDictionary<string, double> Examine(bool final, CancellationToken cancellation)
    {
        if (final || _heldOutNow.Count == 0)
            return new Dictionary<string, double>();
        PolicySheet sheet = Judge(Policy, final: false);
        Dictionary<string, double> measured = new() { ["val_kl"] = sheet.Kl };
        if (Reward is not null)
            measured["val_reward"] = sheet.Reward.Mean;
        if (TrueScore is not null)
            measured["val_true_reward"] = sheet.TrueReward.Mean;
        return measured;
    }

    /// <summary>What the policy says now.</summary>
    public IReadOnlyList<StageSample> Speak()
    {
        int[][] prompts = [.. _heldOut.Take(SampleQuestions)];
        if (prompts.Length == 0)
            return [];
        Rollout[] rollouts = Rollouts.Sample(Policy, prompts, new(Template.End, _maxTokens), 2, 0);
        return [.. rollouts.Select(r => new StageSample(Template.Tokenizer.DecodeString(r.Prompt, skipSpecialTokens: true), Template.Answer(r.Answer)))];
    }

    /// <summary>What became better.</summary>
    /// <param name="before">The reference's answers.</param>
    /// <param name="run">Stops it.</param>
    /// <param name="after">The policy's answers.</param>
    public IReadOnlyList<LedgerResult> Results(PolicySheet before, CommandRun run, out PolicySheet after)
    {
        const string HeldOut = "phrasings";
        after = Judge(Policy);
        List<LedgerResult> results = [];
        if (_heldOut.Count == 0)
            return results;
        if (TrueScore is not null)
        {
            results.Add(Mean("true_reward", before.TrueReward, after.TrueReward));
            Proportion wins = after.WinsAgainst(before);
            if (wins.Of > 0)
                results.Add(new("win_rate", HeldOut, wins.Of, null, wins.Value, [wins.Interval.Lower, wins.Interval.Upper]));
            if (Accuracy(Reference, run.Cancellation) is { } a && Accuracy(Policy, run.Cancellation) is { } b)
                results.Add(LedgerResult.Compare("accuracy", HeldOut, a, b));
        }
        if (Reward is not null)
            results.Add(Mean("reward", before.Reward, after.Reward));
        results.Add(new("kl", HeldOut, _heldOut.Count, before.Kl, after.Kl));
        return results;

        LedgerResult Mean(string metric, Estimate a, Estimate b) => new(metric, HeldOut, _heldOut.Count, a.Mean, b.Mean, [b.Low, b.High]) { IntervalBefore = [a.Low, a.High] };
    }

    private static RewardModel LoadReward(CommandRun run, ModelFolder folder, GptConfig policy)
    {
        foreach (string file in (string[])[folder.Config, folder.Weights])
        {
            if (!File.Exists(file))
                throw new UserErrorException(run.Pick($"a pasta '{folder.Root}' não tem um modelo de recompensa: falta {Path.GetFileName(file)}", $"the folder '{folder.Root}' holds no reward model: {Path.GetFileName(file)} is missing"));
        }
        GptConfig config = GptConfig.Load(folder.Config);
        if (config.Vocabulary != policy.Vocabulary || config.Context < policy.Context)
        {
            throw new UserErrorException(run.Pick(
                $"o modelo de recompensa em '{folder.Root}' lê outros tokens que o modelo: treine-o a partir deste",
                $"the reward model in '{folder.Root}' reads other tokens than the model: train it from this one"));
        }
        return RewardModel.Load(folder.Weights, config);
    }
}
