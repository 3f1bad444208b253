using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Commands;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.World;
using TensorCore.Examples.Tests.Gpt;
using TensorCore.Text;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

/// <summary>The commands reward, ppo, dpo and grpo, on models too small to learn anything: files, options, errors, going on.</summary>
public class ReinforcementCommandTests
{
    private static readonly string[] _tiny = ["--max-tokens", "6", "--seed", "3"];

    private static async Task<CommandOutcome> Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await ChatGptProgram.RunAsync(["--json", "--language", "en", .. args], output, error);
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>The same, with Ctrl-C as soon as the first step is shown.</summary>
    private static async Task<CommandOutcome> RunAndInterrupt(params string[] args)
    {
        using CancellationTokenSource stop = new();
        using StringWriter output = new();
        using Interrupter error = new(stop);
        int code = await ChatGptProgram.RunAsync(["--json", "--language", "en", .. args], output, error, stop.Token);
        return new(code, output.ToString(), error.ToString());
    }

    private sealed class Interrupter(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains("%  loss", StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }

    private static async Task<JsonObject> Succeed(params string[] args)
    {
        CommandOutcome outcome = await Run(args);
        Assert.True(outcome.Code == 0, outcome.Error);
        return outcome.Json;
    }

    /// <summary>A model that reads bytes and knows nothing.</summary>
    private static string Model(Scratch scratch, int context = 48, WorldKey? key = null)
    {
        StageFolder folder = new(scratch["sft"]);
        Tokenizer tokenizer = ChatTemplate.AddTo(new ByteTokenizer());
        GptModel model = new(new GptConfig(tokenizer.VocabularySize, context, 1, 2, 16), 5);
        JsonObject options = [];
        key?.WriteTo(options);
        folder.Write(new("sft", "", options, Done: true));
        folder.Model.SaveDescription(model.Config, tokenizer);
        Weights.Save(folder.Model.Weights, model);
        return folder.Root;
    }

    private static string Pairs(Scratch scratch, int count = 40) => scratch.Write("pairs.jsonl", string.Concat(Enumerable.Range(0, count).Select(i =>
        $$"""{"prompt": "q{{i % 7}}?", "chosen": "yes{{i % 3}}", "rejected": "no{{i % 5}}"}""" + "\n")));

    private static string Questions(Scratch scratch) => scratch.Write("questions.jsonl", string.Concat(Enumerable.Range(0, 20).Select(i =>
        $$"""{"messages": [{"role": "user", "content": "q{{i}}?"}, {"role": "assistant", "content": "yes"}]}""" + "\n")));

    private static byte[] WeightsOf(string folder) => File.ReadAllBytes(new ModelFolder(folder).Weights);

    [Fact]
    public async Task FromPairsToARewardModelToPoliciesByThreeMethods()
    {
        using Scratch scratch = new();
        (string model, string pairs, string questions) = (Model(scratch), Pairs(scratch), Questions(scratch));
        JsonObject reward = await Succeed("reward", "--model", model, "--data", pairs, "--out", scratch["rm"], "--batch", "8", "--lr", "0.01", "--epochs", "5");
        Assert.False((bool)reward["interrupted"]!);
        JsonNode result = reward["ledger"]![0]!["results"]![0]!;
        Assert.Equal("pair_accuracy", (string)result["metric"]!);
        Assert.True((double)result["after"]! > 0.9, reward.ToJsonString()); // yes or no: easy
        Assert.True(File.Exists(scratch["rm/calibration.svg"]));
        Assert.True(new StageFolder(scratch["rm"]).Read()!.Done);

        JsonObject ppo = await Succeed(["ppo", "--model", model, "--reward", scratch["rm"], "--data", questions, "--out", scratch["ppo"], "--steps", "4", "--batch", "8", "--minibatches", "2", .. _tiny]);
        Assert.NotNull(ppo["findings"]);
        string[] lines = File.ReadAllLines(new ModelFolder(scratch["ppo"]).Metrics);
        Assert.Equal(4, lines.Length);
        foreach (string name in (string[])["reward", "kl", "kl_full", "kl_coefficient", "first_ratio_error", "policy_clip", "value_clip", "explained_variance", "entropy", "length", "tokens"])
            Assert.NotNull(JsonNode.Parse(lines[0])![name]);
        JsonObject doctor = await Succeed("ppo", "--doctor", "--out", scratch["ppo"]);
        Assert.Equal(ppo["findings"]!.ToJsonString(), doctor["findings"]!.ToJsonString());
        Assert.Contains(doctor["findings"]!.AsArray(), f => (string)f!["illness"]! == "AnswersCutOff"); // it was never taught to end

        await Succeed(["grpo", "--model", model, "--reward", scratch["rm"], "--data", questions, "--out", scratch["grpo"], "--steps", "3", "--prompts", "2", "--group", "3", .. _tiny]);
        await Succeed(["dpo", "--model", model, "--data", pairs, "--out", scratch["dpo"], "--steps", "3", "--batch", "8", .. _tiny]);
        foreach (string stage in (string[])["ppo", "grpo", "dpo"])
        {
            if (stage != "grpo") // no answer ends, so all of a group get the same, and there is nothing to learn
                Assert.NotEqual(WeightsOf(model), WeightsOf(scratch[stage]));
            Assert.Equal(stage, new StageFolder(scratch[stage]).Read()!.Stage);
            new ModelFolder(scratch[stage]).Load(default); // a plain GPT
        }
    }

    [Fact]
    public async Task TheLabellerOfTheBuiltInWorldRanksTheModelsAnswers()
    {
        using Scratch scratch = new();
        string model = Model(scratch, context: 160, new WorldKey(Language.Portuguese, 1));
        JsonObject reward = await Succeed("reward", "--model", model, "--out", scratch["rm"], "--prompts", "12", "--answers", "3", "--batch", "4");
        Assert.Equal(["pair_accuracy", "pair_accuracy", "true_pair_accuracy", "true_pair_accuracy"], reward["ledger"]![0]!["results"]!.AsArray().Select(r => (string)r!["metric"]!));
        IReadOnlyList<Ranking> rankings = RankingFile.Read(scratch["rm/rankings.jsonl"]);
        Assert.InRange(rankings.Count, 6, 12);
        Assert.All(rankings, r => Assert.Equal("labeller", r.Source));
        JsonObject ppo = await Succeed(["ppo", "--model", model, "--reward", scratch["rm"], "--out", scratch["ppo"], "--questions", "20", "--steps", "2", "--batch", "4", "--ptx", "0.1", "--kl-target", "0", .. _tiny]);
        Assert.Contains(ppo["ledger"]![0]!["results"]!.AsArray(), r => (string)r!["metric"]! == "true_reward");
        await Succeed(["dpo", "--model", model, "--reward", scratch["rm"], "--out", scratch["dpo"], "--steps", "2", "--batch", "4", .. _tiny]); // the same rankings
    }

    [Theory]
    [InlineData("reward")]
    [InlineData("ppo")]
    [InlineData("grpo")]
    [InlineData("dpo")]
    public async Task GoingOnAfterAnInterruptionGivesTheSameBits(string stage)
    {
        using Scratch scratch = new();
        Func<string, string[]> args = await Learning(scratch, stage, steps: stage == "dpo" ? 40 : 10);
        await Succeed(args(scratch["whole"]));
        for (int parts = 0; parts < 3; parts++)
        {
            CommandOutcome outcome = await RunAndInterrupt(args(scratch["parts"]));
            Assert.True(outcome.Code == 130, outcome.Error);
            Assert.False(new StageFolder(scratch["parts"]).Read()!.Done);
        }
        await Succeed(args(scratch["parts"]));
        Assert.Equal(WeightsOf(scratch["whole"]), WeightsOf(scratch["parts"]));
    }

    [Theory]
    [InlineData("reward")]
    [InlineData("ppo")]
    [InlineData("grpo")]
    [InlineData("dpo")]
    public async Task BeingKilledAgainAndAgainGivesTheSameBits(string stage)
    {
        long steps = stage is "reward" or "dpo" ? 600 : 200; // enough that a fast machine is still at it when the kill comes
        using Scratch scratch = new();
        Func<string, string[]> args = await Learning(scratch, stage, steps);
        await Succeed(args(scratch["whole"]));
        KilledTrainingTests.KillAndGoOn(scratch["killed"], steps, () => args(scratch["killed"]));
        Assert.Equal(WeightsOf(scratch["whole"]), WeightsOf(scratch["killed"]));
    }

    /// <summary>The command line of a stage that saves at each of its steps; its models and data are in the scratch folder.</summary>
    private static async Task<Func<string, string[]>> Learning(Scratch scratch, string stage, long steps)
    {
        (string model, string pairs, string questions) = (Model(scratch), Pairs(scratch), Questions(scratch));
        await Succeed("reward", "--model", model, "--data", pairs, "--out", scratch["rm"], "--batch", "8");
        long epochs = Math.Max(12, (steps * 4 + 37) / 38); // of 38 rankings in fours
        return folder =>
        [
            .. stage switch
            {
                "reward" => (string[])["reward", "--model", model, "--data", pairs, "--epochs", $"{epochs}", "--batch", "4"],
                "dpo" => ["dpo", "--model", model, "--data", pairs, "--steps", $"{steps}", "--batch", "4", .. _tiny],
                "ppo" => ["ppo", "--model", model, "--reward", scratch["rm"], "--data", questions, "--steps", $"{steps}", "--batch", "6", .. _tiny],
                _ => ["grpo", "--model", model, "--reward", scratch["rm"], "--data", questions, "--steps", $"{steps}", "--prompts", "2", "--group", "3", .. _tiny],
            },
            "--out", folder, "--save-every", "0",
        ];
    }

    [Fact]
    public async Task WhatDoesNotFitIsOneClearError()
    {
        using Scratch scratch = new();
        (string model, string pairs, string questions) = (Model(scratch), Pairs(scratch), Questions(scratch));
        (await Run((string[])["reward", "--model", scratch["none"], "--out", scratch["rm"]])).AssertUserError("does not exist");
        (await Run((string[])["reward", "--model", model, "--out", scratch["rm"]])).AssertUserError("--data"); // no world, no labeller
        (await Run((string[])["reward", "--model", model, "--data", scratch["none.jsonl"], "--out", scratch["rm2"]])).AssertUserError("none.jsonl");
        (await Run((string[])["reward", "--model", model, "--data", scratch.Write("broken.jsonl", "{\"chosen\": 3}\n"), "--out", scratch["rm3"]])).AssertUserError("broken.jsonl:1");
        (await Run((string[])["ppo", "--model", model, "--out", scratch["p"], "--data", questions])).AssertUserError("--reward");
        (await Run((string[])["ppo", "--model", model, "--reward", model + "x", "--out", scratch["p"], "--data", questions])).AssertUserError("reward model");
        (await Run((string[])["ppo", "--model", model, "--reward", model, "--out", scratch["p"], "--data", questions, .. _tiny])).AssertUserError("score.weight"); // a GPT is no judge
        (await Run((string[])["ppo", "--doctor", "--out", scratch["none"]])).AssertUserError("none");
        (await Run((string[])["ppo", "--doctor", "--out", model])).AssertUserError("metrics.jsonl");
        (await Run((string[])["dpo", "--model", model, "--out", scratch["d"]])).AssertUserError("--data");
        (await Run((string[])["ppo", "--model", model, "--reward", model, "--out", scratch["p"], "--minibatches", "100"])).AssertUserError("--minibatches");
        await Succeed("dpo", "--model", model, "--data", pairs, "--out", scratch["d"], "--steps", "2", "--batch", "4", "--max-tokens", "6");
        (await Run((string[])["dpo", "--model", model, "--data", pairs, "--out", scratch["d"], "--steps", "3", "--batch", "4", "--max-tokens", "6"])).AssertUserError("Steps");
    }
}
