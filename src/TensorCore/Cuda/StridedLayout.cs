namespace TensorCore.Cuda;

/// <summary>
/// How inputs of any strides are read for a contiguous output, as <c>elementwise.cu</c> takes it by value: neighbouring axes are joined where every input steps through them
/// evenly; axis 0 is the innermost.
/// </summary>
internal unsafe struct StridedLayout
{
    public const int MaxAxes = 8, MaxInputs = 3;

    private readonly int _axes;
    private fixed uint _sizes[MaxAxes];
    private fixed long _strides[MaxInputs * MaxAxes];

    /// <exception cref="ShapeException">More than eight axes are left after joining.</exception>
    public StridedLayout(Tensor y, ReadOnlySpan<Tensor> inputs)
    {
        int axes = 0;
        for (int i = y.Rank - 1; i >= 0; i--)
        {
            int size = y.Sizes[i];
            if (size == 1) continue;
            if (axes > 0 && Joins(axes - 1, i, size, inputs))
            {
                _sizes[axes - 1] = checked((uint)((long)_sizes[axes - 1] * size));
                continue;
            }
            if (axes == MaxAxes) throw new ShapeException($"a tensor of shape {y.Shape} whose axes lie too irregularly for one kernel ({MaxAxes} runs of axes): call Contiguous() first");
            _sizes[axes] = (uint)size;
            for (int k = 0; k < inputs.Length; k++) _strides[(k * MaxAxes) + axes] = inputs[k].Strides[i];
            axes++;
        }
        if (axes == 0) (_sizes[0], axes) = (1, 1);
        _axes = axes;
    }

    private readonly bool Joins(int axis, int next, int size, ReadOnlySpan<Tensor> inputs)
    {
        if ((long)_sizes[axis] * size > uint.MaxValue) return false;
        for (int k = 0; k < inputs.Length; k++)
            if (inputs[k].Strides[next] != _strides[(k * MaxAxes) + axis] * _sizes[axis]) return false;
        return true;
    }

    /// <summary>True if rows can be read <paramref name="vec"/> elements at a time: innermost strides 0 or 1, sizes and strides that it divides, aligned addresses.</summary>
    public readonly bool AllowsVectors(Tensor y, ReadOnlySpan<Tensor> inputs, int vec)
    {
        if (_sizes[0] % (uint)vec != 0 || (nint)y.Pointer % (vec * y.DType.Size()) != 0) return false;
        for (int k = 0; k < inputs.Length; k++)
        {
            long inner = _strides[k * MaxAxes];
            if (inner is not (0 or 1)) return false;
            if (inner == 0) continue;
            if ((nint)inputs[k].Pointer % (vec * inputs[k].DType.Size()) != 0) return false;
            for (int axis = 1; axis < _axes; axis++)
                if (_strides[(k * MaxAxes) + axis] % vec != 0) return false;
        }
        return true;
    }
}
