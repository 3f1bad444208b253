using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

public class ServerTests
{
    private const string Chat = "/v1/chat/completions", Text = "/v1/completions";

    /// <summary>Slides until it is cancelled: these weights never end an answer at temperature 0.</summary>
    private const string Endless = """{"messages":[{"role":"user","content":"a"}],"temperature":0,"truncation":"auto","stream":true}""";

    private static readonly EngineOptions _one = new() { Slots = 1, QueueLimit = 1, MaxTokens = 1_000_000 };

    [Fact]
    public async Task TwentyConversationsAtOnceSayWhatEachSaysAlone()
    {
        await using TestServer server = await TestServer.Start(new() { Slots = 8 });
        string[] bodies = [.. Enumerable.Range(0, 20).Select(i => $$"""{"messages":[{"role":"user","content":"{{new string((char)('a' + i), 1 + i)}}"}],"seed":{{i}},"max_tokens":{{5 + (2 * i)}},"n":{{1 + (i % 3)}}}""")];
        List<string> alone = [];
        foreach (string body in bodies) alone.Add(Contents(await server.Ask(Chat, body)));
        Assert.Equal(alone, (await Task.WhenAll(bodies.Select(b => server.Ask(Chat, b)))).Select(Contents));
        await server.Until("chatgpt_slots_in_use", 0);
    }

    private static string Contents(JsonObject completion) => string.Join('|', completion["choices"]!.AsArray().Select(c => (string)c!["message"]!["content"]!));

    [Fact]
    public async Task EachOfSeveralChoicesHasTheNextSeed()
    {
        await using TestServer server = await TestServer.Start();
        JsonObject three = await server.Ask(Chat, Ask(seed: 10, more: ",\"n\":3"));
        List<string> one = [];
        int tokens = 0;
        for (int i = 0; i < 3; i++)
        {
            JsonObject alone = await server.Ask(Chat, Ask(seed: 10 + i));
            one.Add(Contents(alone));
            tokens += (int)alone["usage"]!["completion_tokens"]!;
        }
        Assert.Equal(string.Join('|', one), Contents(three));
        Assert.Equal([0, 1, 2], three["choices"]!.AsArray().Select(c => (int)c!["index"]!));
        Assert.Equal(("u".Length + 3, tokens), ((int)three["usage"]!["prompt_tokens"]!, (int)three["usage"]!["completion_tokens"]!));

        using HttpResponseMessage stream = await server.Post(Chat, Ask(seed: 10, more: ",\"n\":3,\"stream\":true"));
        string[] texts = ["", "", ""];
        int[] ends = [0, 0, 0];
        foreach (string e in TestServer.Events(await stream.Content.ReadAsStringAsync())[..^1])
        {
            JsonNode choice = JsonNode.Parse(e)!["choices"]![0]!;
            texts[(int)choice["index"]!] += (string?)choice["delta"]!["content"];
            if (choice["finish_reason"] is not null) ends[(int)choice["index"]!]++;
        }
        Assert.Equal(one, texts);
        Assert.Equal([1, 1, 1], ends);
    }

