using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Data;
using TensorCore.Examples.Mlp.Pictures;

namespace TensorCore.Examples.Mlp;

/// <summary>The command line: <c>mlp [xor|spirals|learning-rate|width|last-activation|images]</c>; without a command all but images.</summary>
public static class MlpApp
{
    /// <summary>Runs the command line and returns the exit code.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null) => CommandApp.RunAsync(args, Build, output, error);

    private static RootCommand Build(CommandApp app)
    {
        Option<ulong> seed = app.Number<ulong>("--seed", 1, "semente dos pesos e dos dados", "seed of weights and data", max: 1ul << 40);
        Option<string?> folder = app.Text("--out", "runs/mlp", "pasta das figuras", "folder of the pictures", "DIR");
        Option<int?> steps = app.OptionalNumber<int>("--steps", "passos de treino em vez do padrão de cada parte", "training steps instead of each part's default", 1, 1_000_000);
        RootCommand root = new(app.Pick("O perceptron multicamadas: XOR, espirais, taxa de aprendizado, largura, última ativação, imagens.", "The multilayer perceptron: XOR, spirals, learning rate, width, last activation, images."));
        foreach (Option option in (Option[])[seed, folder, steps])
        {
            option.Recursive = true;
            root.Add(option);
        }
        (string Name, string Pt, string En, Func<CommandRun, JsonObject> Do)[] parts =
        [
            ("xor", "XOR com dois neurônios escondidos", "XOR with two hidden neurons", run => RunXor(run, run.Get(seed), run.Get(steps) ?? 500, run.Get(folder)!)),
            ("spirals", "duas espirais", "two spirals", run => RunSpirals(run, run.Get(seed), run.Get(steps) ?? 1000, run.Get(folder)!)),
            ("learning-rate", "taxas de aprendizado lado a lado", "learning rates side by side", run => RunRates(run, run.Get(seed), run.Get(steps) ?? 2000, run.Get(folder)!)),
            ("width", "aproximação de uma função com mais e mais neurônios", "approximation of a function with more and more neurons", run => RunWidths(run, run.Get(seed), run.Get(steps) ?? 1500, run.Get(folder)!)),
            ("last-activation", "softmax, sigmoide ou ReLU no fim", "softmax, sigmoid or ReLU at the end", run => RunLastActivation(run, run.Get(seed), run.Get(steps) ?? 600, run.Get(folder)!)),
        ];
        foreach ((string name, string pt, string en, Func<CommandRun, JsonObject> work) in parts)
        {
            Command command = new(name, app.Pick(pt, en));
            app.Handle(command, run => Run(run, [(name, work)]));
            root.Add(command);
        }
        app.Handle(root, run => Run(run, [.. parts.Select(p => (p.Name, p.Do))]));
        root.Add(Images(app, seed, folder));
        return root;
    }

    private static Command Images(CommandApp app, Option<ulong> seed, Option<string?> folder)
    {
        Option<string> data = app.RequiredText("--data", "pasta com MNIST, Fashion-MNIST ou outros arquivos IDX iguais (pacote Debian dataset-fashion-mnist)", "folder with MNIST, Fashion-MNIST or other such IDX files (Debian package dataset-fashion-mnist)", "DIR");
        Option<int> epochs = app.Number("--epochs", 10, "passagens pelas imagens de treino", "passes over the training images", 1, 1000);
        Option<int> batch = app.Number("--batch", 128, "imagens por passo", "images in a step", 1, 10_000);
        Option<int> hidden = app.Number("--hidden", 256, "neurônios na primeira camada escondida; a segunda tem metade", "neurons in the first hidden layer; the second has half", 2, 10_000);
        Option<double> rate = app.Number("--rate", 2e-3, "maior taxa de aprendizado do ciclo", "highest learning rate of the cycle", 1e-8, 10);
        Command images = new("images", app.Pick("classifica imagens de arquivos IDX", "classifies images from IDX files")) { data, epochs, batch, hidden, rate };
        app.Handle(images, run => Run(run, [("images", r => RunImages(r, r.Get(data), new(r.Get(epochs), r.Get(batch), r.Get(rate), r.Get(hidden), r.Get(seed)), r.Get(folder)!))]));
        return images;
    }

