using TensorCore.Cpu;
using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Tests.Nn;

/// <summary>The promise: the same seed gives the same bits, whatever the number of threads.</summary>
[Collection(Cpu.ProcessWideSettings.Name)]
public sealed class DeterminismTests
{
    private static readonly int[] _threads = [1, 2, 4];

    private static void SameBits(Func<float[]> train)
    {
        int before = WorkerPool.Threads;
        try
        {
            float[][] runs = [.. _threads.Select(n =>
            {
                WorkerPool.Threads = n;
                return train();
            })];
            Assert.All(runs[0], v => Assert.True(float.IsFinite(v)));
            for (int i = 1; i < runs.Length; i++)
                Assert.True(runs[0].AsSpan().SequenceEqual(runs[i]), $"{_threads[i]} threads: other bits than 1 thread, first at {runs[0].AsSpan().CommonPrefixLength(runs[i])} of {runs[0].Length}");
        }
        finally
        {
            WorkerPool.Threads = before;
        }
    }

    /// <summary>Losses of each step and all parameters at the end.</summary>
    private static float[] Train(Module net, Optimizer optimizer, Func<int, Tensor> loss, int steps)
    {
        List<float> bits = [];
        for (int step = 0; step < steps; step++)
        {
            optimizer.ZeroGrad();
            Tensor l = loss(step);
            l.Backward();
            bits.Add((float)GradientClip.ByNorm(net.Parameters(), 1));
            optimizer.Step();
            bits.Add((float)l.Item());
        }
        return [.. bits, .. net.Parameters().SelectMany(p => p.Detach().ToArray<float>())];
    }

    [Fact]
    public void Mlp_with_dropout() => SameBits(() =>
    {
        Generator g = new(11);
        // 192 × 384 activations: several pieces for every elementwise kernel and product.
        Sequential net = [new Linear(64, 384, generator: g), new Gelu(), new Dropout(0.2, g), new BatchNorm(384), new Linear(384, 10, generator: g)];
        Tensor x = Tensor.RandN([192, 64], generator: g), labels = Tensor.RandInt([192], 0, 10, generator: g);
        return Train(net, new AdamW(net.Parameters(), 1e-3), _ => Loss.CrossEntropy(net.Forward(x), labels), 4);
    });

    private sealed class SmallCnn : Module<Tensor, Tensor>
    {
        private readonly Tensor _first, _second;
        private readonly Linear _last;

        public SmallCnn(Generator g)
        {
            _first = Parameter("first", Initializers.KaimingNormal(Tensor.Zeros([16, 3, 3, 3]), generator: g));
            _second = Parameter("second", Initializers.KaimingNormal(Tensor.Zeros([24, 16, 3, 3]), generator: g));
            _last = Child("last", new Linear(24 * 6 * 6, 10, generator: g));
        }

        public override Tensor Forward(Tensor x) // (N, 3, 24, 24)
        {
            x = x.Conv2d(_first, padding: 1).Relu().MaxPool2d(2); // (N, 16, 12, 12)
            x = x.Conv2d(_second, padding: 1).Relu().AvgPool2d(2); // (N, 24, 6, 6)
            return _last.Forward(x.Reshape(x.Size(0), -1));
        }
    }

    [Fact]
    public void Small_convolutional_network() => SameBits(() =>
    {
        Generator g = new(14);
        SmallCnn net = new(g);
        Tensor x = Tensor.RandN([12, 3, 24, 24], generator: g), labels = Tensor.RandInt([12], 0, 10, generator: g);
        return Train(net, new Sgd(net.Parameters(), 0.05, 0.9), _ => Loss.CrossEntropy(net.Forward(x), labels), 3);
    });

    [Fact]
    public void Small_transformer_with_dropout() => SameBits(() =>
    {
        Generator g = new(12);
        TransformerOptions options = new() { Dropout = 0.1, Generator = g };
        const int V = 300, C = 64, T = 96;
        Embedding wte = new(V, C, generator: g);
        ModuleList<TransformerBlock> h = [new(C, 4, options), new(C, 4, options with { AttentionDropout = 0.1 })];
        ModuleList<Module> net = [wte, h];
        Tensor tokens = Tensor.RandInt([4, T + 1], 0, V, generator: g);
        Tensor inputs = tokens.Narrow(1, 0, T), targets = tokens.Narrow(1, 1, T).Contiguous();
        return Train(net, new AdamW(net.Parameters(), 1e-3), _ =>
        {
            Tensor x = wte.Forward(inputs);
            foreach (TransformerBlock block in h) x = block.Forward(x);
            return Loss.CrossEntropy(x.Linear(wte.Weight).Reshape(-1, V), targets.Reshape(-1));
        }, 3);
    });

    [Fact]
    public void Lstm_under_muon_and_lion() => SameBits(() =>
    {
        Generator g = new(13);
        Lstm net = new(32, 96, new() { Generator = g });
        Tensor x = Tensor.RandN([16, 12, 32], generator: g);
        Muon muon = new(net.Parameters().Where(p => p.Rank == 2));
        Lion lion = new(net.Parameters().Where(p => p.Rank < 2));
        return Train(net, lion, _ =>
        {
            muon.Step(); // with the gradients of the step before; none at first
            Tensor y = net.Forward(x).Output;
            return (y * y).Mean();
        }, 3);
    });
}
