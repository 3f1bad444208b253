using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary><c>POST /v1/chat/completions</c> and <c>POST /v1/completions</c>.</summary>
internal sealed class CompletionEndpoints(ChatEngine engine, ServerOptions options)
{
    public void Map(WebApplication app)
    {
        app.MapPost("/v1/chat/completions", context => AnswerAsync(context, CallReader.Chat));
        app.MapPost("/v1/completions", context => AnswerAsync(context, CallReader.Text));
    }

    private async Task AnswerAsync(HttpContext context, Func<JsonElement, ChatEngine, Call> read)
    {
        // Ends with the time, or when the client has gone: then the answers are disposed, which frees their slots.
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        end.CancelAfter(options.Timeout);
        try
        {
            Call call;
            using (JsonDocument body = await JsonFields.ReadBodyAsync(context.Request, options, end.Token).ConfigureAwait(false))
                call = read(body.RootElement, engine);
            IReadOnlyList<Answer> answers = engine.Start(call.Choices);
            try
            {
                await (call.Stream ? StreamAsync(context.Response, call, answers, end.Token) : WholeAsync(context.Response, call, answers, end.Token)).ConfigureAwait(false);
            }
            finally
            {
                foreach (Answer a in answers) a.Dispose();
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status504GatewayTimeout, "timeout", $"the answer was not ready after {options.Timeout.TotalSeconds:0.###} s");
        }
    }

    private static async Task WholeAsync(HttpResponse response, Call call, IReadOnlyList<Answer> answers, CancellationToken cancellation)
    {
        List<(IReadOnlyList<GeneratedToken>, FinishReason)> read = [];
        foreach (Answer a in answers)
        {
            List<GeneratedToken> tokens = [];
            await foreach (GeneratedToken token in a.Tokens.ReadAllAsync(cancellation).ConfigureAwait(false)) tokens.Add(token);
            read.Add((tokens, a.Finish!.Value));
        }
        await Json.WriteAsync(response, call.Format.Whole(read, AnswerFormat.Usage(answers, call.ChoicesOfPrompt)), cancellation: cancellation).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpResponse response, Call call, IReadOnlyList<Answer> answers, CancellationToken cancellation)
    {
        EventStream events = new(response);
        events.Open();
        for (int i = 0; i < answers.Count; i++)
        {
            if (call.Format.Opening(i) is JsonObject opening) await events.SendAsync(opening, cancellation).ConfigureAwait(false);
        }
        await foreach ((int i, List<GeneratedToken> tokens) in Merge(answers, cancellation).ConfigureAwait(false))
            await events.SendAsync(call.Format.Part(i, tokens, tokens.Count == 0 ? answers[i].Finish : null), cancellation).ConfigureAwait(false);
        if (call.StreamUsage)
            await events.SendAsync(call.Format.UsagePart(AnswerFormat.Usage(answers, call.ChoicesOfPrompt)), cancellation).ConfigureAwait(false);
        await events.DoneAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The new tokens of several answers as they come, and once for each none: its end.</summary>
    private static async IAsyncEnumerable<(int Choice, List<GeneratedToken> Tokens)> Merge(IReadOnlyList<Answer> answers, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Task<bool>?[] next = [.. answers.Select(a => a.Tokens.WaitToReadAsync(cancellation).AsTask())]; // null: has ended
        while (next.Any(t => t is not null))
        {
            await Task.WhenAny(next.OfType<Task<bool>>()).ConfigureAwait(false);
            for (int i = 0; i < next.Length; i++)
            {
                if (next[i] is not { IsCompleted: true } ready) continue;
                bool more = await ready.ConfigureAwait(false);
                List<GeneratedToken> tokens = [];
                while (more && answers[i].Tokens.TryRead(out GeneratedToken? token)) tokens.Add(token);
                next[i] = more ? answers[i].Tokens.WaitToReadAsync(cancellation).AsTask() : null;
                if (tokens.Count > 0 || !more) yield return (i, tokens);
            }
        }
    }
}
