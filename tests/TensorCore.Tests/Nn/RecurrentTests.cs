using TensorCore.Nn;

namespace TensorCore.Tests.Nn;

/// <summary>LSTM and GRU against the equations written out in loops over doubles.</summary>
public sealed class RecurrentTests
{
    private const int B = 2, T = 4, I = 3, H = 2;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>W·x + b for one gate's row.</summary>
    private static double Row(IReadOnlyDictionary<string, Tensor> p, string weight, string bias, int row, ReadOnlySpan<double> x)
    {
        double[] w = Near.Values(p[weight]);
        double sum = p.TryGetValue(bias, out Tensor? b) ? Near.Values(b)[row] : 0;
        for (int i = 0; i < x.Length; i++) sum += w[(row * x.Length) + i] * x[i];
        return sum;
    }

    private static double[][] NaiveLstm(IReadOnlyDictionary<string, Tensor> p, string suffix, double[][] xs, double[] h, double[] c)
    {
        List<double[]> outputs = [];
        foreach (double[] x in xs)
        {
            double Gate(int gate, int j) => Row(p, "weight_ih" + suffix, "bias_ih" + suffix, (gate * H) + j, x) + Row(p, "weight_hh" + suffix, "bias_hh" + suffix, (gate * H) + j, h);
            double[] nextC = [.. Enumerable.Range(0, H).Select(j => (Sigmoid(Gate(1, j)) * c[j]) + (Sigmoid(Gate(0, j)) * Math.Tanh(Gate(2, j))))];
            double[] nextH = [.. Enumerable.Range(0, H).Select(j => Sigmoid(Gate(3, j)) * Math.Tanh(nextC[j]))];
            nextC.CopyTo(c, 0);
            outputs.Add(h = nextH);
        }
        return [.. outputs];
    }

    private static double[][] NaiveGru(IReadOnlyDictionary<string, Tensor> p, string suffix, double[][] xs, double[] h)
    {
        List<double[]> outputs = [];
        foreach (double[] x in xs)
        {
            double In(int gate, int j) => Row(p, "weight_ih" + suffix, "bias_ih" + suffix, (gate * H) + j, x);
            double Hid(int gate, int j) => Row(p, "weight_hh" + suffix, "bias_hh" + suffix, (gate * H) + j, h);
            outputs.Add(h = [.. Enumerable.Range(0, H).Select(j =>
            {
                double r = Sigmoid(In(0, j) + Hid(0, j)), z = Sigmoid(In(1, j) + Hid(1, j)), n = Math.Tanh(In(2, j) + (r * Hid(2, j)));
                return ((1 - z) * n) + (z * h[j]);
            })]);
        }
        return [.. outputs];
    }

