using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Learning;

/// <summary>Goes on with many prompts at a time.</summary>
public static class AnswerWriter
{
    /// <summary>
    /// What the model writes after each prompt: until a last token, which is part of it, or <paramref name="maxTokens"/>, or the end of the context. Text i is drawn with
    /// the seed and i alone; in which slot it is written does not matter.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">Tokens; none empty or longer than the context.</param>
    /// <param name="options">How to draw.</param>
    /// <param name="maxTokens">The most tokens of a text.</param>
    /// <param name="isLast">Whether a token ends its text.</param>
    /// <param name="slots">Texts at a time.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static IReadOnlyList<int[]> Write(ICausalModel model, IReadOnlyList<int[]> prompts, SamplingOptions options, int maxTokens, Func<int, bool> isLast, int slots = 64, CancellationToken cancellation = default)
    {
        SlotDecoder decoder = new(model, Math.Clamp(prompts.Count, 1, slots));
        int[][] written = new int[prompts.Count][];
        Dictionary<int, Writing> open = []; // by slot
        int next = 0;
        while (next < prompts.Count || open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            for (; next < prompts.Count && open.Count < decoder.Slots; next++)
                open[decoder.Open(prompts[next])] = new(next, new TokenSampler(options with { Seed = options.Seed + (0x9E37_79B9_7F4A_7C15 * (ulong)next) }), []);
            foreach (int slot in decoder.Step().ToArray())
            {
                Writing text = open[slot];
                int token = text.Sampler.Next(decoder.Logits(slot), decoder.Tokens(slot));
                text.Tokens.Add(token);
                if (!isLast(token) && text.Tokens.Count < maxTokens && decoder.Length(slot) < model.Context)
                {
                    decoder.Append(slot, token);
                    continue;
                }
                written[text.Number] = [.. text.Tokens];
                decoder.Close(slot);
                open.Remove(slot);
            }
        }
        return written;
    }

    private sealed record Writing(int Number, TokenSampler Sampler, List<int> Tokens);
}
