using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

/// <summary>A server on a free port with its engine, for one test.</summary>
internal sealed partial class TestServer : IAsyncDisposable
{
    private readonly ChatServer _server;

    private TestServer(ChatEngine engine, ChatServer server, StringWriter log)
    {
        (Engine, _server, Log) = (engine, server, log);
        Http = new HttpClient { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(2) };
    }

    public ChatEngine Engine { get; }

    public HttpClient Http { get; }

    public Uri Address => _server.Address;

    public StringWriter Log { get; }

    public static async Task<TestServer> Start(EngineOptions? engineOptions = null, ServerOptions? options = null, params ServedModel[] models)
    {
        ChatEngine engine = new(models.Length > 0 ? models : [TinyModels.Make()], engineOptions);
        StringWriter log = new();
        ChatServer server = await ChatServer.StartAsync(engine, (options ?? new()) with { Port = 0 }, new Texts(Language.English), TextWriter.Synchronized(log));
        return new(engine, server, log);
    }

    public Task<HttpResponseMessage> Post(string path, string json) => Post(path, Encoding.UTF8.GetBytes(json));

    public Task<HttpResponseMessage> Post(string path, byte[] body, string type = "application/json")
    {
        ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return Http.PostAsync(path, content);
    }

    public async Task<JsonObject> Ask(string path, string json)
    {
        using HttpResponseMessage response = await Post(path, json);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!.AsObject();
    }

    /// <summary>A request fails with a status and OpenAI's form of an error; its message mentions something.</summary>
    public static async Task AssertError(Task<HttpResponseMessage> call, int status, string code, string mention, string? parameter = null)
    {
        using HttpResponseMessage response = await call;
        string text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        JsonObject error = JsonNode.Parse(text)!["error"]!.AsObject();
        Assert.Equal(["message", "type", "param", "code"], error.Select(p => p.Key));
        Assert.Equal(code, (string?)error["code"]);
        Assert.Contains(mention, (string?)error["message"]);
        if (parameter is not null) Assert.Equal(parameter, (string?)error["param"]);
    }

    /// <summary>A metric's value, its labels ignored, all lines of that name added up.</summary>
    public async Task<double> Metric(string name, string label = "")
    {
        string text = await Http.GetStringAsync("/metrics");
        return text.Split('\n').Where(l => l.StartsWith(name, StringComparison.Ordinal) && l[name.Length] is ' ' or '{' && l.Contains(label, StringComparison.Ordinal))
            .Sum(l => double.Parse(l[(l.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until a metric has a value.</summary>
    public async Task Until(string metric, double value, string label = "")
    {
        for (int i = 0; i < 1000; i++)
        {
            if (await Metric(metric, label) == value) return;
            await Task.Delay(10);
        }
        Assert.Fail($"{metric} is {await Metric(metric, label)}, not {value}");
    }

    /// <summary>The data of server-sent events.</summary>
    public static string[] Events(string stream) => [.. EventPattern().Matches(stream).Select(m => m.Groups[1].Value)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
        Engine.Dispose();
    }

    [GeneratedRegex("^data: (.*)\n\n", RegexOptions.Multiline)]
    private static partial Regex EventPattern();
}