    /// <summary>Sequence b of (B, T, F) as T vectors.</summary>
    private static double[][] Sequence(Tensor x, int b)
    {
        double[] v = Near.Values(x);
        int t = x.Size(1), f = x.Size(2);
        return [.. Enumerable.Range(0, t).Select(i => v[(((b * t) + i) * f)..(((b * t) + i + 1) * f)])];
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lstm_of_two_layers_follows_its_equations(bool bias)
    {
        Lstm lstm = new(I, H, new() { Layers = 2, Bias = bias, DType = DType.Float64, Generator = new Generator(1) });
        Tensor x = Near.Wave([B, T, I]), h0 = Near.Wave([2, B, H], phase: 1), c0 = Near.Wave([2, B, H], phase: 2);
        (Tensor y, (Tensor h, Tensor c)) = lstm.Forward(x, (h0, c0));
        double[] hs = Near.Values(h0), cs = Near.Values(c0);
        for (int b = 0; b < B; b++)
        {
            double[] cell1 = cs[(b * H)..((b + 1) * H)], cell2 = cs[((B + b) * H)..((B + b + 1) * H)];
            double[][] first = NaiveLstm(lstm.StateDict(), "_l0", Sequence(x, b), hs[(b * H)..((b + 1) * H)], cell1);
            double[][] second = NaiveLstm(lstm.StateDict(), "_l1", first, hs[((B + b) * H)..((B + b + 1) * H)], cell2);
            Near.Equal([.. second.SelectMany(v => v)], [.. Sequence(y, b).SelectMany(v => v)], 1e-12);
            Near.Equal(first[^1], Near.Values(h)[(b * H)..((b + 1) * H)], 1e-12);
            Near.Equal(cell2, Near.Values(c)[((B + b) * H)..((B + b + 1) * H)], 1e-12);
        }
        Assert.Equal(bias ? 8 : 4, lstm.Parameters().Count());
        Assert.Equal([4 * H, I], lstm.StateDict()["weight_ih_l0"].Shape.ToArray());
    }

    [Fact]
    public void Bidirectional_gru_reads_the_sequence_from_both_ends()
    {
        Gru gru = new(I, H, new() { Bidirectional = true, DType = DType.Float64, Generator = new Generator(2) });
        Tensor x = Near.Wave([B, T, I]);
        (Tensor y, Tensor h) = gru.Forward(x);
        Assert.Equal([B, T, 2 * H], y.Shape.ToArray());
        for (int b = 0; b < B; b++)
        {
            double[][] forward = NaiveGru(gru.StateDict(), "_l0", Sequence(x, b), new double[H]);
            double[][] reverse = NaiveGru(gru.StateDict(), "_l0_reverse", [.. Sequence(x, b).Reverse()], new double[H]);
            double[][] expected = [.. forward.Zip(reverse.Reverse(), (f, r) => (double[])[.. f, .. r])];
            Near.Equal([.. expected.SelectMany(v => v)], [.. Sequence(y, b).SelectMany(v => v)], 1e-12);
            Near.Equal(reverse[^1], Near.Values(h)[((B + b) * H)..((B + b + 1) * H)], 1e-12);
        }
    }

    [Fact]
    public void Time_first_is_the_transpose_of_batch_first()
    {
        Lstm a = new(I, H, new() { DType = DType.Float64, Generator = new Generator(3) });
        Lstm b = new(I, H, new() { DType = DType.Float64, Generator = new Generator(3), BatchFirst = false });
        Tensor x = Near.Wave([B, T, I]);
        Near.Equal(Near.Values(a.Forward(x).Output), Near.Values(b.Forward(x.Transpose(0, 1)).Output.Transpose(0, 1)), 0);
    }

    [Fact]
    public void A_sequence_in_two_parts_with_the_state_carried_over_is_the_whole()
    {
        Lstm lstm = new(I, H, new() { Layers = 2, DType = DType.Float64, Generator = new Generator(4) });
        Tensor x = Near.Wave([B, T, I]);
        (Tensor whole, _) = lstm.Forward(x);
        (_, (Tensor, Tensor) state) = lstm.Forward(x.Narrow(1, 0, 3));
        (Tensor rest, _) = lstm.Forward(x.Narrow(1, 3, 1), state);
        Near.Equal(Near.Values(whole.Narrow(1, 3, 1)), Near.Values(rest), 1e-14);
    }

    [Fact]
    public void Gradients_agree_with_differences()
    {
        Tensor x = Near.Wave([B, T, I]);
        Lstm lstm = new(I, H, new() { Layers = 2, Bidirectional = true, DType = DType.Float64, Generator = new Generator(5) });
        ModuleGradCheck.Check(lstm, () => { (Tensor y, (Tensor h, Tensor c)) = lstm.Forward(x); return (y * y).Sum() + h.Sum() + (c * c * c).Sum(); });
        Gru gru = new(I, H, new() { Layers = 2, DType = DType.Float64, Generator = new Generator(6) });
        ModuleGradCheck.Check(gru, () => { (Tensor y, Tensor h) = gru.Forward(x); return (y * y).Sum() + (h * h * h).Sum(); });
        GradCheck.Check(t => gru.Forward(t[0]).Output, [x.RequireGrad()], new GradCheck.Options { SecondOrder = true });
    }

    [Fact]
    public void Wrong_shapes_are_named()
    {
        Lstm lstm = new(I, H);
        Assert.Contains("must be (B, T, 3)", Assert.Throws<ShapeException>(() => lstm.Forward(Tensor.Zeros([2, 3, 4]))).Message);
        Assert.Contains("it must be (1, 2, 2)", Assert.Throws<ShapeException>(() => lstm.Forward(Tensor.Zeros([2, 3, 3]), (Tensor.Zeros([2, 2]), Tensor.Zeros([1, 2, 2])))).Message);
        Assert.Throws<ShapeException>(() => lstm.Forward(Tensor.Zeros([2, 0, 3])));
    }
}
