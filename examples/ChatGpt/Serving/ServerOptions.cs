namespace TensorCore.Examples.ChatGpt.Serving;

/// <summary>Where a server listens, and what it takes.</summary>
public sealed record ServerOptions
{
    /// <summary>An IP address, or localhost. Other machines reach only what is not loopback.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The TCP port; 0 takes a free one.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>What a client must send as <c>Authorization: Bearer KEY</c>; null: nothing, which only a loopback address allows.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The largest body of a request.</summary>
    public long MaxBodyBytes { get; init; } = 1 << 20;

    /// <summary>How long an answer may take, waiting included.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The page's files; without the folder there is no page.</summary>
    public string WebRoot { get; init; } = Path.Combine(AppContext.BaseDirectory, "wwwroot");

    /// <summary>The folder of the trainings that the page shows; null if there is none.</summary>
    public string? RunFolder { get; init; }
}
