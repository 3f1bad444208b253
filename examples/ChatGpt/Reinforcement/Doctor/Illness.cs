namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>What can be wrong with a training by PPO, the causes of others first.</summary>
public enum Illness
{
    /// <summary>A number that is none: NaN or infinite.</summary>
    NotANumber,

    /// <summary>The loss counts tokens that the policy did not draw, or not all that it drew.</summary>
    WrongMask,

    /// <summary>Before the first update of a step the ratio π/π_old is not 1: the answers' probabilities are stale, or of another distribution.</summary>
    RatioNotOne,

    /// <summary>The policy does not begin as its reference.</summary>
    KlNotZeroAtStart,

    /// <summary>The reference moves along: KL stays 0 while the policy changes.</summary>
    KlStuckAtZero,

    /// <summary>KL is below 0 by more than chance: the answers are not drawn from the policy.</summary>
    KlNegative,

    /// <summary>Distance from the reference is rewarded instead of charged.</summary>
    KlRewarded,

    /// <summary>All answers get the same score.</summary>
    RewardConstant,

    /// <summary>Scores do not begin around 0 with a deviation of about 1: β means something else than it should.</summary>
    RewardNotNormalized,

    /// <summary>Answers do not end by themselves.</summary>
    AnswersCutOff,

    /// <summary>Advantages do not have mean 0 and deviation 1.</summary>
    AdvantagesNotWhitened,

    /// <summary>Updates go so far that the clipping holds most of them back.</summary>
    LearningRateTooHigh,

    /// <summary>The policy does not change.</summary>
    NothingLearnt,

    /// <summary>The reward falls: what is learnt is the opposite.</summary>
    RewardFalls,

    /// <summary>The policy runs away from its reference.</summary>
    KlExplodes,

    /// <summary>The values are all alike, or further from the returns than their mean.</summary>
    ValueCollapsed,

    /// <summary>Nothing is tried out any more: the policy always says the same.</summary>
    EntropyCollapsed,

    /// <summary>The reward is earned by length.</summary>
    LengthHacked,

    /// <summary>The learnt reward rises while the true one falls.</summary>
    RewardHacked,
}
