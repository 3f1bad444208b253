using Microsoft.Extensions.AI;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

public class LocalChatClientTests
{
    private static readonly ChatOptions _options = new() { Seed = 5, Temperature = 0.9f, MaxOutputTokens = 20 };

    [Fact]
    public async Task AnswersAreTheEngines()
    {
        using ChatEngine engine = new([TinyModels.Make()]);
        using IChatClient client = new LocalChatClient(engine);
        ChatResponse response = await client.GetResponseAsync("Onde Ana mora?", _options);
        Answer own = engine.Start(new ChatRequest { Messages = [new(Role.User, "Onde Ana mora?")], Sampling = new() { Seed = 5, Temperature = 0.9f }, MaxTokens = 20 });
        Assert.Equal(await TinyModels.Read(own), response.Text);
        Assert.Equal((own.PromptTokens, own.CompletionTokens), ((int)response.Usage!.InputTokenCount!, (int)response.Usage.OutputTokenCount!));
        Assert.Equal(("tiny", own.Finish == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop), (response.ModelId, response.FinishReason));
        Assert.Equal(ChatRole.Assistant, response.Messages.Single().Role);

        List<string> pieces = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("Onde Ana mora?", _options)) pieces.Add(update.Text);
        Assert.Equal(response.Text, string.Concat(pieces));
        Assert.True(pieces.Count > 5);
    }

    [Fact]
    public async Task TheHistoryAndTheInstructionsAreRead()
    {
        ServedModel model = TinyModels.Make();
        using ChatEngine engine = new([TinyModels.Make("other", seed: 9), model]);
        using IChatClient client = new LocalChatClient(engine, "tiny");
        List<ChatMessage> history = [new(ChatRole.User, "Oi")];
        ChatOptions options = _options.Clone();
        options.Instructions = "Seja breve.";
        history.AddMessages(await client.GetResponseAsync(history, options));
        history.Add(new(ChatRole.User, "E agora?"));
        ChatResponse second = await client.GetResponseAsync(history, options);
        int[] prompt = model.Encode(new ChatRequest { Messages = [new(Role.System, "Seja breve."), new(Role.User, "Oi"), new(Role.Assistant, history[1].Text), new(Role.User, "E agora?")] }, sliding: false);
        Assert.Equal(prompt.Length, (int)second.Usage!.InputTokenCount!);
    }

    [Fact]
    public async Task WhatItCannotDoItSays()
    {
        using ChatEngine engine = new([TinyModels.Make()]);
        using IChatClient client = new LocalChatClient(engine);
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("a", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1)] }));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync("a", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(new ChatMessage(ChatRole.Tool, "a")));
        await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(new ChatMessage(ChatRole.User, [new UriContent("http://example.org/a.png", "image/png")])));
        await Assert.ThrowsAsync<ChatException>(() => client.GetResponseAsync("a", new ChatOptions { ModelId = "gpt-5" }));
        Assert.Throws<ChatException>(() => new LocalChatClient(engine, "gpt-5"));
    }

    [Fact]
    public async Task CancellingFreesTheSlot()
    {
        using ChatEngine engine = new([TinyModels.Make()], new() { Slots = 1, QueueLimit = 0, Sliding = true, MaxTokens = 1_000_000 });
        using IChatClient client = new LocalChatClient(engine);
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate _ in client.GetStreamingResponseAsync("a", new ChatOptions { Temperature = 0 }, stop.Token)) stop.Cancel();
        });
        for (int i = 0; i < 500 && engine.Metrics.Single().Metrics.Active > 0; i++) await Task.Delay(10);
        Assert.NotEmpty((await client.GetResponseAsync("b", _options)).Messages);
    }

    [Fact]
    public void ItTellsWhatItIs()
    {
        using ChatEngine engine = new([TinyModels.Make()]);
        using IChatClient client = new LocalChatClient(engine);
        Assert.Equal("tiny", client.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(engine, client.GetService<ChatEngine>());
        Assert.Same(client, client.GetService<IChatClient>());
        Assert.Null(client.GetService<string>());
    }
}
