using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using TensorCore.Data;
using TensorCore.Examples.ChatGpt.Serving.Api;
using TensorCore.Examples.Cnn;
using TensorCore.Optim;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Lessons;

/// <summary>A convolutional network learns to tell drawn shapes apart, in the background and in seconds; then it looks at whatever one draws.</summary>
internal sealed class ShapesLesson
{
    private const int Side = SyntheticShapes.Side, Training = 1500, Tests = 300, Batch = 50, Epochs = 3, Channels = 8;
    private const double Rate = 4e-3;

    private readonly Lock _gate = new(); // on all below
    private string _state = "idle";
    private string? _error;
    private readonly List<double> _losses = [];
    private int _steps;
    private Trained? _trained;

    /// <summary>How far it is.</summary>
    public JsonObject Describe()
    {
        lock (_gate)
        {
            return new()
            {
                ["state"] = _state,
                ["error"] = _error,
                ["steps"] = _steps,
                ["loss"] = PageRoutes.Numbers(_losses),
                ["side"] = Side,
                ["names"] = PageRoutes.Strings(SyntheticShapes.Create(0, 6, 6).Names),
                ["accuracy"] = _trained?.Accuracy,
                ["parameters"] = _trained?.Network.ParameterCount,
                ["tests"] = Tests,
            };
        }
    }

    /// <summary>Begins a training, unless one is running.</summary>
    public JsonObject Start(ulong seed)
    {
        lock (_gate)
        {
            if (_state != "running")
            {
                (_state, _error, _steps) = ("running", null, Epochs * (Training / Batch));
                _losses.Clear();
                _ = Task.Run(() => Run(seed));
            }
        }
        return Describe();
    }

    /// <summary>
    /// What the network says of an image: <c>pixels</c>, 20 × 20 grey values from 0 to 255, or <c>test</c>, the number of a test image. With the answers of the first layer's filters.
    /// </summary>
    public JsonNode Look(JsonFields fields)
    {
        Trained trained;
        lock (_gate)
            trained = _trained ?? throw new ApiException(StatusCodes.Status409Conflict, "not_trained", "the network has not been trained yet");
        int? test = (int?)fields.Whole("test", 0, Tests - 1);
        byte[] pixels = test is int i ? trained.Test.Image(i).ToArray() : Pixels(fields);
        (float[] p, float[] maps) = trained.Look(pixels);
        return new JsonObject
        {
            ["pixels"] = new JsonArray([.. pixels.Select(x => JsonValue.Create(x))]),
            ["label"] = test is int n ? trained.Test.Labels[n] : null,
            ["p"] = PageRoutes.Numbers(p),
            ["maps"] = new JsonArray([.. maps.Chunk(Side * Side).Select(m => PageRoutes.Numbers(m))]),
        };
    }

    private static byte[] Pixels(JsonFields fields)
    {
        JsonElement[] values = fields.Array("pixels") ?? throw ApiException.Invalid("pixels are missing, or the number of a test image", "pixels");
        return values.Length == Side * Side
            ? [.. values.Select((v, i) => v.ValueKind == JsonValueKind.Number && v.TryGetByte(out byte b) ? b : throw ApiException.Invalid($"pixels[{i}] must be a whole number from 0 to 255", "pixels"))]
            : throw ApiException.Invalid($"pixels must be {Side * Side} numbers, not {values.Length}", "pixels");
    }

    private void Run(ulong seed)
    {
        try
        {
            ImageTask task = SyntheticShapes.Create(seed, Training, Tests);
            (float mean, float std) = task.Train.Statistics();
            ConvNet network = new(Side, Side, task.Names.Count, Channels, dropout: 0.1, new Generator(seed));
            TensorDataset images = new(task.Train.ToTensor(mean, std), task.Train.Classes());
            AdamW optimizer = new(network.Parameters(), Rate, weightDecay: 0.02);
            OneCycle schedule = new(_steps, Rate);
            network.Train();
            for (int epoch = 0, step = 0; epoch < Epochs; epoch++)
            {
                foreach (Tensor[] batch in DataLoader.Create(images, Batch, shuffle: true, seed: seed + (ulong)epoch, dropLast: true))
                {
                    optimizer.LearningRate = schedule.At(step++);
                    optimizer.ZeroGrad();
                    Tensor loss = Loss.CrossEntropy(network.Forward(batch[0]), batch[1]);
                    loss.Backward();
                    optimizer.Step();
                    lock (_gate)
                        _losses.Add(loss.Item());
                }
            }
            network.Eval();
            Trained trained = new(network, task.Test, mean, std);
            lock (_gate)
                (_state, _trained) = ("done", trained);
        }
        catch (Exception e) // whatever it is: nobody else would hear of it
        {
            lock (_gate)
                (_state, _error) = ("failed", e.Message);
        }
    }

    /// <summary>A trained network with the images that judge it.</summary>
    private sealed class Trained
    {
        private readonly float _mean, _std;

        public Trained(ConvNet network, LabelledImages test, float mean, float std)
        {
            (Network, Test, _mean, _std) = (network, test, mean, std);
            using Autograd.RecordingScope scope = Autograd.NoGrad();
            long[] answers = network.Forward(test.ToTensor(mean, std)).ArgMax(1).ToArray<long>();
            Accuracy = answers.Where((a, i) => a == test.Labels[i]).Count() / (double)test.Count;
        }

        public ConvNet Network { get; }

        public LabelledImages Test { get; }

        public double Accuracy { get; }

        /// <summary>The classes' probabilities, and the first layer's answers (channels, 20, 20).</summary>
        public (float[] P, float[] Maps) Look(byte[] pixels)
        {
            using Autograd.RecordingScope scope = Autograd.NoGrad();
            Tensor x = new LabelledImages(pixels, [0], Side, Side).ToTensor(_mean, _std); // (1, 1, 20, 20)
            return (Network.Forward(x).Softmax().ToArray<float>(), Network.FeatureMaps(x)[0].ToArray<float>());
        }
    }
}
