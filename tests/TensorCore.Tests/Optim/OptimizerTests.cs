using TensorCore.Cpu;
using TensorCore.Optim;

namespace TensorCore.Tests.Optim;

/// <summary>Every optimizer against its formula, one number at a time in double, at every vector width.</summary>
[Collection(Cpu.ProcessWideSettings.Name)]
public sealed class OptimizerTests
{
    private const double Eta = 0.03;

    /// <summary>One number's update: p and g go in, the state s, t is kept, step counts from 1.</summary>
    private delegate double Rule(double p, double g, double eta, double decay, ref double s, ref double t, long step);

    private sealed record Candidate(Func<IEnumerable<ParameterGroup>, Optimizer> Make, Rule Rule);

    private static readonly Dictionary<string, Candidate> _all = new()
    {
        ["sgd"] = new(g => new Sgd(g, Eta, weightDecay: 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) => p - (eta * (g + (decay * p)))),
        ["momentum"] = new(g => new Sgd(g, Eta, 0.9, weightDecay: 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            s = (0.9 * s) + g + (decay * p);
            return p - (eta * s);
        }),
        ["nesterov"] = new(g => new Sgd(g, Eta, 0.9, nesterov: true, weightDecay: 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            g += decay * p;
            s = (0.9 * s) + g;
            return p - (eta * (g + (0.9 * s)));
        }),
        ["adam"] = new(g => new Adam(g, Eta, 0.8, 0.95, 1e-3, 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            g += decay * p;
            s = (0.8 * s) + (0.2 * g);
            t = (0.95 * t) + (0.05 * g * g);
            return p - (eta * (s / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(t / (1 - Math.Pow(0.95, step))) + 1e-3));
        }),
        ["adamw"] = new(g => new AdamW(g, Eta, 0.8, 0.95, 1e-3, 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            p *= 1 - (eta * decay);
            s = (0.8 * s) + (0.2 * g);
            t = (0.95 * t) + (0.05 * g * g);
            return p - (eta * (s / (1 - Math.Pow(0.8, step))) / (Math.Sqrt(t / (1 - Math.Pow(0.95, step))) + 1e-3));
        }),
        ["rmsprop"] = new(g => new RmsProp(g, Eta, 0.9, 1e-3, 0, 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            g += decay * p;
            s = (0.9 * s) + (0.1 * g * g);
            return p - (eta * g / (Math.Sqrt(s) + 1e-3));
        }),
        ["rmsprop with momentum"] = new(g => new RmsProp(g, Eta, 0.9, 1e-3, 0.7, 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            g += decay * p;
            s = (0.9 * s) + (0.1 * g * g);
            t = (0.7 * t) + (g / (Math.Sqrt(s) + 1e-3));
            return p - (eta * t);
        }),
        ["adagrad"] = new(g => new Adagrad(g, Eta, 0.2, 1e-3, 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            g += decay * p;
            s += g * g;
            return p - (eta / (1 + ((step - 1) * 0.2)) * g / (Math.Sqrt(s) + 1e-3));
        }),
        ["lion"] = new(g => new Lion(g, Eta, 0.8, 0.95, 0.1), (double p, double g, double eta, double decay, ref double s, ref double t, long step) =>
        {
            double move = Math.Sign((0.8 * s) + (0.2 * g));
            s = (0.95 * s) + (0.05 * g);
            return p - (eta * decay * p) - (eta * move);
        }),
    };

    public static TheoryData<string, SimdLevel, DType> Runs()
    {
        TheoryData<string, SimdLevel, DType> runs = [];
        foreach (string name in _all.Keys)
            foreach (SimdLevel level in Enum.GetValues<SimdLevel>().Where(l => l <= Simd.Best))
                foreach (DType dtype in (DType[])[DType.Float32, DType.Float64]) runs.Add(name, level, dtype);
        return runs;
    }

    public static TheoryData<string> Names() => [.. _all.Keys];

    private static double Gradient(int parameter, int i, int step) => Math.Sin((i * 0.7) + (step * 1.9) + parameter) * (1 + (i % 3));

