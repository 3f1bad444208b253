using TensorCore.Cpu;

namespace TensorCore.Optim;

/// <summary>
/// Muon, for the matrices inside a network: m ← μm + g, u = g + μm (Nesterov) or m, and p ← p − ηλp − η·s·UVᵀ, UΣVᵀ the singular value decomposition of u: all
/// directions move equally far.  (Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks".)
/// </summary>
/// <remarks>
/// <para>
/// UVᵀ comes from five steps X ← aX + (bA + cA²)X, A = XXᵀ, from X = u/‖u‖, with (a, b, c) = (3.4445, −4.7750, 2.0315): that brings the singular values not to 1
/// but near it, into about 0.7 … 1.2, fast. The scale is s = √max(1, out/in) (Jordan's), for weights of shape (out, in, …).
/// </para>
/// <para>
/// It takes matrices only (axes behind the first are taken together, so a convolution's filters count as one). Embeddings, the output layer, biases and norms
/// want <see cref="AdamW"/>: give each optimizer its share of the parameters and step both.
/// </para>
/// </remarks>
public sealed class Muon : Optimizer
{
    private const double A = 3.4445, B = -4.7750, C = 2.0315;
    private readonly double _momentum;
    private readonly bool _nesterov, _inputFirst;
    private readonly int _iterations;

    /// <summary>Muon over groups of parameters.</summary>
    /// <param name="groups">Matrices, or tensors of more axes.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="nesterov">Looks one step ahead.</param>
    /// <param name="iterations">Steps of the orthogonalisation.</param>
    /// <param name="weightDecay">λ, decoupled.</param>
    /// <param name="inputFirst">The weights are stored (in, out), as in GPT-2's layout: matters for the scale s.</param>
    /// <exception cref="ArgumentException">A vector or scalar among the parameters, or a setting out of range.</exception>
    public Muon(IEnumerable<ParameterGroup> groups, double learningRate = 0.02, double momentum = 0.95, bool nesterov = true, int iterations = 5,
        double weightDecay = 0, bool inputFirst = false)
        : base(groups, learningRate, weightDecay)
    {
        _momentum = Fraction(momentum, nameof(momentum));
        _iterations = iterations >= 1 ? iterations : throw new ArgumentException($"Muon: {iterations} iterations: at least 1 is needed");
        (_nesterov, _inputFirst) = (nesterov, inputFirst);
        foreach (Tensor p in Groups.SelectMany(g => g.Parameters))
        {
            if (p.Rank < 2)
                throw new ArgumentException($"Muon: a parameter of shape {p.Shape} is no matrix: give biases, norms and embeddings to an AdamW of their own, and step both");
        }
    }

    /// <summary>Muon over parameters.</summary>
    /// <inheritdoc cref="Muon(IEnumerable{ParameterGroup}, double, double, bool, int, double, bool)"/>
    public Muon(IEnumerable<Tensor> parameters, double learningRate = 0.02, double momentum = 0.95, bool nesterov = true, int iterations = 5,
        double weightDecay = 0, bool inputFirst = false)
        : this([new ParameterGroup(parameters)], learningRate, momentum, nesterov, iterations, weightDecay, inputFirst)
    {
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> StateNames => ["momentum_buffer"];

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Settings => new Dictionary<string, double>
    {
        ["momentum"] = _momentum,
        ["nesterov"] = _nesterov ? 1 : 0,
        ["iterations"] = _iterations,
        ["input_first"] = _inputFirst ? 1 : 0,
    };

    /// <inheritdoc/>
    protected override void Update(Tensor p, Tensor gradient, Tensor[] state, double learningRate, double weightDecay, long step)
    {
        if (p.Count == 0) return;
        Tensor m = state[0];
        p.Device.Backend.Update(new MomentumRule(_momentum), m, gradient, null, null);
        Tensor u = _nesterov ? gradient + (m * _momentum) : m;
        int rows = p.Size(0), cols = checked((int)(p.Count / rows));
        double outputs = _inputFirst ? cols : rows, inputs = _inputFirst ? rows : cols;
        Tensor direction = Orthogonalize(u.Reshape(rows, cols), _iterations).Contiguous();
        double rate = learningRate * Math.Sqrt(Math.Max(1, outputs / inputs));
        p.Device.Backend.Update(new MoveRule(rate, keep: 1 - (learningRate * weightDecay)), p, direction, null, null);
    }

    /// <summary>About UVᵀ of a matrix: the same singular vectors, singular values near 1.</summary>
    internal static Tensor Orthogonalize(Tensor g, int iterations)
    {
        bool tall = g.Size(0) > g.Size(1);
        Tensor x = tall ? g.Transpose() : g; // A = XXᵀ is as small as can be
        // ‖X‖ ≥ the largest singular value, so that all start in [0, 1].
        x *= (1 / (g.Device.Backend.SumOfSquares([g.Contiguous()]).Sqrt() + 1e-7)).To(g.DType);
        for (int i = 0; i < iterations; i++)
        {
            Tensor a = x.MatMul(x.Transpose());
            x = (x * A) + ((a * B) + (a.MatMul(a) * C)).MatMul(x);
        }
        return tall ? x.Transpose() : x;
    }

    /// <summary>m ← μm + g.</summary>
    private readonly struct MomentumRule(double momentum) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V> => p = V.Fma(V.Const(momentum), p, g);
    }

    /// <summary>p ← keep·p − rate·g.</summary>
    private readonly struct MoveRule(double rate, double keep) : IUpdateRule
    {
        public void Apply<V>(ref V p, V g, ref V s, ref V t)
            where V : struct, ISimd<V> => p = (V.Const(keep) * p) - (V.Const(rate) * g);
    }
}
