namespace TensorCore.Generation;

/// <summary>How the next token is drawn.</summary>
public sealed record SamplingOptions
{
    /// <summary>
    /// softmax(z/T): below 1 the likely tokens become likelier, above 1 all become more alike; 0 always takes the likeliest. Like creativity, at the price of reliability.
    /// </summary>
    public double Temperature { get; init; } = 0.8;

    /// <summary>Only the k likeliest tokens may be drawn; 0 means all.  (Fan et al. 2018, arXiv:1805.04833.)</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together reach this probability may be drawn; 1 means all.  (Holtzman et al. 2019, arXiv:1904.09751.)</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Scores of tokens that stand in the text already are divided by this if positive, else multiplied; 1 does nothing.  (Keskar et al. 2019, arXiv:1909.05858, section 4.1.)</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The same seed draws the same tokens.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Returns this if every number is possible.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is not; the message names it.</exception>
    public SamplingOptions Check()
    {
        Require(Temperature >= 0 && double.IsFinite(Temperature), nameof(Temperature), Temperature, "0 or more");
        Require(TopK >= 0, nameof(TopK), TopK, "0 (all) or more");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "above 0, at most 1");
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), nameof(RepetitionPenalty), RepetitionPenalty, "above 0");
        return this;
    }

    private static void Require(bool possible, string name, double value, string range)
    {
        if (!possible) throw new ArgumentOutOfRangeException(name, value, $"sampling: {name} is {value}: it must be {range}");
    }
}
