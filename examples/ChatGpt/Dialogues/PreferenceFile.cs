using System.Text.Json;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>
/// Reads pairs of answers, one liked better than the other: objects <c>{"chosen", "rejected"}</c>, perhaps with <c>"prompt"</c> and <c>"margin"</c>, on lines or
/// in one array, plain or gzip. The two are
/// <list type="bullet">
/// <item>dialogues as text, as in Anthropic's hh-rlhf (Bai et al., 2022): <c>"\n\nHuman: … \n\nAssistant: …"</c>;</item>
/// <item>lists of messages: <c>[{"role", "content"}, …]</c>, with the prompt in them or in <c>"prompt"</c>;</item>
/// <item>the bare answers as text, with <c>"prompt"</c>.</item>
/// </list>
/// Two dialogues share all but their last message, an assistant's: that is the prompt.
/// </summary>
public static class PreferenceFile
{
    /// <summary>All pairs of a file, or an error: nothing is half read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">The language of errors.</param>
    /// <param name="skipped">If given, what is JSON but no comparison of two answers to one prompt is left out and told here.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The message names the file, the line, and what was expected there.</exception>
    public static IReadOnlyList<Preference> Read(string path, Texts texts = default, ICollection<string>? skipped = null) =>
        JsonRecords.Read(path, texts, Parse, skipped);

    private static Preference Parse(JsonRecord record)
    {
        List<Message> chosen = Side(record, "chosen"), rejected = Side(record, "rejected");
        List<Message> prompt = chosen[..^1];
        if (!prompt.SequenceEqual(rejected[..^1]))
            throw record.Fail("esperava que \"chosen\" e \"rejected\" só diferissem na última resposta", "expected \"chosen\" and \"rejected\" to differ in the last answer only");
        if (chosen[^1] == rejected[^1])
            throw record.Fail("esperava duas respostas diferentes em \"chosen\" e \"rejected\"", "expected two different answers in \"chosen\" and \"rejected\"");
        return new(prompt, chosen[^1].Content, rejected[^1].Content, Margin(record));
    }

    /// <summary>The whole dialogue of one side, the prompt in front.</summary>
    private static List<Message> Side(JsonRecord record, string key)
    {
        JsonElement side = record.Get(key);
        List<Message> messages;
        if (side.ValueKind == JsonValueKind.Array)
        {
            messages = record.Messages(side, key);
        }
        else
        {
            string text = record.Text(side, key);
            messages = HumanAssistantText.Parse(text) ?? (record.Has("prompt")
                ? [new(Role.Assistant, text)]
                : throw record.Fail($"esperava \"\\n\\nHuman: … \\n\\nAssistant: …\" em \"{key}\", ou uma lista de mensagens, ou \"prompt\" ao lado", $"expected \"{key}\" to be \"\\n\\nHuman: … \\n\\nAssistant: …\", or a list of messages, or \"prompt\" beside it"));
        }
        if (messages is [{ Role: Role.Assistant }] && record.TryFind("prompt", out JsonElement given))
            messages.InsertRange(0, Prompt(record, given));
        record.CheckTurns(messages, key, emptyAnswer: true); // silence can be an answer, and a bad one
        return messages;
    }

    private static List<Message> Prompt(JsonRecord record, JsonElement given)
    {
        if (given.ValueKind == JsonValueKind.Array)
            return record.Messages(given, "prompt");
        string text = record.Text(given, "prompt");
        List<Message> messages = HumanAssistantText.Parse(text) ?? [new(Role.User, text)];
        if (messages is [.., { Role: Role.Assistant, Content: "" }])
            messages.RemoveAt(messages.Count - 1); // "… \n\nAssistant:" invites the answer
        return messages;
    }

    private static double Margin(JsonRecord record)
    {
        if (!record.TryFind("margin", out JsonElement margin))
            return 1;
        return margin.ValueKind == JsonValueKind.Number && margin.TryGetDouble(out double value) && double.IsFinite(value) && value >= 0
            ? value
            : throw record.Fail("esperava um número não negativo em \"margin\"", "expected \"margin\" to be a number that is not negative");
    }
}
