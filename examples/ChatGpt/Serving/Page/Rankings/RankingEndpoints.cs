using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving.Api;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Rankings;

/// <summary>
/// <c>GET</c> and <c>POST /api/rankings</c>: what people ranked. <c>GET /api/rankings/export?as=rankings|pairs</c>: a file of it. <c>POST /api/reward/train</c> and <c>GET /api/reward</c>: a reward model
/// learns it; <c>POST /api/reward/score</c>: what that thinks of answers.
/// </summary>
internal sealed class RankingEndpoints(string? runFolder)
{
    private const int MostAnswers = 16;

    private readonly RankingStore _store = new(runFolder);
    private readonly Lazy<RewardJob> _job = new(() => new RewardJob(new RankingStore(runFolder)));

    public void Map(WebApplication app)
    {
        app.Show("/api/rankings", _ => Count());
        app.Ask("/api/rankings", (fields, _) => Task.FromResult(Add(fields)));
        app.MapGet("/api/rankings/export", ExportAsync);
        app.Show("/api/reward", _ => _job.Value.Describe());
        app.Ask("/api/reward/train", (_, _) =>
        {
            _job.Value.Start();
            return Task.FromResult<JsonNode>(_job.Value.Describe());
        });
        app.Ask("/api/reward/score", ScoreAsync);
    }

    private JsonObject Count()
    {
        if (runFolder is null)
            return new() { ["possible"] = false, ["rankings"] = 0, ["pairs"] = 0 };
        IReadOnlyList<Dialogues.Ranking> all = _store.All();
        return new() { ["possible"] = true, ["rankings"] = all.Count, ["pairs"] = all.Sum(r => r.Pairs().Count(p => !p.IsTie)) };
    }

    private JsonNode Add(JsonFields fields)
    {
        string question = fields.Required("question");
        string[] answers = fields.RequiredTexts("answers", 2, MostAnswers);
        JsonElement[] ranks = fields.Array("ranks") ?? throw ApiException.Invalid("ranks are missing", "ranks");
        int[] places = [.. ranks.Select((r, i) => r.ValueKind == JsonValueKind.Number && r.TryGetInt32(out int place) ? place : throw ApiException.Invalid($"ranks[{i}] must be a whole number", "ranks"))];
        _store.Add(new([new(Role.User, question)], answers, places, RankingStore.Source, DateTimeOffset.UtcNow));
        return Count();
    }

    private async Task ExportAsync(HttpContext context)
    {
        string kind = context.Request.Query["as"].FirstOrDefault() ?? "rankings";
        byte[] file = kind switch
        {
            "rankings" => _store.Raw(),
            "pairs" => _store.Pairs(),
            _ => throw ApiException.Invalid("as must be rankings or pairs", "as"),
        };
        context.Response.ContentType = "application/jsonl; charset=utf-8";
        context.Response.ContentLength = file.Length;
        context.Response.Headers.ContentDisposition = $"attachment; filename=\"{kind}.jsonl\"";
        await context.Response.Body.WriteAsync(file, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<JsonNode> ScoreAsync(JsonFields fields, CancellationToken cancellation)
    {
        string question = fields.Required("question");
        string[] answers = fields.RequiredTexts("answers", 1, MostAnswers);
        return new JsonObject { ["scores"] = PageRoutes.Numbers(await _job.Value.ScoreAsync(question, answers).WaitAsync(cancellation).ConfigureAwait(false)) };
    }
}