    [Fact]
    public async Task AStreamIsServerSentEventsWithARoleFirstAndDoneLast()
    {
        await using TestServer server = await TestServer.Start();
        using HttpResponseMessage response = await server.Post(Chat, Ask(more: ",\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string text = await response.Content.ReadAsStringAsync();
        string[] events = TestServer.Events(text);
        Assert.Equal(text, string.Concat(events.Select(e => $"data: {e}\n\n")));
        Assert.Equal("[DONE]", events[^1]);
        JsonObject[] chunks = [.. events[..^1].Select(e => JsonNode.Parse(e)!.AsObject())];
        Assert.All(chunks, c => Assert.Equal("chat.completion.chunk", (string?)c["object"]));
        Assert.Single(chunks.Select(c => (string?)c["id"]).Distinct());
        Assert.Equal("assistant", (string?)chunks[0]["choices"]![0]!["delta"]!["role"]);
        Assert.Empty(chunks[^1]["choices"]!.AsArray());
        Assert.Equal((int)chunks[^1]["usage"]!["total_tokens"]!, (int)chunks[^1]["usage"]!["prompt_tokens"]! + (int)chunks[^1]["usage"]!["completion_tokens"]!);
        Assert.NotNull(chunks[^2]["choices"]![0]!["finish_reason"]);
        Assert.All(chunks[..^2], c => Assert.Null(c["choices"]![0]!["finish_reason"]));
    }

    [Fact]
    public async Task TextIsContinuedFromTextsAndFromTokens()
    {
        await using TestServer server = await TestServer.Start();
        JsonObject text = await server.Ask(Text, """{"prompt":"abc","seed":4,"logprobs":2}""");
        Assert.Equal("text_completion", (string?)text["object"]);
        JsonObject choice = text["choices"]![0]!.AsObject();
        int[] offsets = [.. choice["logprobs"]!["text_offset"]!.AsArray().Select(o => (int)o!)];
        int count = (int)text["usage"]!["completion_tokens"]!;
        Assert.InRange(count, 1, 16);
        Assert.All((string[])["tokens", "token_logprobs", "top_logprobs", "text_offset"], key => Assert.Equal(count, choice["logprobs"]![key]!.AsArray().Count));
        Assert.Equal(offsets.Order(), offsets);
        Assert.All(choice["logprobs"]!["top_logprobs"]!.AsArray(), top => Assert.InRange(top!.AsObject().Count, 1, 2));

        JsonObject tokens = await server.Ask(Text, """{"prompt":[97,98,99],"seed":4}""");
        Assert.Equal((string?)choice["text"], (string?)tokens["choices"]![0]!["text"]);
        JsonObject several = await server.Ask(Text, """{"prompt":["abc",[97,98,99],""],"seed":4,"n":2}""".Replace("[97,98,99]", "\"abc\""));
        Assert.Equal(6, several["choices"]!.AsArray().Count);
        Assert.Equal((string?)choice["text"], (string?)several["choices"]![2]!["text"]);
        Assert.Equal(3 + 3 + 1, (int)several["usage"]!["prompt_tokens"]!);
        using HttpResponseMessage stream = await server.Post(Text, """{"prompt":"abc","seed":4,"stream":true,"logprobs":0}""");
        JsonNode[] chunks = [.. TestServer.Events(await stream.Content.ReadAsStringAsync())[..^1].Select(e => JsonNode.Parse(e)!["choices"]![0]!)];
        Assert.Equal((string?)choice["text"], string.Concat(chunks.Select(c => (string?)c["text"])));
        Assert.Equal(offsets, chunks.Where(c => c["logprobs"] is not null).SelectMany(c => c["logprobs"]!["text_offset"]!.AsArray()).Select(o => (int)o!));
    }

    [Fact]
    public async Task AClientThatGoesFreesItsSlot()
    {
        await using TestServer server = await TestServer.Start(_one);
        using (HttpResponseMessage stream = await Open(server)) await server.Until("chatgpt_slots_in_use", 1);
        await server.Until("chatgpt_slots_in_use", 0);
        Assert.Equal(1, await server.Metric("chatgpt_answers_total", "cancelled"));
        // One that does not stream too.
        using CancellationTokenSource gone = new();
        Task call = server.Http.PostAsync(Chat, Json(Endless.Replace(",\"stream\":true", "")), gone.Token);
        await server.Until("chatgpt_slots_in_use", 1);
        gone.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await server.Until("chatgpt_slots_in_use", 0);
    }

    [Fact]
    public async Task ALongerQueueIsRefused()
    {
        await using TestServer server = await TestServer.Start(_one);
        using HttpResponseMessage first = await Open(server);
        await server.Until("chatgpt_slots_in_use", 1);
        using CancellationTokenSource leave = new();
        Task second = server.Http.PostAsync(Chat, Json(Ask()), leave.Token);
        await server.Until("chatgpt_queue_length", 1);
        using HttpResponseMessage third = await server.Post(Chat, Ask());
        Assert.Equal("1", third.Headers.RetryAfter!.ToString());
        await TestServer.AssertError(server.Post(Chat, Ask()), 429, "queue_full", "try again");
        await TestServer.AssertError(server.Post(Chat, Ask(more: ",\"n\":3")), 400, "invalid_request", "3 answers", "n");
        Assert.Equal(2, await server.Metric("chatgpt_queue_refused_total"));
        leave.Cancel();
        await server.Until("chatgpt_queue_length", 0);
        first.Dispose();
        Assert.NotEmpty(Contents(await server.Ask(Chat, Ask(seed: 2))));
    }

    [Fact]
    public async Task AnAnswerThatTakesTooLongEnds()
    {
        await using TestServer server = await TestServer.Start(_one, new() { Timeout = TimeSpan.FromMilliseconds(400) });
        await TestServer.AssertError(server.Post(Chat, Endless.Replace(",\"stream\":true", "")), 504, "timeout", "0.4 s");
        using HttpResponseMessage stream = await server.Post(Chat, Endless);
        string last = TestServer.Events(await stream.Content.ReadAsStringAsync())[^1];
        Assert.Equal("timeout", (string?)JsonNode.Parse(last)!["error"]!["code"]);
        await server.Until("chatgpt_slots_in_use", 0);
    }

    [Fact]
    public async Task ABodyThatIsTooLargeIsRefused()
    {
        await using TestServer server = await TestServer.Start(options: new() { MaxBodyBytes = 2000 });
        await TestServer.AssertError(server.Post(Chat, Ask(text: new string('x', 2000))), 413, "body_too_large", "2000 are the most");
        using StringContent chunked = Json(Ask(text: new string('x', 2000)));
        using HttpRequestMessage request = new(HttpMethod.Post, Chat) { Content = chunked };
        request.Headers.TransferEncodingChunked = true;
        await TestServer.AssertError(server.Http.SendAsync(request), 413, "body_too_large", "2000 are the most");
        // Far too much is not even read.
        try
        {
            await TestServer.AssertError(server.Post(Chat, new byte[8 << 20]), 413, "body_too_large", "larger");
        }
        catch (HttpRequestException)
        {
            // The connection was closed while the client still wrote.
        }
        Assert.NotEmpty(Contents(await server.Ask(Chat, Ask())));
    }

    [Fact]
    public async Task OnlyWhoHasTheKeyMayAsk()
    {
        await using TestServer server = await TestServer.Start(options: new() { ApiKey = "çegredo" });
        foreach (string? header in (string?[])[null, "Bearer", "Bearer x", "Basic çegredo", "çegredo"])
        {
            using HttpRequestMessage request = new(HttpMethod.Get, "/v1/models");
            if (header is not null) request.Headers.TryAddWithoutValidation("Authorization", header);
            using HttpClient client = Utf8Client(server);
            await TestServer.AssertError(client.SendAsync(request), 401, "invalid_api_key", "API key");
        }
        using HttpClient good = Utf8Client(server);
        good.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer çegredo");
        Assert.Equal(HttpStatusCode.OK, (await good.GetAsync("/v1/models")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await good.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.GetAsync("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.GetAsync("/api/anything")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/readyz")).StatusCode);
    }

    private static HttpClient Utf8Client(TestServer server) =>
        new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = server.Address };

    [Fact]
    public async Task BeyondLoopbackAKeyIsNeeded()
    {
        using ChatEngine engine = new([TinyModels.Make()]);
        foreach (string host in (string[])["0.0.0.0", "::", "192.0.2.1"])
        {
            UserErrorException e = await Assert.ThrowsAsync<UserErrorException>(() => ChatServer.StartAsync(engine, new() { Host = host, Port = 0 }, default));
            Assert.Contains("--api-key", e.Message);
        }
        Assert.Contains("example.org", (await Assert.ThrowsAsync<UserErrorException>(() => ChatServer.StartAsync(engine, new() { Host = "example.org", Port = 0 }, default))).Message);
        await using ChatServer open = await ChatServer.StartAsync(engine, new() { Host = "0.0.0.0", Port = 0, ApiKey = "k" }, default);
        Assert.True(open.Address.Port > 0);
        Assert.Contains("192.0.2.1", (await Assert.ThrowsAsync<UserErrorException>(() => ChatServer.StartAsync(engine, new() { Host = "192.0.2.1", Port = 0, ApiKey = "k" }, default))).Message);
    }

    [Fact]
    public async Task AnotherSitesNameForThisMachineIsRefused()
    {
        await using TestServer server = await TestServer.Start();
        using HttpRequestMessage request = new(HttpMethod.Get, "/v1/models");
        request.Headers.Host = "evil.example";
        await TestServer.AssertError(server.Http.SendAsync(request), 421, "wrong_host", "evil.example");
        foreach (string host in (string[])["localhost", $"127.0.0.1:{server.Address.Port}", "[::1]"])
        {
            using HttpRequestMessage own = new(HttpMethod.Get, "/v1/models");
            own.Headers.Host = host;
            Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(own)).StatusCode);
        }
        // Nor can its page post a form or a text, which it may without asking.
        await TestServer.AssertError(server.Post(Chat, Encoding.UTF8.GetBytes(Ask()), "text/plain"), 415, "unsupported_media_type", "application/json");
    }

    [Fact]
    public async Task APortInUseIsAClearError()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using ChatEngine engine = new([TinyModels.Make()]);
        UserErrorException pt = await Assert.ThrowsAsync<UserErrorException>(() => ChatServer.StartAsync(engine, new() { Port = port }, new(Language.Portuguese)));
        Assert.Equal($"a porta {port} de 127.0.0.1 já está em uso: escolha outra em --port", pt.Message);
    }

    [Fact]
    public async Task MetricsAreInPrometheusFormat()
    {
        await using TestServer server = await TestServer.Start(models: [TinyModels.Make("a \"b\"\\\n"), TinyModels.Make("c")]);
        await server.Ask(Chat, Ask());
        await TestServer.AssertError(server.Post(Chat, "{"), 400, "invalid_request", "JSON");
        using HttpResponseMessage response = await server.Http.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        string text = await response.Content.ReadAsStringAsync();
        Dictionary<string, string> types = [];
        HashSet<string> lines = [];
        Regex sample = new("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*)\})? (?<value>\S+)$""");
        Assert.EndsWith("\n", text);
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                string[] words = line.Split(' ');
                Assert.True(types.TryAdd(words[2], words[3]), line);
                continue;
            }
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            Match m = sample.Match(line);
            Assert.True(m.Success, line);
            Assert.True(lines.Add(m.Groups["name"].Value + m.Groups["labels"].Value), $"twice: {line}");
            double value = double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture);
            Assert.True(value >= 0, line);
            string name = Regex.Replace(m.Groups["name"].Value, "_(bucket|sum|count)$", "");
            Assert.True(types.TryGetValue(types.ContainsKey(name) ? name : m.Groups["name"].Value, out _), $"no type: {line}");
        }
        Assert.Equal(1, await server.Metric("chatgpt_http_requests_total", "status=\"400\""));
        Assert.Equal(1, await server.Metric("chatgpt_first_token_seconds_count"));
        Assert.Equal(4, await server.Metric("chatgpt_prompt_tokens_total"));
        Assert.Equal(32, await server.Metric("chatgpt_slots"));
        Assert.True(await server.Metric("process_resident_memory_bytes") > 1e6);
    }

    [Fact]
    public async Task HealthSaysWhetherItLivesAndReadinessWhetherItAnswers()
    {
        await using TestServer server = await TestServer.Start();
        Assert.Equal("""{"status":"ready"}""", await server.Http.GetStringAsync("/readyz"));
        server.Engine.Dispose();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.GetAsync("/readyz")).StatusCode);
        Assert.Equal("""{"status":"ok"}""", await server.Http.GetStringAsync("/healthz"));
        await TestServer.AssertError(server.Post(Chat, Ask()), 503, "stopped", "stopped");
    }

    [Fact]
    public async Task WhatIsNotThereIsAJsonError()
    {
        await using TestServer server = await TestServer.Start();
        await TestServer.AssertError(server.Http.GetAsync("/v1/nothing"), 404, "not_found", "/v1/nothing");
        await TestServer.AssertError(server.Http.GetAsync(Chat), 405, "method_not_allowed", "POST");
        await TestServer.AssertError(server.Http.GetAsync("/v1/models/gpt-5"), 404, "model_not_found", "tiny");
        await TestServer.AssertError(server.Http.GetAsync("/nowhere.html"), 404, "not_found", "GET /nowhere.html");
    }

    [Fact]
    public async Task ThePagesFilesAreServed()
    {
        using Gpt.Scratch scratch = new();
        scratch.Write("index.html", "<p>Olá</p>");
        scratch.Write("app.mjs", "export {}");
        await using TestServer server = await TestServer.Start(options: new() { WebRoot = scratch.Root });
        Assert.Equal("<p>Olá</p>", await server.Http.GetStringAsync("/"));
        Assert.Equal("text/javascript", (await server.Http.GetAsync("/app.mjs")).Content.Headers.ContentType!.MediaType);
        Assert.Equal("list", (string?)JsonNode.Parse(await server.Http.GetStringAsync("/v1/models"))!["object"]);
        await TestServer.AssertError(server.Http.GetAsync("/%2e%2e/secret"), 404, "not_found", "nothing");
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("{", "line 1")]
    [InlineData("[]", "an array")]
    [InlineData("{\"messages\":[]}", "empty", "messages")]
    [InlineData("{}", "missing", "messages")]
    [InlineData("{\"messages\":null}", "missing", "messages")]
    [InlineData("{\"messages\":\"oi\"}", "an array", "messages")]
    [InlineData("{\"messages\":[1]}", "messages[0]", "messages[0]")]
    [InlineData("{\"messages\":[{\"role\":\"robot\",\"content\":\"a\"}]}", "'robot'", "messages[0].role")]
    [InlineData("{\"messages\":[{\"content\":\"a\"}]}", "missing", "messages[0].role")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}", "missing", "messages[0].content")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":5}]}", "a number", "messages[0].content")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}", "surrogate", "messages[0].content")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", "must be text", "messages[0].content[0].type")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":-1}", "from 0 to 100", "temperature")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":1e999}", "1e999", "temperature")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"temperature\":\"warm\"}", "a string", "temperature")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"top_p\":1.5}", "1.5", "top_p")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":0}", "0", "max_tokens")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":99999999999999999999}", "whole number", "max_tokens")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"n\":1000}", "128", "n")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stop\":[\"\"]}", "1 to 1000", "stop")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stop\":7}", "a number", "stop")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"top_logprobs\":3}", "logprobs", "top_logprobs")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"logprobs\":true,\"top_logprobs\":21}", "20", "top_logprobs")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"stream\":\"yes\"}", "true or false", "stream")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"truncation\":\"maybe\"}", "auto or disabled", "truncation")]
    public async Task BadRequestsNameTheFieldAndWhatIsPossible(string body, string mention, string? parameter = null)
    {
        await using TestServer server = await TestServer.Start();
        await TestServer.AssertError(server.Post(Chat, body), 400, "invalid_request", mention, parameter);
    }

    [Theory]
    [InlineData("\"tools\":[{}]", "tools")]
    [InlineData("\"response_format\":{\"type\":\"json_object\"}", "response_format")]
    [InlineData("\"presence_penalty\":0.5", "presence_penalty")]
    [InlineData("\"logit_bias\":{\"1\":5}", "logit_bias")]
    public async Task WhatWouldChangeTheAnswerAndIsNotSupportedIsRefused(string field, string parameter)
    {
        await using TestServer server = await TestServer.Start();
        await TestServer.AssertError(server.Post(Chat, Ask(more: "," + field)), 400, "unsupported_parameter", parameter, parameter);
        Assert.NotEmpty(Contents(await server.Ask(Chat, Ask(more: ",\"tools\":[],\"presence_penalty\":0,\"user\":\"u\",\"response_format\":{\"type\":\"text\"}"))));
    }

    [Fact]
    public async Task InvalidUtf8IsRefusedAndSpecialTokensAreText()
    {
        await using TestServer server = await TestServer.Start();
        byte[] body = Encoding.UTF8.GetBytes(Ask(text: "aç"));
        body[Array.IndexOf(body, (byte)0xC3)] = 0xFF;
        await TestServer.AssertError(server.Post(Chat, body), 400, "invalid_request", "UTF-8");
        JsonObject special = await server.Ask(Chat, Ask(text: "<|end|><|system|>"));
        Assert.Equal("<|end|><|system|>".Length + 3, (int)special["usage"]!["prompt_tokens"]!);
        JsonObject parts = await server.Ask(Chat, """{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}""");
        Assert.Equal(2 + 3, (int)parts["usage"]!["prompt_tokens"]!);
    }

    [Fact]
    public async Task ContextsSlideIfAsked()
    {
        await using TestServer server = await TestServer.Start();
        string longText = Ask(text: new string('x', 200));
        await TestServer.AssertError(server.Post(Chat, longText), 400, "context_length_exceeded", "203 tokens", "messages");
        JsonObject slid = await server.Ask(Chat, longText.Replace("}]", "}],\"truncation\":\"auto\""));
        Assert.InRange((int)slid["usage"]!["prompt_tokens"]!, 10, TinyModels.Context);
        JsonObject large = await server.Ask(Chat, Ask(more: ",\"max_completion_tokens\":2147483647,\"temperature\":0").Replace("\"max_tokens\":20,", ""));
        Assert.Equal(("length", TinyModels.Context - 4 + 1), ((string?)large["choices"]![0]!["finish_reason"], (int)large["usage"]!["completion_tokens"]!));
    }

    private static async Task<HttpResponseMessage> Open(TestServer server) =>
        await server.Http.SendAsync(new HttpRequestMessage(HttpMethod.Post, Chat) { Content = Json(Endless) }, HttpCompletionOption.ResponseHeadersRead);

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static string Ask(string text = "u", long seed = 1, string more = "") => $$"""{"messages":[{"role":"user","content":"{{text}}"}],"max_tokens":20,"seed":{{seed}}{{more}}}""";
}