    /// <summary>Seven steps over three parameters in two groups; the second parameter has no gradient at every third step.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void Steps_follow_the_formula(string name, SimdLevel level, DType dtype)
    {
        SimdLevel before = Simd.Level;
        Simd.Level = level;
        try
        {
            int[][] shapes = [[5, 7], [3], [2, 2, 9]]; // 35, 3 and 36 numbers: full registers, tails and less than one
            double[] scale = [1, 1, 0.5], decay = [0.1, 0.1, 0.3];
            Tensor[] p = [.. shapes.Select((s, k) => Near.Wave(s, dtype, k).RequireGrad())];
            double[][] expected = [.. p.Select(Near.Values)], s = [.. expected.Select(e => new double[e.Length])], t = [.. expected.Select(e => new double[e.Length])];
            long[] steps = new long[3];
            Optimizer optimizer = _all[name].Make([new ParameterGroup([p[0], p[1]]), new ParameterGroup([p[2]], 0.5, 0.3)]);
            for (int step = 0; step < 7; step++)
            {
                optimizer.LearningRate = Eta * (1 + (step % 2));
                for (int k = 0; k < 3; k++)
                {
                    p[k].Grad = null;
                    if (k == 1 && step % 3 == 0) continue;
                    int at = k, now = step;
                    p[k].Grad = Tensor.From([.. Enumerable.Range(0, expected[k].Length).Select(i => Gradient(at, i, now))], p[k].Shape).To(dtype);
                    steps[k]++;
                    for (int i = 0; i < expected[k].Length; i++)
                        expected[k][i] = _all[name].Rule(expected[k][i], Gradient(k, i, step), optimizer.LearningRate * scale[k], decay[k], ref s[k][i], ref t[k][i], steps[k]);
                }
                optimizer.Step();
            }
            for (int k = 0; k < 3; k++) Near.Equal(expected[k], p[k], 2e-6);
            Assert.Equal(7, optimizer.StepCount);
        }
        finally
        {
            Simd.Level = before;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_state_put_into_a_fresh_optimizer_goes_on_with_the_same_bits(string name)
    {
        Tensor[] p = [Near.Wave([9], DType.Float32).RequireGrad(), Near.Wave([4], DType.Float32, 1).RequireGrad()];
        Tensor[] q = [.. p.Select(x => x.Detach().Clone().RequireGrad())];
        Optimizer a = _all[name].Make([new ParameterGroup(p)]), b = _all[name].Make([new ParameterGroup(q)]);
        Run(a, p, 0, 3);
        for (int k = 0; k < 2; k++)
            using (Autograd.NoGrad()) q[k].CopyFrom(p[k]);
        a.LearningRate = 0.017;
        b.LoadStateDict(a.StateDict());
        Assert.Equal(3, b.StepCount);
        Run(a, p, 3, 6);
        Run(b, q, 3, 6);
        for (int k = 0; k < 2; k++) Assert.Equal(p[k].ToArray<float>(), q[k].ToArray<float>());
    }

    private static void Run(Optimizer optimizer, Tensor[] parameters, int from, int to)
    {
        for (int step = from; step < to; step++)
        {
            for (int k = 0; k < parameters.Length; k++)
            {
                int at = k, now = step;
                // The second parameter starts late: its count of steps is its own.
                parameters[k].Grad = k == 1 && step < 2 ? null
                    : Tensor.From([.. Enumerable.Range(0, (int)parameters[k].Count).Select(i => (float)Gradient(at, i, now))], parameters[k].Shape);
            }
            optimizer.Step();
        }
    }

    [Fact]
    public void Muon_moves_along_the_orthogonal_part_of_its_momentum()
    {
        // U·diag(σ)·Vᵀ with known U and V: the direction must have the same singular vectors, and singular values between 0.65 and 1.25.
        Tensor u = TensorCore.Nn.Initializers.Orthogonal(Tensor.Zeros([3, 3], DType.Float64), generator: new Generator(1));
        Tensor v = TensorCore.Nn.Initializers.Orthogonal(Tensor.Zeros([3, 5], DType.Float64), generator: new Generator(2));
        Tensor g = u.MatMul(Tensor.From(new double[] { 4, 0, 0, 0, 1, 0, 0, 0, 0.5 }, [3, 3])).MatMul(v);
        foreach (bool tall in (bool[])[false, true])
        {
            Tensor p = Tensor.Zeros(tall ? [5, 3] : [3, 5], DType.Float64).RequireGrad();
            Muon muon = new([p], learningRate: 0.1, momentum: 0.9, nesterov: false);
            p.Grad = tall ? g.Transpose() : g;
            muon.Step();
            Tensor moved = (tall ? p.Detach().Transpose() : p.Detach()) * (-1 / (0.1 * (tall ? Math.Sqrt(5.0 / 3) : 1)));
            double[] core = Near.Values(u.Transpose().MatMul(moved).MatMul(v.Transpose()));
            for (int i = 0; i < 9; i++)
            {
                if (i % 4 == 0) Assert.InRange(core[i], 0.65, 1.25);
                else Assert.Equal(0, core[i], 12);
            }
        }
    }

    [Fact]
    public void Muon_follows_its_formula_over_steps()
    {
        Tensor p = Near.Wave([4, 3]).RequireGrad();
        Tensor expected = p.Detach().Clone(), m = Tensor.Zeros([4, 3], DType.Float64);
        Muon muon = new([p], 0.1, 0.9, nesterov: true, weightDecay: 0.2);
        for (int step = 0; step < 4; step++)
        {
            Tensor g = Near.Wave([4, 3], phase: step);
            p.Grad = g;
            muon.Step();
            m = (m * 0.9) + g;
            Tensor x = (g + (m * 0.9)).Transpose();
            x *= 1 / (Math.Sqrt((x * x).Sum().Item()) + 1e-7);
            for (int i = 0; i < 5; i++)
            {
                Tensor a = x.MatMul(x.Transpose());
                x = (3.4445 * x) + (-4.7750 * a.MatMul(x)) + (2.0315 * a.MatMul(a).MatMul(x));
            }
            expected = (expected * (1 - (0.1 * 0.2))) - (0.1 * Math.Sqrt(4.0 / 3) * x.Transpose());
        }
        Near.Equal(Near.Values(expected), p);
    }

    [Fact]
    public void Muon_refuses_what_is_no_matrix()
    {
        Assert.Contains("AdamW", Assert.Throws<ArgumentException>(() => new Muon([Tensor.Zeros([3, 3]).RequireGrad(), Tensor.Zeros([3]).RequireGrad()])).Message);
        Tensor filters = Near.Wave([4, 2, 3, 3], DType.Float32).RequireGrad();
        filters.Grad = Near.Wave([4, 2, 3, 3], DType.Float32, 1);
        new Muon([filters]).Step();
        Assert.DoesNotContain(Near.Values(filters), double.IsNaN);
    }

    [Fact]
    public void Lion_gives_a_NaN_gradient_on_instead_of_hiding_it()
    {
        Tensor p = Tensor.Zeros([3]).RequireGrad();
        p.Grad = Tensor.From(new[] { 0f, float.NaN, -1 });
        new Lion([p], 0.5).Step();
        Near.Equal([0, double.NaN, 0.5], p);
    }

    [Fact]
    public void Wrong_parameters_and_gradients_are_refused_before_anything_changes()
    {
        Tensor p = Tensor.Ones([2]).RequireGrad(), q = Tensor.Ones([3]).RequireGrad();
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => new Sgd([p, p], 0.1)).Message);
        Assert.Contains("requires no gradient", Assert.Throws<ArgumentException>(() => new Sgd([Tensor.Ones([2])], 0.1)).Message);
        Assert.Throws<ArgumentException>(() => new Sgd(Array.Empty<Tensor>(), 0.1));
        Assert.Throws<ArgumentException>(() => new Sgd([p], double.NaN));
        Assert.Throws<ArgumentException>(() => new Sgd([p], 0.1, nesterov: true));
        Assert.Throws<ArgumentException>(() => new Adam([p], beta2: 1));
        Assert.Throws<ArgumentException>(() => new ParameterGroup([p], -1));
        Sgd sgd = new([p, q], 0.1);
        (p.Grad, q.Grad) = (Tensor.Ones([2]), Tensor.Ones([4]));
        Assert.Contains("(4,)", Assert.Throws<ShapeException>(sgd.Step).Message);
        Assert.Equal([1, 1], Near.Values(p));
        Assert.Equal(0, sgd.StepCount);
    }

