namespace TensorCore.Tests;

/// <summary>The tape: accumulation, graphs of any order, recording scopes, hooks, anomaly mode, and what must be refused.</summary>
public sealed class AutogradTests
{
    private static Tensor Vector(params double[] values) => Tensor.From(values).RequireGrad();

    private static double[] Values(Tensor? t) => t!.Detach().ToArray<double>();

    [Fact]
    public void Backward_adds_to_the_gradients_of_leaves()
    {
        Tensor x = Vector(1, 2, 3);
        (x * x).Sum().Backward();
        Assert.Equal([2, 4, 6], Values(x.Grad));
        (x * 3).Sum().Backward();
        Assert.Equal([5, 7, 9], Values(x.Grad));
    }

    [Fact]
    public void A_value_used_twice_collects_both_shares()
    {
        Tensor x = Vector(3);
        Tensor y = x * x; // y' = 2x
        (y * y + y).Sum().Backward(); // 4x³ + 2x
        Assert.Equal([114], Values(x.Grad));
    }

    [Fact]
    public void Gradients_of_any_order()
    {
        Tensor x = Vector(0.7);
        Tensor y = x.Sin();
        double[] expected = [Math.Cos(0.7), -Math.Sin(0.7), -Math.Cos(0.7), Math.Sin(0.7), Math.Cos(0.7)];
        foreach (double e in expected)
        {
            y = Autograd.Grad(y, x, createGraph: true);
            Assert.Equal(e, y.Item(), 12);
        }
    }

    [Fact]
    public void Third_derivative_through_a_fused_op()
    {
        // silu‴ by differences of silu″.
        double h = 1e-4;
        double third = Third(0.3), numeric = (Second(0.3 + h) - Second(0.3 - h)) / (2 * h);
        Assert.Equal(numeric, third, 6);

        static double Second(double at)
        {
            Tensor x = Vector(at);
            Tensor d = Autograd.Grad(x.Softplus().Silu(), x, createGraph: true);
            return Autograd.Grad(d, x).Item();
        }

        static double Third(double at)
        {
            Tensor x = Vector(at);
            Tensor d = Autograd.Grad(x.Softplus().Silu(), x, createGraph: true);
            return Autograd.Grad(Autograd.Grad(d, x, createGraph: true), x).Item();
        }
    }

    [Fact]
    public void Grad_stops_at_inner_values_and_leaves_Grad_alone()
    {
        Tensor x = Vector(2);
        Tensor y = x * x;
        Tensor z = y * y * x;
        Tensor[] g = Autograd.Grad([z.Sum()], [y, x]);
        Assert.Equal(2 * 4 * 2, g[0].Item()); // ∂z/∂y = 2yx
        Assert.Equal(5 * Math.Pow(2, 4), g[1].Item()); // dz/dx of x⁵
        Assert.Null(x.Grad);
    }

    [Fact]
    public void NoGrad_and_Detach_cut_the_tape()
    {
        Tensor x = Vector(2);
        using (Autograd.NoGrad())
        {
            Assert.False((x * 2).RequiresGrad);
            using (Autograd.EnableGrad()) Assert.True((x * 2).RequiresGrad);
            Assert.False(Autograd.IsRecording);
        }
        Assert.True(Autograd.IsRecording);
        (x * x.Detach()).Sum().Backward();
        Assert.Equal([2], Values(x.Grad));
    }

    [Fact]
    public void Hooks_see_and_replace_the_whole_gradient()
    {
        Tensor x = Vector(1, 2);
        List<double[]> seen = [];
        Action remove = x.RegisterHook(g =>
        {
            seen.Add(Values(g));
            return g * 10;
        });
        (x * x + x).Sum().Backward();
        Assert.Equal([3, 5], Assert.Single(seen));
        Assert.Equal([30, 50], Values(x.Grad));
        remove();
        x.Sum().Backward();
        Assert.Single(seen);
        Assert.Equal([31, 51], Values(x.Grad));

        Tensor y = x * 2; // a hook on an inner value changes what flows below it
        x.Grad = null;
        y.RegisterHook(g => g * 100);
        y.Sum().Backward();
        Assert.Equal([200, 200], Values(x.Grad));
        Assert.Throws<ShapeException>(() =>
        {
            Tensor z = x * 2;
            z.RegisterHook(_ => Tensor.Zeros([5], DType.Float64));
            z.Sum().Backward();
        });
    }

