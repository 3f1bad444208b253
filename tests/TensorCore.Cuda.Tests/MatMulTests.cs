namespace TensorCore.Cuda.Tests;

/// <summary>Matrix products and the linear layer on the GPU, by cuBLAS and by our own kernels, against the CPU in float64.</summary>
public sealed class MatMulTests : IDisposable
{
    private readonly string? _product = CudaOptions.MatrixProduct;
    private readonly bool _tf32 = CudaOptions.AllowTf32;

    public void Dispose() => (CudaOptions.MatrixProduct, CudaOptions.AllowTf32) = (_product, _tf32);

    public static TheoryData<string, DType> Products()
    {
        TheoryData<string, DType> data = [];
        foreach (string whose in (string[])["own", "cublas"])
            foreach (DType type in (DType[])[DType.Float32, DType.Float64, DType.BFloat16]) data.Add(whose, type);
        return data;
    }

    /// <summary>Operands as views of two tensors: how they lie is the point.</summary>
    private static readonly (string Name, int[] A, int[] B, Func<Tensor, Tensor> ViewA, Func<Tensor, Tensor> ViewB)[] s_views =
    [
        ("as they are", [33, 40], [40, 17], a => a, b => b),
        ("transposed", [40, 33], [17, 40], a => a.Transpose(), b => b.Transpose()),
        ("parts of wider rows", [20, 64], [64, 48], a => a.Narrow(1, 8, 24), b => b.Narrow(0, 3, 24).Narrow(1, 5, 33)),
        ("parts of wider rows, transposed", [64, 20], [48, 64], a => a.Narrow(0, 8, 24).Transpose(), b => b.Narrow(1, 3, 24).Transpose()),
        ("neither rows nor columns side by side", [9, 8, 5], [8, 7, 5], a => a[.., .., 2], b => b[.., .., 2]),
        ("one row", [1, 300], [300, 50], a => a, b => b),
        ("one row, transposed", [300, 1], [50, 300], a => a.Transpose(), b => b.Transpose()),
        ("one column", [50, 301], [301, 1], a => a, b => b),
        ("one column, transposed", [301, 50], [1, 301], a => a.Transpose(), b => b.Transpose()),
        ("few rows", [5, 64], [64, 70], a => a, b => b),
        ("few columns", [70, 64], [64, 3], a => a, b => b),
        ("a dot product", [1, 3000], [3000, 1], a => a, b => b),
        ("long k, few tiles", [20, 2500], [2500, 12], a => a, b => b),
        ("k of one", [20, 1], [1, 30], a => a, b => b),
        ("k of none", [20, 0], [0, 30], a => a, b => b),
        ("nothing", [0, 5], [5, 30], a => a, b => b),
        ("a batch", [3, 12, 20], [3, 20, 15], a => a, b => b),
        ("a batch and one B", [2, 3, 12, 20], [20, 15], a => a, b => b),
        ("a batch and one A", [12, 20], [2, 3, 20, 15], a => a, b => b),
        ("batches against each other", [3, 1, 12, 20], [4, 20, 15], a => a, b => b),
        ("heads between", [2, 10, 3, 16], [2, 10, 3, 16], a => a.Permute(0, 2, 1, 3), b => b.Permute(0, 2, 3, 1)),
        ("three axes that do not join", [4, 9, 2, 3, 16], [4, 16, 2, 3, 11], a => a.Permute(2, 0, 3, 1, 4), b => b.Permute(2, 0, 3, 1, 4)),
        ("five axes", [2, 1, 2, 1, 2, 4, 9], [1, 2, 1, 2, 1, 9, 5], a => a, b => b),
        ("the last rows of sequences", [4, 7, 24], [24, 9], a => a.Narrow(1, 6, 1), b => b),
        ("batches of few rows", [5, 2, 33], [5, 33, 40], a => a, b => b),
    ];

