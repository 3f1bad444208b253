namespace TensorCore.Tests;

/// <summary>Assignment on the tape: the gradient is right, or there is an error; never a wrong gradient in silence.</summary>
public sealed class AssignmentTapeTests
{
    private static Tensor Leaf(params double[] values) => Tensor.From(values).RequireGrad();

    [Fact]
    public void Gradients_flow_to_the_rest_and_to_the_value()
    {
        Tensor w = Leaf(1, 2, 3), v = Leaf(10);
        Tensor y = w.Clone();
        y[1] = v[0] * 2;
        (y * y).Sum().Backward();
        Assert.Equal([2.0, 0, 6], w.Grad!.ToArray<double>());
        Assert.Equal([80.0], v.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_constant_becomes_part_of_the_graph()
    {
        Tensor w = Leaf(3), y = Tensor.Zeros([2], DType.Float64);
        y[0] = w[0] * w[0];
        Assert.True(y.RequiresGrad);
        y[1] = y[0] + Tensor.Ones([], DType.Float64);
        y.Sum().Backward();
        Assert.Equal([12.0], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void Only_the_value_that_stays_gets_a_gradient()
    {
        Tensor v = Leaf(1, 2, 3), y = Tensor.Zeros([2], DType.Float64);
        y[Tensor.From([0L, 1, 0])] = v;
        Assert.Equal([3.0, 2], y.ToArray<double>());
        y.Sum().Backward();
        Assert.Equal([0.0, 1, 1], v.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_chain_of_assignments_differentiates_twice()
    {
        Tensor w = Leaf(2, 5);
        Tensor y = w.Clone();
        for (int i = 0; i < 3; i++) y[0] = (y[0].Clone() * y[1].Clone()).Clone();
        Tensor dw = Autograd.Grad(y[0], w, createGraph: true); // y₀ = w₀·w₁³
        Assert.Equal([125.0, 150], dw.ToArray<double>());
        Assert.Equal([75.0, 60], Autograd.Grad(dw[1], w).ToArray<double>()); // d(3·w₀·w₁²)
    }

    [Fact]
    public void What_needs_the_old_values_fails_in_backward()
    {
        Tensor w = Leaf(1, 2), y = w.Clone(), z = y * y, sum = y + y;
        y[0] = (Tensor)9.0;
        Assert.Contains("changed in place", Assert.Throws<GradientException>(() => z.Sum().Backward()).Message, StringComparison.Ordinal);
        sum.Sum().Backward(); // needs no values
        Assert.Equal([2.0, 2], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void What_was_computed_before_in_NoGrad_fails_too()
    {
        Tensor w = Leaf(1, 2), z = w * w;
        using (Autograd.NoGrad()) w[0] = (Tensor)5.0;
        Assert.Throws<GradientException>(() => z.Sum().Backward());
        (w * w).Sum().Backward();
        Assert.Equal([10.0, 4], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_leaf_is_refused()
    {
        Tensor w = Leaf(1, 2);
        Assert.Contains("NoGrad", Assert.Throws<GradientException>(() => w[0] = (Tensor)1.0).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => w[0] = Leaf(1)[0]);
        Assert.Contains("leaf", Assert.Throws<GradientException>(() => w.Reshape(2, 1)[0] = (Tensor)1.0).Message, StringComparison.Ordinal);
        Assert.Contains("leaf", Assert.Throws<GradientException>(() => w.Reshape(2, 1).Transpose()[0] = (Tensor)1.0).Message, StringComparison.Ordinal);
        Assert.Equal([1.0, 2], w.ToArray<double>());
        (w * w).Sum().Backward();
        Assert.Equal([2.0, 4], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_view_of_a_part_is_refused()
    {
        Tensor w = Leaf(1, 2, 3), y = w.Clone();
        Assert.Contains("view", Assert.Throws<GradientException>(() => y[1..][0] = (Tensor)1.0).Message, StringComparison.Ordinal);
        Assert.Contains("view", Assert.Throws<GradientException>(() => y[..2][0] = Leaf(1)[0]).Message, StringComparison.Ordinal);
        Tensor part = Tensor.Zeros([4], DType.Float64)[..2];
        Assert.Throws<GradientException>(() => part[0] = w[0]);
        Assert.Equal([1.0, 2, 3], y.ToArray<double>());
    }

    [Fact]
    public void A_view_taken_before_is_refused_and_one_taken_after_is_not()
    {
        Tensor w = Leaf(1, 2), y = w.Clone(), old = y[0], alias = y.Detach();
        y[0] = w[1];
        Assert.Contains("take the view again", Assert.Throws<GradientException>(() => old * 2).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => alias + w);
        Assert.Throws<GradientException>(() => alias[0] = w[0]);
        (y[0] * 3).Backward();
        Assert.Equal([0.0, 3], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_whole_reshape_of_a_value_can_be_assigned_to_and_its_base_is_then_stale()
    {
        Tensor w = Leaf(1, 2, 3, 4), y = w.Clone(), m = y.Reshape(2, 2);
        m[0] = m[1].Clone() * 10;
        m.Sum().Backward();
        Assert.Equal([0.0, 0, 11, 11], w.Grad!.ToArray<double>());
        Assert.Throws<GradientException>(() => y + 1);
    }

    [Fact]
    public void A_constant_view_cannot_write_behind_a_recorded_assignment()
    {
        Tensor w = Leaf(1, 2), y = Tensor.Zeros([2], DType.Float64), before = y[..1];
        y[..] = w;
        Assert.Throws<GradientException>(() => before[0] = (Tensor)3.0);
        Assert.Throws<GradientException>(() => before.Write<double>(v => v[0] = 3));
        (y * y).Sum().Backward();
        Assert.Equal([2.0, 4], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_refused_assignment_changes_nothing()
    {
        Tensor w = Leaf(1, 2), y = w.Clone();
        Assert.Throws<ShapeException>(() => y[0] = Leaf(1, 2, 3));
        Assert.Throws<ShapeException>(() => y[5] = w[0]);
        Tensor z = y * y;
        z.Sum().Backward();
        Assert.Equal([2.0, 4], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void Index_tensors_may_change_after_use()
    {
        Tensor w = Leaf(1, 2, 3), index = Tensor.From([2L, 0]);
        Tensor y = w[index] * 2, z = w.Clone();
        z[index] = Tensor.From([0.0, 0]);
        index.Assign(1);
        (y.Sum() + z.Sum()).Backward();
        Assert.Equal([2.0, 1, 2], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void Random_programs_of_assignments_have_the_gradient_of_their_pure_twin() => Cases.Check(Cases.Count(60), choices =>
    {
        // The twin builds each step with Where and Gather instead of writing.
        SampleGenerator g = new(choices);
        int n = g.PositiveSize(5);
        Tensor w = g.Tensor([n]).Detach().Clone().RequireGrad();
        (int Kind, int To, int From)[] steps = [.. Enumerable.Range(0, 1 + g.Choose(5)).Select(_ => (g.Choose(3), g.Choose(n), g.Choose(n)))];
        Tensor y = w * 1.0, twin = w * 1.0;
        y = y.Clone();
        Tensor places = Tensor.Arange(n);
        foreach ((int kind, int to, int from) in steps)
        {
            Tensor here = places == to;
            switch (kind)
            {
                case 0:
                    y[to] = y[from].Clone().Silu();
                    twin = Tensor.Where(here, twin.Gather(0, Tensor.Full([n], from, DType.Int64)).Silu(), twin);
                    break;
                case 1:
                    y.Assign(0.5, to);
                    twin = Tensor.Where(here, Tensor.Full([], 0.5, DType.Float64), twin);
                    break;
                default:
                    y[here] = w[from..(from + 1)] * 2;
                    twin = Tensor.Where(here, w[from..(from + 1)] * 2, twin);
                    break;
            }
        }
        double[] expected = Autograd.Grad((twin.Tanh() * twin).Sum(), w).ToArray<double>(), actual = Autograd.Grad((y.Tanh() * y).Sum(), w).ToArray<double>();
        for (int i = 0; i < n; i++) Assert.Equal(expected[i], actual[i], 1e-12);
    });
}
