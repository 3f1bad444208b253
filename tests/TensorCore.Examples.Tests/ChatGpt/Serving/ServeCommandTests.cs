using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TensorCore.Examples.ChatGpt.Commands;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

public class ServeCommandTests
{
    [Fact]
    public async Task ItServesARunsModelsUntilCtrlC()
    {
        using Scratch scratch = new();
        foreach (string stage in (string[])["base", "sft", "reward"]) TinyModels.Save(scratch[stage], stage);
        using CancellationTokenSource stop = new();
        using StringWriter output = new();
        using LockedWriter error = new();
        Task<int> serving = ChatGptProgram.RunAsync(["serve", "--model", scratch.Root, "--model", $"zoe={scratch["sft"]}", "--port", "0", "--json", "--language", "en"], output, error, stop.Token);
        Match address = Match.Empty;
        for (int i = 0; i < 3000 && !address.Success && !serving.IsCompleted; i++)
        {
            await Task.Delay(10);
            address = Regex.Match(error.ToString(), "http://127.0.0.1:[0-9]+");
        }
        Assert.True(address.Success, error.ToString());
        using HttpClient http = new() { BaseAddress = new(address.Value) };
        JsonNode models = JsonNode.Parse(await http.GetStringAsync("/v1/models"))!;
        Assert.Equal(["sft", "base", "zoe"], models["data"]!.AsArray().Select(m => (string)m!["id"]!));
        using HttpResponseMessage answer = await http.PostAsync("/v1/chat/completions", new StringContent("""{"messages":[{"role":"user","content":"oi"}],"max_tokens":4,"temperature":0}""", Encoding.UTF8, "application/json"));
        Assert.Equal("sft", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["model"]);
        stop.Cancel();
        Assert.Equal(0, await serving.WaitAsync(TimeSpan.FromSeconds(60)));
        JsonObject result = JsonNode.Parse(output.ToString())!.AsObject();
        Assert.Equal((address.Value, 4), ((string)result["address"]!, (int)result["generated_tokens"]!));
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/healthz"));
    }

    [Fact]
    public async Task WhatCannotBeServedIsAClearError()
    {
        using Scratch scratch = new();
        TinyModels.Save(scratch["sft"], "sft");
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        (await ChatCommandTests.Run("serve", "--model", scratch["sft"], "--port", $"{port}")).AssertUserError("já está em uso");
        (await ChatCommandTests.Run("serve", "--model", scratch["sft"], "--host", "0.0.0.0", "--language", "en")).AssertUserError("--api-key");
        (await ChatCommandTests.Run("serve", "--model", scratch["none"])).AssertUserError("não existe");
        (await ChatCommandTests.Run("serve", "--model", scratch["sft"], "--model", scratch["sft"])).AssertUserError("nome=pasta");
        (await ChatCommandTests.Run("serve", "--model", scratch["sft"], "--port", "70000")).AssertUserError("65535");
        (await ChatCommandTests.Run("serve", "--model", scratch["sft"], "--slots", "0")).AssertUserError("--slots");
    }

    /// <summary>A text that is read while it is written.</summary>
    private sealed class LockedWriter : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text) _text.Append(value);
        }

        public override void Write(string? value)
        {
            lock (_text) _text.Append(value);
        }

        public override string ToString()
        {
            lock (_text) return _text.ToString();
        }
    }
}
