namespace TensorCore;

/// <summary>
/// Checks gradients against central differences: for f with inputs x, a random direction u of the output and v of the inputs,
/// ⟨u, (f(x + εv) − f(x − εv)) / 2ε⟩ must equal ⟨∇⟨u, f⟩, v⟩. Small inputs are checked element by element, large ones along random directions.
/// Run it in float64.
/// </summary>
public static class GradCheck
{
    /// <summary>How a check is made.</summary>
    public sealed record Options
    {
        /// <summary>The largest relative error that passes: |analytic − numeric| ≤ Tolerance·max(1, |analytic|, |numeric|).</summary>
        public double Tolerance { get; init; } = 1e-6;

        /// <summary>The step of the difference quotient. Two steps, ε and ε/2, are combined (Richardson), so the error is of order ε⁴.</summary>
        public double Step { get; init; } = 1e-3;

        /// <summary>Inputs of at most this many elements are checked element by element.</summary>
        public int ElementwiseLimit { get; init; } = 12;

        /// <summary>Random directions for larger inputs.</summary>
        public int Directions { get; init; } = 2;

        /// <summary>Also checks the gradient of the gradient.</summary>
        public bool SecondOrder { get; init; }

        /// <summary>Seed of the random directions.</summary>
        public int Seed { get; init; } = 1;
    }

    /// <summary>
    /// Compares the gradient of <paramref name="f"/> with central differences at <paramref name="inputs"/> and returns the largest relative error.
    /// </summary>
    /// <param name="f">The function; must give the same result each time.</param>
    /// <param name="inputs">The inputs; those that require a gradient must be float64 leaves.</param>
    /// <param name="options">Tolerance and step.</param>
    /// <exception cref="GradientException">An error above the tolerance; the message names the input, the element or direction and both values.</exception>
    /// <exception cref="DTypeException">An input that requires a gradient is not float64.</exception>
    public static double Check(Func<Tensor[], Tensor> f, IReadOnlyList<Tensor> inputs, Options? options = null)
    {
        options ??= new Options();
        foreach (Tensor x in inputs)
            if (x.RequiresGrad && x.DType != DType.Float64) throw new DTypeException($"gradient check: an input of shape {x.Shape} is {x.DType.Name()}: use float64");
        double error = CheckFirst(f, inputs, options, "gradient");
        if (!options.SecondOrder) return error;

        // g(x) = ∇⟨u, f(x)⟩ stacked flat is itself a function whose gradient is checked the same way.
        Random random = new(options.Seed + 17);
        Tensor probe;
        using (Autograd.NoGrad()) probe = f([.. inputs]);
        if (!probe.DType.IsFloat() || probe.Count == 0) return error;
        Tensor u = Direction(probe.Shape, random);
        return Math.Max(error, CheckFirst(t => FlatGradient(f, t, u), inputs, options, "second gradient"));
    }

    private static Tensor FlatGradient(Func<Tensor[], Tensor> f, Tensor[] inputs, Tensor u)
    {
        using (Autograd.EnableGrad())
        {
            // The difference quotient calls with shifted copies that are leaves of their own.
            Tensor[] own = [.. inputs.Select(x => x.RequiresGrad || !x.DType.IsFloat() ? x : x.Detach().RequireGrad())];
            Tensor y = f(own);
            Tensor[] wanted = [.. own.Where(x => x.RequiresGrad)];
            if (!y.RequiresGrad) return Tensor.Zeros([1], DType.Float64);
            Tensor[] grads = Autograd.Grad([y], wanted, [u], createGraph: true, allowUnused: true);
            Tensor total = Tensor.Zeros([], DType.Float64);
            // Fixed weights keep one part from cancelling another.
            for (int i = 0; i < grads.Length; i++) total += (grads[i] * grads[i] * (0.3 + (0.1 * i)) + grads[i]).Sum();
            return total;
        }
    }

    private static double CheckFirst(Func<Tensor[], Tensor> f, IReadOnlyList<Tensor> inputs, Options options, string what)
    {
        Tensor[] x = [.. inputs];
        Tensor y = f(x);
        if (!y.RequiresGrad) return 0;
        Random random = new(options.Seed);
        Tensor u = Direction(y.Shape, random);
        Tensor[] wanted = [.. x.Where(t => t.RequiresGrad).Distinct()];
        Tensor[] grads = Autograd.Grad([y], wanted, [u], allowUnused: true);
        double worst = 0;
        for (int i = 0; i < wanted.Length; i++)
        {
            if (wanted[i].Count == 0) continue;
            bool elementwise = wanted[i].Count <= options.ElementwiseLimit;
            int tries = elementwise ? (int)wanted[i].Count : options.Directions;
            for (int k = 0; k < tries; k++)
            {
                Tensor v = elementwise ? Unit(wanted[i].Shape, k) : Direction(wanted[i].Shape, random);
                double analytic, numeric;
                using (Autograd.NoGrad())
                {
                    analytic = (grads[i] * v).Sum().Item();
                    numeric = Difference(f, x, wanted[i], v, u, options.Step);
                }
                double error = Math.Abs(analytic - numeric) / Math.Max(1, Math.Max(Math.Abs(analytic), Math.Abs(numeric)));
                if (!(error <= options.Tolerance))
                {
                    string where = elementwise ? $"element {k}" : $"direction {k}";
                    throw new GradientException($"{what} check: input {Array.IndexOf(x, wanted[i])} of shape {wanted[i].Shape}, {where}: backward gives {analytic:G12}, differences give {numeric:G12}, relative error {error:G3} > {options.Tolerance:G3}");
                }
                worst = Math.Max(worst, error);
            }
        }
        return worst;
    }

    /// <summary>Central differences at steps h and h/2, extrapolated: (4·D(h/2) − D(h)) / 3.</summary>
    private static double Difference(Func<Tensor[], Tensor> f, Tensor[] x, Tensor input, Tensor v, Tensor u, double h)
    {
        return ((4 * Central(h / 2)) - Central(h)) / 3;

        double Central(double step)
        {
            Tensor high = At(step), low = At(-step);
            return ((high - low) * u).Sum().Item() / (2 * step);
        }

        Tensor At(double step)
        {
            Tensor moved = input.Detach() + (v * step);
            return f([.. x.Select(t => ReferenceEquals(t, input) ? moved : t)]).Detach();
        }
    }

    private static Tensor Direction(Shape shape, Random random)
    {
        double[] values = new double[shape.Count];
        for (int i = 0; i < values.Length; i++) values[i] = (random.NextDouble() * 2) - 1;
        return Tensor.From(values, shape);
    }

    private static Tensor Unit(Shape shape, int at)
    {
        double[] values = new double[shape.Count];
        values[at] = 1;
        return Tensor.From(values, shape);
    }
}
