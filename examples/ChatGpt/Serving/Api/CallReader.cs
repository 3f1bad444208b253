using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Serving.Api;

/// <summary>
/// Reads what OpenAI's API calls a request (https://platform.openai.com/docs/api-reference). Beyond it: <c>top_k</c>, <c>repetition_penalty</c>, and <c>truncation</c>, "auto" (what does
/// not fit the context is forgotten) or "disabled", as in its Responses. A field that would change the answer and is not supported is an error; others are ignored.
/// </summary>
internal static class CallReader
{
    private const int MaxChoices = 128, MaxStops = 16, MaxStopLength = 1000, DefaultTextTokens = 16;

    /// <summary>A body of /v1/chat/completions.</summary>
    /// <exception cref="ApiException">It is no such request.</exception>
    public static Call Chat(JsonElement body, ChatEngine engine)
    {
        JsonFields fields = new(body);
        Refuse(fields, "tools", "functions", "audio", "web_search_options");
        if (fields.Any("response_format") is JsonElement format && new JsonFields(format, "response_format.").Text("type") is not (null or "text"))
            throw Unsupported("response_format");
        bool logprobs = fields.Flag("logprobs");
        long? top = fields.Whole("top_logprobs", 0, 20);
        if (top is not null && !logprobs)
            throw ApiException.Invalid("top_logprobs needs logprobs: true", "top_logprobs");
        ChatRequest request = Common(fields) with
        {
            Messages = Messages(fields),
            MaxTokens = Tokens(fields, "max_completion_tokens") ?? Tokens(fields, "max_tokens"),
            TopLogProbabilities = logprobs ? (int)(top ?? 0) : null,
        };
        return Finish(fields, engine, [request], model => new ChatFormat(model, logprobs));
    }

    /// <summary>A body of /v1/completions.</summary>
    /// <exception cref="ApiException">It is no such request.</exception>
    public static Call Text(JsonElement body, ChatEngine engine)
    {
        JsonFields fields = new(body);
        Refuse(fields, "suffix", "echo", "best_of");
        ChatRequest request = Common(fields) with
        {
            MaxTokens = Tokens(fields, "max_tokens") ?? DefaultTextTokens,
            TopLogProbabilities = (int?)fields.Whole("logprobs", 0, 20),
        };
        return Finish(fields, engine, [.. Prompts(fields, request)], model => new TextFormat(model, request.TopLogProbabilities is not null));
    }

    private static ChatRequest Common(JsonFields fields)
    {
        Refuse(fields, "presence_penalty", "frequency_penalty", "logit_bias");
        return new()
        {
            Model = fields.Text("model"),
            Sampling = new SamplingOptions
            {
                Temperature = fields.Number("temperature", 0, 100) ?? 1,
                TopP = Math.Max(fields.Number("top_p", 0, 1) ?? 1, 1e-9), // of 0 the likeliest token is left
                TopK = (int)(fields.Whole("top_k", 0, int.MaxValue) ?? 0),
                RepetitionPenalty = fields.Number("repetition_penalty", 0.01, 100) ?? 1,
                Seed = unchecked((ulong)(fields.Whole("seed", long.MinValue, long.MaxValue) ?? Random.Shared.NextInt64())),
            },
            Stop = Stops(fields),
            Sliding = fields.Text("truncation") switch
            {
                null => null,
                "auto" => true,
                "disabled" => false,
                _ => throw ApiException.Invalid("truncation must be auto or disabled", "truncation"),
            },
        };
    }

    /// <summary>n choices of each prompt: choice i has the seed of the request plus i, so that each can be had alone too.</summary>
    private static Call Finish(JsonFields fields, ChatEngine engine, IReadOnlyList<ChatRequest> requests, Func<ServedModel, AnswerFormat> format)
    {
        int n = (int)(fields.Whole("n", 1, MaxChoices) ?? 1);
        bool stream = fields.Flag("stream");
        bool usage = stream && fields.Any("stream_options") is JsonElement o && new JsonFields(o, "stream_options.").Flag("include_usage");
        ChatRequest[] choices = [.. requests.SelectMany(r => Enumerable.Range(0, n).Select(i => r with { Sampling = r.Sampling with { Seed = r.Sampling.Seed + (ulong)i } }))];
        return new(choices, n, format(engine.Find(requests[0].Model)), stream, usage);
    }

