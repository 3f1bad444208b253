using TensorCore.Nn;

namespace TensorCore.Tests.Nn;

/// <summary>Distributions of the starting values.</summary>
public sealed class InitializersTests
{
    private static Tensor Fresh(params int[] shape) => Tensor.Full(shape, double.NaN);

    private static (double Mean, double Std) Moments(Tensor t)
    {
        double[] v = Near.Values(t);
        double mean = v.Average();
        return (mean, Math.Sqrt(v.Average(x => (x - mean) * (x - mean))));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Truncated_normal_stays_inside_and_has_the_cut_distributions_moments(DType dtype)
    {
        Tensor t = Initializers.TruncatedNormal(Tensor.Zeros([200, 200], dtype), 1, 0.5, generator: new Generator(4));
        double[] v = Near.Values(t);
        Assert.True(v.Min() >= 0 && v.Max() <= 2 && v.Min() < 0.01 && v.Max() > 1.99);
        (double mean, double std) = Moments(t);
        Assert.Equal(1, mean, 2);
        Assert.Equal(0.5 * 0.87963, std, 2); // std of a standard normal cut at ±2: √(1 − 4φ(2)/(2Φ(2) − 1))
    }

    [Fact]
    public void Truncated_normal_reaches_a_far_tail()
    {
        double[] v = Near.Values(Initializers.TruncatedNormal(Tensor.Zeros([1000], DType.Float64), 0, 1, 8, 9, new Generator(1)));
        Assert.True(v.Min() >= 8 && v.Max() <= 9);
        // Beyond a the density falls like e^(−a·x): the mean excess is about 1/a − 2/a³.
        Assert.InRange(v.Average() - 8, 0.11, 0.13);
        Assert.Equal(v.Order().Select(x => -x), Near.Values(Initializers.TruncatedNormal(Tensor.Zeros([1000], DType.Float64), 0, 1, -9, -8, new Generator(1))).OrderDescending(), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Throws<ArgumentException>(() => Initializers.TruncatedNormal(Fresh(3), 0, 1, 2, 1));
        Assert.Throws<ArgumentException>(() => Initializers.TruncatedNormal(Fresh(3), 0, 0));
    }

    [Fact]
    public void Normal_quantile_inverts_the_distribution_function()
    {
        // Φ from tables of the normal distribution.
        Assert.Equal(0.975002104851780, NormalDistribution.Cdf(1.96), 13);
        Assert.Equal(1.349898031630095e-3, NormalDistribution.Cdf(-3), 15);
        Assert.Equal(1, NormalDistribution.Cdf(-10) / 7.619853024160527e-24, 12);
        for (double z = -37; z <= 6; z += 0.37) Assert.Equal(z, NormalDistribution.Quantile(NormalDistribution.Cdf(z)), z > 0 ? 6 : 12);
        Assert.Equal(0, NormalDistribution.Quantile(0.5), 15);
        Assert.Equal(double.NegativeInfinity, NormalDistribution.Quantile(0));
    }

    [Fact]
    public void Xavier_and_Kaiming_scale_by_their_fans()
    {
        Generator g = new(9);
        // (out 80, in 120, kernel 3): fan-in 360, fan-out 240.
        Assert.Equal(Math.Sqrt(2.0 / 600), Moments(Initializers.XavierNormal(Fresh(80, 120, 3), generator: g)).Std, 3);
        Assert.Equal(Math.Sqrt(2.0 / 600), Moments(Initializers.XavierUniform(Fresh(80, 120, 3), generator: g)).Std, 3);
        Assert.Equal(Math.Sqrt(2.0 / 360), Moments(Initializers.KaimingNormal(Fresh(80, 120, 3), generator: g)).Std, 3);
        Assert.Equal(Math.Sqrt(2.0 / 240), Moments(Initializers.KaimingUniform(Fresh(80, 120, 3), fan: Fan.Out, generator: g)).Std, 3);
        Assert.Equal(5.0 / 3 / Math.Sqrt(300), Moments(Initializers.KaimingNormal(Fresh(300, 100), Nonlinearity.Tanh, inputFirst: true, generator: g)).Std, 3);
        Assert.Equal(Math.Sqrt(2 / 1.04), Initializers.Gain(Nonlinearity.LeakyRelu, 0.2), 12);
        Assert.Throws<ShapeException>(() => Initializers.XavierNormal(Fresh(5)));
    }

    [Theory]
    [InlineData(3, 7)]
    [InlineData(7, 3)]
    public void Orthogonal_rows_or_columns_are_orthonormal_times_the_gain(int rows, int cols)
    {
        Tensor q = Initializers.Orthogonal(Tensor.Zeros([rows, cols], DType.Float64), 2, new Generator(2));
        Tensor gram = rows <= cols ? q.MatMul(q.Transpose()) : q.Transpose().MatMul(q);
        Near.Equal([4, 0, 0, 0, 4, 0, 0, 0, 4], Near.Values(gram), 1e-12);
    }

    [Fact]
    public void A_view_is_filled_as_such_and_a_leaf_that_wants_a_gradient_may_be()
    {
        Tensor whole = Tensor.Zeros([4, 6]);
        Initializers.Normal(whole.Transpose().Narrow(0, 1, 2), generator: new Generator(1));
        double[] v = Near.Values(whole);
        for (int i = 0; i < 24; i++) Assert.Equal(i % 6 is 1 or 2, v[i] != 0);
        Tensor p = Tensor.Zeros([2]).RequireGrad();
        Initializers.Constant(p, 3);
        Assert.Equal([3, 3], Near.Values(p));
        Initializers.Uniform(p, generator: new Generator(1));
        Assert.Throws<DTypeException>(() => Initializers.Uniform(Tensor.Zeros([2], DType.Int64)));
    }
}
