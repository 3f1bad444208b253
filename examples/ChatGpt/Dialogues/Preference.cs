namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>Two answers to one prompt, the first liked better.</summary>
/// <param name="Prompt">The talk up to the answer; its last message is the user's.</param>
/// <param name="Chosen">The better answer.</param>
/// <param name="Rejected">The other one.</param>
/// <param name="Margin">By how much: 1 if the source does not tell, the difference of the ranks if it ranks. 0 is a tie: neither is better, and the order of the two means nothing.</param>
public sealed record Preference(IReadOnlyList<Message> Prompt, string Chosen, string Rejected, double Margin)
{
    /// <summary>Neither answer is better.</summary>
    public bool IsTie => Margin == 0;
}
