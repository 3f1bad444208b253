using TensorCore.Examples.Gpt;
using TensorCore.Optim;

namespace TensorCore.Benchmarks.Cuda;

/// <summary>What bounds a case.</summary>
internal enum Bound
{
    Memory,
    Float32,
    Tf32,
    BFloat16,
}

/// <summary>One thing to time on the device.</summary>
/// <param name="Name">What and at which size.</param>
/// <param name="Bytes">Bytes that must be read and written.</param>
/// <param name="Flops">Operations that must be done.</param>
/// <param name="Bound">Which ceiling it is held against.</param>
/// <param name="Make">Makes its tensors and returns the call.</param>
/// <param name="Tokens">Tokens that a call trains on, of a whole model.</param>
internal sealed record DeviceCase(string Name, double Bytes, double Flops, Bound Bound, Func<Action> Make, int Tokens = 0);

/// <summary>The cases: GPT-2's sizes at a batch of 16 by 1,024 tokens where the time allows, small ones for a quick look or the emulated device.</summary>
internal sealed class DeviceCases(Device device, bool quick)
{
    private int Tokens => quick ? 64 : 16 * 1024;

    private int Width => quick ? 96 : 768;

    private int Words => quick ? 1003 : 50257;

    public IEnumerable<DeviceCase> All() => [.. Elementwise(), .. Rows(), .. Picks(), .. Products(), .. Attention(), .. Images(), .. Models()];

    private Tensor Random(params int[] shape) => Tensor.RandN(shape, device: device);

    private Tensor Leaf(params int[] shape) => Random(shape).RequireGrad();

    private static Action Quiet(Action call) => () =>
    {
        using (Autograd.NoGrad()) call();
    };

    /// <summary>Forward and backward of a function of leaves.</summary>
    private static Action Both(Func<Tensor> f, params Tensor[] leaves)
    {
        Tensor? dy = null;
        return () =>
        {
            Tensor y = f();
            dy ??= Tensor.OnesLike(y);
            foreach (Tensor leaf in leaves) leaf.Grad = null;
            y.Backward(dy);
        };
    }

