using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>An error that a client is told, in OpenAI's form. The wire's language is English, as OpenAI's; a page words it for people by <see cref="Code"/>.</summary>
public sealed class ApiException(int status, string code, string message, string? parameter = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>What went wrong, for programs.</summary>
    public string Code { get; } = code;

    /// <summary>The field of the request that is to blame.</summary>
    public string? Parameter { get; } = parameter;

    /// <summary><c>{"error": {"message", "type", "param", "code"}}</c>.</summary>
    public JsonObject ToJson() => new()
    {
        ["error"] = new JsonObject
        {
            ["message"] = Message,
            ["type"] = Status switch
            {
                401 => "authentication_error",
                429 => "rate_limit_error",
                >= 500 => "server_error",
                _ => "invalid_request_error",
            },
            ["param"] = Parameter,
            ["code"] = Code,
        },
    };

    /// <summary>A request that makes no sense.</summary>
    public static ApiException Invalid(string message, string? parameter = null) => new(StatusCodes.Status400BadRequest, "invalid_request", message, parameter);

    /// <summary>The engine's error as the client's.</summary>
    public static ApiException From(ChatException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        (int status, string code) = e.Error switch
        {
            ChatError.UnknownModel => (StatusCodes.Status404NotFound, "model_not_found"),
            ChatError.ContextExceeded => (StatusCodes.Status400BadRequest, "context_length_exceeded"),
            ChatError.QueueFull => (StatusCodes.Status429TooManyRequests, "queue_full"),
            ChatError.Stopped => (StatusCodes.Status503ServiceUnavailable, "stopped"),
            _ => (StatusCodes.Status400BadRequest, "invalid_request"),
        };
        return new(status, code, e.Message, e.Parameter, e);
    }
}
