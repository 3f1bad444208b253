using System.Security.Cryptography;
using System.Text;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>What to do with a dialogue that is longer than the context.</summary>
public enum LongDialogues
{
    /// <summary>Refuse the data.</summary>
    Error,

    /// <summary>Leave it out.</summary>
    Skip,

    /// <summary>Learn its beginning.</summary>
    Cut,
}

/// <summary>Dialogues to tune on.</summary>
/// <param name="Learnt">What is learnt.</param>
/// <param name="HeldOut">What the loss is judged by; may be empty.</param>
/// <param name="World">The built-in world, if they are about it.</param>
public sealed record SftData(IReadOnlyList<Dialogue> Learnt, IReadOnlyList<Dialogue> HeldOut, QuestionWorld? World = null)
{
    /// <summary>Dialogues about the built-in world; the last fiftieth is held out.</summary>
    public static SftData Of(QuestionWorld world, int count, ulong seed)
    {
        IReadOnlyList<Dialogue> all = world.Dialogues(count, seed);
        int held = count / 50;
        return new([.. all.SkipLast(held)], [.. all.TakeLast(held)], world);
    }

    /// <summary>Dialogues of a person's own; a share of them, drawn by the seed, is held out.</summary>
    public static SftData Of(IReadOnlyList<Dialogue> dialogues, double heldOut, ulong seed)
    {
        int held = Math.Min((int)Math.Round(heldOut * dialogues.Count), dialogues.Count - 1);
        Dialogue[] shuffled = [.. new SplitMix64(seed).Shuffled(dialogues)];
        return new([.. shuffled.SkipLast(held)], [.. shuffled.TakeLast(held)]);
    }

    /// <summary>A short name for the content: resuming on other dialogues would not be resuming.</summary>
    public string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Message message in Learnt.Concat(HeldOut).SelectMany(d => d.Messages.Append(new(Role.System, "\n"))))
        {
            byte[] text = Encoding.UTF8.GetBytes(message.Content);
            hash.AppendData([(byte)message.Role, .. BitConverter.GetBytes(text.Length)]);
            hash.AppendData(text);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    /// <summary>The dialogues as tokens, none longer than <paramref name="context"/> and one more, which is only predicted.</summary>
    /// <param name="dialogues">Some of them.</param>
    /// <param name="template">How they are written.</param>
    /// <param name="context">T.</param>
    /// <param name="tooLong">What to do with longer ones.</param>
    /// <param name="texts">The language of the error.</param>
    /// <param name="left">How many were left out, or cut.</param>
    /// <exception cref="UserErrorException">One is too long, and that is not allowed.</exception>
    public static IReadOnlyList<TokenizedDialogue> Encode(IReadOnlyList<Dialogue> dialogues, ChatTemplate template, int context, LongDialogues tooLong, Texts texts, out int left)
    {
        List<TokenizedDialogue> encoded = new(dialogues.Count);
        left = 0;
        foreach (Dialogue dialogue in dialogues)
        {
            TokenizedDialogue tokens = template.Encode(dialogue);
            if (tokens.Ids.Length > context + 1)
            {
                if (tooLong == LongDialogues.Error)
                    throw TooLong(dialogue, tokens, context, texts);
                left++;
                if (tooLong == LongDialogues.Skip)
                    continue;
                tokens = new(tokens.Ids[..(context + 1)], tokens.Learnt[..(context + 1)]);
                if (!tokens.Learnt.Contains(true))
                    continue; // the question alone fills the context
            }
            encoded.Add(tokens);
        }
        return encoded;
    }

    private static UserErrorException TooLong(Dialogue dialogue, TokenizedDialogue tokens, int context, Texts texts)
    {
        string start = dialogue.Messages[0].Content.ReplaceLineEndings(" ");
        start = start.Length > 40 ? start[..40] + "…" : start;
        return new(texts.Pick(
            $"o diálogo que começa com \"{start}\" tem {tokens.Ids.Length} tokens, mas o modelo lê no máximo {context + 1}: --long skip deixa os longos de fora, --long cut aprende o começo deles",
            $"the dialogue that begins with \"{start}\" has {tokens.Ids.Length} tokens, but the model reads {context + 1} at most: --long skip leaves long ones out, --long cut learns their beginning"));
    }
}
