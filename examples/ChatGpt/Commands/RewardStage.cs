using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The third stage: the tuned model's answers are ranked, and a model learns to judge as the one who ranked.</summary>
internal sealed class RewardStage : IChatStage
{
    // As many as are answered, ranked and learnt in the time on two cores.
    private const int PromptsPerMinute = 3_000, FewestPrompts = 200;

    public string Name => RewardRun.Stage;

    public double Minutes => 1;

    public string Title(Texts texts) => texts.Pick("modelo de recompensa: julgar respostas como quem as ordenou", "reward model: judge answers as the one who ranked them");

    public LedgerEntry Execute(ChatJourney journey)
    {
        StageFolder folder = journey.Folder(Name);
        int prompts = folder.Read()?.Options["prompts"] is { } n ? (int)n : Math.Max(FewestPrompts, (int)(journey.Time(Minutes).TotalMinutes * PromptsPerMinute));
        RewardRun reward = new(journey.Run, journey.Folder("sft").Model, folder, new RankingSource(null, prompts), journey.Key, journey.Device);
        return reward.Execute(new RewardOptions { Seed = journey.Key.Seed }, TimeSpan.FromMinutes(1)) ?? throw new OperationCanceledException(journey.Run.Cancellation);
    }
}
