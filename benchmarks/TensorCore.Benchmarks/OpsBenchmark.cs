using BenchmarkDotNet.Attributes;
using TensorCore.Optim;

namespace TensorCore.Benchmarks;

/// <summary>One operation to measure.</summary>
/// <param name="Name">The op and its shape.</param>
/// <param name="Bytes">What it must read and write at least, for GB/s; 0 where arithmetic bounds it.</param>
/// <param name="Flops">Multiplications and additions, for GFLOP/s; 0 where memory bounds it.</param>
/// <param name="Prepare">Makes the tensors and returns the call.</param>
public sealed record OpCase(string Name, double Bytes, double Flops, Func<Action> Prepare)
{
    public override string ToString() => Name;
}

/// <summary>The library's operations as a user calls them, forward and with backward, at the shapes of docs/performance.md.</summary>
public class OpsBenchmark
{
    private Action _call = () => { };

    public static bool Quick { get; set; }

    public static IEnumerable<OpCase> Cases => Quick ? All().Where((_, i) => i % 4 == 0) : All();

    [ParamsSource(nameof(Cases))]
    public OpCase Case { get; set; } = null!;

    [GlobalSetup]
    public void Setup() => _call = Case.Prepare();

    [Benchmark]
    public void Call() => _call();

    private static IEnumerable<OpCase> All()
    {
        yield return Both("gelu tanh 1024×3072", [1024, 3072], 8, 20, x => x.Gelu(approximate: true), out OpCase gelu);
        yield return gelu;
        yield return Both("exp 1024×3072", [1024, 3072], 8, 20, x => x.Exp(), out OpCase exp);
        yield return exp;
        yield return Both("softmax 256×50257", [256, 50257], 8, 20, x => x.Softmax(), out OpCase softmax);
        yield return softmax;
        yield return Both("softmax 12288×1024", [12288, 1024], 8, 20, x => x.Softmax(), out OpCase attentionSoftmax);
        yield return attentionSoftmax;
        yield return Both("layer norm 1024×768", [1024, 768], 8, 20, x => x.LayerNorm(), out OpCase norm);
        yield return norm;
        yield return Both("sum 1024×3072", [1024, 3072], 4, 8, x => x.Sum(), out OpCase sum);
        yield return sum;
        Generator random = new(1);
        yield return Both("dropout 1024×768", [1024, 768], 8, 16, x => x.Dropout(0.1, random), out OpCase dropout);
        yield return dropout;
        foreach (int rows in (int[])[256, 1024])
        {
            Tensor targets = Tensor.RandInt([rows], 0, 50257);
            yield return Both($"cross-entropy {rows}×50257", [rows, 50257], 4, 12, x => Loss.CrossEntropy(x, targets), out OpCase loss);
            yield return loss;
        }
        foreach ((int b, int t) in ((int, int)[])[(4, 64), (4, 256), (1, 1024), (4, 1024)])
        {
            // Two products of T²·D multiply-adds a head, half of them masked; backward has five.
            double flops = 2.0 * b * 12 * t * t * 64;
            yield return Attention($"attention causal B{b} h12 T{t} d64", b, t, flops, backward: false);
            yield return Attention($"attention causal B{b} h12 T{t} d64 + backward", b, t, flops * 3.5, backward: true);
        }
        yield return new OpCase("conv 32×32×26×26→64 3×3", 0, 2.0 * 32 * 64 * 24 * 24 * 32 * 9, () =>
        {
            Tensor x = Tensor.RandN([32, 32, 26, 26]), w = Tensor.RandN([64, 32, 3, 3]);
            return () => x.Conv2d(w);
        });
        yield return new OpCase("conv 32×32×26×26→64 3×3 + backward", 0, 6.0 * 32 * 64 * 24 * 24 * 32 * 9, () =>
        {
            Tensor x = Tensor.RandN([32, 32, 26, 26]).RequireGrad(), w = Tensor.RandN([64, 32, 3, 3]).RequireGrad();
            return () => Step(() => x.Conv2d(w), x, w);
        });
        yield return new OpCase("max pool 32×64×24×24", 4.0 * 32 * 64 * 24 * 24, 0, () =>
        {
            Tensor x = Tensor.RandN([32, 64, 24, 24]);
            return () => x.MaxPool2d(2);
        });
        yield return new OpCase("embedding 1024 of 50257×768 + backward", 4.0 * 50257 * 768, 0, () =>
        {
            Tensor w = Tensor.RandN([50257, 768]).RequireGrad(), at = Tensor.RandInt([1024], 0, 50257);
            return () => Step(() => w.Embedding(at), w);
        });
        yield return new OpCase("AdamW 25 M parameters", 28.0 * 25_000_000, 0, () =>
        {
            Tensor p = Tensor.RandN([25_000_000]).RequireGrad();
            p.Grad = Tensor.RandN([25_000_000]);
            AdamW adam = new([p]);
            return adam.Step;
        });
        yield return new OpCase("add of two 16-vectors", 0, 0, () =>
        {
            Tensor a = Tensor.RandN([16]), b = Tensor.RandN([16]);
            return () => _ = a + b;
        });
        yield return new OpCase("add of two 16-vectors, recorded", 0, 0, () =>
        {
            Tensor a = Tensor.RandN([16]).RequireGrad(), b = Tensor.RandN([16]);
            return () => _ = a + b;
        });
        yield return new OpCase("transpose copy 4096×4096", 8.0 * 4096 * 4096, 0, () =>
        {
            Tensor x = Tensor.RandN([4096, 4096]).Transpose();
            return () => x.Contiguous();
        });
    }

    /// <summary>The forward case, and out of it the one with backward. Bytes are given per element.</summary>
    private static OpCase Both(string name, int[] shape, double bytesForward, double bytesBoth, Func<Tensor, Tensor> f, out OpCase both)
    {
        double count = shape.Aggregate(1.0, (a, s) => a * s);
        both = new OpCase($"{name} + backward", bytesBoth * count, 0, () =>
        {
            Tensor x = Tensor.RandN(shape).RequireGrad();
            return () => Step(() => f(x), x);
        });
        return new OpCase(name, bytesForward * count, 0, () =>
        {
            Tensor x = Tensor.RandN(shape);
            return () => f(x);
        });
    }

    private static OpCase Attention(string name, int b, int t, double flops, bool backward) => new(name, 0, flops, () =>
    {
        Tensor q = Tensor.RandN([b, 12, t, 64]), k = Tensor.RandN([b, 12, t, 64]), v = Tensor.RandN([b, 12, t, 64]);
        if (!backward) return () => Tensor.ScaledDotProductAttention(q, k, v, causal: true);
        foreach (Tensor x in (Tensor[])[q, k, v]) x.RequireGrad();
        return () => Step(() => Tensor.ScaledDotProductAttention(q, k, v, causal: true), q, k, v);
    });

    private static void Step(Func<Tensor> f, params Tensor[] leaves)
    {
        foreach (Tensor x in leaves) x.Grad = null;
        Tensor y = f();
        y.Backward(y.Count == 1 ? null : y.Detach());
    }
}
