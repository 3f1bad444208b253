using TensorCore.Nn;

namespace TensorCore.Tests.Nn;

/// <summary>Gradients of a module's parameters (float64) against central differences in a random direction for each, moved in place.</summary>
internal static class ModuleGradCheck
{
    public static void Check(Module module, Func<Tensor> loss, double tolerance = 1e-7)
    {
        module.ZeroGrad();
        loss().Backward();
        Random random = new(5);
        foreach ((string name, Tensor p) in module.NamedParameters())
        {
            Assert.True(p.Grad is not null, $"{name} got no gradient");
            double[] v = [.. Enumerable.Range(0, (int)p.Count).Select(_ => (random.NextDouble() * 2) - 1)];
            Tensor direction = Tensor.From(v, p.Shape);
            double analytic = (p.Grad!.Detach() * direction).Sum().Item();
            double numeric = ((4 * Central(p, direction, loss, 5e-4)) - Central(p, direction, loss, 1e-3)) / 3;
            double error = Math.Abs(analytic - numeric) / Math.Max(1e-2, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
            Assert.True(error <= tolerance, $"{name}: backward {analytic:G12}, differences {numeric:G12}, error {error:G3}");
        }
    }

    private static double Central(Tensor p, Tensor direction, Func<Tensor> loss, double h)
    {
        using (Autograd.NoGrad())
        {
            Tensor before = p.Detach().Clone();
            p.CopyFrom(before + (direction * h));
            double high = loss().Item();
            p.CopyFrom(before - (direction * h));
            double low = loss().Item();
            p.CopyFrom(before);
            return (high - low) / (2 * h);
        }
    }
}
