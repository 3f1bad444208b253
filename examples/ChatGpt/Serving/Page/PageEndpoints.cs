using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TensorCore.Examples.ChatGpt.Serving.Page.Lessons;
using TensorCore.Examples.ChatGpt.Serving.Page.Rankings;
using TensorCore.Examples.ChatGpt.Serving.Page.Senses;
using TensorCore.Examples.ChatGpt.Serving.Page.Training;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>What the page asks for beyond OpenAI's API, under <c>/api</c>. The services have the <see cref="ChatEngine"/> and the <see cref="ServerOptions"/>.</summary>
internal static class PageEndpoints
{
    public static void MapPage(WebApplication app)
    {
        ChatEngine engine = app.Services.GetRequiredService<ChatEngine>();
        ServerOptions options = app.Services.GetRequiredService<ServerOptions>();
        PageWorld world = new(options.RunFolder);
        new InfoEndpoint(engine, options, world).Map(app);
        new NextTokenEndpoint(engine).Map(app);
        new AttentionEndpoint(engine).Map(app);
        new SenseEndpoint(engine, world).Map(app);
        new StageEndpoints(options.RunFolder).Map(app);
        new RankingEndpoints(options.RunFolder).Map(app);
        new LessonEndpoints().Map(app);
    }
}
