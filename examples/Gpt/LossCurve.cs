using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Gpt;

/// <summary>The loss over the steps of a training, remembered to be drawn.</summary>
public sealed class LossCurve
{
    // All that a picture can show.
    private const int MostPoints = 1000;

    private readonly List<double> _steps = [], _losses = [], _measuredAt = [], _measured = [];

    /// <summary>Remembers a step.</summary>
    /// <param name="step">Its number.</param>
    /// <param name="loss">Its loss.</param>
    /// <param name="validation">The loss on held-out data, where it was measured.</param>
    public void Add(long step, double loss, double? validation)
    {
        _steps.Add(step);
        _losses.Add(loss);
        if (validation is double v)
        {
            _measuredAt.Add(step);
            _measured.Add(v);
        }
    }

    /// <summary>Draws it as an SVG.</summary>
    public void Draw(string path, string title, string label, Texts texts)
    {
        Plot plot = new(title) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = label } };
        int every = Math.Max(1, _steps.Count / MostPoints);
        double[] x = [.. _steps.Where((_, i) => i % every == 0)], y = [.. _losses.Where((_, i) => i % every == 0)];
        plot.SmoothedLine<double, double>(texts.Pick("treino", "training"), x, y, Math.Max(1, x.Length / 50));
        if (_measured.Count > 0)
            plot.Line<double, double>(texts.Pick("validação", "validation"), _measuredAt.ToArray(), _measured.ToArray());
        plot.Save(path);
    }
}
