using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The second stage: the GPT is tuned on questions and answers about its world.</summary>
internal sealed class SftStage : IChatStage
{
    // As many as are learnt in the time on two cores, about once each.
    private const int DialoguesPerMinute = 20_000, FewestDialogues = 2_000;

    public string Name => "sft";

    public double Minutes => 1.25;

    public string Title(Texts texts) => texts.Pick("ajuste supervisionado: responder a perguntas", "supervised fine-tuning: answer questions");

    public LedgerEntry Execute(ChatJourney journey)
    {
        (CommandRun run, Texts t) = (journey.Run, journey.Run.Texts);
        StageFolder folder = journey.Folder(Name);
        int count = folder.Read()?.Options["dialogues"] is JsonValue n ? (int)n : Math.Max(FewestDialogues, (int)(journey.Time(Minutes).TotalMinutes * DialoguesPerMinute));
        SftData data = SftData.Of(journey.World, count, journey.Key.Seed);
        SftRun tuning = new(run, journey.Folder("base").Model, folder, data, run.Pick($"{t.Count(count)} diálogos", $"{t.Count(count)} dialogues"), LongDialogues.Skip, journey.Device) { Questions = journey.Questions };
        JsonObject more = new() { ["dialogues"] = count };
        journey.Key.WriteTo(more);
        SftResult result = tuning.Execute(new SftOptions { MuonLearningRate = 0.01, Seed = journey.Key.Seed }, null, journey.Time(Minutes), more) ?? throw new OperationCanceledException(run.Cancellation);
        run.Console.Write(ExamTable.Of(result.Before!, result.After!, t));
        return result.Entry;
    }
}
