using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>Makes every error an answer in OpenAI's form: also those of the web server, of the routing, and of our own bugs.</summary>
internal sealed class ErrorAnswers(TextWriter log)
{
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response.StatusCode >= 400 && !context.Response.HasStarted && context.Response.ContentType is null)
                await AnswerAsync(context, FromStatus(context)).ConfigureAwait(false);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to be told.
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e)
        {
            await AnswerAsync(context, Describe(e)).ConfigureAwait(false);
        }
    }

    private ApiException Describe(Exception error)
    {
        switch (error)
        {
            case ApiException e:
                return e;
            case ChatException e:
                return ApiException.From(e);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new(StatusCodes.Status413PayloadTooLarge, "body_too_large", "the body is larger than the server takes");
            case BadHttpRequestException e:
                return new(e.StatusCode, "bad_request", e.Message);
            case ArgumentException { Source: "TensorCore" } e: // scores that are no numbers
                return new(StatusCodes.Status500InternalServerError, "generation_failed", e.Message);
            default:
                log.WriteLine(error);
                return new(StatusCodes.Status500InternalServerError, "internal_error", "an unexpected error, which the server's log describes");
        }
    }

    private static ApiException FromStatus(HttpContext context)
    {
        int status = context.Response.StatusCode;
        (string code, string message) = status switch
        {
            StatusCodes.Status404NotFound => ("not_found", $"there is nothing at {context.Request.Method} {context.Request.Path}"),
            StatusCodes.Status405MethodNotAllowed => ("method_not_allowed", $"{context.Request.Path} does not take {context.Request.Method}; it takes {context.Response.Headers.Allow}"),
            _ => ("http_" + status, Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status)),
        };
        return new(status, code, message);
    }

    private static async Task AnswerAsync(HttpContext context, ApiException error)
    {
        HttpResponse response = context.Response;
        if (response.HasStarted)
        {
            // In the middle of a stream: the last event says what happened.
            if (response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true)
                await new EventStream(response).SendAsync(error.ToJson(), context.RequestAborted).ConfigureAwait(false);
            else
                context.Features.Get<IHttpRequestLifetimeFeature>()?.Abort();
            return;
        }
        if (error.Status == StatusCodes.Status429TooManyRequests) response.Headers.RetryAfter = "1";
        if (error.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        await Json.WriteAsync(response, error.ToJson(), error.Status).ConfigureAwait(false);
    }
}
