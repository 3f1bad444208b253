using System.Globalization;
using TensorCore;
using TensorCore.Nn;
using TensorCore.Optim;

// Trains in a process of its own, without a single using or Dispose, and prints at regular steps the step, the resident
// set, the buffer pool's and the managed heap's bytes: the memory test reads it. Usage: TensorCore.MemoryProbe mlp|gpt STEPS EVERY
if (args.Length != 3 || !int.TryParse(args[1], out int steps) || !int.TryParse(args[2], out int every) || steps < 1 || every < 1)
{
    Console.Error.WriteLine("usage: TensorCore.MemoryProbe mlp|gpt STEPS EVERY");
    return 2;
}
Action step = args[0] switch
{
    "mlp" => Mlp(),
    "gpt" => SmallGpt(),
    _ => throw new ArgumentException($"'{args[0]}' is neither mlp nor gpt"),
};
for (int i = 1; i <= steps; i++)
{
    step();
    if (i % every == 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{i} {Environment.WorkingSet} {BufferPool.ReservedBytes} {GC.GetTotalMemory(false)}"));
}
return 0;

static Action Mlp()
{
    Generator g = new(1);
    Sequential net = [new Linear(32, 128, generator: g), new Relu(), new Dropout(0.1, g), new Linear(128, 128, generator: g), new Gelu(), new Linear(128, 10, generator: g)];
    AdamW optimizer = new(net.Parameters());
    return () =>
    {
        Tensor x = Tensor.RandN([64, 32], generator: g), labels = Tensor.RandInt([64], 0, 10, generator: g);
        optimizer.ZeroGrad();
        Loss.CrossEntropy(net.Forward(x), labels).Backward();
        GradientClip.ByNorm(net.Parameters(), 1);
        optimizer.Step();
    };
}

static Action SmallGpt()
{
    const int V = 512, C = 96, T = 96, B = 6;
    Generator g = new(2);
    TransformerOptions options = new() { Dropout = 0.1, Generator = g };
    Embedding wte = new(V, C, generator: g), wpe = new(T, C, generator: g);
    ModuleList<TransformerBlock> h = [new(C, 4, options), new(C, 4, options), new(C, 4, options)];
    LayerNorm last = new(C);
    ModuleList<Module> net = [wte, wpe, h, last];
    AdamW optimizer = new(net.Parameters(), 3e-4);
    Tensor positions = Tensor.Arange(T);
    return () =>
    {
        Tensor tokens = Tensor.RandInt([B, T + 1], 0, V, generator: g); // (B, T + 1)
        optimizer.ZeroGrad();
        Tensor x = wte.Forward(tokens.Narrow(1, 0, T)) + wpe.Forward(positions); // (B, T, C)
        foreach (TransformerBlock block in h) x = block.Forward(x);
        Tensor logits = last.Forward(x).Linear(wte.Weight); // (B, T, V), embeddings tied
        Loss.CrossEntropy(logits.Reshape(-1, V), tokens.Narrow(1, 1, T).Reshape(-1)).Backward();
        GradientClip.ByNorm(net.Parameters(), 1);
        optimizer.Step();
    };
}