    private static IReadOnlyList<Message> Messages(JsonFields fields)
    {
        JsonElement[] messages = fields.Array("messages") ?? throw ApiException.Invalid("messages are missing", "messages");
        if (messages.Length == 0)
            throw ApiException.Invalid("messages are empty: there must be at least one", "messages");
        return [.. messages.Select((m, i) => Message(new JsonFields(m, $"messages[{i}]."), $"messages[{i}]"))];
    }

    private static Message Message(JsonFields message, string path)
    {
        Role role = message.Text("role") switch
        {
            "system" or "developer" => Role.System,
            "user" => Role.User,
            "assistant" => Role.Assistant,
            null => throw ApiException.Invalid($"{path}.role is missing", path + ".role"),
            string other => throw ApiException.Invalid($"{path}.role is '{(other.Length > 40 ? other[..40] + "…" : other)}': system, developer, user and assistant are possible", path + ".role"),
        };
        JsonElement content = message.Any("content") ?? throw ApiException.Invalid($"{path}.content is missing", path + ".content");
        return new(role, content.ValueKind == JsonValueKind.Array ? Parts(content, path + ".content") : JsonFields.Text(content, path + ".content"));
    }

    private static string Parts(JsonElement content, string path) => string.Concat(content.EnumerateArray().Select((part, i) =>
    {
        JsonFields fields = new(part, $"{path}[{i}].");
        if (fields.Text("type") is not "text")
            throw ApiException.Invalid($"{path}[{i}].type must be text", $"{path}[{i}].type");
        return fields.Text("text") ?? throw ApiException.Invalid($"{path}[{i}].text is missing", $"{path}[{i}].text");
    }));

    /// <summary>A text, its tokens, or an array of either.</summary>
    private static IEnumerable<ChatRequest> Prompts(JsonFields fields, ChatRequest request)
    {
        JsonElement prompt = fields.Any("prompt") ?? throw ApiException.Invalid("prompt is missing", "prompt");
        JsonElement[] several = prompt.ValueKind == JsonValueKind.Array ? [.. prompt.EnumerateArray()] : [prompt];
        if (several.Length == 0)
            throw ApiException.Invalid("prompt is empty", "prompt");
        if (several[0].ValueKind == JsonValueKind.Number)
            return [request with { Tokens = Ids(several, "prompt") }];
        if (several.Length > MaxChoices)
            throw ApiException.Invalid($"{several.Length} prompts are more than {MaxChoices}", "prompt");
        return several.Select((p, i) => p.ValueKind == JsonValueKind.Array
            ? request with { Tokens = Ids(p.EnumerateArray(), $"prompt[{i}]") }
            : request with { Text = JsonFields.Text(p, prompt.ValueKind == JsonValueKind.Array ? $"prompt[{i}]" : "prompt") });
    }

    private static int[] Ids(IEnumerable<JsonElement> ids, string path) =>
        [.. ids.Select((id, i) => id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int n) ? n : throw ApiException.Invalid($"{path}[{i}] is no token id", "prompt"))];

    private static IReadOnlyList<string> Stops(JsonFields fields)
    {
        if (fields.Any("stop") is not JsonElement stop)
            return [];
        string[] texts = stop.ValueKind == JsonValueKind.Array
            ? [.. stop.EnumerateArray().Select((s, i) => JsonFields.Text(s, $"stop[{i}]"))]
            : [JsonFields.Text(stop, "stop")];
        if (texts.Length > MaxStops || texts.Any(t => t.Length is 0 or > MaxStopLength))
            throw ApiException.Invalid($"stop must be at most {MaxStops} texts of 1 to {MaxStopLength} characters", "stop");
        return texts;
    }

    private static int? Tokens(JsonFields fields, string name) => (int?)fields.Whole(name, 1, int.MaxValue);

    /// <summary>Fields that ask for nothing (null, false, 0, 1 of best_of, empty) are no harm.</summary>
    private static void Refuse(JsonFields fields, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (fields.Any(name) is not JsonElement value)
                continue;
            bool nothing = value.ValueKind switch
            {
                JsonValueKind.False => true,
                JsonValueKind.Number => value.TryGetDouble(out double x) && (x == 0 || (x == 1 && name == "best_of")),
                JsonValueKind.Array => value.GetArrayLength() == 0,
                JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
                JsonValueKind.String => value.ValueEquals(""),
                _ => false,
            };
            if (!nothing)
                throw Unsupported(name);
        }
    }

    private static ApiException Unsupported(string name) => new(StatusCodes.Status400BadRequest, "unsupported_parameter", $"{name} is not supported", name);
}