    [Fact]
    public void Anomaly_mode_names_the_op_and_the_place()
    {
        Autograd.AnomalyMode = true;
        try
        {
            Tensor x = Vector(-1);
            GradientException forward = Assert.Throws<GradientException>(() => (x * 2).Log());
            Assert.Contains("log: the forward pass produced NaN", forward.Message, StringComparison.Ordinal);
            Assert.Contains(nameof(Anomaly_mode_names_the_op_and_the_place), forward.Message, StringComparison.Ordinal);

            Tensor zero = Vector(0);
            GradientException backward = Assert.Throws<GradientException>(() => (zero.Sqrt() * 0).Sum().Backward()); // 0 · ∞
            Assert.Contains("sqrt: the backward pass produced NaN", backward.Message, StringComparison.Ordinal);
            Assert.Contains("sqrt was called at", backward.Message, StringComparison.Ordinal);
            Assert.Contains(nameof(Anomaly_mode_names_the_op_and_the_place), backward.Message, StringComparison.Ordinal);
        }
        finally
        {
            Autograd.AnomalyMode = false;
        }
    }

    [Fact]
    public void A_change_in_place_of_what_backward_needs_is_an_error()
    {
        Tensor x = Vector(1, 2);
        Tensor w = Tensor.From([3.0, 4.0]);
        Tensor y = (x * w).Sum();
        w.Fill(0);
        GradientException e = Assert.Throws<GradientException>(() => y.Backward());
        Assert.Contains("mul: backward needs a float64 tensor of shape (2,)", e.Message, StringComparison.Ordinal);

        Assert.Contains("leaf", Assert.Throws<GradientException>(() => x.Fill(0)).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => (x * 2).Fill(0));
        using (Autograd.NoGrad()) x.Fill(5);
        Assert.Equal([5, 5], Values(x));
    }

    [Fact]
    public void A_change_in_place_of_what_backward_does_not_need_is_fine()
    {
        Tensor x = Vector(1, 2);
        Tensor c = Tensor.From([3.0, 4.0]);
        Tensor y = (x + c).Sum();
        c.Fill(0);
        y.Backward();
        Assert.Equal([1, 1], Values(x.Grad));
    }

    [Fact]
    public void A_view_from_before_a_recorded_assignment_is_refused()
    {
        Tensor x = Vector(1, 2), w = Vector(5);
        Tensor y = x * 2;
        Tensor old = y[0]; // reads 2, and 5 after the assignment: its history would say otherwise
        y[..1] = w;
        Assert.Contains("take the view again", Assert.Throws<GradientException>(() => old.Backward()).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => old * 2);
        y[0].Backward();
        Assert.Equal([1], Values(w.Grad));
        Assert.Equal([0, 0], Values(x.Grad));
    }

    [Fact]
    public void What_a_constant_derivative_does_not_read_may_change()
    {
        Tensor x = Vector(1, 2), w = Vector(7);
        Tensor y = (x * 3) + 1;
        y[1..] = w;
        y.Sum().Backward();
        Assert.Equal([3, 0], Values(x.Grad));
        Assert.Equal([1], Values(w.Grad));
    }

    [Fact]
    public void The_graph_is_freed_unless_retained()
    {
        Tensor x = Vector(2);
        Tensor y = (x * x).Sum();
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal([8], Values(x.Grad));
        Assert.Contains("retainGraph", Assert.Throws<GradientException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_gradient_says_so()
    {
        Assert.Contains("has no history", Assert.Throws<GradientException>(() => Tensor.From([1.0]).Sum().Backward()).Message, StringComparison.Ordinal);
        Tensor x = Vector(1, 2);
        Assert.Contains("2 elements", Assert.Throws<GradientException>(() => (x * 2).Backward()).Message, StringComparison.Ordinal);
        Assert.Contains("not in the history", Assert.Throws<GradientException>(() => Autograd.Grad((x * 2).Sum(), Vector(1))).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Tensor.From([1, 2]).RequireGrad());
        Assert.Throws<GradientException>(() => (x * 2).RequiresGrad = false);
        Assert.Throws<ShapeException>(() => (x * 2).Backward(Tensor.Ones([3], DType.Float64)));
        Assert.Equal([0, 0], Values(Autograd.Grad([(Vector(1) * 2).Sum()], [x], allowUnused: true)[0]));
    }

    [Fact]
    public void A_deep_chain_does_not_overflow_the_stack()
    {
        Tensor x = Vector(1);
        Tensor y = x;
        for (int i = 0; i < 50_000; i++) y += 1e-3;
        y.Sum().Backward();
        Assert.Equal([1], Values(x.Grad));
        Tensor z = x * 1;
        for (int i = 0; i < 50_000; i++) z += 1e-3;
        Assert.Equal(1, Autograd.Grad(z, x).Item());
    }

    [Fact]
    public void A_scope_releases_what_is_not_kept()
    {
        Tensor x = Tensor.Ones([5000]).RequireGrad();
        Tensor dropped, kept;
        using (var scope = TensorScope.Begin())
        {
            dropped = x * 2;
            kept = scope.Keep(dropped * 3);
            kept.Sum().Backward();
        }
        Assert.Throws<ObjectDisposedException>(() => dropped + 1);
        Assert.Equal(6f, kept.ToArray<float>()[0]);
        Assert.Equal(6f, x.Grad!.ToArray<float>()[4999]);
    }
}
