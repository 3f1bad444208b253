using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>PPO on a bench: what <c>gpt ppo</c> and <c>gpt run</c> have in common.</summary>
internal static class PpoRun
{
    /// <summary>The stage's name.</summary>
    public const string Stage = "ppo";

    // For PPO-ptx: dialogues of the tuning, and rows of them in an update.
    private const int PtxDialogues = 4000, PtxRows = 8;

    /// <summary>The training.</summary>
    public static PpoTrainer Trainer(PolicyRun run, PpoOptions options)
    {
        PolicyBench b = run.Bench;
        return new(b.Policy, b.Reference, b.Prompts, b.Reward!.Score, b.Template.End, options)
        {
            TrueScore = b.TrueScore,
            Ptx = options.PtxCoefficient > 0 ? Ptx(run, options.Seed) : null,
            Speak = b.Speak,
            Examine = b.Examine,
        };
    }

    /// <summary>The steps that fit a time. Weights are changed in the trial: train with models that are loaded anew.</summary>
    public static long Steps(PolicyRun run, PpoOptions options, TimeSpan time) => Pace.Steps(Trainer(run, options with { Steps = long.MaxValue / 2 }), time);

    /// <summary>What is learnt from, for the ledger.</summary>
    public static string Data(PolicyRun run, PpoOptions options)
    {
        string answers = run.Run.Texts.Count(options.Steps * options.Batch);
        return run.Run.Pick($"{answers} respostas", $"{answers} answers");
    }

    /// <summary>The tuning's loss on the tuning's dialogues.</summary>
    private static Func<GptModel, long, Tensor> Ptx(PolicyRun run, ulong seed)
    {
        WorldKey key = WorldKey.Of(new StageFolder(run.From.Root).Read())
            ?? throw new UserErrorException(run.Run.Pick("--ptx precisa dos diálogos do mundinho, e o modelo não é dele", "--ptx needs the small world's dialogues, and the model is not of it"));
        GptConfig config = run.Bench.Policy.Config;
        IReadOnlyList<TokenizedDialogue> dialogues = SftData.Encode(key.Open().Dialogues(PtxDialogues, key.Seed), run.Bench.Template, config.Context, LongDialogues.Skip, run.Run.Texts, out _);
        PackedDialogues packed = new(dialogues, config.Context, seed);
        return (model, n) =>
        {
            PackedBatch batch = packed.Batch(PtxRows, n);
            return SftTrainer.BatchLoss(model, batch, batch.Learnt);
        };
    }
}
