using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Data;

namespace TensorCore.Examples.Mlp.Pictures;

/// <summary>An image classifier's training, first-layer weights and mistakes.</summary>
internal static class ImagePicture
{
    public static Figure Draw(ImageResult result, ImageDataset data, Texts texts)
    {
        Plot loss = new(texts.Pick("a perda em cada passo", "the loss at each step")) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = texts.Pick("entropia cruzada", "cross-entropy"), Limit = result.Losses.Skip(result.Losses.Length / 50).Max() } };
        loss.SmoothedLine<double, double>(null, [.. Enumerable.Range(1, result.Losses.Length).Select(i => (double)i)], result.Losses, Math.Max(1, result.Losses.Length / 60));
        Plot accuracy = new(texts.Pick("acerto no teste depois de cada época", "test accuracy after each epoch")) { XAxis = { Label = texts.Pick("época", "epoch") }, YAxis = { Label = "%" } };
        double[] epochs = [.. Enumerable.Range(1, result.Epochs.Count).Select(e => (double)e)], shares = [.. result.Epochs.Select(e => 100 * e.TestAccuracy)];
        accuracy.Line<double, double>(null, epochs, shares, new(Palette.Of(2))).Scatter<double, double>(null, epochs, shares, Palette.Of(2));

        ImageGrid weights = new(texts.Pick("os pesos de alguns neurônios da 1ª camada (azul < 0 < laranja)", "the weights of some neurons of the 1st layer (blue < 0 < orange)")) { Columns = 8, MaxImageSize = 48 };
        float[] w = result.Network.Layers[0].Weight.ToArray<float>(); // (hidden, height·width)
        int pixels = data.Height * data.Width;
        for (int i = 0; i < Math.Min(32, w.Length / pixels); i++)
            weights.Add(data.Width, data.Height, w.AsSpan(i * pixels, pixels), scale: ColorScale.Diverging);

        ImageGrid mistakes = new(texts.Pick("imagens de teste mal classificadas: resposta (certa)", "misclassified test images: answer (truth)")) { Columns = 8, MaxImageSize = 48 };
        foreach (int i in Enumerable.Range(0, data.Test.Count).Where(i => result.Predictions[i] != data.Test.Labels[i]).Take(24))
            mistakes.Add(data.Width, data.Height, data.Test.Image(i), $"{result.Predictions[i]} ({data.Test.Labels[i]})", alert: true);
        return new Figure(
            texts.Pick("Um perceptron multicamadas em imagens", "A multilayer perceptron on images"),
            texts.Pick(
                FormattableString.Invariant($"{result.Accuracy:0.0%} das {data.Test.Count} imagens de teste certas; {result.Network.ParameterCount} parâmetros."),
                FormattableString.Invariant($"{result.Accuracy:0.0%} of the {data.Test.Count} test images right; {result.Network.ParameterCount} parameters.")))
        { Columns = 2, PanelWidth = 430, PanelHeight = 260 }.Add(loss).Add(accuracy).Add(weights).Add(mistakes);
    }
}
