using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using TensorCore.Examples.ChatGpt.Serving.Api;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>Routes that answer with JSON.</summary>
internal static class PageRoutes
{
    /// <summary>A GET.</summary>
    public static void Show(this WebApplication app, string path, Func<HttpRequest, JsonNode> answer) =>
        app.MapGet(path, context => Json.WriteAsync(context.Response, answer(context.Request), cancellation: context.RequestAborted));

    /// <summary>A POST whose body is a JSON object.</summary>
    public static void Ask(this WebApplication app, string path, Func<JsonFields, CancellationToken, Task<JsonNode>> answer)
    {
        ServerOptions options = app.Services.GetRequiredService<ServerOptions>();
        app.MapPost(path, async context =>
        {
            using JsonDocument body = await JsonFields.ReadBodyAsync(context.Request, options, context.RequestAborted).ConfigureAwait(false);
            JsonNode result = await answer(new JsonFields(body.RootElement), context.RequestAborted).ConfigureAwait(false);
            await Json.WriteAsync(context.Response, result, cancellation: context.RequestAborted).ConfigureAwait(false);
        });
    }

    /// <summary>Numbers as an array; those that JSON has not (NaN, ∞) become null.</summary>
    public static JsonArray Numbers(IEnumerable<double> values) => [.. values.Select(v => double.IsFinite(v) ? JsonValue.Create(v) : null)];

    /// <summary>Numbers as an array, with as many digits as a float has.</summary>
    public static JsonArray Numbers(IEnumerable<float> values) => [.. values.Select(v => float.IsFinite(v) ? JsonValue.Create(v) : null)];

    /// <summary>Texts as an array.</summary>
    public static JsonArray Strings(IEnumerable<string> values) => [.. values.Select(v => JsonValue.Create(v))];

    /// <summary>A text that must be there and must not be blank.</summary>
    public static string Required(this JsonFields fields, string name, int longest = 4000)
    {
        string text = fields.Text(name) ?? throw ApiException.Invalid($"{name} is missing", name);
        return string.IsNullOrWhiteSpace(text) ? throw ApiException.Invalid($"{name} is empty", name)
            : text.Length > longest ? throw ApiException.Invalid($"{name} has {text.Length} characters: at most {longest} are possible", name)
            : text;
    }

    /// <summary>An array of texts that must be there.</summary>
    public static string[] RequiredTexts(this JsonFields fields, string name, int fewest, int most)
    {
        JsonElement[] items = fields.Array(name) ?? throw ApiException.Invalid($"{name} are missing", name);
        return items.Length >= fewest && items.Length <= most
            ? [.. items.Select((item, i) => JsonFields.Text(item, $"{name}[{i}]"))]
            : throw ApiException.Invalid($"{name} must be {(fewest == most ? $"{most}" : $"{fewest} to {most}")}, not {items.Length}", name);
    }
}
