using TensorCore.Examples.ChatGpt.Learning;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Comparisons about whose outcome the model was about equally sure.</summary>
/// <param name="Predicted">The mean of σ(|Δr|): with what probability the model's favourite was to win.</param>
/// <param name="Observed">How many times it won.</param>
public readonly record struct CalibrationBin(double Predicted, Proportion Observed);

/// <summary>
/// Whether a reward model's differences mean what they say: σ(r_a − r_b) is the probability that a is liked better, so of all pairs where it is 0.8, a should win in 80 of 100.
/// Pairs are turned so that the model's favourite comes first, which makes the curve run from ½ to 1. Ties are left out.
/// (Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599.)
/// </summary>
/// <param name="Accuracy">How many pairs the favourite won.</param>
/// <param name="Curve">From unsure to sure; bins without a pair are left out.</param>
/// <param name="Error">The mean over the pairs of |predicted − observed| of their bin.</param>
/// <param name="Loss">The mean of −ln σ(r_w − r_l); ln 2 = 0.693 is a coin's.</param>
public sealed record Calibration(Proportion Accuracy, IReadOnlyList<CalibrationBin> Curve, double Error, double Loss)
{
    /// <summary>Judges a model by comparisons that it has not learnt.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The comparisons.</param>
    /// <param name="bins">Equal parts of [½, 1].</param>
    public static Calibration Of(RewardModel model, IReadOnlyList<RankedAnswers> prompts, int bins = 5)
    {
        double[] rewards = model.Raw([.. prompts.SelectMany(p => p.Answers.Select(a => (p.Prompt, a)))]);
        List<double> differences = [];
        int first = 0;
        foreach (RankedAnswers prompt in prompts)
        {
            differences.AddRange(prompt.Pairs.Where(p => !p.IsTie).Select(p => rewards[first + p.Better] - rewards[first + p.Worse]));
            first += prompt.Answers.Count;
        }
        return Of(differences, bins);
    }

    /// <summary>From the differences r_w − r_l of pairs.</summary>
    public static Calibration Of(IReadOnlyList<double> differences, int bins = 5)
    {
        CalibrationBin[] curve = [.. differences.GroupBy(d => Math.Min(bins - 1, (int)((Sigmoid(Math.Abs(d)) - 0.5) * 2 * bins))).OrderBy(g => g.Key)
            .Select(g => new CalibrationBin(g.Average(d => Sigmoid(Math.Abs(d))), Proportion.Among([.. g], d => d > 0)))];
        double error = curve.Sum(b => b.Observed.Of * Math.Abs(b.Predicted - b.Observed.Value)) / Math.Max(1, differences.Count);
        double loss = differences.Sum(d => d < 0 ? Math.Log(1 + Math.Exp(d)) - d : Math.Log(1 + Math.Exp(-d))) / Math.Max(1, differences.Count);
        return new(Proportion.Among(differences, d => d > 0), curve, error, loss);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
