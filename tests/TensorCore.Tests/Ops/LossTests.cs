namespace TensorCore.Tests;

public sealed class LossTests
{
    private const double Inf = double.PositiveInfinity;

    [Theory]
    [InlineData(1, 1, 0.0)]
    [InlineData(7, 3, 0.0)]
    [InlineData(5, 50, 0.1)]
    [InlineData(3, 5000, 0.2)]
    [InlineData(40, 33, 1.0)]
    public void Cross_entropy_and_its_gradient_as_naive_loops(int rows, int classes, double smoothing)
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor logits = (Near.Wave([rows, classes], dtype) * 3).Detach().RequireGrad();
            long[] t = [.. Enumerable.Range(0, rows).Select(i => i % 4 == 2 ? -100L : i * 31L % classes)];
            Tensor loss = Loss.CrossEntropy(logits, Tensor.From(t), smoothing);
            loss.Backward();

            double[] v = Near.Values(logits), grad = new double[v.Length];
            double sum = 0;
            int counted = t.Count(i => i >= 0);
            for (int r = 0; r < rows; r++)
            {
                if (t[r] < 0) continue;
                double[] row = v[(r * classes)..((r + 1) * classes)];
                double log = Math.Log(row.Sum(Math.Exp));
                for (int c = 0; c < classes; c++)
                {
                    double q = ((c == t[r] ? 1 : 0) * (1 - smoothing)) + (smoothing / classes);
                    sum -= q * (row[c] - log);
                    grad[(r * classes) + c] = (Math.Exp(row[c] - log) - q) / counted;
                }
            }
            double tolerance = dtype == DType.Float32 ? 1e-5 : 1e-12;
            Assert.Equal(sum / counted, loss.Item(), tolerance * 10);
            Near.Equal(grad, Near.Values(logits.Grad!), tolerance);
        }
    }

    [Fact]
    public void Reductions_of_cross_entropy()
    {
        Tensor logits = Tensor.Zeros([2, 3, 4], DType.Float64), targets = Tensor.From(new[] { 0, 1, 2, 3, 1, 1 }, [2, 3]); // int32
        double one = Math.Log(4);
        Assert.Equal([2, 3], Loss.CrossEntropy(logits, targets, reduction: Reduction.None).Shape.ToArray());
        Near.Equal([one, 0, one, one, 0, 0], Loss.CrossEntropy(logits, targets, ignoreIndex: 1, reduction: Reduction.None));
        Near.Equal([3 * one], Loss.CrossEntropy(logits, targets, ignoreIndex: 1, reduction: Reduction.Sum));
        Near.Equal([one], Loss.CrossEntropy(logits, targets, ignoreIndex: 1));
        Near.Equal([1.5 * one], Loss.CrossEntropy(logits, targets, ignoreIndex: 1, reduction: Reduction.BatchMean));
        Near.Equal([one], Loss.CrossEntropy(Tensor.Zeros([4], DType.Float64), Tensor.From(new[] { 3L }, []))); // one row, a scalar target
    }

    [Fact]
    public void A_batch_with_nothing_to_learn_gives_zero()
    {
        Tensor logits = Near.Wave([2, 3]).RequireGrad();
        Tensor loss = Loss.CrossEntropy(logits, Tensor.From(new long[] { -100, -100 }), labelSmoothing: 0.1);
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Assert.Equal(new double[6], Near.Values(logits.Grad!));
        Assert.Equal(0, Loss.CrossEntropy(Tensor.Zeros([0, 3]), Tensor.Zeros([0], DType.Int64)).Item());
        Assert.Equal(0, Loss.NegativeLogLikelihood(Tensor.Zeros([0, 3]), Tensor.Zeros([0], DType.Int64)).Item());
    }

    [Fact]
    public void Cross_entropy_keeps_its_digits_at_any_scale()
    {
        // Beside a maximum of 10,000 float32 has steps of 0.001; the loss is ln(1 + e^−1).
        Tensor x = Tensor.From(new[] { 10_000f, 9_999f }, [1, 2]).RequireGrad();
        Tensor loss = Loss.CrossEntropy(x, Tensor.From(new[] { 0L }));
        loss.Backward();
        Assert.Equal(Math.Log(1 + Math.Exp(-1)), loss.Item(), 1e-6);
        Near.Equal([-1 / (1 + Math.E), 1 / (1 + Math.E)], x.Grad!);

        // A class that cannot be: no part in the loss unless it is the target.
        Tensor masked = Tensor.From(new[] { 0.0, -Inf, 0 }, [1, 3]).RequireGrad();
        loss = Loss.CrossEntropy(masked, Tensor.From(new[] { 2L }));
        loss.Backward();
        Assert.Equal(Math.Log(2), loss.Item(), 1e-12);
        Near.Equal([0.5, 0, -0.5], masked.Grad!);
        Assert.Equal(Inf, Loss.CrossEntropy(masked, Tensor.From(new[] { 1L })).Item());
        Assert.True(double.IsNaN(Loss.CrossEntropy(Tensor.From(new[] { 0.0, double.NaN }, [1, 2]), Tensor.From(new[] { 0L })).Item()));
    }

    [Fact]
    public void Class_probabilities_generalise_class_indices()
    {
        Tensor logits = Near.Wave([3, 4]), hot = Tensor.From(new[] { 0.0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0 }, [3, 4]), index = Tensor.From(new long[] { 1, 3, 0 });
        foreach (double smoothing in new[] { 0, 0.3 })
            Near.Equal(Near.Values(Loss.CrossEntropy(logits, index, smoothing, reduction: Reduction.None)), Loss.CrossEntropy(logits, hot, smoothing, reduction: Reduction.None));

        Tensor x = Near.Wave([2, 20]).RequireGrad(), q = Near.Wave([2, 20], phase: 1).Abs().Detach().RequireGrad(), dy = Tensor.From(new[] { 2.0, -3 });
        Loss.CrossEntropy(x, q, reduction: Reduction.None).Backward(dy);
        double[] v = Near.Values(x), p = Near.Values(q), dx = new double[40], dq = new double[40];
        for (int r = 0; r < 2; r++)
        {
            double log = Math.Log(v[(r * 20)..((r * 20) + 20)].Sum(Math.Exp)), mass = p[(r * 20)..((r * 20) + 20)].Sum(), g = r == 0 ? 2 : -3;
            for (int i = r * 20; i < (r * 20) + 20; i++) (dx[i], dq[i]) = (g * ((Math.Exp(v[i] - log) * mass) - p[i]), -g * (v[i] - log));
        }
        Near.Equal(dx, x.Grad!);
        Near.Equal(dq, q.Grad!);
        Assert.Equal(0, Loss.CrossEntropy(Tensor.From(new[] { 0.0, -Inf }, [1, 2]), Tensor.From(new[] { 1.0, 0 }, [1, 2])).Item());
    }

    [Fact]
    public void Negative_log_likelihood_is_cross_entropy_after_log_softmax()
    {
        Tensor x = Near.Wave([2, 3, 5]).RequireGrad(), targets = Tensor.From(new long[] { 0, 4, -1, 2, 2, 1 }, [2, 3]);
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            Tensor expected = Loss.CrossEntropy(x, targets, ignoreIndex: -1, reduction: reduction);
            Near.Equal(Near.Values(expected), Loss.NegativeLogLikelihood(x.LogSoftmax(), targets, -1, reduction));
            GradCheck.Check(t => Loss.NegativeLogLikelihood(t[0], targets, -1, reduction), [x], new GradCheck.Options { SecondOrder = true });
        }
        // An impossible class that is not the target, and one in an ignored row, do no harm.
        Tensor logp = Tensor.From(new[] { 0.0, -Inf, -Inf, -Inf }, [2, 2]).RequireGrad();
        Tensor loss = Loss.NegativeLogLikelihood(logp, Tensor.From(new long[] { 0, -100 }));
        loss.Backward();
        Assert.Equal(0, loss.Item());
        Near.Equal([-1, 0, 0, 0], logp.Grad!);
    }

    [Fact]
    public void Binary_cross_entropy_with_logits_by_its_definition()
    {
        foreach (DType dtype in new[] { DType.Float32, DType.Float64 })
        {
            Tensor x = (Near.Wave([4, 9], dtype) * 3).Detach().RequireGrad(), t = Near.Wave([4, 9], dtype, 1).Sigmoid(), positive = Near.Wave([9], dtype, 2).Abs(), w = Near.Wave([4, 1], dtype, 3);
            double[] v = Near.Values(x), target = Near.Values(t), pw = Near.Values(positive), weight = Near.Values(w), plain = new double[36], weighted = new double[36], dx = new double[36];
            for (int i = 0; i < 36; i++)
            {
                double p = 1 / (1 + Math.Exp(-v[i]));
                plain[i] = -(target[i] * Math.Log(p)) - ((1 - target[i]) * Math.Log(1 - p));
                weighted[i] = weight[i / 9] * (-(pw[i % 9] * target[i] * Math.Log(p)) - ((1 - target[i]) * Math.Log(1 - p)));
                dx[i] = (p - target[i]) / 36;
            }
            Near.Equal(plain, Loss.BinaryCrossEntropyWithLogits(x, t, reduction: Reduction.None), 1e-5);
            Near.Equal(weighted, Loss.BinaryCrossEntropyWithLogits(x, t, positive, w, Reduction.None), 1e-5);
            Tensor mean = Loss.BinaryCrossEntropyWithLogits(x, t);
            mean.Backward();
            Assert.Equal(plain.Average(), mean.Item(), 1e-5);
            Near.Equal(dx, x.Grad!);
        }
        // Logits that would round σ to 0 or 1; and at 0 the derivative is ½ − t, where |x| and max(x, 0) have kinks.
        Tensor far = Tensor.From(new[] { 500f, -500, 500, -500, 0 }).RequireGrad();
        Tensor loss = Loss.BinaryCrossEntropyWithLogits(far, Tensor.From(new[] { 1f, 0, 0, 1, 1 }), reduction: Reduction.None);
        loss.Sum().Backward();
        Near.Equal([0, 0, 500, 500, Math.Log(2)], loss);
        Near.Equal([0, 0, 1, -1, -0.5], far.Grad!);
    }

    [Fact]
    public void Regression_losses_by_hand()
    {
        Tensor p = Tensor.From(new[] { 1.0, 2, 3, 4 }), t = Tensor.From(new[] { 1.0, 2.5, 1, 7 }); // differences 0, −0.5, 2, −3
        Near.Equal([0, 0.25, 4, 9], Loss.MeanSquaredError(p, t, Reduction.None));
        Near.Equal([13.25 / 4], Loss.MeanSquaredError(p, t));
        Near.Equal([0, 0.5, 2, 3], Loss.L1(p, t, Reduction.None));
        Near.Equal([5.5], Loss.L1(p, t, Reduction.Sum));
        Near.Equal([0, 0.125, 1.5, 2.5], Loss.Huber(p, t, reduction: Reduction.None));
        Near.Equal([0, 0.125, 2, 4], Loss.Huber(p, t, delta: 2, reduction: Reduction.None));
        Near.Equal([0, 0.0625, 1, 2], Loss.SmoothL1(p, t, beta: 2, reduction: Reduction.None));
        Near.Equal([(0.125 + 1.5 + 2.5) / 4], Loss.Huber(p, t, reduction: Reduction.BatchMean));
    }

    [Fact]
    public void Kullback_leibler_by_its_definition()
    {
        double[] q = [0.2, 0.3, 0.5, 0.6, 0.3, 0.1], t = [0.5, 0, 0.5, 0.2, 0.2, 0.6];
        double[] terms = [.. t.Select((v, i) => v == 0 ? 0 : v * Math.Log(v / q[i]))];
        Tensor logq = Tensor.From(q, [2, 3]).Log(), target = Tensor.From(t, [2, 3]);
        Near.Equal(terms, Loss.KullbackLeibler(logq, target, reduction: Reduction.None));
        Near.Equal([terms.Sum() / 2], Loss.KullbackLeibler(logq, target, reduction: Reduction.BatchMean));
        Near.Equal([terms.Sum() / 6], Loss.KullbackLeibler(logq, target));
        Tensor logt = Tensor.From(t, [2, 3]).Clamp(low: 1e-3).Log();
        Near.Equal([.. t.Select((v, i) => Math.Max(v, 1e-3) * Math.Log(Math.Max(v, 1e-3) / q[i]))], Loss.KullbackLeibler(logq, logt, logTarget: true, reduction: Reduction.None));
        Assert.Equal(0, Loss.KullbackLeibler(logq, logq, logTarget: true).Item(), 1e-15);
    }

    [Fact]
    public void Composed_losses_have_right_gradients_of_both_orders()
    {
        GradCheck.Options options = new() { SecondOrder = true };
        Tensor p = Near.Wave([3, 4]).RequireGrad(), t = Near.Wave([3, 4], phase: 1).RequireGrad(); // away from the kinks at 0 and at 0.8
        Assert.All(Near.Values(p - t), d => Assert.True(Math.Abs(d) > 0.02 && Math.Abs(Math.Abs(d) - 0.8) > 0.02));
        foreach (Reduction reduction in Enum.GetValues<Reduction>())
        {
            GradCheck.Check(x => Loss.MeanSquaredError(x[0], x[1], reduction), [p, t], options);
            GradCheck.Check(x => Loss.L1(x[0], x[1], reduction), [p, t], options);
            GradCheck.Check(x => Loss.Huber(x[0], x[1], 0.8, reduction), [p, t], options);
            GradCheck.Check(x => Loss.SmoothL1(x[0], x[1], 0.8, reduction), [p, t], options);
            GradCheck.Check(x => Loss.KullbackLeibler(x[0].LogSoftmax(), x[1].Softmax(), reduction: reduction), [p, t], options);
            GradCheck.Check(x => Loss.KullbackLeibler(x[0].LogSoftmax(), x[1].LogSoftmax(), logTarget: true, reduction: reduction), [p, t], options);
        }
    }

    [Fact]
    public void Wrong_calls_say_what_is_wrong()
    {
        Tensor x = Tensor.Zeros([2, 3]), t = Tensor.Zeros([2], DType.Int64);
        Assert.Contains("class indices of shape (2,)", Assert.Throws<ShapeException>(() => Loss.CrossEntropy(x, Tensor.Zeros([3], DType.Int64))).Message);
        Assert.Equal("cross_entropy: index 3 at position [1] is outside 0 … 2: there are 3 classes", Assert.Throws<ShapeException>(() => Loss.CrossEntropy(x, Tensor.From(new long[] { 0, 3 }))).Message);
        Assert.Contains("index -1", Assert.Throws<ShapeException>(() => Loss.NegativeLogLikelihood(x, Tensor.From(new long[] { 0, -1 }))).Message);
        Assert.Contains("logits (2, 3) and target probabilities (2,)", Assert.Throws<ShapeException>(() => Loss.CrossEntropy(x, Tensor.Zeros([2]))).Message);
        Assert.Contains("bool", Assert.Throws<DTypeException>(() => Loss.CrossEntropy(x, Tensor.Zeros([2], DType.Bool))).Message);
        Assert.Contains("no classes", Assert.Throws<ShapeException>(() => Loss.CrossEntropy(Tensor.Zeros([2, 0]), t)).Message);
        Assert.Contains("share", Assert.Throws<ArgumentOutOfRangeException>(() => Loss.CrossEntropy(x, t, labelSmoothing: 1.5)).Message);
        Assert.Throws<DTypeException>(() => Loss.CrossEntropy(t, t));
        Assert.Contains("prediction (2, 1) and target (2,) must have the same shape", Assert.Throws<ShapeException>(() => Loss.MeanSquaredError(Tensor.Zeros([2, 1]), Tensor.Zeros([2]))).Message);
        Assert.Contains("float64", Assert.Throws<DTypeException>(() => Loss.L1(Tensor.Zeros([2]), Tensor.Zeros([2], DType.Float64))).Message);
        Assert.Contains("weight (3, 3) does not broadcast", Assert.Throws<ShapeException>(() => Loss.BinaryCrossEntropyWithLogits(Tensor.Zeros([1, 3]), Tensor.Zeros([1, 3]), weight: Tensor.Zeros([3, 3]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Loss.Huber(x, x, delta: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Loss.L1(x, x, (Reduction)9));
    }
}
