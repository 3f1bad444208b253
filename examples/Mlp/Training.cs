using TensorCore.Optim;

namespace TensorCore.Examples.Mlp;

/// <summary>The loop that all trainings in this example share.</summary>
public static class Training
{
    /// <summary>
    /// Repeats: loss, gradient by backpropagation, step. Returns the loss before each step. <paramref name="after"/> is called with the number of
    /// steps done; the training ends early once a loss is no number any more.
    /// </summary>
    public static double[] Run(Optimizer optimizer, int steps, Func<Tensor> loss, LearningRateSchedule? schedule = null, Action<int>? after = null)
    {
        List<double> losses = [];
        for (int step = 1; step <= steps; step++)
        {
            schedule?.Apply(optimizer);
            optimizer.ZeroGrad();
            Tensor value = loss();
            value.Backward();
            optimizer.Step();
            losses.Add(value.Item());
            after?.Invoke(step);
            if (!double.IsFinite(losses[^1]))
                break;
        }
        return [.. losses];
    }
}