    private IEnumerable<DeviceCase> Elementwise()
    {
        double n = (double)Tokens * 4 * Width;
        yield return new($"add {Tokens}×{4 * Width}", 12 * n, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor b) = (Random(Tokens, 4 * Width), Random(Tokens, 4 * Width));
            return Quiet(() => _ = a + b);
        });
        yield return new($"add of a row {Tokens}×{4 * Width}", 8 * n, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor b) = (Random(Tokens, 4 * Width), Random(4 * Width));
            return Quiet(() => _ = a + b);
        });
        yield return new($"gelu forward {Tokens}×{4 * Width}", 8 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width);
            return Quiet(() => x.Gelu(approximate: true));
        });
        yield return new($"gelu forward and backward {Tokens}×{4 * Width}", 24 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Leaf(Tokens, 4 * Width);
            return Both(() => x.Gelu(approximate: true), x);
        });
        yield return new($"dropout {Tokens}×{4 * Width}", 8 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width);
            Generator g = new(1);
            return Quiet(() => x.Dropout(0.1, g));
        });
        yield return new($"transpose {Tokens}×{4 * Width}", 8 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width).Transpose();
            return Quiet(() => x.Contiguous());
        });
        yield return new($"sum of all {Tokens}×{4 * Width}", 4 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width);
            return Quiet(() => x.Sum());
        });
        yield return new($"sum over rows {Tokens}×{4 * Width}", 4 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width);
            return Quiet(() => x.Sum(0));
        });
        yield return new($"normal random numbers {Tokens}×{4 * Width}", 4 * n, 0, Bound.Memory, () =>
        {
            Generator g = new(1);
            return Quiet(() => Tensor.RandN([Tokens, 4 * Width], generator: g, device: device));
        });
        yield return new($"float32 to bfloat16 {Tokens}×{4 * Width}", 6 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width);
            return Quiet(() => x.To(DType.BFloat16));
        });
        yield return new($"running sum {Tokens}×{4 * Width}", 8 * n, 0, Bound.Memory, () =>
        {
            Tensor x = Random(Tokens, 4 * Width);
            return Quiet(() => x.CumSum(-1));
        });
        int parameters = quick ? 200_000 : 124_000_000;
        yield return new($"AdamW {parameters / 1e6:0.#} M parameters", 28.0 * parameters, 0, Bound.Memory, () =>
        {
            Tensor p = Leaf(parameters);
            p.Grad = Random(parameters);
            AdamW adam = new([p]);
            return adam.Step;
        });
        yield return new($"gradient norm and clipping {parameters / 1e6:0.#} M parameters", 12.0 * parameters, 0, Bound.Memory, () =>
        {
            Tensor p = Leaf(parameters);
            p.Grad = Random(parameters);
            return Quiet(() => GradientClip.ScaleToNorm([p], 1));
        });
    }

    private IEnumerable<DeviceCase> Rows()
    {
        double x = (double)Tokens * Width, logits = (double)Math.Min(Tokens, 4096) * Words;
        int rows = Math.Min(Tokens, 4096);
        yield return new($"layer norm forward {Tokens}×{Width}", 8 * x, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor w, Tensor b) = (Random(Tokens, Width), Random(Width), Random(Width));
            return Quiet(() => a.LayerNorm(w, b));
        });
        yield return new($"layer norm forward and backward {Tokens}×{Width}", 20 * x, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor w, Tensor b) = (Leaf(Tokens, Width), Leaf(Width), Leaf(Width));
            return Both(() => a.LayerNorm(w, b), a, w, b);
        });
        yield return new($"RMS norm forward and backward {Tokens}×{Width}", 20 * x, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor w) = (Leaf(Tokens, Width), Leaf(Width));
            return Both(() => a.RmsNorm(w), a, w);
        });
        yield return new($"softmax forward {rows}×{Words}", 8 * logits, 0, Bound.Memory, () =>
        {
            Tensor a = Random(rows, Words);
            return Quiet(() => a.Softmax());
        });
        yield return new($"cross-entropy forward and backward {rows}×{Words}", 12 * logits, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor t) = (Leaf(rows, Words), Tensor.RandInt([rows], 0, Words, device: device));
            return Both(() => Loss.CrossEntropy(a, t), a);
        });
        yield return new($"embedding forward and backward {Tokens} of {Words}×{Width}", 16 * x, 0, Bound.Memory, () =>
        {
            (Tensor w, Tensor t) = (Leaf(Words, Width), Tensor.RandInt([Tokens], 0, Words, device: device));
            return Both(() => w.Embedding(t), w);
        });
    }

    private IEnumerable<DeviceCase> Picks()
    {
        int n = quick ? 4000 : 1 << 20, rows = Math.Min(Tokens, 4096);
        double logits = (double)rows * Words, x = (double)Tokens * Width;
        yield return new($"sort {n}", 12.0 * n, 0, Bound.Memory, () =>
        {
            Tensor a = Random(n);
            return Quiet(() => a.ArgSort());
        });
        yield return new($"top 40 of {rows}×{Words}", 4 * logits, 0, Bound.Memory, () =>
        {
            Tensor a = Random(rows, Words);
            return Quiet(() => a.TopK(40));
        });
        yield return new($"largest of {rows}×{Words}", 4 * logits, 0, Bound.Memory, () =>
        {
            Tensor a = Random(rows, Words);
            return Quiet(() => a.ArgMax(-1));
        });
        yield return new($"a draw from each of {rows}×{Words}", 4 * logits, 0, Bound.Memory, () =>
        {
            Tensor a = Tensor.Rand([rows, Words], device: device);
            Generator g = new(1);
            return Quiet(() => a.Multinomial(1, generator: g));
        });
        yield return new($"gather of rows {Tokens}×{Width}", 8 * x, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor at) = (Random(Tokens, Width), Tensor.RandInt([Tokens], 0, Tokens, device: device));
            return Quiet(() => a.IndexSelect(0, at));
        });
        yield return new($"sum into rows {Tokens}×{Width}", 12 * x, 0, Bound.Memory, () =>
        {
            (Tensor a, Tensor b, Tensor at) = (Random(Tokens, Width), Random(Tokens, Width), Tensor.RandInt([Tokens], 0, Tokens, device: device));
            return Quiet(() => a.IndexAdd(0, at, b));
        });
    }

    private IEnumerable<DeviceCase> Products()
    {
        (int M, int N, int K)[] shapes = quick ? [(64, 96, 80)] : [(4096, 4096, 4096), (16384, 2304, 768), (16384, 768, 3072), (768, 3072, 16384), (1, 3072, 768)];
        foreach ((int m, int n, int k) in shapes)
        {
            foreach (string whose in (string[])["cublas", "own"])
            {
                foreach ((string precision, Bound bound) in ((string, Bound)[])[("float32", Bound.Float32), ("tf32", Bound.Tf32), ("bfloat16", Bound.BFloat16)])
                {
                    DType dtype = precision == "bfloat16" ? DType.BFloat16 : DType.Float32;
                    yield return new($"matmul {m}×{n}×{k} {precision}, {whose}", dtype.Size() * (((double)m * k) + ((double)k * n) + ((double)m * n)), 2.0 * m * n * k, bound, () =>
                    {
                        (Tensor a, Tensor b) = (Random(m, k).To(dtype), Random(k, n).To(dtype));
                        return Quiet(() =>
                        {
                            (CudaOptions.MatrixProduct, CudaOptions.AllowTf32) = (whose, precision == "tf32");
                            a.MatMul(b);
                            (CudaOptions.MatrixProduct, CudaOptions.AllowTf32) = (null, false);
                        });
                    });
                }
            }
        }
    }

    private IEnumerable<DeviceCase> Attention()
    {
        (int B, int H, int T, int D) = quick ? (1, 2, 64, 32) : (4, 12, 1024, 64);
        double flops = 4.0 * B * H * T * T * D / 2; // causal: half
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16])
        {
            Bound bound = dtype == DType.BFloat16 ? Bound.BFloat16 : Bound.Float32;
            Tensor[] Qkv(bool leaf) => [.. Enumerable.Range(0, 3).Select(_ => Random(B, H, T, D).To(dtype).RequireGrad(leaf))];
            yield return new($"attention forward B{B} h{H} T{T} d{D} {dtype.Name()}", 0, flops, bound, () =>
            {
                Tensor[] x = Qkv(false);
                return Quiet(() => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true));
            });
            yield return new($"attention forward and backward B{B} h{H} T{T} d{D} {dtype.Name()}", 0, 3.5 * flops, bound, () =>
            {
                Tensor[] x = Qkv(true);
                return Both(() => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true), x);
            });
            yield return new($"the same unfused, forward B{B} h{H} T{T} d{D} {dtype.Name()}", 0, flops, bound, () =>
            {
                Tensor[] x = Qkv(false);
                return Quiet(() => ScaledDotProductAttention.Naive(x[0], x[1], x[2], null, causal: true, 1 / Math.Sqrt(D)));
            });
            yield return new($"attention of one query, as in decoding, B{B} h{H} T{T} d{D} {dtype.Name()}", 2.0 * B * H * T * D * dtype.Size(), 0, Bound.Memory, () =>
            {
                Tensor[] x = Qkv(false);
                Tensor q = Random(B, H, 1, D).To(dtype);
                return Quiet(() => Tensor.ScaledDotProductAttention(q, x[1], x[2]));
            });
            yield return new($"rotary embedding B{B} h{H} T{T} d{D} {dtype.Name()}", 2.0 * B * H * T * D * dtype.Size(), 0, Bound.Memory, () =>
            {
                Tensor x = Random(B, H, T, D).To(dtype);
                return Quiet(() => x.RotaryEmbedding());
            });
        }
    }

    private IEnumerable<DeviceCase> Images()
    {
        (int N, int C, int S, int O) = quick ? (2, 4, 12, 8) : (128, 64, 56, 64);
        double flops = 2.0 * N * O * C * 9 * (S - 2) * (S - 2);
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16])
        {
            Bound bound = dtype == DType.BFloat16 ? Bound.BFloat16 : Bound.Float32;
            yield return new($"conv2d forward {N}×{C}×{S}×{S} to {O}, 3×3 {dtype.Name()}", 0, flops, bound, () =>
            {
                (Tensor x, Tensor w) = (Random(N, C, S, S).To(dtype), Random(O, C, 3, 3).To(dtype));
                return Quiet(() => x.Conv2d(w));
            });
            yield return new($"conv2d forward and backward {N}×{C}×{S}×{S} to {O}, 3×3 {dtype.Name()}", 0, 3 * flops, bound, () =>
            {
                (Tensor x, Tensor w) = (Random(N, C, S, S).To(dtype).RequireGrad(), Random(O, C, 3, 3).To(dtype).RequireGrad());
                return Both(() => x.Conv2d(w), x, w);
            });
        }
        yield return new($"batch norm forward and backward {N}×{C}×{S}×{S}", 4.0 * N * C * S * S * 8, 0, Bound.Memory, () =>
        {
            (Tensor x, Tensor w, Tensor b) = (Leaf(N, C, S, S), Leaf(C), Leaf(C));
            return Both(() => x.BatchNorm(w, b, null, null, training: true), x, w, b);
        });
        yield return new($"average pool 2×2 forward and backward {N}×{C}×{S}×{S}", 4.0 * N * C * S * S * 2.5, 0, Bound.Memory, () =>
        {
            Tensor x = Leaf(N, C, S, S);
            return Both(() => x.AvgPool2d(2), x);
        });
        yield return new($"max pool 2×2 forward and backward {N}×{C}×{S}×{S}", 4.0 * N * C * S * S * 2.5, 0, Bound.Memory, () =>
        {
            Tensor x = Leaf(N, C, S, S);
            return Both(() => x.MaxPool2d(2), x);
        });
    }

    private IEnumerable<DeviceCase> Models()
    {
        GptConfig config = quick ? new(Vocabulary: 256, Context: 32, Layers: 2, Heads: 2, Width: 64) : new(Vocabulary: 50257, Context: 1024, Layers: 12, Heads: 12, Width: 768);
        (int batch, string name) = quick ? (2, "GPT of 0.1 M") : (4, "GPT-2 124 M");
        double matrices = config.ParameterCount - ((double)config.Context * config.Width), attention = 2.0 * config.Layers * config.Width * config.Context;
        int tokens = batch * config.Context;
        double flops = tokens * ((6 * matrices) + (3 * attention));
        foreach (bool mixed in (bool[])[false, true])
        {
            foreach (bool graph in (bool[])[false, true])
            {
                yield return new($"{name} training step B{batch} T{config.Context} {(mixed ? "bfloat16" : "float32")}{(graph ? ", CUDA graph" : "")}", 0, flops, mixed ? Bound.BFloat16 : Bound.Float32,
                    () => Training(config, batch, mixed, graph), tokens);
            }
        }
    }

    private Action Training(GptConfig config, int batch, bool mixed, bool graph)
    {
        GptModel model = new(config, seed: 1) { MixedPrecision = mixed };
        model.To(device);
        (Tensor[] decayed, Tensor[] free) = model.DecayGroups();
        AdamW adam = new([new ParameterGroup(decayed, weightDecay: 0.1), new ParameterGroup(free, weightDecay: 0)], 3e-4, 0.9, 0.95);
        Tensor ids = Tensor.RandInt([batch, config.Context], 0, config.Vocabulary, device: device), targets = Tensor.RandInt([batch, config.Context], 0, config.Vocabulary, device: device);
        void Step()
        {
            adam.ZeroGrad();
            model.Loss(ids, targets).Backward();
            GradientClip.ScaleToNorm(model.Parameters(), 1);
            adam.Step();
        }
        return graph ? CudaGraph.Capture(device, Step).Replay : Step;
    }
}
