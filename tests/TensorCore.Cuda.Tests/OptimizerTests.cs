using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Cuda.Tests;

/// <summary>Optimizers and clipping on the GPU against the CPU.</summary>
public sealed class OptimizerTests
{
    public static TheoryData<string> Kinds() => ["sgd", "momentum", "adam", "adamw", "rmsprop", "adagrad", "lion", "muon"];

    private static Optimizer Make(string kind, Tensor[] p) => kind switch
    {
        "sgd" => new Sgd(p, 0.1, weightDecay: 0.01),
        "momentum" => new Sgd(p, 0.1, momentum: 0.9, nesterov: true),
        "adam" => new Adam(p, 0.01, weightDecay: 0.1),
        "adamw" => new AdamW([new ParameterGroup(p[..2], weightDecay: 0.1), new ParameterGroup(p[2..], weightDecay: 0, learningRateScale: 0.5)], 0.01),
        "rmsprop" => new RmsProp(p, 0.01),
        "adagrad" => new Adagrad(p, 0.01, rateDecay: 0.1),
        "lion" => new Lion(p, 0.01, weightDecay: 0.1),
        _ => new Muon([.. p.Where(t => t.Rank == 2)], 0.02, weightDecay: 0.1),
    };

    private static Tensor[] Parameters(Device device, DType dtype)
    {
        Generator g = new(5);
        // Whole blocks, tails, single elements, and one that does not lie contiguously.
        Tensor[] p = [Tensor.RandN([33, 70], generator: g, dtype: dtype), Tensor.RandN([5000], generator: g, dtype: dtype), Tensor.RandN([1], generator: g, dtype: dtype), Tensor.RandN([6, 10], generator: g, dtype: dtype)];
        p[3] = p[3].To(device).Transpose().Detach();
        return [.. p.Select(t => t.To(device).Detach().RequireGrad())];
    }

    [GpuTheory]
    [MemberData(nameof(Kinds))]
    public void Steps_equal_the_CPUs(string kind)
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.Float64])
        {
            double[][] results = [.. ((Device[])[Device.Cpu, Gpu.Device]).Select(device =>
            {
                Tensor[] p = Parameters(device, dtype);
                Optimizer optimizer = Make(kind, p);
                Generator g = new(9);
                for (int step = 0; step < 4; step++)
                {
                    foreach (Tensor t in p) t.Grad = Tensor.RandN(t.Shape, generator: g, dtype: dtype).To(device);
                    GradientClip.ByNorm(p, 20);
                    optimizer.LearningRate *= 0.9;
                    optimizer.Step();
                }
                return p.SelectMany(t => t.Detach().To(DType.Float64).ToArray<double>()).ToArray();
            })];
            double tolerance = kind == "muon" ? 1e-4 : dtype == DType.Float32 ? 2e-6 : 1e-13;
            for (int i = 0; i < results[0].Length; i++) Assert.True(Math.Abs(results[0][i] - results[1][i]) <= tolerance, $"{kind} {dtype.Name()}, element {i}: {results[1][i]:R}, on the CPU {results[0][i]:R}");
        }
    }

    [GpuFact]
    public void The_norm_of_many_gradients()
    {
        Generator g = new(3);
        int[] sizes = [1, 7, 8192, 8193, 40000];
        Tensor[] cpu = [.. sizes.Select(n => Tensor.RandN([n], generator: g).RequireGrad())], gpu = [.. cpu.Select(t => t.Detach().To(Gpu.Device).RequireGrad())];
        foreach (Tensor t in cpu.Concat(gpu)) t.Grad = t.Detach() * 1;
        double norm = Math.Sqrt(cpu.Sum(t => t.Detach().ToArray<float>().Sum(v => (double)v * v)));
        Assert.Equal(norm, GradientClip.Norm(gpu), norm * 1e-12);
        Assert.Equal(norm, GradientClip.ByNorm(gpu, 1), norm * 1e-12);
        Assert.Equal(1, GradientClip.Norm(gpu), 1e-6);
        // A norm below the limit changes nothing.
        float[] before = gpu[3].Grad!.ToArray<float>();
        GradientClip.ByNorm(gpu, 2);
        Assert.Equal(before, gpu[3].Grad!.ToArray<float>());
    }

    [GpuFact]
    public void A_module_that_moves_keeps_its_optimizer()
    {
        static float[] Train(bool move)
        {
            Sequential net = [new Linear(6, 5, generator: new Generator(1)), new Relu(), new Linear(5, 1, generator: new Generator(2))];
            AdamW optimizer = new(net.Parameters(), 0.01);
            Tensor x = Tensor.RandN([8, 6], generator: new Generator(3));
            for (int step = 0; step < 6; step++)
            {
                if (move) net.To(step is 2 or 3 ? Gpu.Device : Device.Cpu);
                optimizer.ZeroGrad();
                (net.Forward(x.To(net.Parameters().First().Device)) - 1).Pow(2).Mean().Backward();
                optimizer.Step();
            }
            return [.. net.Parameters().SelectMany(p => p.Detach().ToArray<float>())];
        }
        float[] stayed = Train(false), moved = Train(true);
        for (int i = 0; i < stayed.Length; i++) Assert.Equal(stayed[i], moved[i], 1e-5f);
    }
}
