using System.Runtime.InteropServices;

namespace TensorCore.Cuda.Interop;

/// <summary>The functions of cuBLAS that the matrix products use, under NVIDIA's names. Matrices are column-major there.</summary>
internal static unsafe partial class CuBlas
{
    private const string Library = NativeLibraries.Blas;

    // cudaDataType_t, cublasComputeType_t, cublasOperation_t, cublasMath_t, cublasGemmAlgo_t
    public const int R32F = 0, R64F = 1, R16BF = 14;
    public const int Compute32F = 68, Compute32FFastTf32 = 77, Compute64F = 70;
    public const int OpN = 0, OpT = 1;
    public const int PedanticMath = 2, DefaultAlgo = -1;

    [LibraryImport(Library, EntryPoint = "cublasCreate_v2")]
    public static partial int cublasCreate(out nint handle);

    [LibraryImport(Library, EntryPoint = "cublasSetStream_v2")]
    public static partial int cublasSetStream(nint handle, nint stream);

    [LibraryImport(Library, EntryPoint = "cublasSetWorkspace_v2")]
    public static partial int cublasSetWorkspace(nint handle, nint workspace, nuint bytes);

    [LibraryImport(Library, EntryPoint = "cublasGetVersion_v2")]
    public static partial int cublasGetVersion(nint handle, out int version);

    [LibraryImport(Library)]
    public static partial byte* cublasGetStatusName(int status);

    [LibraryImport(Library)]
    public static partial byte* cublasGetStatusString(int status);

    [LibraryImport(Library)]
    public static partial int cublasGemmEx(nint handle, int transA, int transB, int m, int n, int k, void* alpha, nint a, int typeA, int lda, nint b, int typeB, int ldb,
        void* beta, nint c, int typeC, int ldc, int computeType, int algorithm);

    [LibraryImport(Library)]
    public static partial int cublasGemmStridedBatchedEx(nint handle, int transA, int transB, int m, int n, int k, void* alpha, nint a, int typeA, int lda, long strideA,
        nint b, int typeB, int ldb, long strideB, void* beta, nint c, int typeC, int ldc, long strideC, int batches, int computeType, int algorithm);

    /// <summary>Throws if a call failed.</summary>
    /// <exception cref="CudaException">The status is not CUBLAS_STATUS_SUCCESS.</exception>
    public static void Check(int status, string function)
    {
        if (status == 0) return;
        throw new CudaException(function, Marshal.PtrToStringUTF8((nint)cublasGetStatusName(status)) ?? "", status, Marshal.PtrToStringUTF8((nint)cublasGetStatusString(status)) ?? "");
    }
}