    [GpuTheory]
    [MemberData(nameof(Products))]
    public void Equals_the_CPU(string whose, DType type)
    {
        CudaOptions.MatrixProduct = whose;
        Generator g = new(1);
        foreach ((string name, int[] shapeA, int[] shapeB, Func<Tensor, Tensor> viewA, Func<Tensor, Tensor> viewB) in s_views)
        {
            Tensor a = Tensor.RandN(shapeA, generator: g).To(type), b = Tensor.RandN(shapeB, generator: g).To(type);
            Tensor a64 = a.To(DType.Float64).RequireGrad(), b64 = b.To(DType.Float64).RequireGrad();
            Tensor expected = viewA(a64).MatMul(viewB(b64));
            Tensor dy = Tensor.RandN(expected.Shape, generator: g).To(type);
            Tensor[] expectedGrads = Autograd.Grad([expected], [a64, b64], [dy.To(DType.Float64)]);
            Tensor[] Run() => Emulator.Checked(Emulator.Schedules[0], () =>
            {
                Tensor ga = a.To(Gpu.Device).Detach().RequireGrad(), gb = b.To(Gpu.Device).Detach().RequireGrad();
                Tensor y = viewA(ga).MatMul(viewB(gb));
                Tensor[] grads = Autograd.Grad([y], [ga, gb], [dy.To(Gpu.Device)]);
                return (Tensor[])[y.Detach().To(Device.Cpu), .. grads.Select(t => t.Detach().To(Device.Cpu))];
            });
            Tensor[] results = Run(), again = Run();
            Tensor[] all = [expected.Detach(), .. expectedGrads];
            for (int i = 0; i < 3; i++)
            {
                Parity.AssertClose(all[i], results[i], Tolerance(type, 3000), $"{name}: {(i == 0 ? "y" : i == 1 ? "da" : "db")}");
                Parity.AssertSameBits(results[i], again[i], name);
            }
        }
    }

    [GpuTheory]
    [MemberData(nameof(Products))]
    public void A_linear_layer_ends_in_the_product(string whose, DType type)
    {
        CudaOptions.MatrixProduct = whose;
        Generator g = new(2);
        foreach (int[] shape in (int[][])[[3, 11, 40], [40], [1, 40], [2, 0], [200, 40], [6, 1]])
        {
            foreach (bool inputFirst in (bool[])[true, false])
            {
                foreach (Activation activation in Enum.GetValues<Activation>())
                {
                    foreach (int outputs in (int[])[24, 19])
                    {
                        Tensor x = Tensor.RandN(shape, generator: g).To(type), w = Tensor.RandN(inputFirst ? [shape[^1], outputs] : [outputs, shape[^1]], generator: g).To(type), b = Tensor.RandN([outputs], generator: g).To(type);
                        Tensor[] Run(Device device, DType dtype)
                        {
                            Tensor[] leaves = [.. ((Tensor[])[x, w, b]).Select(t => t.To(dtype).To(device).Detach().RequireGrad())];
                            Tensor y = leaves[0].Linear(leaves[1], leaves[2], activation, inputFirst);
                            // dy is near 1: under ReLU a rounded zero may differ in sign, so its gradients are left out.
                            Tensor[] grads = activation == Activation.Relu ? [] : Autograd.Grad([y], leaves, [Tensor.Full(y.Shape, 0.75, dtype, device)]);
                            return [.. grads.Prepend(y).Select(t => t.Detach().To(Device.Cpu))];
                        }
                        Tensor[] expected = Run(Device.Cpu, DType.Float64), results = Emulator.Checked(Emulator.Schedules[0], () => Run(Gpu.Device, type));
                        for (int i = 0; i < expected.Length; i++)
                            Parity.AssertClose(expected[i], results[i], 2 * Tolerance(type, 200), $"x ({string.Join(", ", shape)}), {outputs} outputs, {activation}, input first {inputFirst}, result {i}");
                    }
                }
            }
        }
    }

