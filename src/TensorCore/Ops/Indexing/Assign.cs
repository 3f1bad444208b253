namespace TensorCore;

/// <summary>
/// x[…] = v: y = x with v in a part, written into x's own memory, which is y's from then on;  dx = dy with 0 in the part, dv = dy of the part. Where positions are
/// named twice only the last value has an effect, so only it gets the gradient.
/// </summary>
internal sealed class Assign : Op, IOp
{
    private readonly IndexPlan _plan;
    private Shape _valueShape;

    internal Assign(IndexPlan plan) => _plan = plan;

    /// <inheritdoc/>
    public static string OpName => "assign";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        _valueShape = inputs[1].Shape;
        Write(_plan, inputs[0], inputs[1]);
        return inputs[0].Detach();
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        if (dx.Needs(0))
        {
            Tensor rest = dy.Clone();
            rest.Assign(_plan, Tensor.Zeros([], dy.DType, dy.Device));
            dx.Add(0, rest, fresh: true);
        }
        if (!dx.Needs(1)) return;
        Tensor dv = dy.Take(_plan);
        if (_plan.Positions is not null && IndexTensors.LastNamed(_plan.Positions, _plan.Joined[_plan.Axis]) is Tensor winners)
        {
            int[] wide = [.. Enumerable.Repeat(1, _plan.Picked.Length)];
            _plan.PickShape.Span.CopyTo(wide.AsSpan(_plan.Axis));
            winners = winners.Reshape(wide);
            if (_plan.Placement is not null) winners = winners.Permute(_plan.Placement);
            dv = Tensor.Where(winners, dv, Tensor.Zeros([], dy.DType, dy.Device));
        }
        dx.Add(1, dv.SumTo(_valueShape));
    }

    /// <summary>Writes v, broadcast, into the part of x; unrecorded.</summary>
    internal static void Write(IndexPlan plan, Tensor x, Tensor v)
    {
        v = v.Expand(plan.ResultShape);
        IBackend backend = x.Device.Backend;
        Tensor part = plan.Region.ViewOf(x, plan.Backwards);
        if (plan.Positions is null)
        {
            backend.Copy(v, part);
            return;
        }
        // The rows to write come as (outer, picked, inner). If the part does not lie so in memory, a copy of it is written and put back.
        if (plan.Placement is not null)
        {
            int[] back = new int[plan.Placement.Length];
            for (int i = 0; i < back.Length; i++) back[plan.Placement[i]] = i;
            v = v.Permute(back);
        }
        if (plan.Order is not null) part = part.Permute(plan.Order);
        Tensor target = part;
        if (!part.IsContiguous)
        {
            target = Tensor.EmptyLike(part);
            backend.Copy(part, target);
        }
        (long outer, long n, long inner) = IndexSelect.Layout(plan.Joined, plan.Axis);
        backend.IndexWrite(v.Contiguous(), plan.Positions, target, outer, n, inner);
        if (!ReferenceEquals(target, part)) backend.Copy(target, part);
    }

    /// <summary>Refuses an assignment on the tape that could leave another tensor with a wrong history.</summary>
    internal static void RequireAssignable(Tensor x)
    {
        if (x.IsLeaf && x.RequiresGrad) throw new GradientException("assign: in-place change of a leaf that requires a gradient: do it inside Autograd.NoGrad(), or on Clone()");
        if (x.Offset != 0 || x.Count * x.DType.Size() != x.Storage.Bytes)
            throw new GradientException($"assign: assignment into a view that is on the tape (shape {x.Shape}, a part of a larger tensor): assign to the whole tensor, or Clone() first");
        for (Node? node = x.Node; node is OpNode { Op: { IsView: true } } view; node = view.Inputs[0])
        {
            if (view.Inputs[0] is LeafNode leaf && ReferenceEquals(leaf.Leaf.Storage, x.Storage))
                throw new GradientException($"assign: this tensor of shape {x.Shape} is a view of a leaf that requires a gradient: Clone() first");
        }
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        Tensor x = g.Tensor(g.Shape(maxRank: 4));
        TensorIndex[] indices = g.Chance() ? IndexSamples.Advanced(g, x.Shape) : IndexSamples.Basic(g, x.Shape);
        Tensor v = g.Tensor(g.BroadcastableTo(new IndexPlan(x.Shape, indices).ResultShape));
        int form = g.Choose(4);
        return OpSample.Of($"{x.Shape} [{string.Join(", ", indices)}] = {v.Shape} form {form}", [x, v], t =>
        {
            // Into a value on the tape, into a constant, with a number, and from the tensor itself.
            Tensor y = form == 1 ? Tensor.FullLike(t[0], 0.25) : t[0].Clone();
            if (form == 2) y.Assign(0.5, indices);
            else if (form == 3) y[indices] = y[indices] + t[1];
            else y[indices] = t[1];
            return y;
        });
    }
}
