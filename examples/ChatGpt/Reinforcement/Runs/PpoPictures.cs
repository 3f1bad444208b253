using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Draws the course of a training against a reward model.</summary>
internal static class PpoPictures
{
    /// <summary>
    /// reward.svg: the rewards over the steps. reward-kl.svg: the rewards over √KL, where one sees when the learnt one begins to be fooled:
    /// it goes on rising while the true one turns down. (The axis is that of Gao et al. 2022, "Scaling Laws for Reward Model Overoptimization", arXiv:2210.10760.)
    /// </summary>
    /// <param name="course">The steps.</param>
    /// <param name="folder">Where the pictures go.</param>
    /// <param name="texts">Their language.</param>
    public static void Draw(IReadOnlyList<PpoMetrics> course, string folder, Texts texts)
    {
        double[] steps = [.. course.Select(m => (double)m.Step)], distance = [.. course.Select(m => Math.Sqrt(Math.Max(0, m.KlFull)))];
        Plot(course, steps, texts.Pick("passo", "step"), texts.Pick("Recompensa no treino", "Reward in training"), texts).Save(Path.Combine(folder, "reward.svg"));
        // The order of the steps does not matter here, that of the distances does: neighbours are averaged.
        int[] order = [.. Enumerable.Range(0, course.Count).OrderBy(i => distance[i])];
        Plot([.. order.Select(i => course[i])], [.. order.Select(i => distance[i])], "√KL(π‖π_ref)", texts.Pick("Recompensa e distância da referência", "Reward and distance from the reference"), texts).Save(Path.Combine(folder, "reward-kl.svg"));
    }

    private static Plot Plot(IReadOnlyList<PpoMetrics> course, double[] x, string label, string title, Texts texts)
    {
        int window = Math.Max(1, course.Count / 20);
        Plot plot = new(title) { XAxis = { Label = label }, YAxis = { Label = texts.Pick("recompensa", "reward") } };
        plot.SmoothedLine<double, double>(texts.Pick("aprendida (desvios)", "learnt (deviations)"), x, [.. course.Select(m => m.Reward)], window);
        if (course.All(m => double.IsFinite(m.TrueReward)))
            plot.SmoothedLine<double, double>(texts.Pick("verdadeira (0 a 3)", "true (0 to 3)"), x, [.. course.Select(m => m.TrueReward)], window);
        return plot;
    }
}
