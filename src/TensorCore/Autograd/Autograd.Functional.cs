namespace TensorCore;

public static partial class Autograd
{
    /// <summary>The value f(x) and the vector–Jacobian product vᵀJ: one backward pass.</summary>
    /// <param name="f">The function.</param>
    /// <param name="x">Where it is taken.</param>
    /// <param name="v">Of f(x)'s shape; null for a single element, where it is 1.</param>
    /// <param name="createGraph">Record the backward pass, so that the product can be differentiated with respect to what f closes over.</param>
    public static (Tensor Value, Tensor Product) Vjp(Func<Tensor, Tensor> f, Tensor x, Tensor? v = null, bool createGraph = false)
    {
        using RecordingScope scope = EnableGrad();
        Tensor at = Leaf(x);
        Tensor y = f(at);
        if (!y.RequiresGrad) return (y, Tensor.ZerosLike(x));
        Tensor product = Grad([y], [at], [v], createGraph, allowUnused: true)[0];
        return (createGraph ? y : y.Detach(), product);
    }

    /// <summary>
    /// The value f(x) and the Jacobian–vector product Jv, by differentiating u ↦ uᵀJ, which is linear in u: two backward passes.
    /// </summary>
    /// <param name="f">The function; its ops must have second derivatives, as all of the library's do.</param>
    /// <param name="x">Where it is taken.</param>
    /// <param name="v">A direction of x's shape.</param>
    /// <exception cref="ShapeException"><paramref name="v"/> has another shape than x.</exception>
    public static (Tensor Value, Tensor Product) Jvp(Func<Tensor, Tensor> f, Tensor x, Tensor v)
    {
        if (v.Shape != x.Shape) throw new ShapeException($"Jvp: the direction has shape {v.Shape}, x has {x.Shape}");
        using RecordingScope scope = EnableGrad();
        Tensor at = Leaf(x);
        Tensor y = f(at);
        if (!y.RequiresGrad) return (y, Tensor.ZerosLike(y));
        Tensor u = Tensor.ZerosLike(y).RequireGrad();
        Tensor pulled = Grad([y], [at], [u], createGraph: true, allowUnused: true)[0];
        Tensor product = pulled.RequiresGrad ? Grad([pulled], [u], [v], allowUnused: true)[0] : Tensor.ZerosLike(y);
        return (y.Detach(), product);
    }

    /// <summary>The Jacobian ∂f/∂x, of shape f(x)'s sizes followed by x's: one backward pass for each element of f(x).</summary>
    /// <param name="f">The function.</param>
    /// <param name="x">Where it is taken.</param>
    /// <param name="createGraph">Record the passes, so that the Jacobian can be differentiated with respect to x (when x is on the tape) and what f closes over.</param>
    public static Tensor Jacobian(Func<Tensor, Tensor> f, Tensor x, bool createGraph = false)
    {
        using RecordingScope scope = EnableGrad();
        Tensor at = createGraph && x.RequiresGrad ? x : Leaf(x);
        Tensor y = f(at);
        int[] shape = [.. y.Shape, .. x.Shape];
        if (!y.RequiresGrad || y.Count == 0) return Tensor.Zeros(shape, x.DType, x.Device);
        Tensor[] rows = new Tensor[y.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            double[] unit = new double[rows.Length];
            unit[i] = 1;
            rows[i] = Grad([y], [at], [Tensor.From(unit, y.Shape, y.Device).To(y.DType)], createGraph, retainGraph: true, allowUnused: true)[0];
        }
        return Tensor.Stack(rows).Reshape(shape);
    }

    /// <summary>The Hessian ∂²f/∂x² of a function with one output element, of shape x's sizes twice.</summary>
    /// <exception cref="GradientException">f(x) has more than one element.</exception>
    public static Tensor Hessian(Func<Tensor, Tensor> f, Tensor x) => Jacobian(
        at =>
        {
            Tensor y = f(at);
            if (y.Count != 1) throw new GradientException($"Hessian: f(x) has shape {y.Shape}; it needs one element");
            return y.RequiresGrad ? Grad([y], [at], createGraph: true, allowUnused: true)[0] : Tensor.ZerosLike(at);
        },
        x);

    private static Tensor Leaf(Tensor x) => x.Detach().RequireGrad();
}
