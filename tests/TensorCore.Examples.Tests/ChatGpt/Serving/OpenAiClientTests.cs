using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Models;
using TensorCore.Examples.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

/// <summary>OpenAI's own .NET client, unchanged but for the address.</summary>
public class OpenAiClientTests
{
    private static OpenAIClient Client(TestServer server, string key = "any") => new(new ApiKeyCredential(key), new OpenAIClientOptions
    {
        Endpoint = new Uri(server.Address, "/v1"),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    });

    private static readonly ChatMessage[] _messages = [new SystemChatMessage("Seja breve."), new UserChatMessage("Onde Ana mora?")];

#pragma warning disable OPENAI001 // the seed is marked as experimental
    private static ChatCompletionOptions Options(long seed = 7) => new() { Seed = seed, Temperature = 0.9f, TopP = 0.95f, MaxOutputTokenCount = 24 };
#pragma warning restore OPENAI001

    [Fact]
    public async Task AnAnswerIsTheEngines()
    {
        await using TestServer server = await TestServer.Start();
        ChatCompletion completion = await Client(server).GetChatClient("tiny").CompleteChatAsync(_messages, Options());
        Answer own = server.Engine.Start(new ChatRequest
        {
            Messages = [new(TensorCore.Examples.ChatGpt.Dialogues.Role.System, "Seja breve."), new(TensorCore.Examples.ChatGpt.Dialogues.Role.User, "Onde Ana mora?")],
            Sampling = new() { Seed = 7, Temperature = 0.9f, TopP = 0.95f },
            MaxTokens = 24,
        });
        Assert.Equal(await TinyModels.Read(own), completion.Content[0].Text);
        Assert.Equal((own.PromptTokens, own.CompletionTokens), (completion.Usage.InputTokenCount, completion.Usage.OutputTokenCount));
        Assert.Equal(own.Finish == FinishReason.Length ? ChatFinishReason.Length : ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal((ChatMessageRole.Assistant, "tiny"), (completion.Role, completion.Model));
        Assert.InRange(completion.CreatedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.StartsWith("chatcmpl-", completion.Id);
    }

    [Fact]
    public async Task AStreamHasTheSameTextAndTheUsage()
    {
        await using TestServer server = await TestServer.Start();
        ChatClient chat = Client(server).GetChatClient("tiny");
        ChatCompletion whole = await chat.CompleteChatAsync(_messages, Options());
        StringBuilder text = new();
        List<ChatFinishReason> ends = [];
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync(_messages, Options()))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate) text.Append(part.Text);
            if (update.FinishReason is ChatFinishReason end) ends.Add(end);
            usage = update.Usage ?? usage;
        }
        Assert.Equal(whole.Content[0].Text, text.ToString());
        Assert.Equal([whole.FinishReason], ends);
        Assert.Equal((whole.Usage.InputTokenCount, whole.Usage.OutputTokenCount), (usage!.InputTokenCount, usage.OutputTokenCount));
    }

    [Fact]
    public async Task LogProbabilitiesAreTheModels()
    {
        await using TestServer server = await TestServer.Start();
        ChatCompletionOptions options = Options();
        (options.IncludeLogProbabilities, options.TopLogProbabilityCount, options.Temperature) = (true, 3, 0);
        ChatCompletion completion = await Client(server).GetChatClient("tiny").CompleteChatAsync(_messages, options);
        Assert.Equal(completion.Usage.OutputTokenCount, completion.ContentTokenLogProbabilities.Count);
        foreach (ChatTokenLogProbabilityDetails token in completion.ContentTokenLogProbabilities)
        {
            Assert.Equal(3, token.TopLogProbabilities.Count);
            Assert.Equal(token.LogProbability, token.TopLogProbabilities[0].LogProbability, 5); // temperature 0 takes the likeliest
            Assert.InRange(token.TopLogProbabilities.Sum(t => Math.Exp(t.LogProbability)), 0, 1);
        }
        byte[] bytes = [.. completion.ContentTokenLogProbabilities.SelectMany(t => t.Utf8Bytes!.Value.ToArray())];
        Assert.Equal(completion.Content[0].Text, Encoding.UTF8.GetString(bytes));

        List<ChatTokenLogProbabilityDetails> streamed = [];
        await foreach (StreamingChatCompletionUpdate update in Client(server).GetChatClient("tiny").CompleteChatStreamingAsync(_messages, options)) streamed.AddRange(update.ContentTokenLogProbabilities);
        Assert.Equal(completion.ContentTokenLogProbabilities.Select(t => (t.Token, t.LogProbability)), streamed.Select(t => (t.Token, t.LogProbability)));
    }

    [Fact]
    public async Task AStopTextEndsTheAnswer()
    {
        await using TestServer server = await TestServer.Start();
        ChatClient chat = Client(server).GetChatClient("tiny");
        string whole = (await chat.CompleteChatAsync(_messages, Options())).Value.Content[0].Text;
        string stop = whole.Substring(5, 2);
        ChatCompletionOptions options = Options();
        options.StopSequences.Add(stop);
        ChatCompletion stopped = await chat.CompleteChatAsync(_messages, options);
        Assert.Equal((whole[..whole.IndexOf(stop, StringComparison.Ordinal)], ChatFinishReason.Stop), (stopped.Content[0].Text, stopped.FinishReason));
    }

    [Fact]
    public async Task ModelsAreListed()
    {
        await using TestServer server = await TestServer.Start(models: [TinyModels.Make("sft"), TinyModels.Make("base", chats: false)]);
        OpenAIModelClient models = Client(server).GetOpenAIModelClient();
        Assert.Equal(["sft", "base"], (await models.GetModelsAsync()).Value.Select(m => m.Id));
        Assert.Equal("base", (await models.GetModelAsync("base")).Value.Id);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => models.GetModelAsync("gpt-5"))).Status);
    }

    [Fact]
    public async Task ErrorsAreTheClientsExceptions()
    {
        await using TestServer server = await TestServer.Start();
        ClientResultException e = await Assert.ThrowsAsync<ClientResultException>(() => Client(server).GetChatClient("gpt-5").CompleteChatAsync(_messages));
        Assert.Equal(404, e.Status);
        Assert.Contains("there is no model 'gpt-5'; there are: tiny", e.Message);
        e = await Assert.ThrowsAsync<ClientResultException>(() => Client(server).GetChatClient("tiny").CompleteChatAsync(new UserChatMessage(new string('x', 200))));
        Assert.Equal(400, e.Status);
        Assert.Contains("context", e.Message);
        e = await Assert.ThrowsAsync<ClientResultException>(async () =>
        {
            await foreach (StreamingChatCompletionUpdate _ in Client(server).GetChatClient("gpt-5").CompleteChatStreamingAsync(_messages)) { }
        });
        Assert.Equal(404, e.Status);
    }

    [Fact]
    public async Task TheKeyIsTheClients()
    {
        await using TestServer server = await TestServer.Start(options: new ServerOptions { ApiKey = "segredo" });
        Assert.NotEmpty((await Client(server, "segredo").GetChatClient("tiny").CompleteChatAsync(_messages, Options())).Value.Content);
        Assert.Equal(401, (await Assert.ThrowsAsync<ClientResultException>(() => Client(server, "errado").GetChatClient("tiny").CompleteChatAsync(_messages))).Status);
    }

    [Fact]
    public async Task CancellingAStreamFreesTheSlot()
    {
        await using TestServer server = await TestServer.Start(new() { Slots = 1, Sliding = true, MaxTokens = 1_000_000 });
        ChatCompletionOptions endless = new() { Temperature = 0 };
        await foreach (StreamingChatCompletionUpdate update in Client(server).GetChatClient("tiny").CompleteChatStreamingAsync(_messages, endless))
        {
            if (update.ContentUpdate.Count > 0) break;
        }
        await server.Until("chatgpt_slots_in_use", 0);
        Assert.Equal(1, await server.Metric("chatgpt_answers_total", "reason=\"cancelled\""));
    }
}
