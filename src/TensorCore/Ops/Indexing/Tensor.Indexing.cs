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
        value = Fitted(value, plan.ResultShape);
        RequireChangeable("assign");
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

    /// <summary>The value without leading axes of size 1 that the part has not; it broadcasts to the part.</summary>
    private static Tensor Fitted(Tensor value, Shape part)
    {
        int extra = Math.Max(0, value.Rank - part.Rank);
        bool fits = true;
        for (int i = 0; i < value.Rank && fits; i++)
            fits = value._sizes[i] == 1 || (i >= extra && value._sizes[i] == part.Span[part.Rank - value.Rank + i]);
        if (!fits) throw new ShapeException($"assign: a value of shape {value.Shape} does not fit a part of shape {part}");
        return extra == 0 ? value : value.Reshape(value._sizes[extra..]);
    }

    /// <summary>
    /// Refuses to write into an expanded tensor, where one element stands for several, and through a view that an assignment on the tape has made stale: its write would
    /// change a value behind the back of that value's history.
    /// </summary>
    private void RequireChangeable(string op)
    {
        for (int i = 0; i < Rank; i++)
            if (_strides[i] == 0 && _sizes[i] > 1) throw new ShapeException($"{op}: along axis {i} this tensor of shape {Shape} is expanded, one element stands for {_sizes[i]}: change a Clone()");
        if (Autograd.IsRecording && ViewVersion < Storage.RecordedVersion)
            throw new GradientException($"{op}: this tensor of shape {Shape} shares its storage with one that was assigned to under the tape after this view was taken: take the view again");
    }
}
