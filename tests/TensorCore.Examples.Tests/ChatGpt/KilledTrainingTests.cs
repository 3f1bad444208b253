using System.Diagnostics;
using System.Text.Json.Nodes;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.ChatGpt.Serving;
using TensorCore.Examples.Tests.Gpt;
using TensorCore.IO;

namespace TensorCore.Examples.Tests.ChatGpt;

/// <summary>Stages are killed at random moments, as by a power cut, and gone on with: what comes out must be what an undisturbed training gives, to the bit.</summary>
public class KilledTrainingTests
{
    private const int Kills = 5, Steps = 600;

    [Theory]
    [InlineData()]
    [InlineData("--lora", "2")]
    public async Task ATuningThatIsKilledEndsWithTheSameBits(params string[] more)
    {
        using Scratch scratch = new();
        await SftCommandTests.MakeBase(scratch);
        string[] begin = ["sft", "--model", scratch["base"], "--data", SftCommandTests.MakeData(scratch), "--steps", $"{Steps}", "--batch", "2", "--save-every", "0", .. more];
        Assert.Equal(0, (await ChatGptCommand.Run([.. begin, "--out", scratch["whole"]])).Code);
        string folder = scratch["killed"];
        KillAndGoOn(folder, Steps, () => File.Exists(Path.Combine(folder, "stage.json")) ? ["sft", "--resume", "--out", folder, "--save-every", "0"] : [.. begin, "--out", folder]);

        Assert.Equal(File.ReadAllBytes(Path.Combine(scratch["whole"], "model.safetensors")), File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        long[] steps = [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(l => (long)JsonNode.Parse(l)!["step"]!)];
        Assert.Equal(Enumerable.Range(1, Steps).Select(i => (long)i), steps); // none lost, none twice
        Assert.Empty(Directory.GetFiles(folder, ".tensorcore-*"));
        Assert.True((bool)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "stage.json")))!["done"]!);
    }

    /// <summary>Two stages; in the long mode (./build.sh test long) all four, and more kills.</summary>
    [Fact]
    public async Task TheWholeWayKilledAgainAndAgainEndsWithTheSameBits()
    {
        using Scratch scratch = new();
        string[] stages = TinyModels.Long ? ["base", "sft", "reward", "ppo"] : ["base", "sft"];
        string[] args = ["run", "--minutes", "0.05", "--questions", "4", "--page", "no", "--until", stages[^1], "--out"];
        Assert.Equal(0, ChatGptCommand.RunAsProcess(null, [.. args, scratch["whole"]]));
        foreach (string stage in stages) // how many steps fit the time is known now; a second count would find others
        {
            Directory.CreateDirectory(scratch[$"killed/{stage}"]);
            await File.WriteAllTextAsync(scratch[$"killed/{stage}/stage.json"], (await File.ReadAllTextAsync(scratch[$"whole/{stage}/stage.json"])).Replace("\"done\": true", "\"done\": false", StringComparison.Ordinal));
        }
        Random random = new();
        int kills = TinyModels.Long ? 12 : 3, killed = 0;
        for (int i = 0; i < kills; i++)
        {
            // Some time after the stage's first step, or, once it is done, after the start of whatever comes then.
            string metrics = scratch[$"killed/{stages[i % stages.Length]}/metrics.jsonl"];
            bool done = (bool)JsonNode.Parse(await File.ReadAllTextAsync(scratch[$"killed/{stages[i % stages.Length]}/stage.json"]))!["done"]!;
            DateTime before = DateTime.UtcNow;
            int wait = random.Next(0, done ? 3000 : 600);
            Stopwatch? clock = null;
            killed += ChatGptCommand.RunAsProcess(
                () =>
                {
                    if (done || (File.Exists(metrics) && File.GetLastWriteTimeUtc(metrics) > before))
                        clock ??= Stopwatch.StartNew();
                    return clock?.ElapsedMilliseconds >= wait;
                },
                [.. args, scratch["killed"]]) == 0 ? 0 : 1;
        }
        Assert.True(killed > 0, "nothing was killed");
        Assert.Equal(0, ChatGptCommand.RunAsProcess(null, [.. args, scratch["killed"]]));
        foreach (string stage in stages)
            Assert.True(File.ReadAllBytes(scratch[$"whole/{stage}/model.safetensors"]).AsSpan().SequenceEqual(File.ReadAllBytes(scratch[$"killed/{stage}/model.safetensors"])), stage);
        Assert.Equal(stages, JsonNode.Parse(await File.ReadAllTextAsync(scratch["killed/ledger.json"]))!.AsArray().Select(e => (string)e!["stage"]!));
    }

    /// <summary>
    /// Runs a command again and again, each time killed at a random moment: some times while it starts, some while it learns, some while it saves. Then lets it finish.
    /// </summary>
    /// <param name="folder">The stage's folder.</param>
    /// <param name="steps">The stage's steps.</param>
    /// <param name="command">The command line that begins the work or goes on with it.</param>
    internal static void KillAndGoOn(string folder, long steps, Func<string[]> command)
    {
        Random random = new();
        string metrics = Path.Combine(folder, "metrics.jsonl"), checkpoint = Path.Combine(folder, "checkpoint.safetensors");
        int killed = 0;
        for (int i = 0; i < Kills; i++)
        {
            // From a random moment after the start, or after the first line of metrics, or right when a checkpoint is being written.
            int wait = random.Next(0, 400), kind = i % 3;
            DateTime before = DateTime.UtcNow;
            Stopwatch? clock = null;
            int code = ChatGptCommand.RunAsProcess(
                () =>
                {
                    bool begun = kind switch
                    {
                        0 => File.Exists(metrics) && File.GetLastWriteTimeUtc(metrics) > before,
                        1 => Directory.Exists(folder) && Directory.EnumerateFiles(folder, ".tensorcore-*.tmp").Any(),
                        _ => true,
                    };
                    if (begun)
                        clock ??= Stopwatch.StartNew();
                    return clock is not null && (kind == 1 || clock.ElapsedMilliseconds >= wait);
                },
                command());
            if (code == 0)
                break; // faster than the kill
            killed++;
            // Whatever the moment, each file is whole, the old one or the new one.
            if (File.Exists(checkpoint))
                Assert.InRange(Checkpoint.Read(checkpoint).Step, 1, steps);
            if (File.Exists(Path.Combine(folder, "model.safetensors")))
                _ = Safetensors.Load(Path.Combine(folder, "model.safetensors"));
        }
        Assert.True(killed >= 2, $"only {killed} kills");
        Assert.Equal(0, ChatGptCommand.RunAsProcess(null, command()));
    }
}
