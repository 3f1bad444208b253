namespace TensorCore;

/// <summary>y = the inputs one after the other along an axis;  dxᵢ = its part of dy.</summary>
internal sealed class Cat : Op, IOp
{
    private readonly int _axis;
    private Region[] _regions = [];

    internal Cat(int axis) => _axis = axis;

    /// <inheritdoc/>
    public static string OpName => "cat";

    /// <inheritdoc/>
    public override string Name => OpName;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        int[] sizes = inputs[0].Sizes.ToArray();
        sizes[_axis] = 0;
        foreach (Tensor x in inputs) sizes[_axis] = checked(sizes[_axis] + x.Sizes[_axis]);
        Tensor y = Tensor.Empty(sizes, inputs[0].DType, inputs[0].Device);
        _regions = new Region[inputs.Length];
        for (int i = 0, at = 0; i < inputs.Length; at += inputs[i].Sizes[_axis], i++)
        {
            _regions[i] = Region.Along(y.Shape, _axis, at, inputs[i].Sizes[_axis]);
            y.Device.Backend.Copy(inputs[i], _regions[i].ViewOf(y));
        }
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tensor dy, Gradients dx)
    {
        for (int i = 0; i < _regions.Length; i++)
            if (dx.Needs(i)) dx.Add(i, Op.Apply(new Slice(_regions[i]), dy));
    }

    /// <inheritdoc/>
    public static OpSample Sample(SampleGenerator g)
    {
        int[] shape = g.Shape(minRank: 1);
        int axis = g.Axis(shape.Length);
        Tensor[] inputs = new Tensor[1 + g.Choose(4)];
        for (int i = 0; i < inputs.Length; i++)
        {
            shape[axis < 0 ? axis + shape.Length : axis] = g.Size();
            inputs[i] = i > 0 && g.Chance(8) ? inputs[0] : g.Tensor(shape);
        }
        return OpSample.Of($"{string.Join(" ", inputs.Select(x => x.Shape))} axis {axis}", inputs, t => Tensor.Cat(t, axis));
    }
}

public sealed partial class Tensor
{
    /// <summary>The tensors one after the other along an axis. Their other sizes are equal; their dtypes are promoted to one.</summary>
    /// <exception cref="ShapeException">No tensors, or other sizes differ.</exception>
    public static Tensor Cat(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        if (tensors.IsEmpty) throw new ShapeException("cat: there are no tensors");
        Tensor first = tensors[0];
        if (first.Rank == 0) throw new ShapeException("cat: scalars have no axis to go along; use Stack");
        int a = first.Shape.Axis(axis);
        DType dtype = first.DType;
        for (int i = 1; i < tensors.Length; i++)
        {
            Tensor x = tensors[i];
            bool fits = x.Rank == first.Rank;
            for (int d = 0; fits && d < x.Rank; d++) fits = d == a || x._sizes[d] == first._sizes[d];
            if (!fits) throw new ShapeException($"cat along axis {axis}: tensor {i} of shape {x.Shape} does not fit tensor 0 of shape {first.Shape}: all sizes but that of axis {a} must be equal");
            dtype = Promote(dtype, x.DType);
        }
        Tensor[] inputs = tensors.ToArray();
        for (int i = 0; i < inputs.Length; i++) inputs[i] = inputs[i].To(dtype);
        return Op.Apply(new Cat(a), inputs);
    }

    /// <summary>The tensors, all of one shape, along a new axis.</summary>
    /// <exception cref="ShapeException">No tensors, or their shapes differ.</exception>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        if (tensors.IsEmpty) throw new ShapeException("stack: there are no tensors");
        Tensor[] rows = new Tensor[tensors.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (tensors[i].Shape != tensors[0].Shape) throw new ShapeException($"stack: tensor {i} of shape {tensors[i].Shape} differs from tensor 0 of shape {tensors[0].Shape}");
            rows[i] = tensors[i].Unsqueeze(axis);
        }
        return Cat(rows, axis);
    }
}
