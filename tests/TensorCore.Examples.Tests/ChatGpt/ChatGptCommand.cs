using System.Diagnostics;
using TensorCore.Examples.ChatGpt.Commands;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

/// <summary>The ChatGPT's command line, run inside the test or as a process of its own that can be killed.</summary>
internal static class ChatGptCommand
{
    public static Task<CommandOutcome> Run(params string[] args) => Run(args, default);

    public static async Task<CommandOutcome> Run(string[] args, CancellationToken cancellation, TextWriter? error = null)
    {
        using StringWriter output = new();
        using StringWriter ownError = new();
        int code = await ChatGptProgram.RunAsync(args, output, error ?? ownError, cancellation);
        return new(code, output.ToString(), ownError.ToString());
    }

    /// <summary>Starts the program and waits for its end; kills it (SIGKILL) as soon as <paramref name="kill"/> says so.</summary>
    /// <param name="kill">Asked every few milliseconds; null lets it come to its end.</param>
    /// <param name="args">The command line.</param>
    /// <returns>The exit code; 137 or −1 if it was killed.</returns>
    public static int RunAsProcess(Func<bool>? kill, params string[] args)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "chatgpt.dll"));
        foreach (string arg in args)
            start.ArgumentList.Add(arg);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        while (!process.WaitForExit(5))
        {
            if (kill?.Invoke() == true)
                process.Kill();
        }
        process.WaitForExit();
        Assert.True(process.ExitCode is 0 or 130 || (kill is not null && process.ExitCode is 137 or -1), $"exit code {process.ExitCode}: {output.Result} {error.Result}");
        return process.ExitCode;
    }
}
