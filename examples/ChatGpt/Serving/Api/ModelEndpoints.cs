using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary><c>GET /v1/models</c> and <c>GET /v1/models/{model}</c>.</summary>
internal sealed class ModelEndpoints(ChatEngine engine)
{
    public void Map(WebApplication app)
    {
        app.MapGet("/v1/models", context => Json.WriteAsync(
            context.Response, new JsonObject { ["object"] = "list", ["data"] = new JsonArray([.. engine.Models.Select(Describe)]) }));
        app.MapGet("/v1/models/{**model}", context => Json.WriteAsync(context.Response, Describe(engine.Find((string?)context.GetRouteValue("model")))));
    }

    private static JsonObject Describe(ServedModel model) => new()
    {
        ["id"] = model.Name,
        ["object"] = "model",
        ["created"] = model.Created.ToUnixTimeSeconds(),
        ["owned_by"] = "tensorcore",
    };
}
