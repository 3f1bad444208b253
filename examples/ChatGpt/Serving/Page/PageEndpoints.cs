using Microsoft.AspNetCore.Builder;

namespace TensorCore.Examples.ChatGpt.Serving.Page;

/// <summary>What the page asks for beyond OpenAI's API, under <c>/api</c>. The services have the <see cref="ChatEngine"/> and the <see cref="ServerOptions"/>.</summary>
internal static class PageEndpoints
{
    public static void MapPage(WebApplication app)
    {
    }
}
