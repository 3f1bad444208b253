using TensorCore.Text;

namespace TensorCore.Examples.Gpt;

/// <summary>How well a model predicts a text.</summary>
/// <param name="NatsPerToken">The mean of −ln p over the tokens that came.</param>
/// <param name="BitsPerByte">The same per byte of text and to the base 2, which compares models whose tokens differ.</param>
/// <param name="Tokens">Tokens predicted.</param>
/// <param name="Seconds">Time taken.</param>
public sealed record Score(double NatsPerToken, double BitsPerByte, long Tokens, double Seconds)
{
    /// <summary>e^nats: among how many equally likely tokens the model seems to choose.</summary>
    public double Perplexity => Math.Exp(NatsPerToken);

    /// <summary>Tokens predicted in a second.</summary>
    public double TokensPerSecond => Tokens / Math.Max(Seconds, 1e-9);
}

/// <summary>Measures the cross-entropy of a model on a text that it was not trained on.</summary>
public static class Evaluation
{
    // Enough rows to keep the matrix products busy, few enough for the logits (tokens × vocabulary) to stay small.
    private const int TokensAtATime = 4096;

    /// <summary>The score on at most <paramref name="maxTokens"/> tokens: the whole text in windows one after the other if it is not longer, else windows spread evenly over it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="windows">The text.</param>
    /// <param name="tokenizer">Tells how many bytes a token stands for.</param>
    /// <param name="maxTokens">How many tokens to predict at most, rounded to whole windows.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <param name="progress">Told after each batch: tokens done, tokens in all, nats per token so far.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static Score Measure(GptModel model, TokenWindows windows, Tokenizer tokenizer, long maxTokens, CancellationToken cancellation = default, Action<long, long, double>? progress = null)
    {
        int T = windows.Context;
        List<(long Start, int Length)> parts = [];
        if (windows.Tokens - 1 <= maxTokens)
        {
            for (long start = 0; start < windows.Tokens - 1; start += T)
                parts.Add((start, (int)Math.Min(T, windows.Tokens - 1 - start)));
        }
        else
        {
            parts.AddRange(windows.Even((int)Math.Max(1, maxTokens / T)).Select(s => (s, T)));
        }

        bool training = model.Training;
        model.Eval();
        try
        {
            return Measure(model, windows, tokenizer, parts, cancellation, progress);
        }
        finally
        {
            model.Train(training);
        }
    }

    private static Score Measure(GptModel model, TokenWindows windows, Tokenizer tokenizer, List<(long Start, int Length)> parts, CancellationToken cancellation, Action<long, long, double>? progress)
    {
        long clock = System.Diagnostics.Stopwatch.GetTimestamp(), tokens = 0, bytes = 0, all = parts.Sum(p => (long)p.Length);
        double nats = 0;
        int batch = Math.Max(1, TokensAtATime / windows.Context);
        using (Autograd.NoGrad())
        {
            // The last part may be shorter than the others and then stands alone.
            foreach ((long Start, int Length)[] chunk in parts.GroupBy(p => p.Length).SelectMany(g => g.Chunk(batch)))
            {
                cancellation.ThrowIfCancellationRequested();
                long[] starts = [.. chunk.Select(p => p.Start)];
                int length = chunk[0].Length;
                (Tensor ids, Tensor targets) = windows.At(starts, length); // (B, T)
                nats += model.Loss(ids, targets).Item() * starts.Length * length;
                tokens += (long)starts.Length * length;
                bytes += BytesOf(targets, tokenizer);
                progress?.Invoke(tokens, all, nats / tokens);
            }
        }
        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(clock).TotalSeconds;
        return new(nats / tokens, nats / Math.Log(2) / Math.Max(1, bytes), tokens, seconds);
    }

    // A special token stands for no byte of the text.
    private static long BytesOf(Tensor targets, Tokenizer tokenizer) =>
        targets.ToArray<long>().Sum(id => tokenizer.IsSpecialToken((int)id) ? 0L : tokenizer.TokenBytes((int)id).Length);
}
