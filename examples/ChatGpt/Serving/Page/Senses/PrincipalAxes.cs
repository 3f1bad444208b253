namespace TensorCore.Examples.ChatGpt.Serving.Page.Senses;

/// <summary>
/// The two directions in which points differ most: the eigenvectors of the covariance with the largest eigenvalues, by power iteration; of the second, what lies along the first is taken away.
/// (Pearson 1901, "On lines and planes of closest fit to systems of points in space".)
/// </summary>
internal sealed class PrincipalAxes
{
    private const int Iterations = 100;

    private readonly float[] _mean, _first, _second;

    /// <param name="points">At least one.</param>
    public PrincipalAxes(IReadOnlyList<float[]> points)
    {
        _mean = Vectors.Mean(points);
        float[][] centred = [.. points.Select(p => Vectors.Minus(p, _mean))];
        double variance = centred.Average(p => Vectors.Dot(p, p));
        _first = Axis(centred, null);
        _second = Axis(centred, _first);
        Explained = variance == 0 ? 0 : centred.Average(p => Math.Pow(Vectors.Dot(p, _first), 2) + Math.Pow(Vectors.Dot(p, _second), 2)) / variance;
    }

    /// <summary>The part of the variance that the two directions hold, 0 to 1.</summary>
    public double Explained { get; }

    /// <summary>Where a point lies along the two.</summary>
    public (double X, double Y) Project(float[] point)
    {
        float[] p = Vectors.Minus(point, _mean);
        return (Vectors.Dot(p, _first), Vectors.Dot(p, _second));
    }

    /// <summary>a ← Σ (p·a)p, normalised, again and again; 0 if the points do not differ.</summary>
    private static float[] Axis(float[][] points, float[]? without)
    {
        int C = points[0].Length;
        double[] axis = [.. Enumerable.Range(0, C).Select(i => Math.Sin(i + 1))]; // any start but one at right angles to the result
        for (int n = 0; n < Iterations; n++)
        {
            double[] next = new double[C];
            foreach (float[] p in points)
            {
                double along = 0;
                for (int i = 0; i < C; i++)
                    along += p[i] * axis[i];
                for (int i = 0; i < C; i++)
                    next[i] += along * p[i];
            }
            if (without is not null)
            {
                double along = 0;
                for (int i = 0; i < C; i++)
                    along += next[i] * without[i];
                for (int i = 0; i < C; i++)
                    next[i] -= along * without[i];
            }
            double norm = Math.Sqrt(next.Sum(x => x * x));
            if (norm < 1e-12)
                return new float[C];
            axis = Array.ConvertAll(next, x => x / norm);
        }
        return Array.ConvertAll(axis, x => (float)x);
    }
}
