namespace TensorCore.Cpu;

/// <summary>
/// Matrix products on raw row-major memory, float32 and float64:
/// <c>C = activation(alpha·op(A)·op(B) + beta·C + bias)</c>, op(X) = X or Xᵀ.
/// <para>
/// As in BLAS, beta = 0 does not read C, alpha = 0 and k = 0 do not read A and B; NaN and infinity in A and B reach C.
/// C, and the stored pre-activation, must not overlap A, B or the bias.
/// </para>
/// <para>
/// The same arguments give the same bits for any number of threads; each vector width is free to differ in the last bits.
/// </para>
/// </summary>
public static unsafe class Gemm
{
    // Multiply-adds of one product of a batch above which the threads share the product instead of the batch.
    private const long LargeProduct = 32 << 20;

    /// <summary>One product. Leading dimensions are the elements from one stored row to the next.</summary>
    /// <param name="dtype"><see cref="DType.Float32"/> or <see cref="DType.Float64"/>, of every operand.</param>
    /// <param name="transA">A is stored k×m instead of m×k.</param>
    /// <param name="transB">B is stored n×k instead of k×n.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">The inner size.</param>
    /// <param name="alpha">Factor of the product.</param>
    /// <param name="a">The left operand.</param>
    /// <param name="lda">At least k, or m when transposed.</param>
    /// <param name="b">The right operand.</param>
    /// <param name="ldb">At least n, or k when transposed.</param>
    /// <param name="beta">Factor of what C holds; 0 overwrites.</param>
    /// <param name="c">The result, m×n.</param>
    /// <param name="ldc">At least n.</param>
    /// <param name="epilogue">Bias, activation and a copy of the pre-activation, fused.</param>
    /// <exception cref="ArgumentException">A negative size, a leading dimension too small, a null operand that would be read, or another dtype.</exception>
    public static void Run(
        DType dtype, bool transA, bool transB, int m, int n, int k,
        double alpha, void* a, int lda, void* b, int ldb, double beta, void* c, int ldc, in Epilogue epilogue = default)
    {
        Check(dtype, transA, transB, m, n, k, alpha, a, lda, b, ldb, c, ldc, epilogue);
        Dispatch(dtype, Describe(dtype, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, epilogue));
    }

    /// <summary>
    /// <paramref name="batch"/> products of one shape; operand i starts i strides, in elements, after the first. A stride of 0
    /// for A or B uses the same matrix for all. Small products are shared out whole, large ones are worked on by all threads.
    /// The epilogue's bias is the same for all; its pre-activations lie <paramref name="strideC"/> elements apart.
    /// </summary>
    /// <param name="dtype"><see cref="DType.Float32"/> or <see cref="DType.Float64"/>, of every operand.</param>
    /// <param name="transA">Each A is stored k×m instead of m×k.</param>
    /// <param name="transB">Each B is stored n×k instead of k×n.</param>
    /// <param name="m">Rows of each C.</param>
    /// <param name="n">Columns of each C.</param>
    /// <param name="k">The inner size.</param>
    /// <param name="alpha">Factor of the products.</param>
    /// <param name="a">The first left operand.</param>
    /// <param name="lda">At least k, or m when transposed.</param>
    /// <param name="strideA">Elements from one A to the next; 0 to share it.</param>
    /// <param name="b">The first right operand.</param>
    /// <param name="ldb">At least n, or k when transposed.</param>
    /// <param name="strideB">Elements from one B to the next; 0 to share it.</param>
    /// <param name="beta">Factor of what C holds; 0 overwrites.</param>
    /// <param name="c">The first result.</param>
    /// <param name="ldc">At least n.</param>
    /// <param name="strideC">Elements from one C to the next; the Cs must not overlap.</param>
    /// <param name="batch">The number of products.</param>
    /// <param name="epilogue">Bias, activation and a copy of the pre-activation, fused.</param>
    /// <exception cref="ArgumentException">As for <see cref="Run"/>, or a stride that makes the Cs overlap.</exception>
    public static void RunBatched(
        DType dtype, bool transA, bool transB, int m, int n, int k,
        double alpha, void* a, int lda, long strideA, void* b, int ldb, long strideB, double beta, void* c, int ldc, long strideC,
        int batch, in Epilogue epilogue = default)
    {
        Check(dtype, transA, transB, m, n, k, alpha, a, lda, b, ldb, c, ldc, epilogue);
        if (batch < 0) throw new ArgumentOutOfRangeException(nameof(batch), batch, "gemm: a batch cannot be negative");
        if (batch > 1 && m > 0 && n > 0 && strideC < n)
            throw new ArgumentException($"gemm: strideC = {strideC} makes the {batch} results of {m}×{n} overlap", nameof(strideC));
        if (batch == 0) return;

        // One B for all and As and Cs that follow each other without a gap: one tall product.
        bool tall = strideB == 0 && !transA && strideA == (long)m * lda && strideC == (long)m * ldc && (long)batch * m <= int.MaxValue
            && (epilogue.PreActivation == 0 || epilogue.LdPreActivation == ldc);
        if (tall)
        {
            Dispatch(dtype, Describe(dtype, transA, transB, batch * m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, epilogue));
            return;
        }

        int size = dtype.Size();
        BatchJob job = new()
        {
            First = Describe(dtype, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, epilogue),
            DType = dtype,
            StrideA = (nint)strideA * size,
            StrideB = (nint)strideB * size,
            StrideC = (nint)strideC * size,
            Batch = batch,
        };
        long work = Math.Max(1, (long)m * n * k);
        if (work > LargeProduct)
        {
            job.PerPiece = 1;
            for (int i = 0; i < batch; i++) job.Execute(i);
            return;
        }

        // About 20 µs a piece.
        job.PerPiece = (int)Math.Clamp((2 << 20) / work, 1, batch);
        WorkerPool.Run(ref job, (batch + job.PerPiece - 1) / job.PerPiece);
    }

