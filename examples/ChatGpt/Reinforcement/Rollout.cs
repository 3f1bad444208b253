namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>An answer that a policy drew, with how likely it found each token when it drew it.</summary>
/// <param name="Prompt">What it answered to.</param>
/// <param name="Answer">The tokens it drew, the end mark included if it came.</param>
/// <param name="LogProbabilities">ln π(aₜ | prompt, a₁ … aₜ₋₁) of each of them, from the scores that they were drawn from.</param>
/// <param name="Finished">Whether it ended by the end mark, not by the limit of tokens.</param>
public sealed record Rollout(int[] Prompt, int[] Answer, double[] LogProbabilities, bool Finished);
