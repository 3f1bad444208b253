namespace TensorCore;

/// <summary>Where a backward rule puts the gradients of its op's inputs. The first writer sets, later ones add.</summary>
public readonly struct Gradients
{
    private readonly OpNode _node;
    private readonly BackwardPass _pass;

    internal Gradients(OpNode node, BackwardPass pass) => (_node, _pass) = (node, pass);

    /// <summary>True if input <paramref name="input"/> wants a gradient; computing another would be wasted.</summary>
    public bool Needs(int input) => input < _node.Inputs.Length && _node.Inputs[input] is Node n && _pass.Wants(n);

    /// <summary>Adds <paramref name="dx"/>, of the input's shape, to the gradient of input <paramref name="input"/>.</summary>
    /// <param name="input">The input's position in <see cref="Op.Forward"/>.</param>
    /// <param name="dx">The contribution.</param>
    /// <param name="fresh">True if nobody else holds this tensor's buffer: later contributions may then be added into it in place.</param>
    /// <exception cref="ShapeException">The gradient's shape is not the input's.</exception>
    public void Add(int input, Tensor dx, bool fresh = false)
    {
        if (!Needs(input)) return;
        if (dx.Shape != _node.InputShapes[input])
            throw new ShapeException($"{_node.Name}: backward gave a gradient of shape {dx.Shape} to input {input} of shape {_node.InputShapes[input]}");
        // Sums of bfloat16 are float32: the gradient of a bfloat16 input is bfloat16 again.
        if (dx.DType != DType.BFloat16 && input < 32 && (_node.NarrowInputs >> input & 1) != 0) (dx, fresh) = (dx.To(DType.BFloat16), true);
        _pass.Add(_node.Inputs[input]!, dx, fresh, _node.Name);
    }

    /// <summary>
    /// A contiguous buffer that already holds earlier contributions to this input and may be added to in place by a kernel (β = 1); null if
    /// there is none, and always null while the backward pass is itself recorded.
    /// </summary>
    public Tensor? Existing(int input)
    {
        if (!Needs(input) || _pass.Existing(_node.Inputs[input]!) is not Tensor sum) return null;
        sum.MarkChanged(_node.Name);
        return sum;
    }
}
