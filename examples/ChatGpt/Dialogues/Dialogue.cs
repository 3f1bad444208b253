namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>Who speaks.</summary>
public enum Role
{
    /// <summary>Nobody in the room: says before the talk begins how the assistant is to answer.</summary>
    System,

    /// <summary>The person who asks.</summary>
    User,

    /// <summary>The model that answers.</summary>
    Assistant,
}

/// <summary>What one of them says at a time.</summary>
public sealed record Message(Role Role, string Content);

/// <summary>A talk: perhaps a system message, then user and assistant in turns.</summary>
public sealed record Dialogue(IReadOnlyList<Message> Messages);
