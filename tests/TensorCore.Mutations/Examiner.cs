using System.Diagnostics;
using System.Reflection;

namespace TensorCore.Mutations;

/// <summary>
/// Runs the checks on faulty copies in child processes: a fault that crashes or hangs one is noticed too, and costs only that process.
/// </summary>
internal sealed class Examiner(string assembly, int normalCases, int deepCases) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private Process? _child;

    /// <summary>The first check's message that names the fault, or null if it survives.</summary>
    public string? Examine(Fault fault)
    {
        foreach (int cases in (int[])[normalCases, deepCases])
        {
            foreach (string op in fault.Ops)
            {
                string? message = Ask(fault.Id, op, cases);
                if (message is not null) return message;
            }
        }
        return null;
    }

    /// <summary>The message of the checks of an op with no fault active: there must be none.</summary>
    public string? ExamineClean(string op) => Ask(0, op, normalCases);

    public void Dispose()
    {
        _child?.Kill(entireProcessTree: true);
        _child?.Dispose();
        _child = null;
    }

    private string? Ask(int fault, string op, int cases)
    {
        _child ??= Start();
        _child.StandardInput.WriteLine($"{fault} {cases} {op}");
        _child.StandardInput.Flush();
        Task<string?> answer = _child.StandardOutput.ReadLineAsync();
        if (!answer.Wait(s_patience))
        {
            Dispose();
            return "the checks hang";
        }
        if (answer.Result is not string line)
        {
            Dispose();
            return "the process crashes";
        }
        return line == "survived" ? null : line;
    }

    private Process Start()
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(Examiner).Assembly.Location);
        start.ArgumentList.Add("--examine");
        start.ArgumentList.Add(assembly);
        start.Environment["TENSORCORE_THREADS"] = "1";
        Process child = Process.Start(start)!;
        child.BeginErrorReadLine(); // a crash's stack trace is not the answer
        return child;
    }

    /// <summary>The child's side: answers one line for each question.</summary>
    public static int Serve(string assembly)
    {
        MethodInfo run = Assembly.LoadFrom(assembly).GetType("TensorCore.Mutations.Entry")!.GetMethod("Run")!;
        // FsCheck reports on the console; the answers go out alone.
        TextWriter answers = Console.Out;
        Console.SetOut(TextWriter.Null);
        while (Console.In.ReadLine() is string question)
        {
            string[] parts = question.Split(' ', 3);
            string? message = (string?)run.Invoke(null, [int.Parse(parts[0]), parts[2], int.Parse(parts[1])]);
            answers.WriteLine(message is null ? "survived" : "caught: " + message.ReplaceLineEndings(" "));
            answers.Flush();
        }
        return 0;
    }
}
