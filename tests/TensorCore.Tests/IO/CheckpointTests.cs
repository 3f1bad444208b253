using TensorCore.Data;
using TensorCore.IO;
using TensorCore.Nn;
using TensorCore.Optim;

namespace TensorCore.Tests.IO;

/// <summary>Training that was cut and resumed has the same bits as training straight through; what does not fit changes nothing.</summary>
public sealed class CheckpointTests
{
    /// <summary>A network with dropout and batch norm, its optimizer, random numbers and shuffled data: all that a checkpoint must carry.</summary>
    private sealed class Run
    {
        public Run(ulong seed, int hidden = 16, Func<Module, Optimizer>? optimizer = null, int prefetch = 2)
        {
            Generator = new Generator(seed);
            Net = new Sequential(new Linear(3, hidden, generator: Generator), new BatchNorm(hidden), new Relu(), new Dropout(0.3, Generator), new Linear(hidden, 2, generator: Generator));
            Optimizer = optimizer?.Invoke(Net) ?? new AdamW(Net.Parameters(), 0.01);
            Tensor x = Near.Wave([50, 3], DType.Float32);
            Loader = DataLoader.Create(new TensorDataset(x, (x * x).Narrow(1, 0, 2)), 8, shuffle: true, seed: seed, prefetch: prefetch);
        }

        public Generator Generator { get; }

        public Sequential Net { get; }

        public Optimizer Optimizer { get; }

        public DataLoader<Tensor[]> Loader { get; }

        public List<double> Losses { get; } = [];

        public void Train(int steps)
        {
            foreach (Tensor[] batch in Loader.Endless().Take(steps))
            {
                Optimizer.ZeroGrad();
                Tensor error = Net.Forward(batch[0]) - batch[1];
                Tensor loss = (error * error).Mean();
                loss.Backward();
                Optimizer.Step();
                Losses.Add(loss.Item());
            }
        }

        public void Save(string path) => Checkpoint.Save(path, Net, Optimizer, Generator, Loader.State, Optimizer.StepCount, new Dictionary<string, string> { ["width"] = "16", ["nome"] = "ação" });

        public double[] Bits() => [.. Net.StateDict().Values.Concat(Optimizer.StateDict().Values).SelectMany(Near.Values)];
    }

    public static TheoryData<string> Optimizers() => ["adamw", "sgd", "rmsprop", "lion", "adagrad"];

    private static Optimizer Make(string name, Module net) => name switch
    {
        "sgd" => new Sgd(net.Parameters(), 0.05, 0.9),
        "rmsprop" => new RmsProp(net.Parameters(), momentum: 0.5),
        "lion" => new Lion(net.Parameters(), 1e-3),
        "adagrad" => new Adagrad(net.Parameters()),
        _ => new AdamW(net.Parameters(), 0.01),
    };

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Ten_steps_saved_and_resumed_are_twenty_straight_steps_bit_for_bit(string name)
    {
        using ScratchFolder folder = new();
        Run straight = new(1, optimizer: net => Make(name, net));
        straight.Train(20);

        Run first = new(1, optimizer: net => Make(name, net));
        first.Train(10);
        first.Save(folder["run.ckpt"]);
        Run second = new(77, optimizer: net => Make(name, net), prefetch: 0); // another seed: everything must come from the file
        CheckpointInfo info = Checkpoint.Load(folder["run.ckpt"], second.Net, second.Optimizer, second.Generator);
        second.Loader.State = info.Data!.Value;
        Assert.Equal(10, info.Step);
        Assert.Equal("ação", info.Extra["nome"]);
        Assert.Equal([second.Optimizer.GetType().Name], info.Optimizers);
        second.Train(10);

        Assert.Equal(straight.Losses, first.Losses.Concat(second.Losses));
        Assert.Equal(straight.Bits(), second.Bits());
        Assert.Equal(straight.Generator.State, second.Generator.State);
        Assert.Equal(straight.Loader.State, second.Loader.State);
    }