    private static int Run(CommandRun run, (string Name, Func<CommandRun, JsonObject> Do)[] parts)
    {
        JsonObject result = [];
        foreach ((string name, Func<CommandRun, JsonObject> work) in parts)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            result[name] = work(run);
            run.Out.WriteLine();
        }
        run.SetResult(result);
        return 0;
    }

    private static JsonObject RunXor(CommandRun run, ulong seed, int steps, string folder)
    {
        Xor xor = Xor.Train(seed, steps);
        float[] p = xor.Probabilities();
        run.Say("XOR com dois neurônios escondidos", "XOR with two hidden neurons");
        Table table = new Table().Border(TableBorder.Simple).AddColumns("x₁ x₂", run.Pick("certo", "truth"), run.Pick("rede", "network"));
        string[] inputs = ["0 0", "0 1", "1 0", "1 1"];
        for (int i = 0; i < 4; i++)
            table.AddRow(inputs[i], i is 1 or 2 ? "1" : "0", Fixed(p[i], 4));
        run.Console.Write(table);
        foreach (double loss in xor.Stuck)
            run.Say($"um começo ficou preso num mínimo local, perda {Fixed(loss, 4)}: outro foi tentado", $"a start got stuck in a local minimum, loss {Fixed(loss, 4)}: another was tried");
        string difference = xor.GradientDifference.ToString("0.#e0", System.Globalization.CultureInfo.InvariantCulture);
        run.Say(
            $"perda {Fixed(xor.Losses[^1], 4)} em {xor.Losses.Length} passos; retropropagação à mão contra a da biblioteca: diferença de no máximo {difference} (float32)",
            $"loss {Fixed(xor.Losses[^1], 4)} in {xor.Losses.Length} steps; backpropagation by hand against the library's: at most {difference} apart (float32)");
        Save(run, PlanePictures.Xor(xor, run.Texts), folder, "xor.svg");
        return new() { ["loss"] = xor.Losses[^1], ["probabilities"] = Array(p), ["stuck_starts"] = xor.Stuck.Count, ["gradient_difference"] = xor.GradientDifference };
    }

    private static JsonObject RunSpirals(CommandRun run, ulong seed, int steps, string folder)
    {
        (Tensor x, Tensor targets) = Spirals.Data(240, new Generator(seed));
        DecisionGrid grid = new(-1.15, 1.15, -1.15, 1.15, 110, 110);
        int[] shown = [Math.Max(1, steps / 20), Math.Max(1, steps / 5), steps];
        List<(int, float[])> moments = [];
        Spirals spirals = Spirals.Train(seed, x, targets, steps, after: (step, network) =>
        {
            run.Cancellation.ThrowIfCancellationRequested();
            if (shown.Contains(step))
                moments.Add((step, PlanePictures.Probabilities(network, grid)));
        });
        run.Say("Duas espirais, 2 → 32 → 32 → 1", "Two spirals, 2 → 32 → 32 → 1");
        run.Say(
            $"perda {Fixed(spirals.Losses[0], 4)} → {Fixed(spirals.Losses[^1], 5)} em {spirals.Losses.Length} passos; {Percent(spirals.Accuracy)} de acerto em 2000 pontos novos",
            $"loss {Fixed(spirals.Losses[0], 4)} → {Fixed(spirals.Losses[^1], 5)} in {spirals.Losses.Length} steps; {Percent(spirals.Accuracy)} of 2000 fresh points right");
        Save(run, PlanePictures.Spirals(spirals, x, targets, moments, grid, run.Texts), folder, "spirals.svg");
        return new() { ["loss"] = spirals.Losses[^1], ["accuracy"] = spirals.Accuracy };
    }

    private static JsonObject RunRates(CommandRun run, ulong seed, int steps, string folder)
    {
        RateRun[] runs = LearningRates.Sweep(seed, steps);
        run.Say("A taxa de aprendizado: a mesma rede, o mesmo começo, η diferentes", "The learning rate: the same network, the same start, different η");
        Table table = new Table().Border(TableBorder.Simple).AddColumns("η", run.Pick("perda no começo", "first loss"), run.Pick("perda no fim", "last loss"), run.Pick("passos", "steps"), "");
        JsonArray result = [];
        foreach (RateRun r in runs)
        {
            string last = double.IsFinite(r.Losses[^1]) ? r.Losses[^1].ToString("0.#####e0", System.Globalization.CultureInfo.InvariantCulture) : r.Losses[^1].ToString(System.Globalization.CultureInfo.InvariantCulture);
            table.AddRow(FormattableString.Invariant($"{r.Rate}"), Fixed(r.Losses[0], 4), last, $"{r.Losses.Length}", CurvePictures.Verdict(runs, r, run.Texts));
            result.Add(new JsonObject { ["rate"] = r.Rate, ["first_loss"] = r.Losses[0], ["last_loss"] = r.Losses[^1], ["diverged"] = r.Diverged });
        }
        run.Console.Write(table);
        Save(run, CurvePictures.LearningRates(runs, run.Texts), folder, "learning-rate.svg");
        return new() { ["rates"] = result };
    }

    private static JsonObject RunWidths(CommandRun run, ulong seed, int steps, string folder)
    {
        WidthRun[] runs = Widths.Compare(seed, steps);
        run.Say("A largura: f(x) = sen 2x + ½·cos 5x com uma camada escondida", "The width: f(x) = sin 2x + ½·cos 5x with one hidden layer");
        Table table = new Table().Border(TableBorder.Simple).AddColumns(run.Pick("neurônios", "neurons"), run.Pick("parâmetros", "parameters"), run.Pick("erro (raiz do quadrático médio)", "error (root mean square)"));
        JsonArray result = [];
        foreach (WidthRun r in runs)
        {
            table.AddRow($"{r.Width}", $"{r.Parameters}", Fixed(r.Error, 4));
            result.Add(new JsonObject { ["width"] = r.Width, ["parameters"] = r.Parameters, ["error"] = r.Error });
        }
        run.Console.Write(table);
        Save(run, CurvePictures.Widths(runs, run.Texts), folder, "width.svg");
        return new() { ["widths"] = result };
    }

    private static JsonObject RunLastActivation(CommandRun run, ulong seed, int steps, string folder)
    {
        LastActivationResults r = LastActivationResults.Train(seed, steps);
        run.Say("A última ativação, por tarefa", "The last activation, by task");
        Table table = new Table().Border(TableBorder.Simple).AddColumns(run.Pick("tarefa", "task"), run.Pick("última ativação", "last activation"), run.Pick("medida", "measure"));
        string exclusive = run.Pick("classes exclusivas", "exclusive classes"), independent = run.Pick("rótulos independentes", "independent labels"), sales = run.Pick("vendas (nunca < 0)", "sales (never < 0)");
        string sigmoid = run.Pick("sigmoide", "sigmoid"), wrong = run.Pick(" (errada)", " (wrong)");
        foreach ((string name, ExclusiveResult e) in ((string, ExclusiveResult)[])[("softmax", r.Softmax), (sigmoid + wrong, r.SigmoidOnClasses)])
            table.AddRow(exclusive, name, run.Pick($"{Percent(e.Accuracy)} de acerto, Σp de {Fixed(e.Sums.Min(), 3)} a {Fixed(e.Sums.Max(), 3)}", $"{Percent(e.Accuracy)} right, Σp from {Fixed(e.Sums.Min(), 3)} to {Fixed(e.Sums.Max(), 3)}"));
        foreach ((string name, IndependentResult i) in ((string, IndependentResult)[])[(sigmoid, r.Sigmoid), ("softmax" + wrong, r.SoftmaxOnLabels)])
            table.AddRow(independent, name, run.Pick($"{Percent(i.ExactMatch)} com todos os rótulos certos", $"{Percent(i.ExactMatch)} with all labels right"));
        foreach ((string name, SalesResult s) in ((string, SalesResult)[])[("ReLU", r.Relu), (run.Pick("identidade", "identity"), r.Identity), (sigmoid + wrong, r.SigmoidOnSales)])
            table.AddRow(sales, name, run.Pick($"erro {Fixed(s.Error, 3)}, menor previsão {Fixed(s.Lowest, 3)}", $"error {Fixed(s.Error, 3)}, lowest prediction {Fixed(s.Lowest, 3)}"));
        run.Console.Write(table);
        Save(run, LastActivationPicture.Draw(r, run.Texts), folder, "last-activation.svg");
        return new()
        {
            ["exclusive"] = new JsonObject { ["softmax_accuracy"] = r.Softmax.Accuracy, ["sigmoid_accuracy"] = r.SigmoidOnClasses.Accuracy, ["sigmoid_sum_min"] = r.SigmoidOnClasses.Sums.Min(), ["sigmoid_sum_max"] = r.SigmoidOnClasses.Sums.Max() },
            ["independent"] = new JsonObject { ["sigmoid_exact"] = r.Sigmoid.ExactMatch, ["softmax_exact"] = r.SoftmaxOnLabels.ExactMatch },
            ["sales"] = new JsonObject { ["relu_error"] = r.Relu.Error, ["identity_error"] = r.Identity.Error, ["sigmoid_error"] = r.SigmoidOnSales.Error, ["relu_lowest"] = r.Relu.Lowest, ["identity_lowest"] = r.Identity.Lowest },
        };
    }

    private static JsonObject RunImages(CommandRun run, string dataFolder, ImageSettings settings, string folder)
    {
        ImageDataset data = ImageDataset.Load(run.RequireFolder(dataFolder));
        run.Say($"{data.Train.Count} imagens de treino e {data.Test.Count} de teste, {data.Height}×{data.Width}, {data.Classes} classes", $"{data.Train.Count} training and {data.Test.Count} test images, {data.Height}×{data.Width}, {data.Classes} classes");
        ImageResult result;
        using (TrainingProgress progress = run.Progress(run.Pick("imagens", "images")))
            result = ImageClassifier.Train(data, settings, progress, run.Texts, run.Cancellation);
        run.Say(
            $"{result.Network.ParameterCount} parâmetros, {result.Epochs.Count} épocas em {Fixed(result.Seconds, 1)} s: {(result.Accuracy * 100).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)} % das imagens de teste certas",
            $"{result.Network.ParameterCount} parameters, {result.Epochs.Count} epochs in {Fixed(result.Seconds, 1)} s: {(result.Accuracy * 100).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)} % of the test images right");
        Save(run, ImagePicture.Draw(result, data, run.Texts), folder, "images.svg");
        return new() { ["test_accuracy"] = result.Accuracy, ["seconds"] = result.Seconds, ["epochs"] = result.Epochs.Count, ["parameters"] = result.Network.ParameterCount };
    }

    private static void Save(CommandRun run, Figure figure, string folder, string name)
    {
        string path = Path.Combine(folder, name);
        figure.Save(path);
        run.Say($"figura: {path}", $"picture: {path}");
    }

    private static JsonArray Array(float[] values) => [.. values.Select(v => (JsonNode)v)];

    private static string Fixed(double value, int digits) => value.ToString("F" + digits, System.Globalization.CultureInfo.InvariantCulture);

    private static string Percent(double share) => FormattableString.Invariant($"{share:0.0%}");
}
