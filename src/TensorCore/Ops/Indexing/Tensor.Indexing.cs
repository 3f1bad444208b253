using System.Runtime.CompilerServices;

namespace TensorCore;

public sealed partial class Tensor
{
    /// <summary>
    /// A part of the tensor: <c>x[0]</c>, <c>x[.., ^1]</c>, <c>x[1..3, 0]</c>, <c>x[TensorIndex.Ellipsis, 0]</c>, <c>x[mask]</c>, <c>x[rows, columns]</c>. Without index tensors it is
    /// a view that shares memory with this tensor (a copy where a step is negative); with them it is a copy, placed by NumPy's rules. Axes not named stay whole.
    /// </summary>
    /// <remarks>
    /// <para>Assignment, <c>x[…] = value</c>, writes into the tensor's memory; the value is converted to its dtype and broadcast. Where an index tensor names
    /// a position twice, the last value stays.</para>
    /// <para>On the tape an assignment is an operation like others: gradients flow to the value and to what x held elsewhere. What was computed from x before keeps its
    /// right gradient if backward does not need the old values, and fails there if it does. Refused are a leaf that requires a gradient (do it inside
    /// <see cref="Autograd.NoGrad"/>) and a view of a part of a larger tensor (assign to the larger tensor). Views of x that were taken before the
    /// assignment must be taken again.</para>
    /// </remarks>
    /// <exception cref="ShapeException">An index is out of range, there are too many, index tensors do not broadcast, or the value does not fit.</exception>
    /// <exception cref="GradientException">An assignment whose gradient could not be right.</exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get => Take(new IndexPlan(Shape, indices));
        set => Assign(new IndexPlan(Shape, indices), value);
    }

    /// <summary>Writes a number into a part of the tensor: <c>x.Assign(0, mask)</c> is <c>x[mask] = 0</c>, with the rules of assignment.</summary>
    /// <exception cref="ShapeException">An index is out of range or there are too many.</exception>
    public void Assign(double value, params ReadOnlySpan<TensorIndex> indices) => Assign(new IndexPlan(Shape, indices), Full([], value, DType, Device));

    internal Tensor Take(IndexPlan plan)
    {
        Tensor y = Op.Apply(new Slice(plan.Region), this);
        if (plan.Backwards.Length > 0) y = y.Flip(plan.Backwards);
        if (plan.Positions is null) return y;
        if (plan.Order is not null) y = y.Permute(plan.Order);
        y = Op.Apply(new IndexSelect(plan.Axis, plan.Positions), y.Reshape(plan.Joined)).Reshape(plan.Picked);
        return plan.Placement is null ? y : y.Permute(plan.Placement);
    }

    internal void Assign(IndexPlan plan, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Device != Device) throw new DeviceException($"assign: a value on {value.Device} into a tensor on {Device}: move it with To(device)");
        if (value.Rank > plan.ResultShape.Rank || Shape.Broadcast(plan.ResultShape, value.Shape, "assign") != plan.ResultShape)
            throw new ShapeException($"assign: a value of shape {value.Shape} does not fit a part of shape {plan.ResultShape}");
        RequireDistinct("assign");
        value = value.To(DType);
        if (ReferenceEquals(value.Storage, Storage)) value = value.Clone();
        if (!Autograd.IsRecording || (!value.RequiresGrad && (Node is null || IsLeaf)))
        {
            MarkChanged("assign");
            using (Autograd.NoGrad()) TensorCore.Assign.Write(plan, this, value);
            return;
        }
        TensorCore.Assign.RequireAssignable(this);
        Tensor y = Op.Apply(new Assign(plan), this, value);
        Node = y.Node;
        Storage.Changed(recorded: true);
        ViewVersion = Storage.Version;
    }

    /// <summary>Refuses to write into an expanded tensor, where one element stands for several.</summary>
    private void RequireDistinct(string op)
    {
        for (int i = 0; i < Rank; i++)
            if (_strides[i] == 0 && _sizes[i] > 1) throw new ShapeException($"{op}: along axis {i} this tensor of shape {Shape} is expanded, one element stands for {_sizes[i]}: change a Clone()");
    }
}
