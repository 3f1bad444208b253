namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>A little geometry.</summary>
internal static class Vectors
{
    /// <summary>x·y.</summary>
    public static double Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        return sum;
    }

    /// <summary>‖x‖.</summary>
    public static double Norm(ReadOnlySpan<float> x) => Math.Sqrt(Dot(x, x));

    /// <summary>x·y / ‖x‖‖y‖; 0 if one of them is 0.</summary>
    public static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double norms = Norm(x) * Norm(y);
        return norms == 0 ? 0 : Math.Clamp(Dot(x, y) / norms, -1, 1);
    }

    /// <summary>x − y.</summary>
    public static float[] Minus(float[] x, float[] y) => [.. x.Zip(y, (a, b) => a - b)];

    /// <summary>The mean of some.</summary>
    public static float[] Mean(IReadOnlyCollection<float[]> vectors)
    {
        double[] sum = new double[vectors.First().Length];
        foreach (float[] v in vectors)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += v[i];
        }
        return Array.ConvertAll(sum, s => (float)(s / vectors.Count));
    }
}
