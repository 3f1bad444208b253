using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Serving.Api;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Training;

/// <summary>
/// The trainings of the run: <c>GET /api/stages</c> with the ledger, <c>/api/stages/{stage}/metrics</c>, <c>/samples</c>, and <c>/live</c>, server-sent events with the metrics' new lines. It
/// reads files that <c>gpt run</c>, perhaps another process, writes.
/// </summary>
internal sealed class StageEndpoints(string? runFolder)
{
    private const int MostPoints = 2000;

    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(400), _sayEvery = TimeSpan.FromSeconds(10);

    // A training writes its lines every second; one that has written none for so long is not running.
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(30);

    private readonly RunStages _stages = new(runFolder);

    public void Map(WebApplication app)
    {
        app.Show("/api/stages", _ => new JsonObject { ["stages"] = new JsonArray([.. _stages.All().Select(s => Describe(s.Name, s.Folder, s.Description))]), ["ledger"] = ReadLedger() });
        app.Show("/api/stages/{stage}/metrics", request => MetricsTable.Of(JsonLines.All(Find(request).Model.Metrics), Points(request)));
        app.Show("/api/stages/{stage}/samples", request => new JsonObject { ["samples"] = new JsonArray([.. JsonLines.All(Find(request).Samples)]) });
        app.MapGet("/api/stages/{stage}/live", context => FollowAsync(context, app.Lifetime.ApplicationStopping));
    }

    private JsonNode ReadLedger()
    {
        try
        {
            return _stages.Root is null ? new JsonArray() : Ledger.Of(_stages.Root).ToJson();
        }
        catch (InvalidDataException e)
        {
            throw new ApiException(StatusCodes.Status500InternalServerError, "ledger_damaged", e.Message);
        }
    }

    private static JsonObject Describe(string name, StageFolder folder, StageDescription description)
    {
        IReadOnlyList<JsonObject> lines = JsonLines.All(folder.Model.Metrics);
        return new()
        {
            ["name"] = name,
            ["stage"] = description.Stage,
            ["state"] = State(folder, description),
            ["steps"] = Steps(description.Options),
            ["last"] = lines.Count == 0 ? null : lines[^1].DeepClone(),
            ["options"] = description.Options.DeepClone(),
        };
    }

    private static string State(StageFolder folder, StageDescription description) => description.Done ? "done"
        : File.Exists(folder.Model.Metrics) && DateTime.UtcNow - File.GetLastWriteTimeUtc(folder.Model.Metrics) < _silence ? "running"
        : "stopped";

    // Where a stage keeps its options, "Steps" or "steps", in them or in those of its training.
    private static JsonNode? Steps(JsonObject options) =>
        options.Concat((options["training"] as JsonObject) ?? []).FirstOrDefault(o => o.Key.Equals("steps", StringComparison.OrdinalIgnoreCase)).Value?.DeepClone();

    private async Task FollowAsync(HttpContext context, CancellationToken stopping)
    {
        StageFolder folder = Find(context.Request);
        long after = long.TryParse(context.Request.Query["after"], out long step) ? step : 0;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        EventStream events = new(context.Response);
        events.Open();
        JsonLines file = new(folder.Model.Metrics);
        string? said = null;
        DateTime at = DateTime.MinValue;
        try
        {
            while (true)
            {
                string state = folder.Read() is { } d ? State(folder, d) : "stopped";
                JsonObject[] lines = [.. file.Next().Where(l => (long?)(l["step"] as JsonValue) > after)];
                if (lines.Length > 0 || state != said || DateTime.UtcNow - at > _sayEvery)
                {
                    await events.SendAsync(new JsonObject { ["state"] = state, ["lines"] = new JsonArray([.. lines]) }, end.Token).ConfigureAwait(false);
                    (said, at) = (state, DateTime.UtcNow);
                }
                if (state == "done")
                    break;
                await Task.Delay(_lookEvery, end.Token).ConfigureAwait(false);
            }
            await events.DoneAsync(end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server ends, and so does the stream.
        }
    }

    private StageFolder Find(HttpRequest request)
    {
        string? name = (string?)request.HttpContext.GetRouteValue("stage");
        return _stages.Find(name) ?? throw new ApiException(
            StatusCodes.Status404NotFound, "stage_not_found", $"there is no stage '{(name?.Length > 40 ? name[..40] + "…" : name)}'; there are: {string.Join(", ", _stages.All().Select(s => s.Name))}", "stage");
    }

    private static int Points(HttpRequest request)
    {
        string? text = request.Query["points"];
        return text is null ? 500
            : int.TryParse(text, out int points) && points is >= 2 and <= MostPoints ? points
            : throw ApiException.Invalid($"points must be a whole number from 2 to {MostPoints}", "points");
    }
}
