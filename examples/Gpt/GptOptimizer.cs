using TensorCore.Optim;

namespace TensorCore.Examples.Gpt;

/// <summary>
/// How a GPT's weights are moved: all by AdamW, or, where a rate is given for it, the matrices inside the layers by Muon and the rest, tables, norms and biases, by AdamW.
/// Both rates rise and fall together.
/// </summary>
public sealed class GptOptimizer
{
    private readonly AdamW _adam;
    private readonly Muon? _muon;
    private readonly double _highest, _muonHighest;

    /// <summary>The optimizers of all of a model's weights.</summary>
    /// <param name="model">The model.</param>
    /// <param name="learningRate">AdamW's highest rate.</param>
    /// <param name="muonLearningRate">Muon's; 0: there is none.</param>
    /// <param name="weightDecay">Of matrices and tables.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public GptOptimizer(GptModel model, double learningRate, double muonLearningRate, double weightDecay)
        : this(model.DecayGroups(), muonLearningRate > 0 ? model.LayerMatrices() : [], learningRate, muonLearningRate, weightDecay)
    {
    }

    /// <summary>The optimizers of some weights, such as those of adapters, all by AdamW.</summary>
    /// <param name="groups">Those that weight decay pulls towards 0, and those that it does not.</param>
    /// <param name="learningRate">The highest rate.</param>
    /// <param name="weightDecay">Of the first.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public GptOptimizer((Tensor[] Decayed, Tensor[] Free) groups, double learningRate, double weightDecay)
        : this(groups, [], learningRate, 0, weightDecay)
    {
    }

    private GptOptimizer((Tensor[] Decayed, Tensor[] Free) groups, Tensor[] matrices, double learningRate, double muonLearningRate, double weightDecay)
    {
        (_highest, _muonHighest) = (learningRate, muonLearningRate);
        Parameters = [.. groups.Decayed, .. groups.Free];
        _adam = new AdamW([new ParameterGroup(groups.Decayed.Except(matrices)), new ParameterGroup(groups.Free, weightDecay: 0)], learningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay);
        _muon = matrices.Length > 0 ? new Muon(matrices, muonLearningRate, weightDecay: weightDecay) : null;
    }

    /// <summary>All that is moved.</summary>
    public Tensor[] Parameters { get; }

    /// <summary>The optimizers, in the order in which a checkpoint has them.</summary>
    public IReadOnlyList<Optimizer> All => _muon is null ? [_adam] : [_adam, _muon];

    /// <summary>Steps taken.</summary>
    public long StepCount => _adam.StepCount;

    /// <summary>AdamW's rate now; Muon's is the same share of its own highest.</summary>
    public double LearningRate
    {
        get => _adam.LearningRate;
        set
        {
            _adam.LearningRate = value;
            if (_muon is not null)
                _muon.LearningRate = _highest > 0 ? _muonHighest * value / _highest : 0;
        }
    }

    /// <summary>Moves the weights along their gradients.</summary>
    public void Step()
    {
        foreach (Optimizer optimizer in All)
            optimizer.Step();
    }
}
