using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>Server-sent events: <c>data: {…}</c> and an empty line, each as soon as it is written (https://html.spec.whatwg.org/multipage/server-sent-events.html).</summary>
public sealed class EventStream(HttpResponse response)
{
    private static readonly byte[] _data = "data: "u8.ToArray(), _done = "data: [DONE]\n\n"u8.ToArray();

    /// <summary>Begins the answer.</summary>
    public void Open()
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
    }

    /// <summary>Writes an event.</summary>
    public async Task SendAsync(JsonObject value, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(value);
        await response.Body.WriteAsync((byte[])[.. _data, .. Json.Bytes(value), (byte)'\n', (byte)'\n'], cancellation).ConfigureAwait(false);
        await response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Says that nothing more comes.</summary>
    public async Task DoneAsync(CancellationToken cancellation) => await response.Body.WriteAsync(_done, cancellation).ConfigureAwait(false);
}
