using System.Diagnostics;

namespace TensorCore;

/// <summary>A step on the tape. Nodes are numbered as they are made, so descending numbers are a valid order for backward.</summary>
internal abstract class Node
{
    private static long s_last;

    public long Sequence { get; } = Interlocked.Increment(ref s_last);

    public abstract string Name { get; }

    /// <summary>The node each input came from; null where no gradient is wanted.</summary>
    public abstract ReadOnlySpan<Node?> Inputs { get; }

    public List<Func<Tensor, Tensor?>>? Hooks { get; set; }

    internal static long LastSequence => Interlocked.Read(ref s_last);
}

/// <summary>Collects the gradient of a leaf.</summary>
internal sealed class LeafNode(Tensor leaf) : Node
{
    public Tensor Leaf => leaf;

    public override string Name => "leaf";

    public override ReadOnlySpan<Node?> Inputs => [];
}

/// <summary>A recorded op.</summary>
internal sealed class OpNode : Node
{
    private readonly Node?[] _inputs;

    public OpNode(Op op, ReadOnlySpan<Tensor> inputs, Tensor output)
    {
        Op = op;
        Name = op.Name;
        _inputs = new Node?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++) _inputs[i] = inputs[i].Node;
        InputShapes = new Shape[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            InputShapes[i] = inputs[i].Shape;
            if (inputs[i].DType == DType.BFloat16) NarrowInputs |= 1u << i;
        }
        OutputShape = output.Shape;
        OutputDType = output.DType;
        if (Autograd.AnomalyMode) Trace = new StackTrace(2, fNeedFileInfo: true);
    }

    /// <summary>A node whose inputs are nodes, not tensors: used by checkpointing, whose block reaches values it was not given.</summary>
    public OpNode(Op op, Node?[] inputs, Shape[] inputShapes, Tensor output)
    {
        Op = op;
        Name = op.Name;
        _inputs = inputs;
        InputShapes = inputShapes;
        OutputShape = output.Shape;
        OutputDType = output.DType;
        if (Autograd.AnomalyMode) Trace = new StackTrace(2, fNeedFileInfo: true);
    }

    /// <summary>Null once backward has freed what the op saved.</summary>
    public Op? Op { get; private set; }

    public override string Name { get; }

    public override ReadOnlySpan<Node?> Inputs => _inputs;

    public Shape[] InputShapes { get; }

    /// <summary>Bit i is set if input i is bfloat16, and its gradient has to be too; of the first 32.</summary>
    public uint NarrowInputs { get; }

    public Shape OutputShape { get; }

    public DType OutputDType { get; }

    public StackTrace? Trace { get; }

    public void Free() => Op = null;
}
