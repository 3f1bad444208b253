using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>How answers are drawn.</summary>
/// <param name="End">The token behind which an answer is over.</param>
/// <param name="MaxTokens">The most tokens of an answer.</param>
/// <param name="Temperature">T of softmax(z/T), above 0. The policy that is trained is this distribution.</param>
public sealed record RolloutOptions(int End, int MaxTokens, double Temperature = 1);

/// <summary>Draws many answers at a time: as one ends, the next prompt takes its slot.</summary>
public static class Rollouts
{
    private const ulong Stream = 0x9011_0000_0000_0000;

    /// <summary>
    /// An answer to each prompt. Token by token the whole distribution softmax(z/T) is drawn from, nothing cut off: an answer's tokens then have the probabilities that the
    /// training computes for them, and the expectation over answers is the one whose gradient it follows. Answer i of step n depends on the seed, n and i alone.
    /// </summary>
    /// <param name="model">The policy, in evaluation mode.</param>
    /// <param name="prompts">Each leaves room for a token in the context.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">Of all random numbers.</param>
    /// <param name="step">Which batch of answers it is.</param>
    /// <param name="slots">Answers at a time.</param>
    /// <param name="cancellation">Stops between two tokens.</param>
    /// <exception cref="ArgumentException">A prompt is empty or fills the context.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Rollout[] Sample(ICausalModel model, IReadOnlyList<int[]> prompts, RolloutOptions options, ulong seed, long step, int slots = 64, CancellationToken cancellation = default)
    {
        SlotDecoder decoder = new(model, Math.Clamp(prompts.Count, 1, slots));
        Rollout[] rollouts = new Rollout[prompts.Count];
        Dictionary<int, Writing> open = []; // by slot
        int next = 0;
        while (next < prompts.Count || open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            for (; next < prompts.Count && open.Count < decoder.Slots; next++)
                open[decoder.Open(Room(prompts[next], model.Context))] = new(next, Sampler(options, seed, step, next), [], []);
            foreach (int slot in decoder.Step().ToArray())
            {
                Writing w = open[slot];
                int token = w.Sampler.Next(decoder.Logits(slot), decoder.Tokens(slot));
                w.Tokens.Add(token);
                w.LogProbabilities.Add(w.Sampler.LogProbability(decoder.Logits(slot), token, options.Temperature));
                bool finished = token == options.End;
                if (!finished && w.Tokens.Count < options.MaxTokens && decoder.Length(slot) + 1 < model.Context)
                {
                    decoder.Append(slot, token);
                    continue;
                }
                rollouts[w.Number] = new(prompts[w.Number], [.. w.Tokens], [.. w.LogProbabilities], finished);
                decoder.Close(slot);
                open.Remove(slot);
            }
        }
        return rollouts;
    }

    private static int[] Room(int[] prompt, int context) =>
        prompt.Length < context ? prompt : throw new ArgumentException($"a prompt of {prompt.Length} tokens leaves no room for an answer in the context of {context}");

    private static TokenSampler Sampler(RolloutOptions options, ulong seed, long step, int number)
    {
        (uint low, uint high, _, _) = Philox.Block((ulong)number, Stream + (ulong)step, seed);
        return new(new SamplingOptions { Temperature = options.Temperature, Seed = ((ulong)high << 32) | low });
    }

    private sealed record Writing(int Number, TokenSampler Sampler, List<int> Tokens, List<double> LogProbabilities);
}
