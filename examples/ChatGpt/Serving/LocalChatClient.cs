using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>
/// A model of this process for any .NET program that talks to models through <see cref="IChatClient"/>: no server between them.
/// </summary>
/// <remarks>
/// Of the options it takes the model, instructions, temperature, top-p, top-k, seed, stop texts and the most tokens. Tools and an answer's format, without which the program would misread the answer, it refuses;
/// penalties it ignores. Disposing it leaves the engine running.
/// </remarks>
public sealed class LocalChatClient : IChatClient
{
    private readonly ChatEngine _engine;
    private readonly string _model;

    /// <summary>A client of an engine's model.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="model">The model if a request names none; null is the engine's first.</param>
    /// <exception cref="ChatException">There is no model of that name.</exception>
    public LocalChatClient(ChatEngine engine, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        (_engine, _model) = (engine, engine.Find(model).Name);
    }

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in GetStreamingResponseAsync(messages, options, cancellationToken).ConfigureAwait(false)) updates.Add(update);
        return updates.ToChatResponse();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        using Answer answer = _engine.Start(Request(messages, options ?? new()));
        string id = $"chat-{Guid.NewGuid():N}";
        DateTimeOffset created = DateTimeOffset.UtcNow;
        await foreach (GeneratedToken token in answer.Tokens.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (token.Text.Length > 0) yield return Update([new TextContent(token.Text)]);
        }
        ChatResponseUpdate last = Update([new UsageContent(new UsageDetails
        {
            InputTokenCount = answer.PromptTokens,
            OutputTokenCount = answer.CompletionTokens,
            TotalTokenCount = answer.PromptTokens + answer.CompletionTokens,
        })]);
        last.FinishReason = answer.Finish == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;
        yield return last;

        ChatResponseUpdate Update(IList<AIContent> contents) => new(ChatRole.Assistant, contents) { ResponseId = id, MessageId = id, CreatedAt = created, ModelId = answer.Model };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        if (serviceType == typeof(ChatClientMetadata)) return new ChatClientMetadata("tensorcore", defaultModelId: _model);
        if (serviceType.IsInstanceOfType(_engine)) return _engine;
        return serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private ChatRequest Request(IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        if (options.Tools is { Count: > 0 }) throw new NotSupportedException("the model calls no tools: leave ChatOptions.Tools empty");
        if (options.ResponseFormat is not (null or ChatResponseFormatText)) throw new NotSupportedException("the model answers in text: leave ChatOptions.ResponseFormat empty");
        IEnumerable<Message> instructions = string.IsNullOrEmpty(options.Instructions) ? [] : [new(Role.System, options.Instructions)];
        return new()
        {
            Model = options.ModelId ?? _model,
            Messages = [.. instructions, .. messages.Select(Convert)],
            Sampling = new SamplingOptions
            {
                Temperature = options.Temperature ?? 1,
                TopP = options.TopP is float p ? Math.Max(p, 1e-9) : 1, // of 0 the likeliest token is left
                TopK = options.TopK ?? 0,
                Seed = unchecked((ulong)(options.Seed ?? Random.Shared.NextInt64())),
            },
            MaxTokens = options.MaxOutputTokens,
            Stop = [.. options.StopSequences ?? []],
        };
    }

    private static Message Convert(ChatMessage message)
    {
        Role role = message.Role == ChatRole.System ? Role.System
            : message.Role == ChatRole.User ? Role.User
            : message.Role == ChatRole.Assistant ? Role.Assistant
            : throw new NotSupportedException($"a message of the role '{message.Role}' cannot be written for the model: system, user and assistant can");
        return message.Contents.FirstOrDefault(c => c is not (TextContent or UsageContent)) is AIContent other
            ? throw new NotSupportedException($"a message holds {other.GetType().Name}: the model reads text only")
            : new(role, message.Text);
    }
}
