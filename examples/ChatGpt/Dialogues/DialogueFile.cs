using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>
/// Reads dialogues to learn from, in the two formats that public data come in: <c>{"messages": [{"role": "user", "content": "…"}, …]}</c>, and Alpaca's
/// <c>{"instruction": "…", "input": "…", "output": "…"}</c> (Taori et al., 2023), each object on a line of its own or all in one array, plain or gzip.
/// </summary>
public static class DialogueFile
{
    /// <summary>All dialogues of a file, or an error: nothing is half read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">The language of errors.</param>
    /// <param name="skipped">If given, what is JSON but no dialogue to learn from (Alpaca's own file has some empty answers) is left out and told here.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The message names the file, the line, and what was expected there.</exception>
    public static IReadOnlyList<Dialogue> Read(string path, Texts texts = default, ICollection<string>? skipped = null) =>
        JsonRecords.Read(path, texts, Parse, skipped);

    private static Dialogue Parse(JsonRecord record)
    {
        if (record.TryFind("messages", out var list))
        {
            List<Message> messages = record.Messages(list, "messages");
            record.CheckTurns(messages, "messages");
            return new(messages);
        }
        if (record.Has("instruction"))
        {
            (string instruction, string? input, string output) = (record.Text("instruction"), record.TextOrNull("input"), record.Text("output"));
            string question = string.IsNullOrWhiteSpace(input) ? instruction : instruction + "\n\n" + input;
            List<Message> messages = [new(Role.User, question), new(Role.Assistant, output)];
            if (string.IsNullOrWhiteSpace(instruction) || string.IsNullOrWhiteSpace(output))
                throw record.Fail("esperava textos em \"instruction\" e \"output\", e um deles está vazio", "expected texts in \"instruction\" and \"output\", and one of them is empty");
            return new(messages);
        }
        throw record.Fail(
            "esperava {\"messages\": [{\"role\", \"content\"}, …]} ou {\"instruction\", \"input\", \"output\"}",
            "expected {\"messages\": [{\"role\", \"content\"}, …]} or {\"instruction\", \"input\", \"output\"}");
    }
}
