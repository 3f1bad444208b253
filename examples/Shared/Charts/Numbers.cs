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

    /// <summary>
    /// The mean of the <paramref name="window"/> values around each; near the ends of as many as there are on both sides, so that a
    /// falling curve's mean neither lags behind it nor bends. Non-finite values stay where they are and do not enter.
    /// </summary>
    public static double[] MovingAverage(ReadOnlySpan<double> values, int window)
    {
        double[] sums = new double[values.Length + 1];
        int[] counts = new int[values.Length + 1];
        for (int i = 0; i < values.Length; i++)
        {
            bool finite = double.IsFinite(values[i]);
            sums[i + 1] = sums[i] + (finite ? values[i] : 0);
            counts[i + 1] = counts[i] + (finite ? 1 : 0);
        }
        double[] averages = values.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            int half = Math.Min(window / 2, Math.Min(i, values.Length - 1 - i));
            if (double.IsFinite(values[i]))
                averages[i] = (sums[i + half + 1] - sums[i - half]) / (counts[i + half + 1] - counts[i - half]);
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
