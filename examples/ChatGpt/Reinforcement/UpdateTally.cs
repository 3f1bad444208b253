namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Collects, over the updates of a step, the numbers that tell whether they went well.</summary>
internal sealed class UpdateTally
{
    private readonly Dictionary<string, double> _sums = [];
    private int _updates;
    private double _largestRatio;
    private long _drawn, _trained, _wrong;

    /// <summary>
    /// Counts the tokens in the loss that the policy did not draw (part of a prompt, or padding, or a vector that predicts another token), and those that it drew and that
    /// are not in the loss.
    /// </summary>
    /// <param name="batch">What is learnt from.</param>
    /// <param name="prompts">The lengths of the prompts that were given.</param>
    /// <param name="endsMissing">How many answers that ended do not have their end mark.</param>
    public void CountTokens(AnswerBatch batch, int[] prompts, int endsMissing)
    {
        int T = batch.Ids.Size(1);
        long[] ids = batch.Ids.ToArray<long>(), ends = batch.Ends.ToArray<long>();
        long[] places = batch.Places.ToArray<long>(), tokens = batch.Tokens.ToArray<long>(), rows = batch.Rows.ToArray<long>();
        for (int k = 0; k < places.Length; k++)
        {
            long row = rows[k], at = places[k] + 1; // the token that this vector predicts
            bool right = at >= (row * T) + prompts[row] && at <= ends[row] && ids[at] == tokens[k];
            _wrong += right ? 0 : 1;
        }
        _trained += places.Length;
        _drawn += prompts.Select((p, b) => ends[b] - ((long)b * T) - p + 1).Sum() + endsMissing;
    }

    /// <summary>Adds an update.</summary>
    public void Add(double loss, double policyLoss, double valueLoss, double norm, Tensor logp, Tensor old, Tensor values, Tensor oldValues, Tensor advantages, PpoOptions options)
    {
        double[] now = Numbers(logp), before = Numbers(old), v = Numbers(values), v0 = Numbers(oldValues), a = Numbers(advantages);
        double clipped = 0, valueClipped = 0, distance = 0;
        for (int i = 0; i < now.Length; i++)
        {
            double change = now[i] - before[i], ratio = Math.Exp(change);
            _largestRatio = Math.Max(_largestRatio, ratio);
            distance += 0.5 * change * change;
            // Clipped is where the minimum takes the clipped side: the change went far, and the right way.
            clipped += (a[i] > 0 ? ratio > 1 + options.ClipRange : ratio < 1 - options.ClipRange) ? 1 : 0;
            valueClipped += Math.Abs(v[i] - v0[i]) > options.ValueClipRange ? 1 : 0;
        }
        _updates++;
        foreach ((string name, double value) in ((string, double)[])[
            ("loss", loss), ("policy_loss", policyLoss), ("value_loss", valueLoss), ("grad_norm", norm),
            ("policy_clip", clipped / now.Length), ("value_clip", valueClipped / now.Length), ("approx_kl", distance / now.Length)])
        {
            _sums[name] = _sums.GetValueOrDefault(name) + value;
        }

        static double[] Numbers(Tensor t) => t.To(DType.Float64).ToArray<double>();
    }

    /// <summary>Writes the means of the step.</summary>
    public void AddTo(Dictionary<string, double> metrics)
    {
        foreach ((string name, double sum) in _sums)
            metrics[name] = sum / _updates;
        metrics["ratio_max"] = _largestRatio;
        metrics["wrong_tokens"] = (double)_wrong / Math.Max(1, _trained);
        metrics["trained_tokens"] = (double)_trained / Math.Max(1, _drawn);
    }
}
