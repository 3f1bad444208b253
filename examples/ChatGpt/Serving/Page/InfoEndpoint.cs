using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary><c>GET /api/info</c>: the models with their sizes, and questions that their world can answer.</summary>
internal sealed class InfoEndpoint(ChatEngine engine, ServerOptions options, PageWorld world)
{
    private const int Questions = 24;

    private readonly Lazy<string[]> _questions = new(() => world.IsKnown ? Suggest(world.Questions) : []);

    public void Map(WebApplication app) => app.Show("/api/info", _ => new JsonObject
    {
        ["language"] = world.LanguageCode,
        ["run"] = options.RunFolder is null ? null : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.RunFolder))),
        ["models"] = new JsonArray([.. engine.Models.Select(Describe)]),
        ["questions"] = PageRoutes.Strings(_questions.Value),
    });

    private static JsonObject Describe(ServedModel model)
    {
        GptConfig? sizes = (model.Model as GptModel)?.Config;
        return new()
        {
            ["name"] = model.Name,
            ["chats"] = model.Chats,
            ["vocabulary"] = model.Tokenizer.VocabularySize,
            ["context"] = model.Model.Context,
            ["layers"] = model.Model.Layers,
            ["heads"] = sizes?.Heads,
            ["width"] = sizes?.Width,
            ["parameters"] = sizes?.ParameterCount,
        };
    }

    /// <summary>Of every kind some, in wordings that no model was tuned on; of those the short ones, which fit a button.</summary>
    private static string[] Suggest(QuestionWorld questions) =>
        [.. questions.HeldOutPhrasings.Draw(8 * Questions, seed: 7).Where(q => q.Text.Length <= 60).DistinctBy(q => (q.Kind, q.Subject)).Select(q => q.Text).Take(Questions)];
}
