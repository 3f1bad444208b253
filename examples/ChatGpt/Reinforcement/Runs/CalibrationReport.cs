using Spectre.Console;
using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Shows whether a reward model is as sure as it may be.</summary>
internal static class CalibrationReport
{
    /// <summary>A table on the console, and calibration.svg in the folder.</summary>
    public static void Write(Calibration calibration, string folder, CommandRun run)
    {
        Texts t = run.Texts;
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in (string[])[run.Pick("previsto", "predicted"), run.Pick("observado", "observed"), run.Pick("intervalo de 95 %", "95 % interval"), run.Pick("pares", "pairs")])
            table.AddColumn(new TableColumn(column) { Alignment = Justify.Right });
        foreach (CalibrationBin bin in calibration.Curve)
        {
            (double low, double high) = bin.Observed.Interval;
            table.AddRow(Percent(bin.Predicted), Percent(bin.Observed.Value), $"{Percent(low)} … {Percent(high)}", t.Count(bin.Observed.Of));
        }
        run.Console.Write(table);
        run.Say($"erro de calibração: {Percent(calibration.Error)}", $"calibration error: {Percent(calibration.Error)}");

        Plot plot = new(run.Pick("Calibração do modelo de recompensa", "The reward model's calibration"))
        {
            XAxis = { Label = run.Pick("previsto: σ(|Δr|)", "predicted: σ(|Δr|)") },
            YAxis = { Label = run.Pick("observado: o favorito venceu", "observed: the favourite won") },
        };
        double[] predicted = [.. calibration.Curve.Select(b => b.Predicted)], observed = [.. calibration.Curve.Select(b => b.Observed.Value)];
        plot.Line<double, double>(run.Pick("ideal", "ideal"), (double[])[0.5, 1], (double[])[0.5, 1], new LineStyle(Dashed: true));
        plot.Line<double, double>(run.Pick("modelo", "model"), predicted, observed);
        plot.Save(Path.Combine(folder, "calibration.svg"));

        string Percent(double share) => t.Number(100 * share, 1) + " %";
    }
}
