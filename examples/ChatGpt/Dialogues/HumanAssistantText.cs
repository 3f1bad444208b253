namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>The dialogues of hh-rlhf, which are text: each message after a blank line and the name of who speaks.</summary>
internal static class HumanAssistantText
{
    private const string Human = "\n\nHuman:", Assistant = "\n\nAssistant:";

    /// <summary>The messages, or null if the text does not begin with one.</summary>
    public static List<Message>? Parse(string text)
    {
        // The first blank line may be missing.
        string whole = "\n\n" + text.TrimStart('\n');
        if (!whole.StartsWith(Human, StringComparison.Ordinal) && !whole.StartsWith(Assistant, StringComparison.Ordinal))
            return null;
        List<Message> messages = [];
        for (int at = 0; at < whole.Length;)
        {
            bool human = whole.AsSpan(at).StartsWith(Human, StringComparison.Ordinal);
            int start = at + (human ? Human : Assistant).Length;
            at = NextMark(whole, start);
            messages.Add(new(human ? Role.User : Role.Assistant, whole[start..at].Trim()));
        }
        return messages;
    }

    private static int NextMark(string text, int start)
    {
        int human = text.IndexOf(Human, start, StringComparison.Ordinal), assistant = text.IndexOf(Assistant, start, StringComparison.Ordinal);
        return (human, assistant) switch
        {
            ( < 0, < 0) => text.Length,
            ( < 0, _) => assistant,
            (_, < 0) => human,
            _ => Math.Min(human, assistant),
        };
    }
}
