namespace TensorCore.Examples;

internal static class Interim
{
    extension(Tensor)
    {
        public static Tensor RandN(ReadOnlySpan<int> shape, double mean = 0, double std = 1, DType dtype = DType.Float32, Generator? generator = null) =>
            Nn.Initializers.Normal(Tensor.Zeros(shape, dtype), mean, std, generator);

        public static Tensor Rand(ReadOnlySpan<int> shape, double low = 0, double high = 1, DType dtype = DType.Float32, Generator? generator = null) =>
            Nn.Initializers.Uniform(Tensor.Zeros(shape, dtype), low, high, generator);
    }
}
