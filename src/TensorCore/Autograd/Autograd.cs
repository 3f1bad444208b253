namespace TensorCore;

/// <summary>Reverse-mode automatic differentiation over a tape.</summary>
public static partial class Autograd
{
    [ThreadStatic] private static int t_paused;
    [ThreadStatic] private static bool t_preferComposites;

    /// <summary>True unless inside <see cref="NoGrad"/>: operations on tensors that require a gradient are recorded.</summary>
    public static bool IsRecording => t_paused == 0;

    /// <summary>When true, fused ops run as their composites on this thread: the naive twin for tests.</summary>
    internal static bool PreferComposites
    {
        get => t_preferComposites;
        set => t_preferComposites = value;
    }

    /// <summary>
    /// Checks every value and gradient for NaN and throws a <see cref="GradientException"/> that names the op that first produced one and where it was called.
    /// Slow: for debugging. Applies to all threads.
    /// </summary>
    public static bool AnomalyMode { get; set; }

    /// <summary>Stops recording on this thread until the returned scope is disposed: <c>using (Autograd.NoGrad()) …</c>.</summary>
    public static RecordingScope NoGrad()
    {
        int before = t_paused;
        t_paused = before + 1;
        return new RecordingScope(before);
    }

    /// <summary>Records again inside a <see cref="NoGrad"/> scope, until the returned scope is disposed.</summary>
    public static RecordingScope EnableGrad()
    {
        int before = t_paused;
        t_paused = 0;
        return new RecordingScope(before);
    }

    /// <summary>Restores the recording state at its end.</summary>
    public readonly struct RecordingScope : IDisposable
    {
        private readonly int _before;

        internal RecordingScope(int before) => _before = before;

        /// <summary>Restores the state from before the scope.</summary>
        public void Dispose() => t_paused = _before;
    }

    /// <summary>
    /// The gradients of Σ ⟨outputs, gradOutputs⟩ with respect to <paramref name="inputs"/>, which may be any tensors on the tape; leaves' <c>Grad</c> is not touched.
    /// With <paramref name="createGraph"/> the result is itself on the tape, for gradients of any order.
    /// </summary>
    /// <param name="outputs">What is differentiated.</param>
    /// <param name="inputs">With respect to what.</param>
    /// <param name="gradOutputs">dL/d(output) for each output; may be null where the output has one element.</param>
    /// <param name="createGraph">Record the backward pass.</param>
    /// <param name="retainGraph">Keep the graph for another pass.</param>
    /// <param name="allowUnused">Give zeros for an input that the outputs do not depend on instead of throwing.</param>
    /// <exception cref="GradientException">An input is not part of the outputs' history.</exception>
    public static Tensor[] Grad(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> gradOutputs = default,
        bool createGraph = false, bool retainGraph = false, bool allowUnused = false)
    {
        Tensor?[] seeds = gradOutputs.IsEmpty ? new Tensor?[outputs.Length] : gradOutputs.ToArray();
        if (seeds.Length != outputs.Length)
            throw new ArgumentException($"Grad: {outputs.Length} outputs but {seeds.Length} gradOutputs");
        Tensor?[] grads = Run(outputs.ToArray(), seeds, inputs.ToArray(), retainGraph || createGraph, createGraph, accumulate: false);
        Tensor[] result = new Tensor[inputs.Length];
        for (int i = 0; i < result.Length; i++)
        {
            if (grads[i] is null && !allowUnused)
                throw new GradientException($"Grad: input {i} of shape {inputs[i].Shape} is not in the history of the outputs; pass allowUnused: true to get zeros");
            result[i] = grads[i] ?? Tensor.ZerosLike(inputs[i]);
        }
        return result;
    }

    /// <summary>The gradient of one output with respect to one input: see <see cref="Grad(ReadOnlySpan{Tensor}, ReadOnlySpan{Tensor}, ReadOnlySpan{Tensor}, bool, bool, bool)"/>.</summary>
    public static Tensor Grad(Tensor output, Tensor input, Tensor? gradOutput = null, bool createGraph = false, bool retainGraph = false) =>
        Grad([output], [input], [gradOutput], createGraph, retainGraph)[0];

    internal static Tensor?[] Run(Tensor[] outputs, Tensor?[] seeds, Tensor[]? inputs, bool retain, bool createGraph, bool accumulate)
    {
        Node?[]? wanted = null;
        if (inputs is not null)
        {
            wanted = new Node?[inputs.Length];
            for (int i = 0; i < inputs.Length; i++)
            {
                wanted[i] = inputs[i].Node
                    ?? throw new GradientException($"Grad: input {i} of shape {inputs[i].Shape} does not require a gradient");
            }
        }
        return RunNodes(outputs, seeds, wanted, retain, createGraph, accumulate);
    }

    /// <param name="outputs">Where backward starts.</param>
    /// <param name="seeds">The gradient of each output.</param>
    /// <param name="wanted">The nodes whose gradients are returned; null: all leaves accumulate.</param>
    /// <param name="retain">Keep what the ops saved.</param>
    /// <param name="createGraph">Record the pass.</param>
    /// <param name="accumulate">Add to the leaves' Grad.</param>
    /// <param name="cut">Do not go on below a wanted node: the result is the partial derivative with the others held fixed.</param>
    internal static Tensor?[] RunNodes(Tensor[] outputs, Tensor?[] seeds, Node?[]? wanted, bool retain, bool createGraph, bool accumulate, bool cut = false)
    {
        using RecordingScope scope = createGraph ? EnableGrad() : NoGrad();
        BackwardPass pass = new(wanted, retain, createGraph, accumulate, cut);
        for (int i = 0; i < outputs.Length; i++)
        {
            Tensor y = outputs[i];
            Node node = y.Node ?? throw new GradientException($"a tensor of shape {y.Shape} has no history: no input that requires a gradient led to it, or it was made inside NoGrad()");
            y.RefuseStale("backward");
            Tensor? seed = seeds[i];
            if (seed is null)
            {
                if (y.Count != 1) throw new GradientException($"a tensor of shape {y.Shape} has {y.Count} elements: pass the gradient of each, or reduce it to one (Sum, Mean)");
                seed = Tensor.OnesLike(y);
            }
            if (seed.Shape != y.Shape || seed.DType != y.DType)
                throw new ShapeException($"the gradient {seed.DType.Name()} {seed.Shape} does not match the output {y.DType.Name()} {y.Shape}");
            pass.Seed(node, seed);
        }
        return pass.Run();
    }
}
