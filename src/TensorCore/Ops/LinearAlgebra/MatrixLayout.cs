using TensorCore.Cpu;

namespace TensorCore;

/// <summary>
/// How the last two axes of a tensor lie in memory, in the terms of a matrix product: rows or columns side by side
/// (<see cref="Transposed"/>) and the elements from one to the next (<see cref="Ld"/>).
/// </summary>
internal readonly struct MatrixLayout
{
    private MatrixLayout(bool transposed, int ld) => (Transposed, Ld) = (transposed, ld);

    /// <summary>The columns lie side by side: the memory holds the transpose.</summary>
    public bool Transposed { get; }

    /// <summary>Elements from one stored row to the next.</summary>
    public int Ld { get; }

    /// <summary>
    /// The layout of <paramref name="x"/> if a product can read it as it lies, with any leading dimension: one of the two axes has stride 1 and the other
    /// strides over it. Otherwise <paramref name="x"/> is replaced by a contiguous copy.
    /// </summary>
    public static MatrixLayout Of(ref Tensor x)
    {
        if (!TryDescribe(x, out MatrixLayout layout))
        {
            x = x.Contiguous();
            _ = TryDescribe(x, out layout);
        }
        return layout;
    }

    private static bool TryDescribe(Tensor x, out MatrixLayout layout)
    {
        int rows = x.Sizes[^2], cols = x.Sizes[^1];
        long stepRow = x.Strides[^2], stepCol = x.Strides[^1];
        // The stride of an axis with one element says nothing.
        if (cols <= 1) stepCol = 1;
        if (rows <= 1) stepRow = stepCol == 1 ? Math.Max(cols, 1) : 1;
        if (x.Count == 0) (stepRow, stepCol) = (Math.Max(cols, 1), 1);
        if (stepCol == 1 && stepRow >= Math.Max(cols, 1) && stepRow <= int.MaxValue)
        {
            layout = new MatrixLayout(false, (int)stepRow);
            return true;
        }
        layout = new MatrixLayout(true, (int)Math.Clamp(stepCol, 1, int.MaxValue));
        return stepRow == 1 && stepCol >= Math.Max(rows, 1) && stepCol <= int.MaxValue;
    }
}
