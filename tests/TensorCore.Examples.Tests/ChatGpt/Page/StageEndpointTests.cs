using System.Text.Json.Nodes;
using TensorCore.Examples.Tests.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>The trainings' files come to the page as they are, and what is written while it watches comes at once.</summary>
public sealed class StageEndpointTests
{
    [Fact]
    public async Task StagesLedgerAndSamplesAreThoseOfTheFolder()
    {
        await using PageRun run = await PageRun.Start();
        Directory.CreateDirectory(Path.Combine(run.Root, "not-a-stage"));
        Directory.CreateDirectory(Path.Combine(run.Root, "damaged"));
        File.WriteAllText(Path.Combine(run.Root, "damaged", "stage.json"), "{");
        JsonNode answer = JsonNode.Parse(await run.Server.Http.GetStringAsync("/api/stages"))!;
        Assert.Equal(["base", "sft"], answer["stages"]!.AsArray().Select(s => (string)s!["name"]!));
        Assert.Equal(["done", "running"], answer["stages"]!.AsArray().Select(s => (string)s!["state"]!));
        Assert.Equal(2 * PageRun.Lines, (int)answer["stages"]![0]!["steps"]!);
        Assert.Equal(PageRun.Lines, (int)answer["stages"]![0]!["last"]!["step"]!);
        Assert.Equal(0.775, (double)answer["ledger"]![1]!["results"]![0]!["after"]!);
        JsonNode samples = JsonNode.Parse(await run.Server.Http.GetStringAsync("/api/stages/sft/samples"))!;
        Assert.Equal(" Ana lê", (string)samples["samples"]![1]!["text"]!);
    }

    [Fact]
    public async Task MetricsAreLinesOfTheFile()
    {
        await using PageRun run = await PageRun.Start();
        foreach (int points in (int[])[500, 10])
        {
            JsonNode table = JsonNode.Parse(await run.Server.Http.GetStringAsync($"/api/stages/base/metrics?points={points}"))!;
            Assert.Equal(PageRun.Lines, (int)table["lines"]!);
            int[] steps = [.. table["step"]!.AsArray().Select(s => (int)s!)];
            Assert.Equal(steps.Order(), steps);
            Assert.Equal(PageRun.Lines, steps[^1]);
            if (points == 500) Assert.Equal(Enumerable.Range(1, PageRun.Lines), steps);
            else Assert.InRange(steps.Length, 10, 16);
            Assert.Equal(steps.Select(PageRun.Loss), table["columns"]!["loss"]!.AsArray().Select(v => (double)v!));
            // What was measured only now and then is all there.
            Assert.Equal([40, 80, 120], steps.Zip(table["columns"]!["val"]!.AsArray()).Where(x => x.Second is not null).Select(x => x.First));
        }
    }

    [Fact]
    public async Task NewLinesComeLiveUntilTheStageIsDone()
    {
        await using PageRun run = await PageRun.Start();
        using HttpResponseMessage response = await run.Server.Http.GetAsync($"/api/stages/sft/live?after={PageRun.Lines}", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        using StreamReader reader = new(await response.Content.ReadAsStreamAsync());
        JsonNode first = await Next(reader);
        Assert.Equal("running", (string)first["state"]!);
        Assert.Empty(first["lines"]!.AsArray()); // those up to the asked step are known
        run.Append("sft", PageRun.Line(121), PageRun.Line(122));
        JsonNode second = await Next(reader);
        Assert.Equal([121, 122], second["lines"]!.AsArray().Select(l => (int)l!["step"]!));
        Assert.Equal(PageRun.Loss(122), (double)second["lines"]![1]!["loss"]!);
        new TensorCore.Examples.ChatGpt.Learning.StageFolder(Path.Combine(run.Root, "sft")).Complete();
        Assert.Equal("done", (string)(await Next(reader))["state"]!);
        Assert.Equal("data: [DONE]", await reader.ReadLineAsync());
    }

    [Fact]
    public async Task NoRequestLeavesTheFolder()
    {
        await using PageRun run = await PageRun.Start();
        await TestServer.AssertError(run.Server.Http.GetAsync("/api/stages/ppo/metrics"), 404, "stage_not_found", "base, sft", "stage");
        foreach (string name in (string[])["..", "%2e%2e", "..%2f..%2fetc", "base%2f..%2fsft", "."])
        {
            using HttpResponseMessage response = await run.Server.Http.GetAsync($"/api/stages/{name}/metrics");
            Assert.Equal(404, (int)response.StatusCode);
        }
        await TestServer.AssertError(run.Server.Http.GetAsync("/api/stages/base/metrics?points=1"), 400, "invalid_request", "points", "points");
    }

    [Fact]
    public async Task WithoutARunThereIsNothingToSee()
    {
        await using TestServer server = await TestServer.Start();
        Assert.Equal("""{"stages":[],"ledger":[]}""", await server.Http.GetStringAsync("/api/stages"));
    }

    private static async Task<JsonNode> Next(StreamReader reader)
    {
        string line = (await reader.ReadLineAsync())!;
        Assert.StartsWith("data: ", line);
        Assert.Equal("", await reader.ReadLineAsync());
        return JsonNode.Parse(line["data: ".Length..])!;
    }
}
