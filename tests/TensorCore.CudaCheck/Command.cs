using System.Diagnostics;

namespace TensorCore.CudaCheck;

/// <summary>Runs other programs.</summary>
internal static class Command
{
    /// <summary>Runs a program to its end and returns its exit code and all that it wrote.</summary>
    public static (int Code, string Output) Run(string program, IEnumerable<string> arguments, string? folder = null, params (string Name, string Value)[] environment)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, WorkingDirectory = folder ?? "" };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    /// <summary>The output of a program that must succeed.</summary>
    public static string Output(string program, params string[] arguments)
    {
        (int code, string output) = Run(program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} ended with {code}:\n{output}");
    }

    /// <summary>True if a program of this name is on the PATH.</summary>
    public static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
