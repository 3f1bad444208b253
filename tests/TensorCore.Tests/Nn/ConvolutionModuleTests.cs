using TensorCore.Nn;

namespace TensorCore.Tests.Nn;

/// <summary>The convolution and pooling modules: their parameters' names, shapes and starting values, and that they call the ops with their options.</summary>
public sealed class ConvolutionModuleTests
{
    private static float[] Values(Tensor t) => t.Detach().ToArray<float>();

    private static Tensor Images(params int[] shape) => Tensor.From([.. Enumerable.Range(0, (int)Shape.Create(shape).Count).Select(i => MathF.Sin(i * 1.3f))], shape);

    [Fact]
    public void Conv2d_applies_its_options()
    {
        Conv2d conv = new(4, 6, (3, 2), stride: (2, 1), padding: 1, dilation: (1, 2), groups: 2, generator: new Generator(7));
        Assert.Equal(["weight", "bias"], conv.NamedParameters().Select(p => p.Name));
        Assert.Equal<Shape>([6, 2, 3, 2], conv.Weight.Shape);
        Tensor x = Images(2, 4, 7, 5);
        Assert.Equal(Values(x.Conv2d(conv.Weight, conv.Bias, (2, 1), 1, (1, 2), 2)), Values(conv.Forward(x)));
        Assert.Null(new Conv2d(1, 1, 3, bias: false).Bias);
        Assert.Equal(DType.Float64, new Conv2d(1, 1, 3, dtype: DType.Float64).Weight.DType);
    }

    [Fact]
    public void Conv1d_and_the_transposed_convolution_apply_their_options()
    {
        Conv1d line = new(4, 6, 3, stride: 2, padding: 1, dilation: 2, groups: 2);
        Assert.Equal<Shape>([6, 2, 3], line.Weight.Shape);
        Tensor x = Images(2, 4, 11);
        Assert.Equal(Values(x.Conv1d(line.Weight, line.Bias, 2, 1, 2, 2)), Values(line.Forward(x)));

        ConvTranspose2d up = new(4, 6, 3, stride: 2, padding: 1, outputPadding: (1, 0), groups: 2);
        Assert.Equal<Shape>([4, 3, 3, 3], up.Weight.Shape);
        Assert.Equal<Shape>([6], up.Bias!.Shape);
        Tensor y = up.Forward(Images(2, 4, 5, 6));
        Assert.Equal<Shape>([2, 6, 10, 11], y.Shape);
        Assert.Equal(Values(Images(2, 4, 5, 6).ConvTranspose2d(up.Weight, up.Bias, 2, 1, (1, 0), null, 2)), Values(y));
    }

    [Fact]
    public void Parameters_start_uniform_in_one_over_root_of_fan_in()
    {
        Conv2d conv = new(16, 64, 3, generator: new Generator(1));
        double bound = 1 / Math.Sqrt(16 * 9);
        float[] w = Values(conv.Weight);
        Assert.All(w, v => Assert.InRange(v, -bound, bound));
        // 9,216 values: the deviation of uniform ±b is b/√3, and the mean's deviation 1/96 of that.
        double mean = w.Average(v => (double)v), std = Math.Sqrt(w.Average(v => (double)v * v));
        Assert.Equal(0, mean, 5 * bound / Math.Sqrt(3) / 96);
        Assert.Equal(bound / Math.Sqrt(3), std, 0.02 * bound);
        Assert.All(Values(conv.Bias!), v => Assert.InRange(v, -bound, bound));
        Assert.Equal(w, Values(new Conv2d(16, 64, 3, generator: new Generator(1)).Weight));
        Assert.NotEqual(w, Values(new Conv2d(16, 64, 3, generator: new Generator(2)).Weight));
    }

    [Fact]
    public void Poolings_apply_their_options()
    {
        Tensor x = Images(2, 3, 9, 8), line = Images(2, 3, 9);
        Assert.Equal(Values(x.MaxPool2d(3, 2, 1, (1, 2))), Values(new MaxPool2d(3, 2, 1, (1, 2)).Forward(x)));
        Assert.Equal(Values(x.AvgPool2d(3, 2, 1, false)), Values(new AvgPool2d(3, 2, 1, false).Forward(x)));
        Assert.Equal(Values(x.AdaptiveAvgPool2d((2, 3))), Values(new AdaptiveAvgPool2d((2, 3)).Forward(x)));
        Assert.Equal(Values(line.MaxPool1d(3, 2, 1, 2)), Values(new MaxPool1d(3, 2, 1, 2).Forward(line)));
        Assert.Equal(Values(line.AvgPool1d(3, 2, 1, false)), Values(new AvgPool1d(3, 2, 1, false).Forward(line)));
    }

    [Fact]
    public void A_small_network_learns_to_tell_bars_apart()
    {
        // Horizontal against vertical bars at every place: the position is for the pooling to forget.
        int size = 6;
        float[] images = new float[2 * size * size * size];
        long[] targets = new long[2 * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                images[(i * size * size) + (i * size) + j] = 1;
                images[((size + i) * size * size) + (j * size) + i] = 1;
            }
            targets[size + i] = 1;
        }
        Tensor x = Tensor.From(images, [2 * size, 1, size, size]);
        Tensor sign = Tensor.From([.. targets.Select(t => t == 1 ? 1f : -1f)], [2 * size, 1]);
        Generator generator = new(3);
        Conv2d conv = new(1, 4, 3, padding: 1, generator: generator);
        TensorCore.Nn.Linear head = new(4, 1, generator: generator);
        Tensor[] parameters = [.. conv.Parameters(), .. head.Parameters()];
        Tensor Logit() => head.Forward(conv.Forward(x).Relu().MaxPool2d(2).AdaptiveAvgPool2d(1).Reshape(2 * size, 4));
        for (int step = 0; step < 300; step++)
        {
            Tensor loss = (Logit() * sign * -1).Softplus().Mean();
            Tensor[] grads = Autograd.Grad([loss], parameters);
            using (Autograd.NoGrad())
                for (int i = 0; i < parameters.Length; i++) parameters[i].AddInPlace(grads[i] * -0.5);
        }
        Assert.All(Values(Logit() * sign), margin => Assert.True(margin > 1, $"margin {margin}"));
    }

    [Fact]
    public void Errors_name_the_sizes()
    {
        Assert.Contains("Conv2d: 3 input and 4 output channels do not divide into 2 groups", Assert.Throws<ArgumentException>(() => new Conv2d(3, 4, 3, groups: 2)).Message);
        Assert.Contains("Conv1d: kernel 1×0", Assert.Throws<ArgumentOutOfRangeException>(() => new Conv1d(3, 4, 0)).Message);
        Assert.Contains("ConvTranspose2d: 0 input and 4 output channels", Assert.Throws<ArgumentOutOfRangeException>(() => new ConvTranspose2d(0, 4, 3)).Message);
        Assert.Contains("Conv2d: stride 0×0", Assert.Throws<ShapeException>(() => new Conv2d(1, 1, 3, stride: 0)).Message);
    }
}
