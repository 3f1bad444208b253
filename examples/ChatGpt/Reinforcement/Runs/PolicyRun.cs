using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>What came of training a policy.</summary>
/// <param name="Entry">For the ledger.</param>
/// <param name="Before">The answers of the model that it began as.</param>
/// <param name="After">Its own.</param>
internal sealed record PolicyResult(LedgerEntry Entry, PolicySheet Before, PolicySheet After);

/// <summary>The training of a policy from the tuned model's folder to the ledger's entry, whichever the method.</summary>
/// <param name="Run">The command.</param>
/// <param name="Stage">The method, and the stage's name: ppo, dpo, grpo.</param>
/// <param name="From">The tuned model.</param>
/// <param name="Folder">Where the trained one goes.</param>
/// <param name="Bench">What it is trained and judged with.</param>
internal sealed record PolicyRun(CommandRun Run, string Stage, ModelFolder From, StageFolder Folder, PolicyBench Bench)
{
    /// <summary>The least time between two checkpoints.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Trains, or goes on with it.</summary>
    /// <param name="trainer">The method, at its start.</param>
    /// <param name="options">All that decides its bits.</param>
    /// <param name="data">For the ledger: what it learnt from.</param>
    /// <returns>What came of it; null if it was interrupted.</returns>
    /// <exception cref="UserErrorException">The folder holds something else.</exception>
    public PolicyResult? Execute(IStage trainer, JsonObject options, string data)
    {
        Folder.Begin(new(Stage, Path.GetRelativePath(Folder.Root, From.Root), options), Run.Texts);
        Folder.Model.SaveDescription(Bench.Policy.Config, Bench.Template.Tokenizer);
        PolicySheet before = Bench.Judge(Bench.Reference);
        StageOutcome outcome = new StageLoop(trainer, Folder, Run) { SaveEvery = SaveEvery, ShowSamples = true }.Execute();
        if (outcome.Interrupted)
            return null;
        IReadOnlyList<LedgerResult> results = Bench.Results(before, Run, out PolicySheet after);
        return new(new(Stage, data, trainer.Steps, trainer.Tokens, outcome.Seconds, results), before, after);
    }

    /// <summary>Says what became better, in a sentence.</summary>
    public void Say(PolicyResult result)
    {
        Texts t = Run.Texts;
        if (Bench.TrueScore is null)
            return;
        (PolicySheet before, PolicySheet after) = (result.Before, result.After);
        Estimate gain = after.Above(before);
        Proportion wins = after.WinsAgainst(before);
        Run.Say(
            $"recompensa verdadeira {t.Number(before.TrueReward.Mean, 3)} → {t.Number(after.TrueReward.Mean, 3)}: um ganho de {t.Number(gain.Mean, 3)} (de {t.Number(gain.Low, 3)} a {t.Number(gain.High, 3)}), a {t.Number(after.Kl, 2)} nats de KL",
            $"true reward {t.Number(before.TrueReward.Mean, 3)} → {t.Number(after.TrueReward.Mean, 3)}: a gain of {t.Number(gain.Mean, 3)} (from {t.Number(gain.Low, 3)} to {t.Number(gain.High, 3)}), at a KL of {t.Number(after.Kl, 2)} nats");
        if (wins.Of > 0)
        {
            Run.Say(
                $"das {wins.Of} perguntas em que uma das duas respostas é melhor, vence {t.Number(100 * wins.Value, 1)} % (de {t.Number(100 * wins.Interval.Lower, 1)} a {t.Number(100 * wins.Interval.Upper, 1)})",
                $"of the {wins.Of} questions of which one of the two answers is better, it wins {t.Number(100 * wins.Value, 1)} % (from {t.Number(100 * wins.Interval.Lower, 1)} to {t.Number(100 * wins.Interval.Upper, 1)})");
        }
    }
}
