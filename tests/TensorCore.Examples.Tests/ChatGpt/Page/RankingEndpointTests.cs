using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>What a person ranks in the page is stored, can be exported, and teaches a reward model.</summary>
public sealed class RankingEndpointTests
{
    [Fact]
    public async Task RankingsAreStoredAndExported()
    {
        await using PageRun run = await PageRun.Start();
        Assert.Equal("""{"possible":true,"rankings":0,"pairs":0}""", await run.Server.Http.GetStringAsync("/api/rankings"));
        JsonObject count = await run.Server.Ask("/api/rankings", """{"question": "Onde Ana mora?", "answers": ["Na Rua do Sol.", "Não sei.", "Às três"], "ranks": [0, 1, 1]}""");
        Assert.Equal((1, 2), ((int)count["rankings"]!, (int)count["pairs"]!)); // of three pairs one is a tie

        TensorCore.Examples.ChatGpt.Dialogues.Ranking stored = Assert.Single(RankingFile.Read(Path.Combine(run.Root, "rankings.jsonl")));
        Assert.Equal("page", stored.Source);
        Assert.Equal([new Message(Role.User, "Onde Ana mora?")], stored.Prompt);
        Assert.Equal([0, 1, 1], stored.Ranks);

        byte[] file = await run.Server.Http.GetByteArrayAsync("/api/rankings/export?as=rankings");
        Assert.Equal(File.ReadAllBytes(Path.Combine(run.Root, "rankings.jsonl")), file);
        string pairs = Path.Combine(run.Root, "pairs.jsonl");
        File.WriteAllBytes(pairs, await run.Server.Http.GetByteArrayAsync("/api/rankings/export?as=pairs"));
        Assert.Equal(["Não sei.", "Às três"], PreferenceFile.Read(pairs).Select(p => p.Rejected).Order(StringComparer.Ordinal).OrderBy(x => x == "Às três"));
    }

    [Fact]
    public async Task BadRankingsAreRefusedAndNothingIsStored()
    {
        await using PageRun run = await PageRun.Start();
        await TestServer.AssertError(run.Server.Post("/api/rankings", """{"question": "a", "answers": ["b"], "ranks": [0]}"""), 400, "invalid_request", "answers", "answers");
        await TestServer.AssertError(run.Server.Post("/api/rankings", """{"question": "a", "answers": ["b", "c"], "ranks": [0]}"""), 400, "invalid_request", "ranks", "ranks");
        await TestServer.AssertError(run.Server.Post("/api/rankings", """{"question": "a", "answers": ["b", "c"], "ranks": [0, 7]}"""), 400, "invalid_request", "7", "ranks");
        await TestServer.AssertError(run.Server.Post("/api/rankings", """{"question": " ", "answers": ["b", "c"], "ranks": [0, 1]}"""), 400, "invalid_request", "question", "question");
        await TestServer.AssertError(run.Server.Http.GetAsync("/api/rankings/export?as=csv"), 400, "invalid_request", "pairs", "as");
        Assert.False(File.Exists(Path.Combine(run.Root, "rankings.jsonl")));
        await TestServer.AssertError(run.Server.Post("/api/reward/train", "{}"), 409, "no_rankings", "no ranking");
        await TestServer.AssertError(run.Server.Post("/api/reward/score", """{"question": "a", "answers": ["b"]}"""), 409, "not_trained", "trained");

        await using TestServer alone = await TestServer.Start();
        Assert.Equal("""{"possible":false,"rankings":0,"pairs":0}""", await alone.Http.GetStringAsync("/api/rankings"));
        await TestServer.AssertError(alone.Post("/api/rankings", """{"question": "a", "answers": ["b", "c"], "ranks": [0, 1]}"""), 409, "no_run_folder", "folder");
    }

    [Fact]
    public async Task ARewardModelLearnsWhatThePersonPrefers()
    {
        await using PageRun run = await PageRun.Start();
        for (int i = 0; i < 12; i++) // short is liked
            await run.Server.Ask("/api/rankings", new JsonObject { ["question"] = $"Oi {i}?", ["answers"] = new JsonArray("zzzz zzzz zzzz zzzz", "aa", $"zzzz zzzz {i}"), ["ranks"] = new JsonArray(2, 0, 1) }.ToJsonString());
        await run.Server.Ask("/api/reward/train", "{}");
        JsonNode job = await Finished(run.Server);
        Assert.Equal("done", (string)job["state"]!);
        Assert.Equal((int)job["steps"]!, job["loss"]!.AsArray().Count);
        Assert.True((bool)job["accuracy"]!["held_out"]!);
        Assert.Equal(6, (int)job["accuracy"]!["of"]!); // two rankings of three pairs

        string folder = Path.Combine(run.Root, "reward-page");
        RewardModel kept = RewardModel.Load(Path.Combine(folder, "model.safetensors"), GptConfig.Load(Path.Combine(folder, "config.json")));
        ChatTemplate template = new(TinyModels.Tokenizer);
        int[] prompt = template.Prompt([new(Role.User, "Oi?")]);
        double[] expected = kept.Score([(prompt, RankedAnswers.Tokens("aa", template)), (prompt, RankedAnswers.Tokens("zzzz zzzz zzzz zzzz", template))]);
        JsonObject answer = await run.Server.Ask("/api/reward/score", """{"question": "Oi?", "answers": ["aa", "zzzz zzzz zzzz zzzz"]}""");
        double[] scores = [.. answer["scores"]!.AsArray().Select(s => (double)s!)];
        Assert.All(scores.Zip(expected), s => Assert.Equal(s.Second, s.First, 1e-4));
        Assert.True(scores[0] > scores[1], $"{scores[0]} > {scores[1]}");
        // The training is one of the run's stages now, with its curve.
        JsonNode table = JsonNode.Parse(await run.Server.Http.GetStringAsync("/api/stages/reward-page/metrics"))!;
        Assert.Equal(job["loss"]!.AsArray().Select(l => (double)l!), table["columns"]!["loss"]!.AsArray().Select(l => (double)l!));
    }

    private static async Task<JsonNode> Finished(TestServer server)
    {
        for (int i = 0; i < 2400; i++)
        {
            JsonNode job = JsonNode.Parse(await server.Http.GetStringAsync("/api/reward"))!;
            if ((string)job["state"]! != "running") return job;
            await Task.Delay(50);
        }
        throw new TimeoutException("the reward model is still being trained");
    }
}
