using TensorCore.Text;

namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>A dialogue as a model reads it: the tokens, and which of them it has to learn to say.</summary>
/// <param name="Ids">The tokens, T of them.</param>
/// <param name="Learnt">True for the tokens of an assistant's answer and for the end mark behind it: the targets of the loss. The same length as <paramref name="Ids"/>.</param>
public sealed record TokenizedDialogue(int[] Ids, bool[] Learnt);

/// <summary>
/// Writes a talk as one sequence of tokens: each message is the mark of its role, its text, and <c>&lt;|end|&gt;</c>.
/// <code>
/// &lt;|system|&gt;Seja breve.&lt;|end|&gt;&lt;|user|&gt;Onde Ana mora?&lt;|end|&gt;&lt;|assistant|&gt;Na Rua do Sol.&lt;|end|&gt;
///                                                               learnt: ^^^^^^^^^^^^^^^^^^^^^^
/// </code>
/// The marks are special tokens, and text never gives special tokens: a user who types <c>&lt;|assistant|&gt;</c> has typed thirteen characters.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>The mark before a system message.</summary>
    public const string SystemMark = "<|system|>";

    /// <summary>The mark before a user's message.</summary>
    public const string UserMark = "<|user|>";

    /// <summary>The mark before an answer.</summary>
    public const string AssistantMark = "<|assistant|>";

    /// <summary>The mark behind every message; a model that says it has finished its answer.</summary>
    public const string EndMark = "<|end|>";

    private static readonly string[] _marks = [SystemMark, UserMark, AssistantMark, EndMark];

    private readonly int[] _roleIds; // by Role

    /// <summary>The template for a tokenizer that has the four marks.</summary>
    /// <exception cref="ArgumentException">It lacks one; <see cref="AddTo"/> adds them.</exception>
    public ChatTemplate(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        Tokenizer = tokenizer;
        _roleIds = [tokenizer.SpecialTokenId(SystemMark), tokenizer.SpecialTokenId(UserMark), tokenizer.SpecialTokenId(AssistantMark)];
        End = tokenizer.SpecialTokenId(EndMark);
    }

    /// <summary>The tokenizer of the texts.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The id of <see cref="EndMark"/>: where the answer of a model stops.</summary>
    public int End { get; }

    /// <summary>The tokenizer with those of the four marks that it lacks: they get the ids after its last one, so that a model's embedding only grows.</summary>
    public static Tokenizer AddTo(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        string[] missing = [.. _marks.Where(m => !tokenizer.SpecialTokens.ContainsKey(m))];
        return missing.Length == 0 ? tokenizer : tokenizer.WithSpecialTokens(missing);
    }

    /// <summary>A whole dialogue, to learn from.</summary>
    /// <exception cref="ArgumentException">It has no message.</exception>
    public TokenizedDialogue Encode(Dialogue dialogue)
    {
        ArgumentNullException.ThrowIfNull(dialogue);
        List<int> ids = [];
        List<bool> learnt = [];
        foreach (Message message in NotEmpty(dialogue.Messages))
        {
            Append(message, ids);
            learnt.Add(false); // the mark: given, not guessed
            while (learnt.Count < ids.Count)
                learnt.Add(message.Role == Role.Assistant);
        }
        return new([.. ids], [.. learnt]);
    }

    /// <summary>The messages so far and the mark after which the model answers.</summary>
    /// <exception cref="ArgumentException">There is no message.</exception>
    public int[] Prompt(IReadOnlyList<Message> messages)
    {
        List<int> ids = [];
        foreach (Message message in NotEmpty(messages))
            Append(message, ids);
        ids.Add(_roleIds[(int)Role.Assistant]);
        return [.. ids];
    }

    /// <summary>
    /// A prompt of at most <paramref name="longest"/> tokens: if the talk has more, its oldest turns are forgotten, each user's message together with
    /// its answer; the system message and the last message stay.
    /// </summary>
    /// <returns>The prompt, or null if even those that stay are too long.</returns>
    /// <exception cref="ArgumentException">There is no message.</exception>
    public int[]? Prompt(IReadOnlyList<Message> messages, int longest)
    {
        List<Message> kept = [.. NotEmpty(messages)];
        int first = kept[0].Role == Role.System ? 1 : 0;
        while (true)
        {
            int[] prompt = Prompt(kept);
            if (prompt.Length <= longest)
                return prompt;
            // The next turn begins at the next message of the user; without one, nothing more can go.
            int next = kept.FindIndex(Math.Min(first + 1, kept.Count), m => m.Role == Role.User);
            if (next < 0)
                return null;
            kept.RemoveRange(first, next - first);
        }
    }

    /// <summary>The text of an answer: what comes before the first special token, without white space around it.</summary>
    public string Answer(ReadOnlySpan<int> generated)
    {
        int length = 0;
        while (length < generated.Length && !Tokenizer.IsSpecialToken(generated[length]))
            length++;
        return Tokenizer.DecodeString(generated[..length]).Trim();
    }

    private void Append(Message message, List<int> ids)
    {
        ids.Add(_roleIds[(int)message.Role]);
        Tokenizer.Encode(System.Text.Encoding.UTF8.GetBytes(message.Content), ids, allowSpecialTokens: false);
        ids.Add(End);
    }

    private static IReadOnlyList<Message> NotEmpty(IReadOnlyList<Message> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return messages.Count > 0 ? messages : throw new ArgumentException("a dialogue needs at least one message", nameof(messages));
    }
}
