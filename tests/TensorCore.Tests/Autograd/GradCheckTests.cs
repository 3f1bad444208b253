namespace TensorCore.Tests;

/// <summary>The public gradient check finds what it is there to find, in ops written by users through the public contract.</summary>
public sealed class GradCheckTests
{
    /// <summary>y = x³, as a user would write it.</summary>
    private sealed class Cube(double factor) : Op, IOp
    {
        private Tensor? _x;

        public static string OpName => "cube";

        public override string Name => OpName;

        public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
        {
            _x = Save(inputs[0]);
            return _x * inputs[0] * inputs[0];
        }

        public override void Backward(Tensor dy, Gradients dx) => dx.Add(0, dy * factor * (_x! * _x!));

        public static OpSample Sample(SampleGenerator g)
        {
            Tensor x = g.Tensor(g.Shape());
            return OpSample.Of($"{x.Shape}", [x], t => Op.Apply(new Cube(3), t[0]));
        }
    }

    [Fact]
    public void A_right_user_op_passes_and_a_wrong_one_fails()
    {
        Tensor x = Tensor.From([0.5, -1.5, 2]).RequireGrad();
        GradCheck.Options second = new() { SecondOrder = true };
        Assert.True(GradCheck.Check(t => Op.Apply(new Cube(3), t[0]), [x], second) < 1e-8);
        GradientException e = Assert.Throws<GradientException>(() => GradCheck.Check(t => Op.Apply(new Cube(3.001), t[0]), [x]));
        Assert.Contains("input 0 of shape (3,), element 0", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_op_has_all_checks_of_the_library() => Cases.Check(50, choices =>
    {
        OpChecks.Gradient(Cube.Sample(new SampleGenerator(choices)));
        OpChecks.SecondGradient(Cube.Sample(new SampleGenerator(choices)));
        OpChecks.InPlaceChange(choices, Cube.Sample);
    });

    [Fact]
    public void Float32_is_refused() =>
        Assert.Throws<DTypeException>(() => GradCheck.Check(t => t[0] * 2, [Tensor.Ones([2]).RequireGrad()]));

    [Fact]
    public void Large_inputs_are_checked_along_directions()
    {
        double[] values = [.. Enumerable.Range(0, 5000).Select(i => Math.Sin(i))];
        Tensor x = Tensor.From(values).RequireGrad();
        Assert.True(GradCheck.Check(t => t[0].Exp(), [x]) < 1e-8);
        Assert.Throws<GradientException>(() => GradCheck.Check(t => Op.Apply(new Cube(-3), t[0]), [x]));
    }
}
