using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Cnn;

/// <summary>The command line: <c>cnn --data DIR</c> or <c>cnn --synthetic</c>.</summary>
public static class CnnApp
{
    /// <summary>Runs the command line and returns the exit code.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null) => CommandApp.RunAsync(args, Build, output, error);

    private static RootCommand Build(CommandApp app)
    {
        Option<string?> data = app.Text("--data", null, "pasta com MNIST, Fashion-MNIST ou outros arquivos IDX iguais", "folder with MNIST, Fashion-MNIST or other such IDX files", "DIR");
        Option<bool> synthetic = app.Switch("--synthetic", "figuras desenhadas pelo programa em vez de arquivos", "shapes drawn by the program instead of files");
        Option<int?> epochs = app.OptionalNumber<int>("--epochs", "passagens pelas imagens de treino (padrão 6; com --synthetic 5)", "passes over the training images (default 6; with --synthetic 5)", 1, 1000);
        Option<double> minutes = app.Number("--minutes", 9.0, "no máximo tantos minutos de treino", "at most this many minutes of training", 0.01, 10_000);
        Option<int> batch = app.Number("--batch", 128, "imagens por passo", "images in a step", 2, 10_000);
        Option<double> rate = app.Number("--rate", 4e-3, "maior taxa de aprendizado do ciclo", "highest learning rate of the cycle", 1e-8, 10);
        Option<int?> channels = app.OptionalNumber<int>("--channels", "filtros na primeira camada (padrão 32; com --synthetic 16)", "filters in the first layer (default 32; with --synthetic 16)", 1, 1024);
        Option<double> dropout = app.Number("--dropout", 0.25, "parte dos números anulada antes das camadas densas", "share of numbers dropped before the dense layers", 0, 0.95);
        Option<int> image = app.Number("--image", 0, "imagem de teste cujos mapas são desenhados", "test image whose feature maps are drawn", 0);
        Option<ulong> seed = app.Number<ulong>("--seed", 1, "semente", "seed");
        Option<string?> folder = app.Text("--out", "runs/cnn", "pasta das figuras", "folder of the pictures", "DIR");
        RootCommand root = new(app.Pick("Uma rede convolucional classifica imagens.", "A convolutional network classifies images.")) { data, synthetic, epochs, minutes, batch, rate, channels, dropout, image, seed, folder };
        app.Handle(root, run =>
        {
            ImageTask task = Load(run, run.Get(data), run.Get(synthetic), run.Get(seed));
            bool small = run.Get(synthetic);
            TrainingSettings settings = new(run.Get(epochs) ?? (small ? 5 : 6), run.Get(minutes), run.Get(batch), run.Get(rate), run.Get(channels) ?? (small ? 16 : 32), run.Get(dropout), run.Get(seed));
            return Train(run, task, settings, run.Get(image), run.Get(folder)!);
        });
        return root;
    }

    private static ImageTask Load(CommandRun run, string? folder, bool synthetic, ulong seed)
    {
        if (folder is not null && synthetic)
            throw new UserErrorException(run.Pick("escolha --data ou --synthetic, não os dois", "choose --data or --synthetic, not both"));
        if (folder is null && !synthetic)
        {
            throw new UserErrorException(run.Pick(
                "faltam imagens: --data DIR com os quatro arquivos IDX de MNIST ou Fashion-MNIST (pacote Debian dataset-fashion-mnist: --data /usr/share/datasets/fashion-mnist), ou --synthetic para figuras desenhadas",
                "there are no images: --data DIR with the four IDX files of MNIST or Fashion-MNIST (Debian package dataset-fashion-mnist: --data /usr/share/datasets/fashion-mnist), or --synthetic for drawn shapes"));
        }
        bool english = run.Texts.Language == Language.English;
        ImageTask task = synthetic ? SyntheticShapes.Create(seed, english: english) : ImageTask.Load(run.RequireFolder(folder!), english);
        if (task.Train.Height < 4 || task.Train.Width < 4)
            throw new UserErrorException(run.Pick($"as imagens são {task.Train.Height}×{task.Train.Width}; a rede precisa de pelo menos 4×4", $"the images are {task.Train.Height}×{task.Train.Width}; the network needs at least 4×4"));
        return task;
    }

    private static int Train(CommandRun run, ImageTask task, TrainingSettings settings, int image, string folder)
    {
        if (image >= task.Test.Count)
            throw new UserErrorException(run.Pick($"--image {image}: há {task.Test.Count} imagens de teste, numeradas a partir de 0", $"--image {image}: there are {task.Test.Count} test images, numbered from 0"));
        run.Say(
            $"{task.Train.Count} imagens de treino e {task.Test.Count} de teste, {task.Train.Height}×{task.Train.Width}, {task.Names.Count} classes",
            $"{task.Train.Count} training and {task.Test.Count} test images, {task.Train.Height}×{task.Train.Width}, {task.Names.Count} classes");
        TrainedNetwork trained;
        using (TrainingProgress progress = run.Progress(run.Pick("imagens", "images")))
            trained = Classifier.Train(task, settings, progress, run.Texts, run.Cancellation);

        Table table = new Table().Border(TableBorder.Simple).AddColumns(run.Pick("época", "epoch"), run.Pick("perda no treino", "training loss"), run.Pick("acerto no teste", "test accuracy"));
        for (int e = 0; e < trained.Epochs.Count; e++)
            table.AddRow($"{e + 1}", Fixed(trained.Epochs[e].TrainingLoss, 4), Fixed(100 * trained.Epochs[e].TestAccuracy, 2) + " %");
        run.Console.Write(table);
        run.Say(
            $"{trained.Network.ParameterCount} parâmetros, {Fixed(trained.Seconds, 1)} s: {Fixed(100 * trained.Accuracy, 2)} % das imagens de teste certas",
            $"{trained.Network.ParameterCount} parameters, {Fixed(trained.Seconds, 1)} s: {Fixed(100 * trained.Accuracy, 2)} % of the test images right");
        Save(run, Pictures.Results(trained, task, run.Texts), folder, "results.svg");
        Save(run, Pictures.Features(trained, task, image, run.Texts), folder, "features.svg");
        run.SetResult(new() { ["test_accuracy"] = trained.Accuracy, ["seconds"] = trained.Seconds, ["epochs"] = trained.Epochs.Count, ["steps"] = trained.Losses.Length, ["parameters"] = trained.Network.ParameterCount });
        return 0;
    }

    private static void Save(CommandRun run, Figure figure, string folder, string name)
    {
        string path = Path.Combine(folder, name);
        figure.Save(path);
        run.Say($"figura: {path}", $"picture: {path}");
    }

    private static string Fixed(double value, int digits) => value.ToString("F" + digits, CultureInfo.InvariantCulture);
}
