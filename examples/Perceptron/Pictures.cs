using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Perceptron;

/// <summary>The pictures of this example.</summary>
internal static class Pictures
{
    /// <summary>The decision line of each gate as it moved, and the mistakes of each epoch.</summary>
    public static Figure Gates(IReadOnlyList<PerceptronTraining> trainings, Texts texts)
    {
        Figure figure = new(
            texts.Pick("Um neurônio aprende portas lógicas pela regra do perceptron", "One neuron learns logic gates by the perceptron rule"),
            texts.Pick(
                "A linha w·x + b = 0 depois de cada correção: quanto mais antiga, mais pálida; a última com a seta para o lado em que o neurônio dispara (sobre a linha ele não dispara). AND e OR ficam separados. Nenhuma linha separa XOR: ela volta sempre às mesmas posições.",
                "The line w·x + b = 0 after each correction: the older, the paler; the last with an arrow to the side on which the neuron fires (on the line it does not). AND and OR end up separated. No line separates XOR: it keeps coming back to the same places."))
        { Columns = 3, PanelWidth = 300, PanelHeight = 300 };
        string[] classes = [texts.Pick("saída 0", "output 0"), texts.Pick("saída 1", "output 1")];
        foreach (PerceptronTraining training in trainings)
        {
            Plot plot = new(training.Gate.Name + ": " + Outcome(training, texts)) { EqualAspect = true, XAxis = { Label = "x₁", Min = -0.75, Max = 1.75 }, YAxis = { Label = "x₂", Min = -0.75, Max = 1.75 } };
            plot.DecisionLines(null, training.Epochs.SelectMany(e => e.Lines));
            plot.Scatter<double, double>([0, 0, 1, 1], [0, 1, 0, 1], training.Gate.Outputs, classes, size: 7);
            figure.Add(plot);
        }
        foreach (PerceptronTraining training in trainings)
        {
            double[] mistakes = [.. training.Epochs.Select(e => (double)e.Mistakes)];
            Plot plot = new(texts.Pick("erros em cada época", "mistakes in each epoch")) { XAxis = { Label = texts.Pick("época", "epoch"), Min = 0.5, Max = Math.Max(8, mistakes.Length) + 0.5 }, YAxis = { Label = texts.Pick("de 4 respostas", "of 4 answers"), Min = -0.2, Max = 4.3 } };
            double[] epochs = [.. Enumerable.Range(1, mistakes.Length).Select(e => (double)e)];
            Rgb color = training.Converged ? Palette.Of(2) : Palette.Alert;
            plot.Line<double, double>(null, epochs, mistakes, new(color));
            plot.Scatter<double, double>(null, epochs, mistakes, color);
            figure.Add(plot);
        }
        return figure;
    }

    /// <summary>The logistic neuron's probability over the plane, its line as it moved, its loss.</summary>
    public static Figure Logistic(LogisticNeuron neuron, Descent descent, Tensor x, Tensor targets, Texts texts)
    {
        (double[] u, double[] v) = Columns(x);
        double reach = Math.Ceiling(u.Concat(v).Max(Math.Abs) * 2) / 2 + 0.25;
        DecisionGrid grid = new(-reach, reach, -reach, reach, 100, 100);
        double[] probabilities;
        using (Autograd.NoGrad())
            probabilities = neuron.Forward(Tensor.From(grid.Points(), [grid.Count, 2]).To(DType.Float64)).ToArray<double>();
        Plot plane = new(texts.Pick("p = σ(w·x + b) no plano", "p = σ(w·x + b) over the plane")) { EqualAspect = true, XAxis = { Label = "x₁" }, YAxis = { Label = "x₂" } };
        plane.Regions<double>(grid, probabilities);
        plane.DecisionLines(null, Spread(descent.Steps, 14).Select(s => new DecisionLine(s.Weights[0], s.Weights[1], s.Bias)));
        plane.Scatter<double, double>(u, v, [.. targets.ToArray<double>().Select(t => (int)t)], [texts.Pick("classe 0", "class 0"), texts.Pick("classe 1", "class 1")], size: 3.5);
        return new Figure(
            texts.Pick("Um neurônio logístico desce o gradiente da entropia cruzada", "A logistic neuron descends the gradient of cross-entropy"),
            texts.Pick(
                "Quanto mais forte a cor, mais certo está o neurônio; na linha, p = ½. As linhas pálidas são as dos passos anteriores.",
                "The stronger the colour, the surer the neuron; on the line p = ½. The pale lines are those of earlier steps."))
        { PanelWidth = 440, PanelHeight = 400 }.Add(plane).Add(LossPlot(descent, texts.Pick("entropia cruzada binária", "binary cross-entropy"), texts));
    }

