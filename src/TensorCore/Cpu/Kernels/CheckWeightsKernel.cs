namespace TensorCore;

internal sealed partial class CpuBackend
{
    public unsafe void CheckWeights(Tensor weights, int rows, int n, int needed)
    {
        double* p = (double*)weights.Pointer;
        for (int r = 0; r < rows; r++)
        {
            int positive = 0;
            double sum = 0;
            for (int i = 0; i < n; i++)
            {
                double w = p[((long)r * n) + i];
                if (!(w >= 0) || double.IsInfinity(w)) throw new ArgumentException($"multinomial: weight {i} of row {r} is {w}: weights must be finite and 0 or more");
                if (w > 0) positive++;
                sum += w;
            }
            if (positive == 0) throw new ArgumentException($"multinomial: row {r} of {n} weights has none above 0");
            if (double.IsInfinity(sum)) throw new ArgumentException($"multinomial: the weights of row {r} add up to more than a float64 holds: scale them down");
            if (positive < needed) throw new ShapeException($"multinomial: {needed} samples without replacement from row {r}, which has {positive} weights above 0");
        }
        GC.KeepAlive(weights);
    }
}
