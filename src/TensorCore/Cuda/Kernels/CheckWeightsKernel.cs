namespace TensorCore;

internal sealed partial class CudaBackend
{
    public void CheckWeights(Tensor weights, int rows, int n, int needed)
    {
        int badWeight = FaultSite((bits, place) =>
            new ArgumentException($"multinomial: weight {place % n} of row {place / n} is {BitConverter.Int64BitsToDouble(bits)}: weights must be finite and 0 or more"));
        int nonePositive = FaultSite((_, row) => new ArgumentException($"multinomial: row {row} of {n} weights has none above 0"));
        int infiniteSum = FaultSite((_, row) => new ArgumentException($"multinomial: the weights of row {row} add up to more than a float64 holds: scale them down"));
        int tooFew = FaultSite((positive, row) => new ShapeException($"multinomial: {needed} samples without replacement from row {row}, which has {positive} weights above 0"));
        Kernel(MultinomialFile, "check_weights", DType.Float64).Launch(rows, 256, 0, weights, n, needed, FaultPointer, badWeight, nonePositive, infiniteSum, tooFew);
    }
}
