namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>What was wrong with a request.</summary>
public enum ChatError
{
    /// <summary>It makes no sense: no message, a token that the model has not, a sampling option out of range.</summary>
    InvalidRequest,

    /// <summary>There is no model of that name.</summary>
    UnknownModel,

    /// <summary>The prompt does not fit the context, and sliding was not asked for.</summary>
    ContextExceeded,

    /// <summary>As many requests wait as may.</summary>
    QueueFull,

    /// <summary>The engine has been stopped.</summary>
    Stopped,
}

/// <summary>A request that cannot be carried out; the message says why and what is possible.</summary>
public sealed class ChatException(ChatError error, string message, string? parameter = null, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What was wrong.</summary>
    public ChatError Error { get; } = error;

    /// <summary>With what: model, messages, prompt, n, temperature.</summary>
    public string? Parameter { get; } = parameter;
}
