using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>A JSON object of a request, read field by field; what does not fit is the client's error and names the field. A null is a field that is not there.</summary>
public readonly struct JsonFields
{
    private const int MaxDepth = 32;

    private readonly JsonElement _object;
    private readonly string _path;

    /// <summary>The fields of an object.</summary>
    /// <param name="value">The object.</param>
    /// <param name="path">Where it stands, for errors: <c>messages[2].</c>, or empty.</param>
    /// <exception cref="ApiException">Not an object.</exception>
    public JsonFields(JsonElement value, string path = "")
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw ApiException.Invalid($"{(path.Length == 0 ? "the body" : path.TrimEnd('.'))} must be an object, not {Kind(value)}", path.Length == 0 ? null : path.TrimEnd('.'));
        (_object, _path) = (value, path);
    }

    /// <summary>Reads a request's body whole.</summary>
    /// <exception cref="ApiException">It is too large, not JSON in UTF-8, or no object.</exception>
    public static async Task<JsonDocument> ReadBodyAsync(HttpRequest request, ServerOptions options, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(options);
        // A page of another site can post text without asking, JSON it cannot.
        if (!request.HasJsonContentType())
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "the body must be JSON: Content-Type: application/json");
        ReadOnlyMemory<byte> bytes = await ReadAsync(request, options.MaxBodyBytes, cancellation).ConfigureAwait(false);
        if (!Utf8.IsValid(bytes.Span))
            throw ApiException.Invalid("the body is not valid UTF-8");
        try
        {
            return JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            throw ApiException.Invalid($"the body is not valid JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {Reason(e)}");
        }
    }

    /// <summary>What is too large is read to its end too, and forgotten: a connection that is closed on a client that still writes may take the answer with it.</summary>
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, long limit, CancellationToken cancellation)
    {
        using MemoryStream body = new();
        byte[] part = new byte[16384];
        long length = 0;
        for (int n; (n = await request.Body.ReadAsync(part, cancellation).ConfigureAwait(false)) > 0;)
        {
            length += n;
            if (length <= limit) body.Write(part, 0, n);
        }
        return length <= limit
            ? body.GetBuffer().AsMemory(0, (int)length)
            : throw new ApiException(StatusCodes.Status413PayloadTooLarge, "body_too_large", $"the body has {length} bytes: {limit} are the most");
    }

    /// <summary>A field, unless it is missing or null.</summary>
    public JsonElement? Any(string name) => _object.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A text.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public string? Text(string name) => Any(name) is JsonElement value ? Text(value, _path + name) : null;

    /// <summary>true or false; false if it is missing.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public bool Flag(string name) => Any(name) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw ApiException.Invalid($"{_path}{name} must be true or false, not {Kind(value)}", _path + name),
    };

    /// <summary>A number in a range.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public double? Number(string name, double min, double max)
    {
        if (Any(name) is not JsonElement value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double x) && x >= min && x <= max
            ? x
            : throw ApiException.Invalid($"{_path}{name} must be a number from {min} to {max}, not {Shown(value)}", _path + name);
    }

    /// <summary>A whole number in a range.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public long? Whole(string name, long min, long max)
    {
        if (Any(name) is not JsonElement value)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long n) && n >= min && n <= max
            ? n
            : throw ApiException.Invalid($"{_path}{name} must be a whole number from {min} to {max}, not {Shown(value)}", _path + name);
    }

    /// <summary>An array's elements; null if it is missing.</summary>
    /// <exception cref="ApiException">It is something else.</exception>
    public JsonElement[]? Array(string name)
    {
        if (Any(name) is not JsonElement value)
            return null;
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw ApiException.Invalid($"{_path}{name} must be an array, not {Kind(value)}", _path + name);
    }

    /// <summary>A text's value.</summary>
    /// <exception cref="ApiException">It is no text, or holds half of a surrogate pair.</exception>
    public static string Text(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw ApiException.Invalid($"{path} must be a string, not {Kind(value)}", path);
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.Invalid($"{path} holds half of a surrogate pair, which is no character", path);
        }
    }

    /// <summary>What a value is, in words.</summary>
    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };

    private static string Shown(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetRawText() is { Length: <= 40 } text ? text : Kind(value);

    // The parser's message ends with the place, which is said already.
    private static string Reason(JsonException e) => e.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0].TrimEnd();
}
