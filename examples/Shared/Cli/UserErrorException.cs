namespace TensorCore.Examples.Cli;

/// <summary>
/// An error that the user can mend: a value out of range, a corpus without text, files that do not fit together.
/// The program ends with its message as one line and exit code 2; the message says what is wrong and what to do.
/// </summary>
public sealed class UserErrorException : Exception
{
    /// <summary>An error with its message in the user's language.</summary>
    public UserErrorException(string message, Exception? cause = null)
        : base(message, cause)
    {
    }
}
