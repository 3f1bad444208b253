using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace TensorCore.Examples.Cli;

/// <summary>One run of a command: its options, where it writes, and whether it is to stop.</summary>
public sealed class CommandRun
{
    private static readonly JsonSerializerOptions _oneLine = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ParseResult _parsed;
    private readonly TextWriter _output;
    private JsonObject? _result;

    internal CommandRun(ParseResult parsed, Texts texts, bool json, bool verbose, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        (_parsed, Texts, Json, Verbose, _output, Cancellation) = (parsed, texts, json, verbose, output, cancellation);
        Out = json ? error : output;
        Console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Out) });
        bool redirected = json ? System.Console.IsErrorRedirected : System.Console.IsOutputRedirected;
        bool console = ReferenceEquals(Out, System.Console.Out) || ReferenceEquals(Out, System.Console.Error);
        IsTerminal = console && !redirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        IsInteractive = IsTerminal && !json && !System.Console.IsInputRedirected;
        if (!IsTerminal)
            Console.Profile.Width = 120; // redirected output has no width; the default of 80 wraps our tables
    }

    /// <summary>The texts in the language asked for.</summary>
    public Texts Texts { get; }

    /// <summary>Whether a machine reads standard output: it then gets the result (<see cref="SetResult"/>) and nothing else.</summary>
    public bool Json { get; }

    /// <summary>Whether details were asked for.</summary>
    public bool Verbose { get; }

    /// <summary>Signalled by Ctrl-C.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>Where texts for people go: standard output, with <c>--json</c> standard error.</summary>
    public TextWriter Out { get; }

    /// <summary>Tables and markup for people, to the same place as <see cref="Out"/>.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Whether <see cref="Out"/> is a terminal, on which a line can be drawn again.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether a person can be asked something.</summary>
    public bool IsInteractive { get; }

    /// <summary>The text in the language asked for.</summary>
    public string Pick(string pt, string en) => Texts.Pick(pt, en);

    /// <summary>An option's value.</summary>
    public T Get<T>(Option<T> option) => _parsed.GetValue(option)!;

    /// <summary>An argument's value.</summary>
    public T Get<T>(Argument<T> argument) => _parsed.GetValue(argument)!;

    /// <summary>Whether an option was given, rather than left to its default.</summary>
    public bool IsGiven(Option option) => _parsed.GetResult(option) is { Implicit: false };

    /// <summary>Writes a line for people.</summary>
    public void Say(string pt, string en) => Out.WriteLine(Texts.Pick(pt, en));

    /// <summary>The next line that the person writes; null at the end of input or after Ctrl-C.</summary>
    /// <param name="input">Where from; standard input by default.</param>
    public string? ReadLine(TextReader? input = null)
    {
        // ReadLine cannot be cancelled: Ctrl-C leaves it waiting on its thread, which ends with the program.
        Task<string?> reading = Task.Run((input ?? System.Console.In).ReadLine, CancellationToken.None);
        try
        {
            reading.Wait(Cancellation);
            return reading.Result;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Returns the path if the file exists.</summary>
    /// <exception cref="UserErrorException">It does not.</exception>
    public string RequireFile(string path) => File.Exists(path)
        ? path
        : throw new UserErrorException(Texts.Pick($"o arquivo '{path}' não existe", $"the file '{path}' does not exist"));

    /// <summary>Returns the path if the folder exists.</summary>
    /// <exception cref="UserErrorException">It does not.</exception>
    public string RequireFolder(string path) => Directory.Exists(path)
        ? path
        : throw new UserErrorException(Texts.Pick($"a pasta '{path}' não existe", $"the folder '{path}' does not exist"));

    /// <summary>A progress bar on <see cref="Out"/>; plain lines where that is no terminal. <paramref name="unit"/> is what is counted: "tokens".</summary>
    public TrainingProgress Progress(string unit) =>
        new(Out, Texts, unit, IsTerminal, IsTerminal ? () => System.Console.WindowWidth : null);

    /// <summary>Sets the object that is the last line of standard output with <c>--json</c>; without, it is not shown. Numbers that JSON lacks (NaN, infinite) become null.</summary>
    public void SetResult(JsonObject result) => _result = result;

    internal void WriteResult()
    {
        Out.Flush();
        if (!Json)
            return;
        _output.WriteLine(Finite(_result ?? [])!.ToJsonString(_oneLine));
        _output.Flush();
    }

    private static JsonNode? Finite(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => new KeyValuePair<string, JsonNode?>(p.Key, Finite(p.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Finite)]),
        JsonValue v when (v.TryGetValue(out double d) && !double.IsFinite(d)) || (v.TryGetValue(out float f) && !float.IsFinite(f)) => null,
        _ => node?.DeepClone(),
    };
}