    private static Product Describe(
        DType dtype, bool transA, bool transB, int m, int n, int k,
        double alpha, void* a, int lda, void* b, int ldb, double beta, void* c, int ldc, in Epilogue epilogue)
    {
        nint size = dtype.Size();
        return new Product
        {
            TransA = transA,
            TransB = transB,
            M = m,
            N = n,
            K = k,
            Alpha = alpha,
            Beta = beta,
            A = (byte*)a,
            B = (byte*)b,
            C = (byte*)c,
            Lda = lda * size,
            Ldb = ldb * size,
            Ldc = ldc * size,
            Epilogue = epilogue,
        };
    }

    private static void Dispatch(DType dtype, in Product p)
    {
        if (dtype == DType.Float32)
        {
            switch (Simd.Level)
            {
                case SimdLevel.V512: GemmEngine<F512>.Run(p); break;
                case SimdLevel.V256: GemmEngine<F256>.Run(p); break;
                case SimdLevel.V128: GemmEngine<F128>.Run(p); break;
                default: GemmEngine<F1>.Run(p); break;
            }
        }
        else
        {
            switch (Simd.Level)
            {
                case SimdLevel.V512: GemmEngine<D512>.Run(p); break;
                case SimdLevel.V256: GemmEngine<D256>.Run(p); break;
                case SimdLevel.V128: GemmEngine<D128>.Run(p); break;
                default: GemmEngine<D1>.Run(p); break;
            }
        }
    }

    private static void Check(
        DType dtype, bool transA, bool transB, int m, int n, int k,
        double alpha, void* a, int lda, void* b, int ldb, void* c, int ldc, in Epilogue epilogue)
    {
        if (dtype is not (DType.Float32 or DType.Float64))
            throw new ArgumentException($"gemm: {dtype.Name()} is not supported, use float32 or float64", nameof(dtype));
        if ((m | n | k) < 0) throw new ArgumentException($"gemm: the sizes m = {m}, n = {n}, k = {k} cannot be negative");
        if (m == 0 || n == 0) return;
        int widthA = transA ? m : k, widthB = transB ? k : n;
        if (lda < widthA) throw new ArgumentException($"gemm: lda = {lda}, but a stored row of A has {widthA} elements", nameof(lda));
        if (ldb < widthB) throw new ArgumentException($"gemm: ldb = {ldb}, but a stored row of B has {widthB} elements", nameof(ldb));
        if (ldc < n) throw new ArgumentException($"gemm: ldc = {ldc}, but a row of C has {n} elements", nameof(ldc));
        if (c == null) throw new ArgumentNullException(nameof(c));
        if (k > 0 && alpha != 0 && a == null) throw new ArgumentNullException(nameof(a));
        if (k > 0 && alpha != 0 && b == null) throw new ArgumentNullException(nameof(b));
        if (epilogue.PreActivation != 0 && epilogue.LdPreActivation < n)
            throw new ArgumentException($"gemm: LdPreActivation = {epilogue.LdPreActivation}, but a row has {n} elements", nameof(epilogue));
    }

    private struct BatchJob : IJob
    {
        public Product First;
        public DType DType;
        public nint StrideA, StrideB, StrideC;
        public int Batch, PerPiece;

        public readonly void Execute(int piece)
        {
            int end = Math.Min((piece + 1) * PerPiece, Batch);
            for (int i = piece * PerPiece; i < end; i++)
            {
                Product p = First;
                p.A += i * StrideA;
                p.B += i * StrideB;
                p.C += i * StrideC;
                if (p.Epilogue.PreActivation != 0) p.Epilogue = p.Epilogue with { PreActivation = p.Epilogue.PreActivation + i * StrideC };
                Dispatch(DType, p);
            }
        }
    }
}
