using TensorCore.Examples.Charts;
using TensorCore.Examples.Cli;
using TensorCore.Nn;

namespace TensorCore.Examples.Mlp.Pictures;

/// <summary>Pictures of networks with two inputs: what they decide, and what their hidden neurons see.</summary>
internal static class PlanePictures
{
    /// <summary>XOR: the regions, the hidden neurons' lines, the hidden layer as a new plane, the loss.</summary>
    public static Figure Xor(Xor xor, Texts texts)
    {
        DecisionGrid grid = new(-0.6, 1.6, -0.6, 1.6, 90, 90);
        int[] classes = [0, 1, 1, 0];
        string[] names = [texts.Pick("saída 0", "output 0"), texts.Pick("saída 1", "output 1")];
        double[] u = [0, 0, 1, 1], v = [0, 1, 0, 1];
        float[] h;
        using (Autograd.NoGrad())
            h = xor.Network.Hidden(Mlp.Xor.Inputs, 1).ToArray<float>(); // (4, 2)

        Plot regions = new(texts.Pick("a rede separa XOR", "the network separates XOR")) { EqualAspect = true, XAxis = { Label = "x₁" }, YAxis = { Label = "x₂" } };
        regions.Regions<float>(grid, Probabilities(xor.Network, grid)).Scatter<double, double>(u, v, classes, names, size: 7);

        Plot lines = new(texts.Pick("cada neurônio escondido traça uma linha", "each hidden neuron draws a line"))
        { EqualAspect = true, XAxis = { Label = "x₁", Min = -0.6, Max = 1.6 }, YAxis = { Label = "x₂", Min = -0.6, Max = 1.6 } };
        lines.Scatter<double, double>(u, v, classes, size: 7);
        Linear first = xor.Network.Layers[0], second = xor.Network.Layers[1];
        float[] w1 = first.Weight.ToArray<float>(), b1 = first.Bias!.ToArray<float>(), w2 = second.Weight.ToArray<float>();
        for (int i = 0; i < 2; i++)
            lines.DecisionLines($"h{"₁₂"[i]} = 0", [new(w1[2 * i], w1[2 * i + 1], b1[i])], Palette.Of(2 + i));

        Plot hidden = new(texts.Pick("no plano dos neurônios escondidos basta uma linha", "in the plane of the hidden neurons one line will do"))
        { EqualAspect = true, XAxis = { Label = "h₁", Min = -1.3, Max = 1.3 }, YAxis = { Label = "h₂", Min = -1.3, Max = 1.3 } };
        hidden.DecisionLines(texts.Pick("linha da saída", "the output's line"), [new(w2[0], w2[1], second.Bias!.Item())]);
        hidden.Scatter<float, float>([h[0], h[2], h[4], h[6]], [h[1], h[3], h[5], h[7]], classes, size: 7);

        Plot loss = new(texts.Pick("a perda em cada passo", "the loss at each step")) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = texts.Pick("entropia cruzada binária", "binary cross-entropy"), Log = true } };
        loss.Line<double>(null, xor.Losses, new(Palette.Of(1), 2.4)).Rule(Math.Log(2), texts.Pick("sem saber nada: ln 2", "knowing nothing: ln 2"));
        return new Figure(
            texts.Pick("XOR com dois neurônios escondidos", "XOR with two hidden neurons"),
            texts.Pick(
                "Um só neurônio não consegue (veja o exemplo Perceptron). Dois traçam duas linhas; o da saída vê os pontos já deslocados, e ali uma linha os separa (os dois de saída 1 caem no mesmo lugar).",
                "One neuron alone cannot (see the Perceptron example). Two draw two lines; that of the output sees the points moved, and there one line separates them (both with output 1 land on one spot)."))
        { Columns = 2, PanelWidth = 380, PanelHeight = 350 }.Add(regions).Add(lines).Add(hidden).Add(loss);
    }

    /// <summary>Spirals: the regions as they form, and what neurons of both hidden layers see.</summary>
    public static Figure Spirals(Spirals spirals, Tensor x, Tensor targets, IReadOnlyList<(int Step, float[] Probabilities)> moments, DecisionGrid grid, Texts texts)
    {
        float[] p = x.ToArray<float>();
        float[] u = [.. p.Where((_, i) => i % 2 == 0)], v = [.. p.Where((_, i) => i % 2 == 1)];
        int[] classes = [.. targets.ToArray<float>().Select(t => (int)t)];
        Figure figure = new(
            texts.Pick("Duas espirais, duas camadas escondidas", "Two spirals, two hidden layers"),
            texts.Pick(
                "Em cima, o que a rede decide depois de tantos passos. Embaixo, o que alguns neurônios respondem em cada ponto do plano (azul −1, laranja +1): os da primeira camada, linhas; os da segunda, feitos deles, curvas.",
                "Above, what the network decides after so many steps. Below, what some neurons answer at each point of the plane (blue −1, orange +1): those of the first layer, lines; those of the second, made of them, curves."))
        { Columns = 3, PanelWidth = 310, PanelHeight = 310 };
        foreach ((int step, float[] probabilities) in moments)
        {
            Plot plot = new(texts.Pick($"passo {step}", $"step {step}")) { EqualAspect = true, XAxis = { ShowTicks = false }, YAxis = { ShowTicks = false }, ShowLegend = false };
            figure.Add(plot.Regions<float>(grid, probabilities).Scatter<float, float>(u, v, classes, size: 2.6));
        }
        figure.Add(Neurons(spirals.Network, 1, texts.Pick("neurônios da 1ª camada", "neurons of the 1st layer")));
        figure.Add(Neurons(spirals.Network, 2, texts.Pick("neurônios da 2ª camada", "neurons of the 2nd layer")));
        Plot loss = new(texts.Pick("a perda em cada passo", "the loss at each step")) { XAxis = { Label = texts.Pick("passo", "step") }, YAxis = { Label = texts.Pick("entropia cruzada binária", "binary cross-entropy"), Log = true } };
        return figure.Add(loss.Line<double>(null, spirals.Losses, new(Palette.Of(1), 1.8)));
    }

    /// <summary>σ of the network's single output at every point of the grid.</summary>
    public static float[] Probabilities(MultilayerPerceptron network, DecisionGrid grid)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        return network.Forward(Tensor.From(grid.Points(), [grid.Count, 2])).Sigmoid().ToArray<float>();
    }

    private static ImageGrid Neurons(MultilayerPerceptron network, int layer, string title)
    {
        const int Side = 36, Shown = 16;
        DecisionGrid grid = new(-1.15, 1.15, -1.15, 1.15, Side, Side);
        float[] values;
        using (Autograd.NoGrad())
            values = network.Hidden(Tensor.From(grid.Points(), [grid.Count, 2]), layer).ToArray<float>(); // (Side², width)
        int width = values.Length / grid.Count;
        ImageGrid images = new(title) { Columns = 4, MaxImageSize = 66 };
        for (int neuron = 0; neuron < Math.Min(Shown, width); neuron++)
        {
            float[] map = new float[grid.Count];
            for (int row = 0; row < Side; row++)
                for (int column = 0; column < Side; column++)
                    map[row * Side + column] = values[((Side - 1 - row) * Side + column) * width + neuron]; // the grid's rows go up, an image's down
            images.Add(Side, Side, map, scale: ColorScale.Diverging, min: -1, max: 1);
        }
        return images;
    }
}