    /// <summary>The regression line as it moved, and the squared error.</summary>
    public static Figure Linear(Descent descent, Tensor x, Tensor targets, double bestLoss, Texts texts)
    {
        double[] u = x.ToArray<double>(), v = targets.ToArray<double>(), ends = [-2.1, 2.1];
        Plot plot = new(texts.Pick("y = w·x + b sobre os dados", "y = w·x + b over the data")) { XAxis = { Label = "x" }, YAxis = { Label = "y" } };
        plot.Scatter<double, double>(texts.Pick("dados com ruído", "noisy data"), u, v, Palette.Of(0));
        List<Snapshot> shown = Spread(descent.Steps, 14);
        foreach (Snapshot s in shown)
        {
            bool last = ReferenceEquals(s, shown[^1]);
            double age = (shown.IndexOf(s) + 1.0) / shown.Count;
            double[] line = [.. ends.Select(e => s.Weights[0] * e + s.Bias)];
            plot.Line<double, double>(last ? texts.Pick("neurônio no fim", "neuron at the end") : null, ends, line, new(Palette.Of(1), last ? 3 : 1.4, Opacity: last ? 1 : 0.12 + 0.5 * age));
        }
        Plot loss = LossPlot(descent, texts.Pick("erro quadrático médio", "mean squared error"), texts);
        loss.Rule(bestLoss, texts.Pick("mínimo (equações normais)", "minimum (normal equations)"));
        return new Figure(
            texts.Pick("Um neurônio linear desce o gradiente do erro quadrático", "A linear neuron descends the gradient of the squared error"),
            texts.Pick("A reta começa deitada em zero e gira até a de menor erro.", "The line starts flat at zero and turns into that of least error."))
        { PanelWidth = 440, PanelHeight = 340 }.Add(plot).Add(loss);
    }

    /// <summary>What came of a training, in a few words.</summary>
    public static string Outcome(PerceptronTraining training, Texts texts) => training.Converged
        ? texts.Pick($"aprendido na época {training.Epochs.Count}", $"learned in epoch {training.Epochs.Count}")
        : texts.Pick($"não aprende ({training.Epochs[^1].Mistakes} erros)", $"not learned ({training.Epochs[^1].Mistakes} mistakes)");

    private static Plot LossPlot(Descent descent, string name, Texts texts)
    {
        Plot plot = new(texts.Pick("a perda em cada passo", "the loss at each step")) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = name, Min = 0 } };
        plot.Line<double>(null, [.. descent.Steps.Select(s => s.Loss)], new(Palette.Of(1), 2.4));
        return plot;
    }

    // Moments dense at the start, where most happens: each about a factor later than the one before.
    private static List<Snapshot> Spread(IReadOnlyList<Snapshot> steps, int count)
    {
        IEnumerable<int> moments = Enumerable.Range(0, count).Select(i => (int)Math.Round(Math.Pow(steps.Count, (double)i / (count - 1))) - 1);
        return [.. moments.Distinct().Select(m => steps[Math.Clamp(m, 0, steps.Count - 1)])];
    }

    private static (double[] U, double[] V) Columns(Tensor x)
    {
        double[] flat = x.ToArray<double>();
        return ([.. flat.Where((_, i) => i % 2 == 0)], [.. flat.Where((_, i) => i % 2 == 1)]);
    }
}
