using System.Text.Json.Nodes;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.Tests.Gpt;

/// <summary>What a command wrote and how it ended.</summary>
internal sealed record CommandOutcome(int Code, string Output, string Error)
{
    /// <summary>The last line of the output, which with --json is one object.</summary>
    public JsonObject Json => JsonNode.Parse(Output.TrimEnd('\n').Split('\n')[^1])!.AsObject();

    /// <summary>One clear line, exit code 2, nothing on standard output, no stack trace.</summary>
    public void AssertUserError(string mention)
    {
        string[] lines = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(Code == 2, $"exit code {Code}: {Error}");
        Assert.True(lines.Length == 1 && lines[0].Length is > 12 and < 500, Error);
        Assert.Matches("^(erro|error): ", lines[0]);
        Assert.Contains(mention, lines[0]);
        Assert.Equal("", Output);
    }
}

/// <summary>The GPT's command line, run inside the test.</summary>
internal static class GptCommand
{
    public static Task<CommandOutcome> Run(params string[] args) => Run(args, default);

    public static async Task<CommandOutcome> Run(string[] args, CancellationToken cancellation, TextWriter? error = null)
    {
        using StringWriter output = new();
        using StringWriter ownError = new();
        int code = await GptProgram.RunAsync(args, output, error ?? ownError, cancellation);
        return new(code, output.ToString(), ownError.ToString());
    }
}
