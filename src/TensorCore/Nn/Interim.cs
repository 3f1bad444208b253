namespace TensorCore.Nn;

/// <summary>Stand-ins for ops that other branches bring; their methods take precedence as soon as they are there.</summary>
internal static unsafe class Interim
{
    private static readonly Generator s_default = new(0);

    extension(Generator)
    {
        public static Generator Default => s_default;
    }

    extension(Tensor x)
    {
        public Tensor Narrow(int axis, int start, int length) => Op.Apply(new InterimNarrow(axis, start, length), x);

        public Tensor Dropout(double p, Generator generator, bool training = true)
        {
            if (!training || p == 0) return x;
            float[] mask = new float[x.Count];
            (ulong seed, ulong stream) = (generator.Seed, generator.NextStream());
            fixed (float* m = mask) Philox.FillBernoulliMask(m, mask.Length, seed, stream, 1 - p, (float)(1 / (1 - p)));
            return x * Tensor.From(mask, x.Shape).To(x.DType);
        }

        public static Tensor ScaledDotProductAttention(Tensor q, Tensor k, Tensor v, Tensor? mask = null, bool causal = false, double? scale = null)
        {
            Tensor s = q.MatMul(k.Transpose()) * (scale ?? (1 / Math.Sqrt(q.Size(-1))));
            int T = q.Size(-2), S = k.Size(-2);
            double[] sees = new double[T * S];
            if (causal)
                for (int i = 0; i < T; i++) sees.AsSpan((i * S) + S - T + i + 1, T - 1 - i).Fill(double.NegativeInfinity);
            if (mask is not null) s += mask.DType == DType.Bool ? Tensor.Where(mask, Tensor.Zeros([], s.DType), Tensor.Full([], double.NegativeInfinity, s.DType)) : mask;
            return (s + Tensor.From(sees, [T, S]).To(s.DType)).Softmax().MatMul(v);
        }
    }

    internal sealed class InterimNarrow(int axis, int start, int length) : Op, IOp
    {
        private Tensor? _x;

        public static string OpName => "interim_narrow";

        public override string Name => OpName;

        public override bool IsView => true;

        public static OpSample Sample(SampleGenerator g) => OpSample.Of("", [g.Tensor([3])], t => t[0].Narrow(0, 1, 1));

        public override Tensor Forward(ReadOnlySpan<Tensor> inputs) => View(_x = inputs[0]);

        public override void Backward(Tensor dy, Gradients dx)
        {
            Tensor whole = Tensor.ZerosLike(_x!);
            View(whole).AddInPlace(dy);
            dx.Add(0, whole, fresh: true);
        }

        private Tensor View(Tensor x)
        {
            int[] sizes = x.Shape.ToArray();
            sizes[x.Shape.Axis(axis)] = length;
            return x.ViewAs(sizes, x.Strides.ToArray(), x.Offset + (start * x.Strides[x.Shape.Axis(axis)]));
        }
    }
}