    [Fact]
    public void What_does_not_fit_is_one_clear_error_and_changes_nothing()
    {
        using ScratchFolder folder = new();
        string path = folder["run.ckpt"];
        Run saved = new(1);
        saved.Train(3);
        saved.Save(path);

        Refused("0.weight is F32 (16, 3)", new Run(2, hidden: 12));
        Refused("type AdamW", new Run(2, optimizer: net => new Adam(net.Parameters())));
        Refused("beta2", new Run(2, optimizer: net => new AdamW(net.Parameters(), beta2: 0.95)));
        Refused("groups 6", new Run(2, optimizer: net => new AdamW([.. net.Parameters().Select(p => new ParameterGroup([p]))])));
        Run other = new(2);
        double[] before = other.Bits();
        Sequential another = new(new Linear(3, 16), new Linear(16, 2));
        CheckpointException e = Assert.Throws<CheckpointException>(() => Checkpoint.Load(path, another, other.Optimizer, other.Generator));
        Assert.Contains("1.running_mean", e.Message);
        Checkpoint.Save(folder["bare"], saved.Net);
        Assert.Contains("holds no random state", Assert.Throws<CheckpointException>(() => Checkpoint.Load(folder["bare"], other.Net, generator: other.Generator)).Message);
        Assert.Contains("holds 0 optimizers", Assert.Throws<CheckpointException>(() => Checkpoint.Load(folder["bare"], other.Net, other.Optimizer)).Message);
        Safetensors.Save(folder["weights"], saved.Net.StateDict());
        Assert.Contains("no checkpoint", Assert.Throws<CheckpointException>(() => Checkpoint.Load(folder["weights"], other.Net)).Message);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(folder["cut"], bytes[..^5]);
        Assert.Throws<SafetensorsException>(() => Checkpoint.Load(folder["cut"], other.Net));
        Assert.Throws<FileNotFoundException>(() => Checkpoint.Load(folder["gone"], other.Net));
        Assert.Equal(before, other.Bits());

        void Refused(string part, Run run)
        {
            double[] untouched = run.Bits();
            (ulong, ulong) state = run.Generator.State;
            CheckpointException refused = Assert.Throws<CheckpointException>(() => Checkpoint.Load(path, run.Net, run.Optimizer, run.Generator));
            Assert.Contains(part, refused.Message);
            Assert.Contains("run.ckpt", refused.Message);
            Assert.DoesNotContain('\n', refused.Message);
            Assert.Equal(untouched, run.Bits());
            Assert.Equal(state, run.Generator.State);
        }
    }

    [Fact]
    public void A_trained_network_can_be_loaded_without_the_rest_and_two_optimizers_with_it()
    {
        using ScratchFolder folder = new();
        Sequential Make(ulong seed) => new(new Linear(4, 4, generator: new Generator(seed)), new Linear(4, 1, generator: new Generator(seed)));
        Optimizer[] Both(Sequential net) => [new Muon(net.Parameters().Where(p => p.Rank == 2)), new AdamW(net.Parameters().Where(p => p.Rank < 2))];
        void Step(Sequential net, Optimizer[] optimizers)
        {
            foreach (Optimizer o in optimizers) o.ZeroGrad();
            net.Forward(Near.Wave([3, 4], DType.Float32)).Sum().Backward();
            foreach (Optimizer o in optimizers) o.Step();
        }
        Sequential a = Make(1), b = Make(2), c = Make(3);
        Optimizer[] forA = Both(a), forB = Both(b);
        Step(a, forA);
        Checkpoint.Save(folder["two"], a, forA, step: 1);
        Checkpoint.Load(folder["two"], b, forB);
        Checkpoint.Load(folder["two"], c);
        Assert.Equal(a.Parameters().SelectMany(Near.Values), c.Parameters().SelectMany(Near.Values));
        Step(a, forA);
        Step(b, forB);
        Assert.Equal(a.Parameters().SelectMany(Near.Values), b.Parameters().SelectMany(Near.Values));
        Assert.Equal(["Muon", "AdamW"], Checkpoint.Read(folder["two"]).Optimizers);
        Assert.Null(Checkpoint.Read(folder["two"]).Data);
    }
}
