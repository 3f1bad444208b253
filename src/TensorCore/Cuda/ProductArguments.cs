namespace TensorCore.Cuda;

/// <summary>The parameter of the kernels of matrix products, passed by value: struct Product of matmul.cuh. Addresses on the device, strides in elements.</summary>
internal unsafe struct ProductArguments
{
    /// <summary>Axes of the batch that a launch takes.</summary>
    public const int BatchAxes = 3;

    public nint A, B, Y, Bias, Pre, Partial;
    public fixed long StepA[BatchAxes], StepB[BatchAxes], StepY[BatchAxes];
    public long SumA, SumB;
    public fixed int Sizes[BatchAxes];
    public int First, Sums, M, N, K, Lda, Ldb, Part, Activation, Accumulate, VectorY;

    /// <summary>A can be read 16 bytes, <paramref name="vec"/> elements, at a time.</summary>
    public readonly bool IsAlignedA(bool transposed, int vec)
    {
        bool aligned = (A & 15) == 0 && Lda % vec == 0 && SumA % vec == 0 && (transposed ? M : K) % vec == 0;
        for (int i = 0; i < BatchAxes; i++) aligned &= StepA[i] % vec == 0;
        return aligned;
    }

    /// <summary>B can be read 16 bytes, <paramref name="vec"/> elements, at a time.</summary>
    public readonly bool IsAlignedB(bool transposed, int vec)
    {
        bool aligned = (B & 15) == 0 && Ldb % vec == 0 && SumB % vec == 0 && (transposed ? K : N) % vec == 0;
        for (int i = 0; i < BatchAxes; i++) aligned &= StepB[i] % vec == 0;
        return aligned;
    }

    /// <summary>The transposed product Bᵀ·Aᵀ.</summary>
    public void Swap()
    {
        (A, B, SumA, SumB, M, N, Lda, Ldb) = (B, A, SumB, SumA, N, M, Ldb, Lda);
        for (int i = 0; i < BatchAxes; i++) (StepA[i], StepB[i]) = (StepB[i], StepA[i]);
    }
}

/// <summary>How the few rows of a product lie in memory: struct Rows of matmul_vector.cu.</summary>
internal struct RowsArguments
{
    public int Row, K, Swapped, Aligned;
}
