namespace TensorCore.Cpu;

/// <summary>One matrix product, as the engine sees it: leading dimensions in bytes.</summary>
internal unsafe struct Product
{
    public bool TransA, TransB;
    public int M, N, K;
    public double Alpha, Beta;
    public byte* A, B, C;
    public nint Lda, Ldb, Ldc;
    public Epilogue Epilogue;

    /// <summary>Where op(A)[i, p] lies.</summary>
    public readonly byte* AtA(int i, int p, int laneSize) =>
        TransA ? A + p * Lda + (nint)i * laneSize : A + i * Lda + (nint)p * laneSize;

    /// <summary>Where op(B)[p, j] lies.</summary>
    public readonly byte* AtB(int p, int j, int laneSize) =>
        TransB ? B + j * Ldb + (nint)p * laneSize : B + p * Ldb + (nint)j * laneSize;

    public readonly byte* AtC(int i, int j, int laneSize) => C + i * Ldc + (nint)j * laneSize;
}
