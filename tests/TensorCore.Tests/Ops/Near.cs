namespace TensorCore.Tests;

/// <summary>Comparing tensors with numbers computed by naive loops in double.</summary>
internal static class Near
{
    public static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    public static void Equal(double[] expected, Tensor actual, double tolerance = 1e-6) => Equal(expected, Values(actual), actual.DType == DType.Float64 ? Math.Min(tolerance, 1e-11) : tolerance);

    public static void Equal(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = expected[i].Equals(actual[i]) || Math.Abs(expected[i] - actual[i]) <= tolerance * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(same, $"element {i}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    /// <summary>Values without a pattern that could hide a wrong index: 1.5·sin(1.3·i + phase) + 0.2.</summary>
    public static Tensor Wave(int[] shape, DType dtype = DType.Float64, double phase = 0)
    {
        double[] v = new double[shape.Aggregate(1, (a, b) => a * b)];
        for (int i = 0; i < v.Length; i++) v[i] = (1.5 * Math.Sin((1.3 * i) + phase)) + 0.2;
        return Tensor.From(v, shape).To(dtype);
    }
}
