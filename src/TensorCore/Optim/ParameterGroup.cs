namespace TensorCore.Optim;

/// <summary>Parameters that are updated with the same settings.</summary>
public sealed class ParameterGroup
{
    /// <summary>A group of parameters.</summary>
    /// <param name="parameters">The tensors; each requires a gradient.</param>
    /// <param name="learningRateScale">Times the optimizer's learning rate.</param>
    /// <param name="weightDecay">Instead of the optimizer's; null keeps that.</param>
    /// <exception cref="ArgumentException">A setting is negative or not a number.</exception>
    public ParameterGroup(IEnumerable<Tensor> parameters, double learningRateScale = 1, double? weightDecay = null)
    {
        Parameters = [.. parameters];
        LearningRateScale = learningRateScale;
        WeightDecay = weightDecay;
    }

    /// <summary>The tensors.</summary>
    public IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>Times the optimizer's learning rate.</summary>
    /// <exception cref="ArgumentException">Negative or not a number.</exception>
    public double LearningRateScale
    {
        get;
        set => field = Optimizer.NotNegative(value, nameof(LearningRateScale));
    }

    /// <summary>Instead of the optimizer's; null keeps that.</summary>
    /// <exception cref="ArgumentException">Negative or not a number.</exception>
    public double? WeightDecay
    {
        get;
        set => field = value is double v ? Optimizer.NotNegative(v, nameof(WeightDecay)) : null;
    }
}
