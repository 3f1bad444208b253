using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The fourth stage: the tuned model learns to give the answers that the reward model likes.</summary>
internal sealed class PpoStage : IChatStage
{
    public string Name => PpoRun.Stage;

    public double Minutes => 2;

    public string Title(Texts texts) => texts.Pick("PPO: responder como se gosta", "PPO: answer the way that is liked");

    public LedgerEntry Execute(ChatJourney journey)
    {
        (CommandRun run, StageFolder folder) = (journey.Run, journey.Folder(Name));
        (var from, var reward) = (journey.Folder("sft").Model, journey.Folder(RewardRun.Stage).Model);
        PpoOptions options = new() { Seed = journey.Key.Seed };
        PolicyRun Open() => new(run, Name, from, folder, PolicyBench.Open(run, from, reward, null, journey.Key, PolicyFlags.DefaultQuestions, options.MaxTokens, options.Seed, journey.Device));
        long steps = folder.Read()?.Options[nameof(PpoOptions.Steps)] is JsonValue saved ? (long)saved : PpoRun.Steps(Open(), options, journey.Time(Minutes));
        options = options with { Steps = steps };
        PolicyRun policy = Open();
        JsonObject json = options.ToJson();
        (json["questions"], json["from_weights"], json["reward_weights"]) = (PolicyFlags.DefaultQuestions, Fingerprint.OfFile(from.Weights), Fingerprint.OfFile(reward.Weights));
        journey.Key.WriteTo(json);
        PolicyResult result = policy.Execute(PpoRun.Trainer(policy, options), json, PpoRun.Data(policy, options)) ?? throw new OperationCanceledException(run.Cancellation);
        policy.Say(result);
        DoctorReport.Of(run, folder.Model);
        return result.Entry;
    }
}
