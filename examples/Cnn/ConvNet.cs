using TensorCore.Nn;

namespace TensorCore.Examples.Cnn;

/// <summary>
/// A convolutional network: filters slide over the image, so what they find is found anywhere, with few weights. Each pooling halves the
/// resolution; later filters see more of the image and combine what earlier ones found.
/// <code>
/// (N, 1, H, W) → conv 5×5 → (N, C, H, W)       → pool → (N, C, H/2, W/2)
///              → conv 3×3 → (N, 2C, H/2, W/2)  → pool → (N, 2C, H/4, W/4)
///              → conv 3×3 → (N, 2C, H/4, W/4)  → flatten → 128 → classes
/// </code>
/// Each convolution is followed by batch norm and ReLU.
/// </summary>
public sealed class ConvNet : Module<Tensor, Tensor>
{
    private const int Dense = 128;

    private readonly Block[] _blocks;
    private readonly Linear _fc1, _fc2;
    private readonly Dropout _dropout;

    /// <summary>A network for height × width grey images; <paramref name="channels"/> (C) filters in the first layer.</summary>
    public ConvNet(int height, int width, int classes, int channels, double dropout, Generator generator)
    {
        _blocks =
        [
            Child("block1", new Block(1, channels, 5, pool: true, generator)),
            Child("block2", new Block(channels, 2 * channels, 3, pool: true, generator)),
            Child("block3", new Block(2 * channels, 2 * channels, 3, pool: false, generator)),
        ];
        _fc1 = Child("fc1", new Linear(2 * channels * (height / 4) * (width / 4), Dense, generator: generator));
        _fc2 = Child("fc2", new Linear(Dense, classes, generator: generator));
        _dropout = Child("dropout", new Dropout(dropout, generator));
    }

    /// <summary>The filters of the first layer, (C, 1, 5, 5).</summary>
    public Tensor Filters => _blocks[0].Filters;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (Block block in _blocks)
            x = block.Forward(x);
        x = x.Reshape(x.Size(0), -1);                 // (N, 2C·H/4·W/4)
        x = _fc1.Forward(_dropout.Forward(x)).Relu(); // (N, 128)
        return _fc2.Forward(_dropout.Forward(x));     // (N, classes)
    }

    /// <summary>What the filters of each layer answer, before pooling: (N, channels, height, width) each.</summary>
    public IReadOnlyList<Tensor> FeatureMaps(Tensor x)
    {
        List<Tensor> maps = [];
        foreach (Block block in _blocks)
        {
            maps.Add(block.Answer(x));
            x = block.Forward(x);
        }
        return maps;
    }

    /// <summary>Convolution, batch norm, ReLU and, if wanted, pooling.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Conv2d _conv;
        private readonly BatchNorm _norm;
        private readonly bool _pool;

        public Block(int from, int to, int size, bool pool, Generator generator)
        {
            // Batch norm subtracts the mean: a bias before it would do nothing.
            _conv = Child("conv", new Conv2d(from, to, size, padding: size / 2, bias: false, generator: generator));
            _norm = Child("norm", new BatchNorm(to));
            _pool = pool;
        }

        public Tensor Filters => _conv.Weight;

        public Tensor Answer(Tensor x) => _norm.Forward(_conv.Forward(x)).Relu();

        public override Tensor Forward(Tensor x) => _pool ? Answer(x).MaxPool2d(2) : Answer(x);
    }
}