    /// <summary>Rows beyond the last, and k beyond the last, are read as something finite or not at all.</summary>
    [GpuTheory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Float64)]
    public void Infinity_and_NaN_stay_where_they_belong(DType type)
    {
        CudaOptions.MatrixProduct = "own";
        foreach (bool tf32 in type == DType.Float32 ? (bool[])[false, true] : [false])
        {
            CudaOptions.AllowTf32 = tf32;
            foreach ((int m, int k, int n) in ((int, int, int)[])[(35, 21, 37), (40, 24, 40), (1, 21, 37), (37, 24, 3)])
            {
                foreach (bool transposed in (bool[])[false, true])
                {
                    Tensor a = Tensor.Ones([m, k]), b = Tensor.Ones([k, n]);
                    float[] bad = a.ToArray<float>(), worse = b.ToArray<float>();
                    bad[^1] = float.NaN;
                    worse[^1] = float.PositiveInfinity;
                    Tensor Place(float[] x, int rows, int cols)
                    {
                        Tensor t = Tensor.From(x, [rows, cols]).To(type).To(Gpu.Device);
                        return transposed ? t.Transpose().Contiguous().Transpose() : t;
                    }
                    float[] y = Emulator.Checked(Emulator.Schedules[0], () => Place(bad, m, k).MatMul(Place(worse, k, n)).To(DType.Float32).ToArray<float>());
                    for (int i = 0; i < m * n; i++)
                    {
                        float expected = i / n == m - 1 ? float.NaN : i % n == n - 1 ? float.PositiveInfinity : k;
                        Assert.True(expected.Equals(y[i]), $"({m}, {k}) by ({k}, {n}): element ({i / n}, {i % n}) is {y[i]}, expected {expected}");
                    }
                }
            }
        }
    }

    /// <summary>With tf32 each input keeps 10 bits of mantissa; without it all 23 count.</summary>
    [GpuTheory]
    [InlineData("own")]
    [InlineData("cublas")]
    public void Tf32_is_a_choice(string whose)
    {
        if (Gpu.Device.Gpu!.ComputeCapability < 80) return;
        CudaOptions.MatrixProduct = whose;
        Tensor a = Tensor.RandN([40, 48], generator: new Generator(3)), b = Tensor.RandN([48, 40], generator: new Generator(4));
        Tensor exact = a.To(DType.Float64).MatMul(b.To(DType.Float64));
        double Error(bool allow)
        {
            CudaOptions.AllowTf32 = allow;
            Tensor y = a.To(Gpu.Device).MatMul(b.To(Gpu.Device)).To(Device.Cpu).To(DType.Float64);
            return (y - exact).Abs().Max().Item();
        }
        Assert.InRange(Error(false), 0, 1e-5);
        Assert.InRange(Error(true), whose == "own" ? 1e-4 : 0, 2e-2);
    }

    /// <summary>A grid's third axis ends at 65535.</summary>
    [GpuFact]
    public void A_batch_of_many()
    {
        CudaOptions.MatrixProduct = "own";
        float[] a = [.. Enumerable.Range(0, 65540 * 2).Select(i => i % 97 - 48f)], b = [.. Enumerable.Range(0, 65540 * 2).Select(i => i % 89 - 44f)];
        float[] y = Tensor.From(a, [65540, 1, 2]).To(Gpu.Device).MatMul(Tensor.From(b, [65540, 2, 1]).To(Gpu.Device)).ToArray<float>();
        for (int i = 0; i < y.Length; i++) Assert.Equal((a[2 * i] * b[2 * i]) + (a[(2 * i) + 1] * b[(2 * i) + 1]), y[i]);
    }

    [GpuFact]
    public void An_unknown_choice_is_named()
    {
        CudaOptions.MatrixProduct = "mkl";
        Tensor x = Tensor.Ones([2, 2], device: Gpu.Device);
        Assert.Contains("\"mkl\"", Assert.Throws<ArgumentException>(() => x.MatMul(x)).Message, StringComparison.Ordinal);
    }

    /// <summary>All steps of k are in a part, no part is empty, and few large tiles are shared out.</summary>
    [Fact]
    public void A_plan_covers_k()
    {
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            int m = random.Next(1, 3000), n = random.Next(1, 3000), k = random.Next(0, 20000), sums = random.Next(1, 3);
            ProductCores cores = (ProductCores)random.Next(4);
            MatrixProductPlan plan = MatrixProductPlan.Choose(cores, 32, 128, m, n, k, random.Next(1, 5), sums);
            int step = MatrixProductPlan.Step(cores), steps = sums * ((k + step - 1) / step);
            Assert.InRange((long)plan.Parts * plan.PartSteps, steps, (long)steps + plan.PartSteps);
            Assert.True(plan.Parts == 1 || ((plan.Parts - 1) * plan.PartSteps < steps && plan.PartSteps >= 8), $"{plan} of {steps} steps");
        }
        Assert.Equal((128, 1), Of(MatrixProductPlan.Choose(ProductCores.Float, 32, 128, 4096, 4096, 4096, 1, 1)));
        Assert.Equal((32, 1), Of(MatrixProductPlan.Choose(ProductCores.Float, 32, 128, 64, 64, 64, 1, 1)));
        Assert.True(MatrixProductPlan.Choose(ProductCores.TensorBFloat16, 64, 128, 768, 768, 8192, 1, 1) is { Tile: 128, Parts: >= 4 });

        static (int, int) Of(MatrixProductPlan plan) => (plan.Tile, plan.Parts);
    }

    private static double Tolerance(DType type, int k) => type switch
    {
        DType.Float64 => 1e-14 * Math.Sqrt(k),
        DType.Float32 => 3e-7 * Math.Sqrt(k),
        // Relative to the largest element; cuBLAS's bias is added to what has been rounded already.
        _ => 0.01,
    };
}
