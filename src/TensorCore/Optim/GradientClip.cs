namespace TensorCore.Optim;

/// <summary>Limits gradients before a step.</summary>
public static class GradientClip
{
    /// <summary>
    /// Scales all gradients by min(1, maxNorm / ‖g‖), with ‖g‖ the Euclidean norm of all of them together, and returns ‖g‖ from before.
    /// (Pascanu et al. 2012, arXiv:1211.5063.)
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="maxNorm"/> is not above 0.</exception>
    public static double ByNorm(IEnumerable<Tensor> parameters, double maxNorm)
    {
        if (!(maxNorm > 0)) throw new ArgumentException($"clip by norm: maxNorm {maxNorm} must be above 0");
        Tensor[] gradients = [.. parameters.Select(p => p.Grad).OfType<Tensor>()];
        double norm = Math.Sqrt(gradients.Sum(SumOfSquares));
        if (norm > maxNorm)
            foreach (Tensor g in gradients) Scale(g, maxNorm / norm);
        return norm;
    }

    /// <summary>Limits each element of every gradient to [−limit, limit].</summary>
    /// <exception cref="ArgumentException"><paramref name="limit"/> is not above 0.</exception>
    public static void ByValue(IEnumerable<Tensor> parameters, double limit)
    {
        if (!(limit > 0)) throw new ArgumentException($"clip by value: limit {limit} must be above 0");
        using (Autograd.NoGrad())
            foreach (Tensor g in parameters.Select(p => p.Grad).OfType<Tensor>()) g.CopyFrom(g.Detach().Clamp(-limit, limit));
    }

    /// <summary>The Euclidean norm of all gradients together.</summary>
    public static double Norm(IEnumerable<Tensor> parameters) => Math.Sqrt(parameters.Select(p => p.Grad).OfType<Tensor>().Sum(SumOfSquares));

    private static double SumOfSquares(Tensor g)
    {
        using (Autograd.NoGrad()) return g.Device.Backend.SumOfSquares(g.Detach().Contiguous());
    }

    private static void Scale(Tensor g, double factor)
    {
        using (Autograd.NoGrad())
        {
            g.MarkChanged("clip by norm");
            Tensor d = g.Detach();
            if (d.IsContiguous) d.Device.Backend.Unary(new MultiplyScalar(factor), d, d);
            else d.CopyFrom(d * factor);
        }
    }
}
