using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Mlp.Pictures;

/// <summary>Three tasks in three rows: the fitting last activation on the left, a wrong one on the right.</summary>
internal static class LastActivationPicture
{
    public static Figure Draw(LastActivationResults results, Texts texts)
    {
        string sigmoid = texts.Pick("sigmoide", "sigmoid");
        return new Figure(
            texts.Pick("A última ativação decide o que pode sair", "The last activation decides what can come out"),
            texts.Pick(
                "Classes exclusivas: softmax. Rótulos independentes: sigmoide. Um número que não pode ser negativo: ReLU. À esquerda a escolha certa, à direita uma errada na mesma rede com os mesmos dados.",
                "Exclusive classes: softmax. Independent labels: sigmoid. A number that cannot be negative: ReLU. On the left the right choice, on the right a wrong one in the same network with the same data."))
        { Columns = 2, PanelWidth = 430, PanelHeight = 330 }
            .Add(Regions(results, texts)).Add(Sums(results, texts))
            .Add(Labels(results, results.Sigmoid, sigmoid, texts)).Add(Labels(results, results.SoftmaxOnLabels, "softmax", texts))
            .Add(Sales(results, [("ReLU", results.Relu, Palette.Of(2))], texts))
            .Add(Sales(results, [(texts.Pick("identidade", "identity"), results.Identity, Palette.Of(1)), (sigmoid, results.SigmoidOnSales, Palette.Of(3))], texts));
    }

    private static Plot Regions(LastActivationResults results, Texts texts)
    {
        DecisionGrid grid = new(-1.6, 1.6, -1.6, 1.6, 90, 90);
        float[] p;
        using (Autograd.NoGrad())
            p = results.Softmax.Network.Forward(Tensor.From(grid.Points(), [grid.Count, 2])).Softmax().ToArray<float>();
        (Tensor x, Tensor classes) = LastActivation.Clouds(300, new Generator(results.Seed));
        float[] points = x.ToArray<float>();
        Plot plot = new(texts.Pick($"exclusivas, softmax: {Percent(results.Softmax.Accuracy)} de acerto", $"exclusive, softmax: {Percent(results.Softmax.Accuracy)} right")) { EqualAspect = true, XAxis = { ShowTicks = false }, YAxis = { ShowTicks = false } };
        return plot.Regions<float>(grid, p, 3).Scatter<float, float>(Even(points), Odd(points), [.. classes.ToArray<long>().Select(c => (int)c)], ["A", "B", "C"], size: 3);
    }

    private static Plot Sums(LastActivationResults results, Texts texts)
    {
        float[] sums = results.SigmoidOnClasses.Sums;
        string range = $"{Number(sums.Min())} … {Number(sums.Max())}";
        Plot plot = new(texts.Pick($"exclusivas, sigmoides: soma {range}", $"exclusive, sigmoids: sum {range}"))
        { XAxis = { Label = "p(A) + p(B) + p(C)", Min = Math.Min(0.4, sums.Min()), Max = Math.Max(1.6, sums.Max()) }, YAxis = { Label = texts.Pick("pontos", "points"), Log = true, Min = 0.8 } };
        return plot.Histogram<float>(null, sums, 40).Rule(1, texts.Pick("softmax: sempre 1", "softmax: always 1"), vertical: true);
    }

    private static Plot Labels(LastActivationResults results, IndependentResult result, string activation, Texts texts)
    {
        float[] points = results.LabelPoints.ToArray<float>();
        Plot plot = new(texts.Pick($"independentes, {activation}: {Percent(result.ExactMatch)} tudo certo", $"independent, {activation}: {Percent(result.ExactMatch)} all right")) { EqualAspect = true, XAxis = { ShowTicks = false }, YAxis = { ShowTicks = false } };
        foreach ((double x, double y, double radius) in LastActivation.Discs)
        {
            double[] angles = [.. Enumerable.Range(0, 91).Select(i => i * Math.Tau / 90)];
            plot.Line<double, double>(null, [.. angles.Select(a => x + radius * Math.Cos(a))], [.. angles.Select(a => y + radius * Math.Sin(a))], new(Palette.Ink, 1.4));
        }
        foreach (bool right in (bool[])[true, false])
        {
            int[] chosen = [.. Enumerable.Range(0, result.Right.Length).Where(i => result.Right[i] == right)];
            plot.Scatter<float, float>(right ? texts.Pick("certo", "right") : texts.Pick("errado", "wrong"), [.. chosen.Select(i => points[2 * i])], [.. chosen.Select(i => points[2 * i + 1])], right ? Palette.Of(5) : Palette.Alert, 2.2);
        }
        return plot;
    }

    private static Plot Sales(LastActivationResults results, (string Name, SalesResult Result, Rgb Color)[] curves, Texts texts)
    {
        string title = texts.Pick("vendas, ", "sales, ") + string.Join("; ", curves.Select(c => $"{c.Name}: {texts.Pick("erro", "error")} {Number(c.Result.Error)}"));
        Plot plot = new(title) { XAxis = { Label = texts.Pick("temperatura (°C)", "temperature (°C)") }, YAxis = { Label = texts.Pick("centenas de sorvetes", "hundreds of ice creams"), Min = -0.25, Max = 1.9 } };
        plot.Scatter<float, float>(texts.Pick("vendas", "sales"), results.SalesX.ToArray<float>(), results.SalesTargets.ToArray<float>(), Palette.Frame, 2.4);
        foreach ((string name, SalesResult result, Rgb color) in curves)
            plot.Line<float, float>(name, LastActivation.Temperatures, result.Fitted, new(color, 2.6));
        return plot;
    }

    private static string Percent(double share) => FormattableString.Invariant($"{share:0.0%}");

    private static string Number(double value) => FormattableString.Invariant($"{value:0.000}");

    private static float[] Even(float[] pairs) => [.. pairs.Where((_, i) => i % 2 == 0)];

    private static float[] Odd(float[] pairs) => [.. pairs.Where((_, i) => i % 2 == 1)];
}
