namespace TensorCore.Tests;

/// <summary>Products with the Jacobian, Jacobians, Hessians, and checkpointing.</summary>
public sealed class FunctionalTests
{
    private static readonly Tensor s_matrix = Tensor.From([1.0, -2, 0.5, 3, 0, 1], [2, 3]);

    private static Tensor Function(Tensor x) => (s_matrix * x).Sum(1).Tanh() * x[0];

    [Fact]
    public void Jacobian_and_its_products_agree()
    {
        Tensor x = Tensor.From([0.3, -0.2, 0.9]), v = Tensor.From([1.0, 2, -1]), u = Tensor.From([0.5, -1.5]);
        Tensor jacobian = Autograd.Jacobian(Function, x);
        Assert.Equal([2, 3], jacobian.Shape);
        (Tensor value, Tensor jv) = Autograd.Jvp(Function, x, v);
        (Tensor value2, Tensor uj) = Autograd.Vjp(Function, x, u);
        OpChecks.AssertClose(Function(x), value, 0, "value of Jvp");
        OpChecks.AssertClose(Function(x), value2, 0, "value of Vjp");
        OpChecks.AssertClose((jacobian * v).Sum(1), jv, 1e-13, "Jv");
        OpChecks.AssertClose((jacobian * u.Reshape(2, 1)).Sum(0), uj, 1e-13, "uᵀJ");
        double h = 1e-6;
        OpChecks.AssertClose((Function(x + (v * h)) - Function(x - (v * h))) / (2 * h), jv, 1e-8, "Jv by differences");
    }

    [Fact]
    public void Hessian_of_a_quadratic_form_is_its_matrix()
    {
        Tensor a = Tensor.From([2.0, 1, 0, 1, 3, -1, 0, -1, 4], [3, 3]);
        Tensor h = Autograd.Hessian(x => 0.5 * (x.Reshape(3, 1) * a * x).Sum(), Tensor.From([1.0, 2, 3]));
        OpChecks.AssertClose(a, h, 1e-14, "Hessian");
        Tensor flat = Autograd.Hessian(x => (x * 3).Sum(), Tensor.From([1.0, 2]));
        OpChecks.AssertClose(Tensor.Zeros([2, 2], DType.Float64), flat, 0, "Hessian of a linear function");
        Assert.Throws<GradientException>(() => Autograd.Hessian(x => x * x, Tensor.From([1.0, 2])));
    }

    [Fact]
    public void Checkpointing_gives_the_same_bits()
    {
        Tensor w = (Tensor.From([.. Enumerable.Range(0, 12).Select(i => Math.Sin(i))], [4, 3]).To(DType.Float32)).RequireGrad();
        Tensor x = Tensor.From([0.1f, -0.4f, 0.7f, 1.3f]).RequireGrad();
        Generator random = new(7);
        (float[] plain, float[] plainX, float[] plainW) = Run(checkpoint: false);
        (float[] again, float[] againX, float[] againW) = Run(checkpoint: true);
        Assert.Equal(plain, again);
        Assert.Equal(plainX, againX);
        Assert.Equal(plainW, againW);

        (float[], float[], float[]) Run(bool checkpoint)
        {
            random.State = (7, 0);
            (x.Grad, w.Grad) = (null, null);
            Tensor scale = x * 2; // an inner value from outside that the block closes over
            Tensor Block(Tensor t) => ((t * scale).Reshape(4, 1) * w).Silu().Dropout(0.3, random).Sum(0);
            Tensor h = x.Exp();
            Tensor y = checkpoint ? Autograd.Checkpoint(Block, h, random) : Block(h);
            (y * y).Sum().Backward();
            return (y.Detach().ToArray<float>(), x.Grad!.ToArray<float>(), w.Grad!.ToArray<float>());
        }
    }

    [Fact]
    public void Checkpointed_blocks_can_be_differentiated_twice()
    {
        Tensor w = Tensor.From([0.5, -1.0]).RequireGrad();
        double Check(bool checkpoint) => GradCheck.Check(
            t => checkpoint ? Autograd.Checkpoint(h => (h * t[1]).Tanh() * h, t[0] * t[1]) : ((t[0] * t[1]) * t[1]).Tanh() * (t[0] * t[1]),
            [Tensor.From([0.3, 0.8]).RequireGrad(), w], new GradCheck.Options { SecondOrder = true });
        Assert.True(Check(true) < 1e-6);
        Assert.True(Check(false) < 1e-6);
    }
}
