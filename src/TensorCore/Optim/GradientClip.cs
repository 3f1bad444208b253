namespace TensorCore.Optim;

/// <summary>Limits gradients before a step.</summary>
public static class GradientClip
{
    /// <summary>
    /// Scales all gradients by min(1, maxNorm / ‖g‖), with ‖g‖ the Euclidean norm of all of them together, and returns ‖g‖ from before. On a GPU reading the norm waits for the backward
    /// pass; <see cref="ScaleToNorm"/> does not.  (Pascanu et al. 2012, arXiv:1211.5063.)
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="maxNorm"/> is not above 0.</exception>
    public static double ByNorm(IEnumerable<Tensor> parameters, double maxNorm) => ScaleToNorm(parameters, maxNorm).Item();

    /// <summary>As <see cref="ByNorm"/>, with ‖g‖ as a float64 scalar on the gradients' device: nothing waits, and a <see cref="CudaGraph"/> can record it.</summary>
    /// <exception cref="ArgumentException"><paramref name="maxNorm"/> is not above 0.</exception>
    public static Tensor ScaleToNorm(IEnumerable<Tensor> parameters, double maxNorm)
    {
        if (!(maxNorm > 0)) throw new ArgumentException($"clip by norm: maxNorm {maxNorm} must be above 0");
        Tensor[] gradients = Gradients(parameters);
        if (gradients.Length == 0) return Tensor.Scalar(0, DType.Float64);
        using (Autograd.NoGrad())
        {
            IBackend backend = gradients[0].Device.Backend;
            Tensor[] values = [.. gradients.Select(g => g.Detach().Contiguous())];
            Tensor sum = backend.SumOfSquares(values);
            backend.ScaleToNorm(values, sum, maxNorm);
            for (int i = 0; i < gradients.Length; i++)
            {
                gradients[i].MarkChanged("clip by norm");
                if (!gradients[i].IsContiguous) gradients[i].CopyFrom(values[i]);
            }
            return sum.Sqrt();
        }
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
    public static double Norm(IEnumerable<Tensor> parameters)
    {
        Tensor[] gradients = Gradients(parameters);
        if (gradients.Length == 0) return 0;
        using (Autograd.NoGrad()) return Math.Sqrt(gradients[0].Device.Backend.SumOfSquares([.. gradients.Select(g => g.Detach().Contiguous())]).Item());
    }

    private static Tensor[] Gradients(IEnumerable<Tensor> parameters)
    {
        Tensor[] gradients = [.. parameters.Select(p => p.Grad).OfType<Tensor>()];
        foreach (Tensor g in gradients)
            if (g.Device != gradients[0].Device) throw new DeviceException($"clip by norm: gradients on {gradients[0].Device} and {g.Device}: clip each device's by themselves");
        return gradients;
    }
}
