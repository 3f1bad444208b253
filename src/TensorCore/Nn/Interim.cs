namespace TensorCore.Nn;

/// <summary>Stand-ins for ops that other branches bring; their methods take precedence as soon as they are there.</summary>
internal static class Interim
{
    private static readonly Generator s_default = new(0);

    extension(Generator)
    {
        public static Generator Default => s_default;
    }

    extension(Tensor)
    {
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
}
