using System.Numerics;

namespace TensorCore.Examples.Charts;

/// <summary>Series as doubles, whatever number type they come in.</summary>
internal static class Numbers
{
    public static double[] Of<T>(ReadOnlySpan<T> values)
        where T : INumberBase<T>
    {
        double[] numbers = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            numbers[i] = double.CreateSaturating(values[i]);
        return numbers;
    }

    public static double[] Count(int length) => [.. Enumerable.Range(0, length).Select(i => (double)i)];

    /// <summary>mᵢ = β·mᵢ₋₁ + (1 − β)·yᵢ with β = 1 − 1/window, divided by 1 − βⁱ; non-finite values stay where they are and do not enter.</summary>
    public static double[] MovingAverage(ReadOnlySpan<double> values, double window)
    {
        double[] averages = new double[values.Length];
        double beta = 1 - 1 / window, sum = 0, weight = 0;
        for (int i = 0; i < values.Length; i++)
        {
            averages[i] = values[i];
            if (!double.IsFinite(values[i]))
                continue;
            sum = beta * sum + (1 - beta) * values[i];
            weight = beta * weight + (1 - beta);
            averages[i] = sum / weight;
        }
        return averages;
    }

    /// <summary>The smallest and largest finite value; (0, 1) when there is none.</summary>
    public static (double Min, double Max) Range(ReadOnlySpan<double> values)
    {
        double min = double.PositiveInfinity, max = double.NegativeInfinity;
        foreach (double value in values)
        {
            if (double.IsFinite(value))
                (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }
        return min <= max ? (min, max) : (0, 1);
    }
}
