using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Mlp.Pictures;

/// <summary>Pictures of networks with one input: learning rates and widths.</summary>
internal static class CurvePictures
{
    /// <summary>All losses in one plot, then what each rate has learned.</summary>
    public static Figure LearningRates(RateRun[] runs, Texts texts)
    {
        Figure figure = new(
            texts.Pick("A taxa de aprendizado decide se a rede aprende", "The learning rate decides whether the network learns"),
            texts.Pick(
                "A mesma rede, os mesmos pesos iniciais, os mesmos dados; só muda η em w ← w − η·dL/dw. Pequena demais: quase nada acontece. Boa: a perda cai. Grande demais: cada passo passa do vale e a perda explode.",
                "The same network, the same first weights, the same data; only η in w ← w − η·dL/dw differs. Too small: hardly anything happens. Good: the loss falls. Too large: each step overshoots the valley and the loss explodes."))
        { Columns = 2, PanelWidth = 430, PanelHeight = 300 };
        Plot losses = new(texts.Pick("a perda em cada passo", "the loss at each step")) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = texts.Pick("erro quadrático médio", "mean squared error"), Log = true, Limit = 100 } };
        foreach (RateRun run in runs)
            losses.Line<double>(Name(run), run.Losses);
        figure.Add(losses);
        // One of each kind: the smallest, the best, the largest.
        foreach (RateRun run in ((RateRun[])[runs[0], runs.MinBy(r => r.FinalLoss)!, runs[^1]]).Distinct())
            figure.Add(History(run, $"{Name(run)}: {Verdict(runs, run, texts)}", Palette.Of(Array.IndexOf(runs, run)), texts));
        return figure;
    }

    // The network after some steps, the older the paler, as long as it can be drawn.
    private static Plot History(RateRun run, string title, Rgb color, Texts texts)
    {
        List<(int Step, float[] Fitted)> shown = [.. run.Moments.Where(m => run.Diverged ? m.Step <= 5 : m.Step > 8 || m.Step == 1)];
        Plot plot = new(title) { XAxis = { Label = "x" }, YAxis = { Min = -3.5, Max = 3.5 } };
        plot.Line<float, double>("f(x)", Curve.Grid, [.. Curve.Grid.Select(x => Curve.Value(x))], new(Palette.Muted, 1.6, Dashed: true));
        for (int i = 0; i < shown.Count; i++)
        {
            bool last = i == shown.Count - 1;
            double age = (i + 1.0) / shown.Count;
            string? name = last ? texts.Pick($"rede depois de {shown[i].Step} passos", $"network after {shown[i].Step} steps") : null;
            plot.Line<float, float>(name, Curve.Grid, shown[i].Fitted, new(color, last ? 2.6 : 1.2, Opacity: last ? 1 : 0.15 + 0.5 * age));
        }
        return plot;
    }

    /// <summary>The approximation of each width, and the error against the width.</summary>
    public static Figure Widths(WidthRun[] runs, Texts texts)
    {
        Figure figure = new(
            texts.Pick("Mais neurônios, melhor aproximação", "More neurons, a better approximation"),
            texts.Pick(
                "f(x) = sen 2x + ½·cos 5x (tracejada) aproximada por uma camada escondida de tanh. Cada neurônio contribui com um degrau suave; com poucos não há degraus que bastem.",
                "f(x) = sin 2x + ½·cos 5x (dashed) approximated by one hidden layer of tanh. Each neuron contributes one smooth step; few of them are not steps enough."))
        { Columns = 3, PanelWidth = 320, PanelHeight = 250 };
        foreach (WidthRun run in runs)
        {
            string neurons = texts.Pick(run.Width > 1 ? "neurônios" : "neurônio", run.Width > 1 ? "neurons" : "neuron");
            figure.Add(Fit(FormattableString.Invariant($"{run.Width} {neurons}, {texts.Pick("erro", "error")} {run.Error:0.000}"), run.Fitted, Palette.Of(1), texts));
        }
        double[] widths = [.. runs.Select(r => (double)r.Width)], errors = [.. runs.Select(r => r.Error)];
        Plot fall = new(texts.Pick("o erro cai com a largura", "the error falls with the width"))
        { XAxis = { Label = texts.Pick("neurônios escondidos", "hidden neurons"), Log = true }, YAxis = { Label = texts.Pick("raiz do erro quadrático médio", "root mean squared error"), Log = true } };
        return figure.Add(fall.Line<double, double>(null, widths, errors, new(Palette.Of(0))).Scatter<double, double>(null, widths, errors, Palette.Of(0), 5));
    }

    /// <summary>A rate in a word, judged against the best of the sweep.</summary>
    public static string Verdict(RateRun[] runs, RateRun run, Texts texts)
    {
        RateRun best = runs.MinBy(r => r.FinalLoss)!;
        if (run.Diverged)
            return texts.Pick("diverge", "diverges");
        if (ReferenceEquals(run, best))
            return texts.Pick("boa", "good");
        if (run.FinalLoss < 4 * best.FinalLoss)
            return texts.Pick("aprende, mas menos", "learns, but less");
        return run.Rate < best.Rate ? texts.Pick("pequena demais", "too small") : texts.Pick("grande demais", "too large");
    }

    private static string Name(RateRun run) => FormattableString.Invariant($"η = {run.Rate}");

    private static Plot Fit(string title, float[] fitted, Rgb color, Texts texts)
    {
        Plot plot = new(title) { XAxis = { Label = "x" }, YAxis = { Min = -2.2, Max = 2.2 }, ShowLegend = false };
        plot.Line<float, double>("f(x)", Curve.Grid, [.. Curve.Grid.Select(x => Curve.Value(x))], new(Palette.Muted, 1.6, Dashed: true));
        return plot.Line<float, float>(texts.Pick("rede", "network"), Curve.Grid, fitted, new(color, 2.4));
    }
}
