using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Cnn;

/// <summary>The pictures of this example.</summary>
internal static class Pictures
{
    /// <summary>Loss, accuracy, the confusion matrix and the mistakes that the network was surest of.</summary>
    public static Figure Results(TrainedNetwork trained, ImageTask task, Texts texts)
    {
        Plot loss = new(texts.Pick("a perda em cada passo", "the loss at each step")) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = texts.Pick("entropia cruzada", "cross-entropy"), Log = true } };
        double[] steps = [.. Enumerable.Range(1, trained.Losses.Length).Select(i => (double)i)];
        loss.SmoothedLine<double, double>(null, steps, trained.Losses, Math.Max(1, trained.Losses.Length / 60));

        Plot accuracy = new(texts.Pick("acerto no teste depois de cada época", "test accuracy after each epoch")) { XAxis = { Label = texts.Pick("época", "epoch") }, YAxis = { Label = "%" } };
        double[] epochs = [.. Enumerable.Range(1, trained.Epochs.Count).Select(e => (double)e)], shares = [.. trained.Epochs.Select(e => 100 * e.TestAccuracy)];
        accuracy.Line<double, double>(null, epochs, shares, new(Palette.Of(2))).Scatter<double, double>(null, epochs, shares, Palette.Of(2));

        return new Figure(
            texts.Pick("Uma rede convolucional em imagens", "A convolutional network on images"),
            texts.Pick(
                FormattableString.Invariant($"{trained.Accuracy:0.0%} das {task.Test.Count} imagens de teste certas; {trained.Network.ParameterCount} parâmetros."),
                FormattableString.Invariant($"{trained.Accuracy:0.0%} of the {task.Test.Count} test images right; {trained.Network.ParameterCount} parameters.")))
        { Columns = 2, PanelWidth = 460, PanelHeight = 300 }
            .Add(loss).Add(accuracy).Add(Confusion(trained, task, texts)).Add(Mistakes(trained, task, texts));
    }

    /// <summary>The first layer's filters and what the filters of each layer answer to one image.</summary>
    public static Figure Features(TrainedNetwork trained, ImageTask task, int image, Texts texts)
    {
        int height = task.Test.Height, width = task.Test.Width;
        float[] filters = trained.Network.Filters.ToArray<float>(); // (C, 1, 5, 5)
        int size = trained.Network.Filters.Size(-1), count = trained.Network.Filters.Size(0);
        ImageGrid kernels = new(texts.Pick("os filtros da 1ª camada (azul < 0 < laranja)", "the filters of the 1st layer (blue < 0 < orange)")) { Columns = 8, MaxImageSize = 46 };
        for (int i = 0; i < Math.Min(32, count); i++)
            kernels.Add(size, size, filters.AsSpan(i * size * size, size * size), scale: ColorScale.Diverging);

        IReadOnlyList<Tensor> maps;
        (float mean, float std) = task.Train.Statistics();
        trained.Network.Eval();
        using (Autograd.NoGrad())
            maps = trained.Network.FeatureMaps(task.Test.ToTensor(mean, std)[image..(image + 1)]);

        string truth = task.Names[task.Test.Labels[image]], answer = task.Names[trained.Answer(image)];
        ImageGrid input = new(texts.Pick($"a imagem: {truth}; a resposta: {answer}", $"the image: {truth}; the answer: {answer}")) { Columns = 1, MaxImageSize = 210 };
        input.Add(width, height, task.Test.Image(image));
        Figure figure = new(
            texts.Pick("O que os filtros veem", "What the filters see"),
            texts.Pick(
                "Cada filtro desliza pela imagem e responde onde encontra o seu padrão: bordas e manchas na primeira camada; nas seguintes, partes cada vez maiores, com menos resolução.",
                "Each filter slides over the image and answers where it finds its pattern: edges and blobs in the first layer; in the next ones larger and larger parts, at a lower resolution."))
        { Columns = 3, PanelWidth = 420 };
        figure.Add(input).Add(kernels);
        for (int layer = 0; layer < maps.Count; layer++)
            figure.Add(Maps(maps[layer], texts.Pick($"as respostas da {layer + 1}ª camada", $"the answers of layer {layer + 1}")));
        IEnumerable<(string, double)> bars = Enumerable.Range(0, task.Names.Count).Select(c => (task.Names[c], Math.Round(trained.Probabilities[image, c], 4)));
        return figure.Add(new RankedBars(texts.Pick("softmax: quão provável é cada classe", "softmax: how probable each class is"), bars) { Max = 1, Percent = true });
    }

    private static HeatMap Confusion(TrainedNetwork trained, ImageTask task, Texts texts)
    {
        double[,] counts = Classifier.Confusion(trained, task.Test, task.Names.Count);
        double largest = 1;
        for (int row = 0; row < task.Names.Count; row++)
            for (int column = 0; column < task.Names.Count; column++)
                largest = row == column ? largest : Math.Max(largest, counts[row, column]);
        return new(texts.Pick("classe certa e resposta (o tom mais escuro: o maior engano)", "truth and answer (darkest: the largest confusion)"), counts)
        {
            RowLabels = task.Names,
            ColumnLabels = task.Names,
            YLabel = texts.Pick("classe certa", "true class"),
            XLabel = texts.Pick("resposta", "answer"),
            Max = largest,
            Digits = 4,
        };
    }

    private static ImageGrid Mistakes(TrainedNetwork trained, ImageTask task, Texts texts)
    {
        ImageGrid grid = new(texts.Pick("os enganos com mais certeza: resposta (certa)", "the surest mistakes: answer (truth)")) { Columns = 4, MaxImageSize = 110 };
        IEnumerable<int> wrong = Enumerable.Range(0, task.Test.Count).Where(i => trained.Answer(i) != task.Test.Labels[i]);
        foreach (int i in wrong.OrderByDescending(i => trained.Probabilities[i, trained.Answer(i)]).Take(12))
            grid.Add(task.Test.Width, task.Test.Height, task.Test.Image(i), $"{task.Names[trained.Answer(i)]} ({task.Names[task.Test.Labels[i]]})", alert: true);
        return grid;
    }

    private static ImageGrid Maps(Tensor answers, string title)
    {
        (int channels, int height, int width) = (answers.Size(1), answers.Size(2), answers.Size(3));
        float[] values = answers.ToArray<float>(); // (1, channels, height, width)
        ImageGrid grid = new(title) { Columns = 8, MaxImageSize = 46 };
        for (int c = 0; c < Math.Min(32, channels); c++)
            grid.Add(width, height, values.AsSpan(c * height * width, height * width), scale: ColorScale.InvertedGrey, min: 0);
        return grid;
    }
}
