using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>JSON answers. Accents stay readable: the type is application/json, which no browser shows as HTML.</summary>
public static class Json
{
    private static readonly JsonSerializerOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value in UTF-8.</summary>
    public static byte[] Bytes(JsonNode value) => JsonSerializer.SerializeToUtf8Bytes(value, _options);

    /// <summary>Answers with a value.</summary>
    public static async Task WriteAsync(HttpResponse response, JsonNode value, int status = StatusCodes.Status200OK, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(response);
        byte[] bytes = Bytes(value);
        (response.StatusCode, response.ContentType, response.ContentLength) = (status, "application/json; charset=utf-8", bytes.Length);
        await response.Body.WriteAsync(bytes, cancellation).ConfigureAwait(false);
    }
}
