using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary><c>gpt verify</c>: the same numbers as another framework?</summary>
internal static class VerifyCommand
{
    public static Command Build(CommandApp app)
    {
        Option<string> reference = app.RequiredText("--reference", "a pasta com pesos, lotes e resultados de outro programa", "the folder of weights, batches and results of another program", "DIR");
        Option<int?> threads = Shared.Threads(app);
        Option<string?> device = Shared.Device(app);
        Command command = new("verify", app.Pick("compara perda, gradientes e passos do AdamW com os de outro programa, como o PyTorch", "compares loss, gradients and AdamW's steps with those of another program, such as PyTorch")) { reference, device, threads };
        app.Handle(command, run =>
        {
            Shared.SetThreads(run, threads);
            return Verify(run, Reference.Load(run.RequireFolder(run.Get(reference)), Shared.FindDevice(run, device)));
        });
        return command;
    }

    private static int Verify(CommandRun run, Reference reference)
    {
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in (string[])[run.Pick("grandeza", "quantity"), run.Pick("maior erro", "largest error"), run.Pick("tolerância", "tolerance"), ""])
            table.AddColumn(column);
        Deviation? worstGradient = null, worstWeight = null;
        JsonObject result = [];
        bool passes = true;
        foreach (Deviation d in reference.Compare(_ => run.Cancellation.ThrowIfCancellationRequested()))
        {
            passes &= d.Passes;
            if (d.Name.StartsWith("after.", StringComparison.Ordinal))
            {
                worstWeight = Worse(worstWeight, d);
                continue;
            }
            if (d.Name.StartsWith("grad.", StringComparison.Ordinal))
                worstGradient = Worse(worstGradient, d);
            else
                result[d.Name] = d.Error;
            table.AddRow(Label(d.Name, reference, run.Texts), Scientific(d.Error), Scientific(d.Tolerance), d.Passes ? "ok" : run.Pick("ERRO", "ERROR"));
        }
        table.AddRow(run.Pick($"pesos no fim ({worstWeight!.Name[6..]})", $"weights at the end ({worstWeight!.Name[6..]})"), Scientific(worstWeight.Error), "–", "");
        run.Console.Write(table);
        result["gradients"] = worstGradient!.Error;
        result["worst_gradient"] = worstGradient.Name;
        result["weights_after"] = worstWeight.Error;
        result["passes"] = passes;
        run.SetResult(result);
        run.Say(passes ? "tudo dentro da tolerância" : "há erros acima da tolerância", passes ? "everything within tolerance" : "there are errors beyond the tolerance");
        return passes ? 0 : 1;
    }

    private static Deviation Worse(Deviation? a, Deviation b) => a is null || !(b.Error <= a.Error) ? b : a;

    private static string Label(string name, Reference reference, Texts texts) => name switch
    {
        "loss" => texts.Pick("perda", "loss"),
        "losses" => texts.Pick($"perdas de {reference.Steps} passos do AdamW", $"losses of {reference.Steps} AdamW steps"),
        _ => name,
    };

    private static string Scientific(double value) => value.ToString("0.00e+00", CultureInfo.InvariantCulture);
}
