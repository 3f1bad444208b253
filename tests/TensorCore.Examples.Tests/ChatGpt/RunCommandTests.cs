using System.Text.Json.Nodes;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class RunCommandTests
{
    [Fact]
    public async Task TheWholeWayLeavesALedgerAndGivesTheSameBitsAgain()
    {
        using Scratch scratch = new();
        string[] args = ["run", "--minutes", "0.02", "--until", "sft", "--questions", "12", "--json"];
        CommandOutcome first = await ChatGptCommand.Run([.. args, "--out", scratch["a"]]);
        Assert.True(first.Code == 0, first.Error);
        JsonArray ledger = first.Json["ledger"]!.AsArray();
        Assert.Equal(["base", "sft"], ledger.Select(e => (string)e!["stage"]!));
        Assert.Equal("bits_per_byte", (string)ledger[0]!["results"]![0]!["metric"]!);
        JsonObject[] results = [.. ledger[1]!["results"]!.AsArray().Select(r => r!.AsObject())];
        Assert.Equal(["phrasings", "phrasings", "subjects", "subjects", "both", "both", "dialogues"], results.Select(r => (string)r["held_out"]!));
        Assert.All(results.Take(6), r => Assert.Equal(2, r["interval"]!.AsArray().Count));
        Assert.Equal(36, File.ReadLines(Path.Combine(scratch["a"], "sft", "answers.jsonl")).Count());

        CommandOutcome again = await ChatGptCommand.Run([.. args, "--out", scratch["a"]]);
        Assert.Contains("já feita", again.Error);
        Assert.Equal(first.Json.ToJsonString(), again.Json.ToJsonString());
        (await ChatGptCommand.Run([.. args, "--out", scratch["a"], "--seed", "2"])).AssertUserError("outra língua ou semente");

        // How many steps fit a time is only known once; given their number, another run gives the same bits.
        foreach (string stage in (string[])["base", "sft"])
        {
            Directory.CreateDirectory(Path.Combine(scratch["b"], stage));
            File.WriteAllText(Path.Combine(scratch["b"], stage, "stage.json"), File.ReadAllText(Path.Combine(scratch["a"], stage, "stage.json")).Replace("\"done\": true", "\"done\": false", StringComparison.Ordinal));
        }
        Assert.Equal(0, (await ChatGptCommand.Run([.. args, "--out", scratch["b"]])).Code);
        foreach (string stage in (string[])["base", "sft"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(scratch["a"], stage, "model.safetensors")), File.ReadAllBytes(Path.Combine(scratch["b"], stage, "model.safetensors")));
    }

    [Fact]
    public async Task TheHelpNamesAllCommandsInBothLanguages()
    {
        foreach (string language in (string[])["pt", "en"])
        {
            CommandOutcome help = await ChatGptCommand.Run("--help", "--language", language);
            Assert.Equal(0, help.Code);
            Assert.All((string[])["run", "sft", "train", "sample", "eval", "verify", "presets"], c => Assert.Contains($"\n  {c}", help.Output));
        }
    }
}
