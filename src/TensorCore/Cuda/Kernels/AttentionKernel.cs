namespace TensorCore;

// Attention in steps: products, softmax, products. The flash kernels of kernels/attention*.cu are compiled and checked, and not launched yet.
internal sealed partial class CudaBackend
{
    public void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp)
    {
        if (y.Count == 0 && logSumExp.Count == 0) return;
        using (Autograd.NoGrad())
        {
            if (k.Size(-2) == 0)
            {
                y.Fill(0);
                logSumExp.Fill(double.PositiveInfinity);
                return;
            }
            DType wide = logSumExp.DType; // sums of bfloat16 are float32
            Tensor s = Scores(q, k, mask, causal, scale, wide); // (…, T, S)
            Tensor max = s.Max(-1, keepDim: true);
            Tensor e = (s - max.MaskedFill(max == double.NegativeInfinity, 0)).Exp(), sum = e.Sum(-1, keepDim: true);
            Tensor none = sum == 0; // a row that sees no key
            y.CopyFrom((e / sum.MaskedFill(none, 1)).MatMul(v.To(wide)));
            logSumExp.CopyFrom((max + sum.Log()).MaskedFill(none, double.PositiveInfinity).Reshape(logSumExp.Shape));
        }
    }

    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor dy, Tensor dq, Tensor dk, Tensor dv)
    {
        using (Autograd.NoGrad())
        {
            DType wide = logSumExp.DType;
            if (q.Count == 0 || k.Count == 0 || v.Count == 0)
            {
                dq.Fill(0);
                dk.Fill(0);
                dv.Fill(0);
                if (k.Size(-2) == 0 || q.Size(-2) == 0) return;
            }
            (Tensor qw, Tensor kw, Tensor vw, Tensor dyw) = (q.To(wide), k.To(wide), v.To(wide), dy.To(wide));
            Tensor p = (Scores(q, k, mask, causal, scale, wide) - logSumExp.Unsqueeze(-1)).Exp(); // (…, T, S)
            Tensor delta = (dyw * y.To(wide)).Sum(-1, keepDim: true);
            Tensor ds = p * (dyw.MatMul(vw.Transpose()) - delta) * scale;
            dv.CopyFrom(p.Transpose().MatMul(dyw));
            dq.CopyFrom(ds.MatMul(kw));
            dk.CopyFrom(ds.Transpose().MatMul(qw));
        }
    }

    private static Tensor Scores(Tensor q, Tensor k, Tensor? mask, bool causal, double scale, DType wide)
    {
        Tensor s = q.To(wide).MatMul(k.To(wide).Transpose()) * scale;
        if (mask is not null) s += mask.To(wide);
        if (!causal) return s;
        int queries = s.Size(-2), keys = s.Size(-1);
        return Tensor.Where(Tensor.Ones([queries, keys], DType.Int32, s.Device).Tril(keys - queries).To(DType.Bool), s, Tensor.Full([], double.NegativeInfinity, wide, s.Device));
    }
}
