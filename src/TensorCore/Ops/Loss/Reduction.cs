namespace TensorCore;

/// <summary>How the losses of single elements become the result.</summary>
public enum Reduction
{
    /// <summary>They do not: one loss for each element or row.</summary>
    None,

    /// <summary>Their mean; rows that a loss ignores do not count.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their sum divided by the size of the first axis, the batch: the mean that the Kullback–Leibler divergence needs.</summary>
    BatchMean,
}
