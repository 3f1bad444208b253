using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Perceptron;

/// <summary>The command line: <c>perceptron [gates|logistic|linear]</c>; without a command all three.</summary>
public static class PerceptronApp
{
    /// <summary>Runs the command line and returns the exit code.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null) => CommandApp.RunAsync(args, Build, output, error);

    private static RootCommand Build(CommandApp app)
    {
        Option<int> epochs = app.Number("--epochs", 24, "no máximo tantas épocas da regra do perceptron", "at most this many epochs of the perceptron rule", 1, 100_000);
        Option<int> steps = app.Number("--steps", 300, "passos de descida do gradiente", "steps of gradient descent", 1, 1_000_000);
        Option<int> points = app.Number("--points", 120, "pontos que o neurônio logístico e o linear recebem", "points that the logistic and the linear neuron get", 4, 100_000);
        Option<ulong> seed = app.Number<ulong>("--seed", 1, "semente dos dados", "seed of the data");
        Option<string?> folder = app.Text("--out", "runs/perceptron", "pasta das figuras", "folder of the pictures", "DIR");
        RootCommand root = new(app.Pick("Um neurônio: a regra do perceptron (AND, OR, XOR), um neurônio logístico e um linear.", "One neuron: the perceptron rule (AND, OR, XOR), a logistic neuron and a linear one."));
        foreach (Option option in (Option[])[epochs, steps, points, seed, folder])
        {
            option.Recursive = true;
            root.Add(option);
        }
        Command gates = new("gates", app.Pick("a regra do perceptron em AND, OR e XOR", "the perceptron rule on AND, OR and XOR"));
        Command logistic = new("logistic", app.Pick("um neurônio logístico, entropia cruzada binária", "a logistic neuron, binary cross-entropy"));
        Command linear = new("linear", app.Pick("um neurônio linear, erro quadrático", "a linear neuron, squared error"));

        app.Handle(root, run => Run(run, Gates, Logistic, Linear));
        app.Handle(gates, run => Run(run, Gates));
        app.Handle(logistic, run => Run(run, Logistic));
        app.Handle(linear, run => Run(run, Linear));
        foreach (Command command in (Command[])[gates, logistic, linear])
            root.Add(command);
        return root;

        (string, JsonNode) Gates(CommandRun run) => ("gates", TrainGates(run, run.Get(epochs), run.Get(folder)!));
        (string, JsonNode) Logistic(CommandRun run) => ("logistic", TrainLogistic(run, run.Get(steps), run.Get(points), run.Get(seed), run.Get(folder)!));
        (string, JsonNode) Linear(CommandRun run) => ("linear", TrainLinear(run, run.Get(steps), run.Get(points), run.Get(seed), run.Get(folder)!));
    }

    private static int Run(CommandRun run, params Func<CommandRun, (string Name, JsonNode Result)>[] parts)
    {
        JsonObject result = [];
        foreach (Func<CommandRun, (string Name, JsonNode Result)> part in parts)
        {
            (string name, JsonNode value) = part(run);
            result[name] = value;
            run.Out.WriteLine();
        }
        run.SetResult(result);
        return 0;
    }

    private static JsonObject TrainGates(CommandRun run, int maxEpochs, string folder)
    {
        PerceptronTraining[] trainings = [.. ((LogicGate[])[LogicGate.And, LogicGate.Or, LogicGate.Xor]).Select(g => PerceptronRule.Train(g, maxEpochs))];
        run.Say("A regra do perceptron: w ← w + (t − y)·x, b ← b + (t − y)", "The perceptron rule: w ← w + (t − y)·x, b ← b + (t − y)");
        Table table = new Table().Border(TableBorder.Simple).AddColumns("", run.Pick("erros por época", "mistakes by epoch"), "w₁", "w₂", "b", run.Pick("resultado", "outcome"));
        JsonObject result = [];
        foreach (PerceptronTraining t in trainings)
        {
            table.AddRow(t.Gate.Name, string.Join(' ', t.Epochs.Select(e => e.Mistakes)), $"{t.Line.W1}", $"{t.Line.W2}", $"{t.Line.B}", Markup.Escape(Pictures.Outcome(t, run.Texts)));
            result[t.Gate.Name.ToLowerInvariant()] = new JsonObject { ["learned"] = t.Converged, ["epochs"] = t.Epochs.Count, ["mistakes"] = t.Epochs[^1].Mistakes, ["cycle_length"] = t.Cycle?.Length };
        }
        run.Console.Write(table);
        foreach (PerceptronTraining t in trainings.Where(t => t.Cycle is not null))
        {
            (int first, int length) = t.Cycle!.Value;
            run.Say(
                $"{t.Gate.Name}: os pesos depois da época {first + length} são exatamente os de depois da época {first}: daí em diante tudo se repete a cada {length} época(s).",
                $"{t.Gate.Name}: the weights after epoch {first + length} are exactly those after epoch {first}: from here on all repeats every {length} epoch(s).");
        }
        int computable = Separability.Computable().Count;
        run.Say(
            $"Das 16 funções de dois bits uma linha calcula {computable}; as que faltam são XOR e a sua negação. XOR pediria b ≤ 0, w₁ + b > 0, w₂ + b > 0 e w₁ + w₂ + b ≤ 0: as do meio somam w₁ + w₂ + 2b > 0, as de fora w₁ + w₂ + 2b ≤ 0.",
            $"Of the 16 functions of two bits a line computes {computable}; the missing ones are XOR and its negation. XOR would need b ≤ 0, w₁ + b > 0, w₂ + b > 0 and w₁ + w₂ + b ≤ 0: the middle two add up to w₁ + w₂ + 2b > 0, the outer two to w₁ + w₂ + 2b ≤ 0.");
        result["computable_functions"] = computable;
        Save(run, Pictures.Gates(trainings, run.Texts), folder, "gates.svg");
        return result;
    }

