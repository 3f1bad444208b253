using System.Text.Json;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>One object of a data file, with its place for errors.</summary>
internal sealed class JsonRecord(string path, int line, JsonElement value, Texts texts)
{
    /// <summary>The language of errors.</summary>
    public Texts Texts => texts;

    /// <summary>Whether the object has this key with a value other than null.</summary>
    public bool Has(string key) => Find(value, key) is { ValueKind: not JsonValueKind.Null };

    /// <summary>The value of a key, if it is there and not null.</summary>
    public bool TryFind(string key, out JsonElement found)
    {
        found = Find(value, key) ?? default;
        return found.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
    }

    /// <summary>The value of a key that must be there.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public JsonElement Get(string key) => TryFind(key, out JsonElement found) ? found : throw Missing(key);

    /// <summary>A text that must be there.</summary>
    /// <exception cref="InvalidDataException">It is not there, or is no text.</exception>
    public string Text(string key) => Text(Get(key), key);

    /// <summary>A text, or nothing if the key is not there.</summary>
    /// <exception cref="InvalidDataException">It is there and is no text.</exception>
    public string? TextOrNull(string key) => TryFind(key, out JsonElement found) ? Text(found, key) : null;

    /// <summary>An element as a text; <paramref name="name"/> says which one it is.</summary>
    /// <exception cref="InvalidDataException">It is no text, or one with half a character in it.</exception>
    public string Text(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Fail($"esperava um texto em \"{name}\", não {Kind(element)}", $"expected \"{name}\" to be a text, not {Kind(element)}");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException) // \ud83d alone
        {
            throw Fail($"\"{name}\" tem metade de um par de substitutos (\\ud800 a \\udfff), que não é caractere nenhum", $"\"{name}\" has half of a surrogate pair (\\ud800 to \\udfff), which is no character");
        }
    }

    /// <summary>An element as a list; <paramref name="name"/> says which one it is.</summary>
    /// <exception cref="InvalidDataException">It is no list.</exception>
    public IReadOnlyList<JsonElement> List(JsonElement element, string name) => element.ValueKind == JsonValueKind.Array
        ? [.. element.EnumerateArray()]
        : throw Fail($"esperava uma lista em \"{name}\", não {Kind(element)}", $"expected \"{name}\" to be a list, not {Kind(element)}");

    /// <summary>An element as messages, each with a role and a content.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public List<Message> Messages(JsonElement element, string name)
    {
        List<Message> messages = [];
        foreach (JsonElement item in List(element, name))
        {
            string at = $"{name}[{messages.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
                throw Fail($"esperava {{\"role\", \"content\"}} em \"{at}\", não {Kind(item)}", $"expected \"{at}\" to be {{\"role\", \"content\"}}, not {Kind(item)}");
            string role = Text(Find(item, "role") ?? throw Missing($"{at}.role"), $"{at}.role");
            string content = Text(Find(item, "content") ?? throw Missing($"{at}.content"), $"{at}.content");
            messages.Add(new(role switch
            {
                "system" => Role.System,
                "user" => Role.User,
                "assistant" => Role.Assistant,
                _ => throw Fail(
                    $"esperava system, user ou assistant em \"{at}.role\", não \"{role}\"", $"expected \"{at}.role\" to be system, user or assistant, not \"{role}\""),
            }, content));
        }
        return messages;
    }

    /// <summary>
    /// Checks that a talk can be learnt from: perhaps a system message, then user and assistant in turns, the user first, the assistant last, no one silent.
    /// </summary>
    /// <exception cref="InvalidDataException">It is not so.</exception>
    public void CheckTurns(IReadOnlyList<Message> messages, string name, bool emptyAnswer = false)
    {
        if (messages.Count == 0)
            throw Fail($"esperava ao menos uma pergunta e uma resposta em \"{name}\", que está vazio", $"expected at least a question and an answer in \"{name}\", which is empty");
        int first = messages[0].Role == Role.System ? 1 : 0;
        for (int i = 0; i < messages.Count; i++)
        {
            Role expected = i < first ? Role.System : (i - first) % 2 == 0 ? Role.User : Role.Assistant;
            if (messages[i].Role != expected)
                throw Fail($"esperava uma mensagem de {Name(expected)} em \"{name}[{i}]\", não de {Name(messages[i].Role)}", $"expected a message of {Name(expected)} in \"{name}[{i}]\", not of {Name(messages[i].Role)}");
            if (string.IsNullOrWhiteSpace(messages[i].Content) && !(emptyAnswer && i == messages.Count - 1))
                throw Fail($"esperava um texto em \"{name}[{i}].content\", que está vazio", $"expected a text in \"{name}[{i}].content\", which is empty");
        }
        if (messages[^1].Role != Role.Assistant)
            throw Fail($"esperava uma resposta de assistant no fim de \"{name}\"", $"expected an answer of assistant at the end of \"{name}\"");
    }

    /// <summary>The error for this object: file, line, what was expected.</summary>
    public InvalidDataException Fail(string pt, string en) => new($"{path}:{line}: {texts.Pick(pt, en)}");

    /// <summary>What kind of value this is, in words.</summary>
    public string Kind(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => texts.Pick("um texto", "a text"),
        JsonValueKind.Number => texts.Pick("um número", "a number"),
        JsonValueKind.True or JsonValueKind.False => texts.Pick("verdadeiro ou falso", "true or false"),
        JsonValueKind.Array => texts.Pick("uma lista", "a list"),
        JsonValueKind.Object => texts.Pick("um objeto", "an object"),
        _ => "null",
    };

    private static string Name(Role role) => role switch { Role.System => "system", Role.User => "user", _ => "assistant" };

    private InvalidDataException Missing(string name) => Fail($"falta \"{name}\"", $"\"{name}\" is missing");

    private JsonElement? Find(JsonElement element, string key)
    {
        try
        {
            return element.TryGetProperty(key, out JsonElement found) ? found : null;
        }
        catch (InvalidOperationException)
        {
            throw Fail("uma chave tem metade de um par de substitutos (\\ud800 a \\udfff)", "a key has half of a surrogate pair (\\ud800 to \\udfff)");
        }
    }
}