    [Fact]
    public void A_state_of_another_optimizer_changes_nothing()
    {
        Tensor p = Near.Wave([3], DType.Float32).RequireGrad();
        p.Grad = Tensor.Ones([3]);
        Adam adam = new([p]);
        adam.Step();
        IReadOnlyDictionary<string, Tensor> state = adam.StateDict();
        Assert.Contains("unknown entries", Assert.Throws<ArgumentException>(() => new Sgd([p], 0.1).LoadStateDict(state)).Message);
        Assert.Contains("lacks 0.momentum_buffer", Assert.Throws<ArgumentException>(() => new Sgd([p], 0.1, 0.9).LoadStateDict(state)).Message);
        Adam other = new([Tensor.Zeros([4]).RequireGrad()], 0.5);
        Assert.Throws<ShapeException>(() => other.LoadStateDict(state));
        Assert.Equal((0, 0.5), (other.StepCount, other.LearningRate));
        Assert.Throws<ArgumentException>(() => other.LoadStateDict(new Dictionary<string, Tensor>()));
    }

    [Fact]
    public void A_parameter_that_is_a_strided_view_is_updated_in_its_place()
    {
        Tensor whole = Near.Wave([3, 2], DType.Float32);
        double[] before = Near.Values(whole);
        Tensor p = whole.Transpose().Detach().RequireGrad();
        p.Grad = Near.Wave([2, 3], DType.Float32, 1);
        double[] g = Near.Values(p.Grad);
        new Sgd([p], 0.1).Step();
        Near.Equal([.. Enumerable.Range(0, 6).Select(i => before[i] - (0.1 * g[(i % 2 * 3) + (i / 2)]))], whole);
    }

    [Fact]
    public void Clipping_by_norm_and_value()
    {
        Tensor p = Tensor.Zeros([2]).RequireGrad(), q = Tensor.Zeros([1]).RequireGrad(), none = Tensor.Zeros([1]).RequireGrad();
        (p.Grad, q.Grad) = (Tensor.From(new[] { 3f, 0 }), Tensor.From(new[] { -4f }));
        Assert.Equal(5, GradientClip.ByNorm([p, q, none], 10), 6);
        Near.Equal([3, 0], p.Grad);
        Assert.Equal(5, GradientClip.ByNorm([p, q, none], 1), 6);
        Near.Equal([0.6, 0], p.Grad);
        Near.Equal([-0.8], q.Grad);
        GradientClip.ByValue([p, q, none], 0.7);
        Near.Equal([0.6, 0], p.Grad);
        Near.Equal([-0.7], q.Grad);
        Assert.Throws<ArgumentException>(() => GradientClip.ByNorm([p], 0));
    }
}
