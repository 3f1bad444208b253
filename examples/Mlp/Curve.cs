namespace TensorCore.Examples.Mlp;

/// <summary>A function of one variable to be approximated: f(x) = sin(2x) + ½·cos(5x) on [−3, 3].</summary>
public static class Curve
{
    /// <summary>The interval's ends are ±this.</summary>
    public const double Reach = 3;

    /// <summary>The points at which curves are drawn and errors measured.</summary>
    public static readonly float[] Grid = [.. Enumerable.Range(0, 301).Select(i => (float)(Reach * (i - 150) / 150.0))];

    /// <summary>f(x).</summary>
    public static double Value(double x) => Math.Sin(2 * x) + 0.5 * Math.Cos(5 * x);

    /// <summary>Points without noise, (N, 1), and f there, (N, 1).</summary>
    public static (Tensor X, Tensor Targets) Data(int count, Generator generator)
    {
        Tensor x = Tensor.Rand([count, 1], -Reach, Reach, generator: generator);
        return (x, (2 * x).Sin() + 0.5 * (5 * x).Cos());
    }

    /// <summary>What a network answers on <see cref="Grid"/>.</summary>
    public static float[] Ask(MultilayerPerceptron network)
    {
        using Autograd.RecordingScope scope = Autograd.NoGrad();
        return network.Forward(Tensor.From(Grid, [Grid.Length, 1])).ToArray<float>();
    }

    /// <summary>The root of the mean squared difference from f over the interval.</summary>
    public static double Error(float[] fitted) => Math.Sqrt(fitted.Zip(Grid, (y, x) => Math.Pow(y - Value(x), 2)).Average());
}
