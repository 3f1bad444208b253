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
            using (JsonDocument body = await JsonFields.ReadBodyAsync(context.Request, end.Token).ConfigureAwait(false))
                call = read(body.RootElement, engine);
            IReadOnlyList<Generation> generations = engine.Start(call.Choices);
            try
            {
                await (call.Stream ? StreamAsync(context.Response, call, generations, end.Token) : WholeAsync(context.Response, call, generations, end.Token)).ConfigureAwait(false);
            }
            finally
            {
                foreach (Generation g in generations) g.Dispose();
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            throw new ApiException(StatusCodes.Status504GatewayTimeout, "timeout", $"the answer was not ready after {options.Timeout.TotalSeconds:0.###} s");
        }
    }

    private static async Task WholeAsync(HttpResponse response, Call call, IReadOnlyList<Generation> generations, CancellationToken cancellation)
    {
        List<(IReadOnlyList<GeneratedToken>, FinishReason)> answers = [];
        foreach (Generation g in generations)
        {
            List<GeneratedToken> tokens = [];
            await foreach (GeneratedToken token in g.Tokens.ReadAllAsync(cancellation).ConfigureAwait(false)) tokens.Add(token);
            answers.Add((tokens, g.Finish!.Value));
        }
        await Json.WriteAsync(response, call.Format.Whole(answers, AnswerFormat.Usage(generations, call.ChoicesOfPrompt)), cancellation: cancellation).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpResponse response, Call call, IReadOnlyList<Generation> generations, CancellationToken cancellation)
    {
        EventStream events = new(response);
        events.Open();
        for (int i = 0; i < generations.Count; i++)
        {
            if (call.Format.Opening(i) is JsonObject opening) await events.SendAsync(opening, cancellation).ConfigureAwait(false);
        }
        await foreach ((int i, List<GeneratedToken> tokens) in Merge(generations, cancellation).ConfigureAwait(false))
            await events.SendAsync(call.Format.Part(i, tokens, tokens.Count == 0 ? generations[i].Finish : null), cancellation).ConfigureAwait(false);
        if (call.StreamUsage)
            await events.SendAsync(call.Format.UsagePart(AnswerFormat.Usage(generations, call.ChoicesOfPrompt)), cancellation).ConfigureAwait(false);
        await events.DoneAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>The new tokens of several answers as they come, and once for each none: its end.</summary>
    private static async IAsyncEnumerable<(int Choice, List<GeneratedToken> Tokens)> Merge(IReadOnlyList<Generation> generations, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Task<bool>?[] next = [.. generations.Select(g => g.Tokens.WaitToReadAsync(cancellation).AsTask())]; // null: has ended
        while (next.Any(t => t is not null))
        {
            await Task.WhenAny(next.OfType<Task<bool>>()).ConfigureAwait(false);
            for (int i = 0; i < next.Length; i++)
            {
                if (next[i] is not { IsCompleted: true } ready) continue;
                bool more = await ready.ConfigureAwait(false);
                List<GeneratedToken> tokens = [];
                while (more && generations[i].Tokens.TryRead(out GeneratedToken? token)) tokens.Add(token);
                next[i] = more ? generations[i].Tokens.WaitToReadAsync(cancellation).AsTask() : null;
                if (tokens.Count > 0 || !more) yield return (i, tokens);
            }
        }
    }
}
