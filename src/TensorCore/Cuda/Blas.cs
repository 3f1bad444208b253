using TensorCore.Cuda;
using TensorCore.Cuda.Interop;

namespace TensorCore;

// Matrix products by cuBLAS. Its matrices are column-major: to it, row-major y = a·b is yᵀ = bᵀ·aᵀ, where what lies in memory as a row-major matrix is its own transpose.
internal sealed partial class CudaBackend
{
    /// <summary>True if cuBLAS does the products of this dtype: it is installed, and <see cref="CudaOptions.MatrixProduct"/> does not say otherwise.</summary>
    private bool UseBlas(DType type)
    {
        switch (CudaOptions.MatrixProduct)
        {
            case null or "": break;
            case "own": return false;
            case "cublas":
                if (Device.Blas == 0)
                    throw new DeviceException($"CudaOptions.MatrixProduct is \"cublas\", but cuBLAS was not found ({string.Join(" or ", NativeLibraries.FileNames(NativeLibraries.Blas))}): install it, or name its folder in {NativeLibraries.FoldersVariable}");
                break;
            default: throw new ArgumentException($"CudaOptions.MatrixProduct is \"{CudaOptions.MatrixProduct}\": \"own\" or \"cublas\" is possible, or null for cuBLAS where it is installed");
        }
        // cuBLAS multiplies bfloat16 from sm_80 on.
        return Device.Blas != 0 && (type != DType.BFloat16 || Device.ComputeCapability >= 80);
    }

    /// <summary>
    /// A batched call for the largest axis of the batch, a loop around it for the others, and around that one for the axes that y is summed over. Bias and activation are a pass of their
    /// own over y.
    /// </summary>
    private void RunBlas(MatrixProduct p)
    {
        MatrixProduct.Axis batch = p.Batch.Append(MatrixProduct.Axis.None).MaxBy(axis => axis.Size);
        MatrixProduct.Axis[] outer = [.. p.Batch.Where(axis => axis != batch)];
        if (p.IsEmptySum && !p.Accumulate) Fill(p.Y, 0);
        if (!p.IsEmptySum)
        {
            (long, long, long)[] sums = [.. Offsets([.. p.Sums])];
            foreach ((long a, long b, long y) in Offsets(outer))
            {
                bool add = p.Accumulate;
                foreach ((long a2, long b2, _) in sums)
                {
                    Gemm(p, a + a2, b + b2, y, batch, add);
                    add = true;
                }
            }
        }
        if (p.Bias is not null || p.Activation != Activation.None || p.Pre is not null) FinishLinear(p.Y, p.Bias, p.Pre, p.Activation);
    }

    private unsafe void Gemm(MatrixProduct p, long offsetA, long offsetB, long offsetY, MatrixProduct.Axis batch, bool add)
    {
        (int type, int compute) = p.Y.DType switch
        {
            DType.Float64 => (CuBlas.R64F, CuBlas.Compute64F),
            DType.BFloat16 => (CuBlas.R16BF, CuBlas.Compute32F),
            _ => (CuBlas.R32F, CudaOptions.AllowTf32 ? CuBlas.Compute32FFastTf32 : CuBlas.Compute32F),
        };
        double alpha64 = 1, beta64 = add ? 1 : 0;
        float alpha32 = 1, beta32 = (float)beta64;
        void* alpha = compute == CuBlas.Compute64F ? &alpha64 : &alpha32, beta = compute == CuBlas.Compute64F ? &beta64 : &beta32;
        int size = p.Y.DType.Size(), transA = p.TransA ? CuBlas.OpT : CuBlas.OpN, transB = p.TransB ? CuBlas.OpT : CuBlas.OpN;
        nint a = (nint)p.A.Pointer + (nint)(offsetA * size), b = (nint)p.B.Pointer + (nint)(offsetB * size), y = (nint)p.Y.Pointer + (nint)(offsetY * size);
        Device.Enter();
        if (batch.Size == 1)
        {
            CuBlas.Check(CuBlas.cublasGemmEx(Device.Blas, transB, transA, p.N, p.M, p.K, alpha, b, type, p.Ldb, a, type, p.Lda, beta, y, type, p.N, compute, CuBlas.DefaultAlgo),
                nameof(CuBlas.cublasGemmEx));
        }
        else
        {
            CuBlas.Check(CuBlas.cublasGemmStridedBatchedEx(Device.Blas, transB, transA, p.N, p.M, p.K, alpha, b, type, p.Ldb, batch.B, a, type, p.Lda, batch.A, beta, y, type, p.N, batch.Y,
                batch.Size, compute, CuBlas.DefaultAlgo), nameof(CuBlas.cublasGemmStridedBatchedEx));
        }
        GC.KeepAlive(p.A);
        GC.KeepAlive(p.B);
        GC.KeepAlive(p.Y);
    }
}
