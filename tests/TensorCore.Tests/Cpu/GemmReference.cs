using TensorCore.Cpu;

namespace TensorCore.Tests.Cpu;

/// <summary>The naive twin of <see cref="Gemm"/>: three loops in double, and the error bound that any order of summation keeps.</summary>
public static class GemmReference
{
    /// <summary>
    /// C and the pre-activation, with the largest error allowed for each: for a sum of k products in any order,
    /// |error| ≤ (k + 4)·ε·(|alpha|·Σ|a·b| + |beta·c| + |bias|), Higham, "Accuracy and Stability", section 3.5.
    /// </summary>
    public static (double[] C, double[] Pre, double[] Bound) Run(
        bool transA, bool transB, int m, int n, int k, double alpha, double[] a, int lda, double[] b, int ldb,
        double beta, double[] c, int ldc, double[]? bias, Activation activation, double epsilon)
    {
        double[] result = (double[])c.Clone(), pre = new double[m * n], bound = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0, size = 0;
                for (int p = 0; p < k && alpha != 0; p++)
                {
                    double product = (transA ? a[p * lda + i] : a[i * lda + p]) * (transB ? b[j * ldb + p] : b[p * ldb + j]);
                    sum += product;
                    size += Math.Abs(product);
                }

                double old = beta == 0 ? 0 : beta * c[i * ldc + j];
                double x = (alpha == 0 ? 0 : alpha * sum) + old + (bias?[j] ?? 0);
                pre[i * n + j] = x;
                // The slope of GELU is at most 1.13, and evaluating it costs a few roundings more.
                bound[i * n + j] = 1.2 * (k + 4) * epsilon * (Math.Abs(alpha) * size + Math.Abs(old) + Math.Abs(bias?[j] ?? 0)) + 8 * epsilon * Math.Abs(x);
                result[i * ldc + j] = Activate(x, activation);
            }
        }

        return (result, pre, bound);
    }

    private static double Activate(double x, Activation activation) => activation switch
    {
        Activation.Relu => double.IsNaN(x) ? x : Math.Max(x, 0),
        Activation.GeluTanh => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => x,
    };
}
