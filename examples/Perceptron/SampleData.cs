namespace TensorCore.Examples.Perceptron;

/// <summary>Examples to learn from, drawn from a seed.</summary>
public static class SampleData
{
    /// <summary>The line that <see cref="NoisyLine"/> scatters around.</summary>
    public const double Slope = 1.5, Intercept = -0.5;

    /// <summary>Two clouds of points that overlap a little: (N, 2) and their classes (N,), 0 and 1 in halves.</summary>
    public static (Tensor X, Tensor Targets) TwoClouds(int count, ulong seed)
    {
        Generator generator = new(seed);
        Tensor targets = Tensor.From<double>([.. Enumerable.Range(0, count).Select(i => (double)(i % 2))]); // (N,)
        Tensor centre = Tensor.From<double>([1.2, 0.8], [1, 2]) * (2 * targets - 1).Reshape(count, 1); // ±(1.2, 0.8), (N, 2)
        return (centre + Tensor.RandN([count, 2], dtype: DType.Float64, generator: generator), targets);
    }

    /// <summary>Points near a line: x (N, 1) between −2 and 2, targets slope·x + intercept + noise, (N,).</summary>
    public static (Tensor X, Tensor Targets) NoisyLine(int count, ulong seed)
    {
        Generator generator = new(seed);
        Tensor x = Tensor.Rand([count, 1], -2, 2, DType.Float64, generator);
        Tensor noise = Tensor.RandN([count], std: 0.6, dtype: DType.Float64, generator: generator);
        return (x, x.Reshape(count) * Slope + Intercept + noise);
    }

    /// <summary>The line with the least squared error, from the normal equations: the end that gradient descent should reach.</summary>
    public static (double Slope, double Intercept) LeastSquares(Tensor x, Tensor targets)
    {
        Tensor u = x.Reshape(x.Size(0)) - x.Mean(), v = targets - targets.Mean();
        double slope = ((u * v).Sum() / (u * u).Sum()).Item();
        return (slope, (targets.Mean() - x.Mean() * slope).Item());
    }
}