    private static JsonObject TrainLogistic(CommandRun run, int steps, int points, ulong seed, string folder)
    {
        (Tensor x, Tensor targets) = SampleData.TwoClouds(points, seed);
        LogisticNeuron neuron = new([1, -1.5], bias: 2); // a line quite wrong, to see it turn
        Descent descent = GradientDescent.Train(neuron, x, targets, rate: 0.5, steps);
        double accuracy;
        using (Autograd.NoGrad())
            accuracy = 1 - (neuron.Sum(x).Step() - targets).Abs().Mean().Item();
        run.Say("Um neurônio logístico: p = σ(w·x + b), entropia cruzada binária", "A logistic neuron: p = σ(w·x + b), binary cross-entropy");
        ShowGradients(run, descent, ["dL/dw₁", "dL/dw₂", "dL/db"]);
        run.Say(
            FormattableString.Invariant($"perda {descent.Steps[0].Loss:0.0000} → {descent.Last.Loss:0.0000} em {steps} passos, acerto {accuracy:0.0%}"),
            FormattableString.Invariant($"loss {descent.Steps[0].Loss:0.0000} → {descent.Last.Loss:0.0000} in {steps} steps, accuracy {accuracy:0.0%}"));
        Save(run, Pictures.Logistic(neuron, descent, x, targets, run.Texts), folder, "logistic.svg");
        return new() { ["first_loss"] = descent.Steps[0].Loss, ["loss"] = descent.Last.Loss, ["accuracy"] = accuracy, ["gradient_difference"] = descent.LargestDifference };
    }

    private static JsonObject TrainLinear(CommandRun run, int steps, int points, ulong seed, string folder)
    {
        (Tensor x, Tensor targets) = SampleData.NoisyLine(points, seed);
        LinearNeuron neuron = new([0], bias: 0);
        Descent descent = GradientDescent.Train(neuron, x, targets, rate: 0.05, steps);
        (double slope, double intercept) = SampleData.LeastSquares(x, targets);
        double best = Loss.MeanSquaredError(x.Reshape(points) * slope + intercept, targets).Item();
        run.Say("Um neurônio linear: y = w·x + b, erro quadrático médio", "A linear neuron: y = w·x + b, mean squared error");
        ShowGradients(run, descent, ["dL/dw", "dL/db"]);
        string found = FormattableString.Invariant($"y = {descent.Last.Weights[0]:0.0000}·x {descent.Last.Bias:+ 0.0000;− 0.0000}");
        string exact = FormattableString.Invariant($"y = {slope:0.0000}·x {intercept:+ 0.0000;− 0.0000}");
        string loss = FormattableString.Invariant($"{descent.Steps[0].Loss:0.0000} → {descent.Last.Loss:0.0000}");
        run.Say(
            $"perda {loss} em {steps} passos: {found}; as equações normais dão {exact}; a reta de origem era y = {SampleData.Slope}·x − {-SampleData.Intercept}",
            $"loss {loss} in {steps} steps: {found}; the normal equations give {exact}; the line behind the data was y = {SampleData.Slope}·x − {-SampleData.Intercept}");
        Save(run, Pictures.Linear(descent, x, targets, best, run.Texts), folder, "linear.svg");
        return new()
        {
            ["first_loss"] = descent.Steps[0].Loss,
            ["loss"] = descent.Last.Loss,
            ["least_squares_loss"] = best,
            ["slope"] = descent.Last.Weights[0],
            ["intercept"] = descent.Last.Bias,
            ["gradient_difference"] = descent.LargestDifference,
        };
    }

    private static void ShowGradients(CommandRun run, Descent descent, string[] names)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns(run.Pick("no primeiro passo", "at the first step"), run.Pick("pela fita (autograd)", "by the tape (autograd)"), run.Pick("à mão", "by hand"));
        for (int i = 0; i < names.Length; i++)
            table.AddRow(names[i], Digits(descent.FirstGradient.Tape[i]), Digits(descent.FirstGradient.Hand[i]));
        run.Console.Write(table);
        string difference = descent.LargestDifference.ToString("0.0e0", CultureInfo.InvariantCulture);
        run.Say($"maior diferença em todos os passos: {difference}", $"largest difference in all steps: {difference}");

        static string Digits(double value) => value.ToString("0.0000000000", CultureInfo.InvariantCulture);
    }

    private static void Save(CommandRun run, Figure figure, string folder, string name)
    {
        string path = Path.Combine(folder, name);
        figure.Save(path);
        run.Say($"figura: {path}", $"picture: {path}");
    }
}
