using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text;

namespace TensorCore.Examples.Cli;

/// <summary>
/// Runs an example program's command line with the manners that all of them share: <c>--language pt|en</c>, <c>--json</c>, <c>--verbose</c>;
/// one clear line on standard error and exit code 2 for what the user can mend, 1 for a bug, 130 after Ctrl-C; stack traces only with <c>--verbose</c>.
/// </summary>
/// <example><code>
/// return await CommandApp.RunAsync(args, app =>
/// {
///     Option&lt;int&gt; steps = app.Number("--steps", 1000, "passos de treino", "training steps", min: 1);
///     RootCommand root = new(app.Pick("Treina um neurônio.", "Trains a neuron.")) { steps };
///     app.Handle(root, run => Train(run, run.Get(steps)));
///     return root;
/// });
/// </code></example>
public sealed partial class CommandApp
{
    /// <summary>Exit code of an unexpected error: a bug.</summary>
    public const int Bug = 1;

    /// <summary>Exit code of an error that the user can mend.</summary>
    public const int UserError = 2;

    /// <summary>Exit code after Ctrl-C or a termination signal (128 + SIGINT, as shells have it).</summary>
    public const int Interrupted = 130;

    private readonly TextWriter _output;
    private readonly TextWriter _error;
    private readonly List<Type> _userErrors = [typeof(UserErrorException), typeof(IOException), typeof(UnauthorizedAccessException), typeof(InvalidDataException)];
    private readonly HashSet<string> _optionErrors = [];
    private readonly Option<bool> _json;
    private readonly Option<bool> _verbose;

    private CommandApp(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        (_output, _error) = (output, error);
        Texts = Texts.From(args);
        _json = Switch("--json", "para máquinas: a última linha da saída é um objeto JSON, os textos vão para a saída de erros", "for machines: the last line of output is one JSON object, texts go to standard error");
        _verbose = Switch("--verbose", "em caso de erro, mostra também a pilha de chamadas", "on an error, shows the stack trace too");
    }

    /// <summary>The texts in the language asked for.</summary>
    public Texts Texts { get; }

    /// <summary>Runs the command that <paramref name="args"/> name and returns the exit code. Never throws.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="build">Makes the root command with its options, subcommands and handlers (<see cref="Handle(Command, Func{CommandRun, int})"/>).</param>
    /// <param name="output">Where results go; standard output by default.</param>
    /// <param name="error">Where errors go; standard error by default.</param>
    /// <param name="cancellation">Stops the command as Ctrl-C does.</param>
    public static async Task<int> RunAsync(string[] args, Func<CommandApp, RootCommand> build, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(build);
        if (OperatingSystem.IsWindows() && output is null)
            Console.OutputEncoding = Console.InputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        CommandApp app = new(args, output ?? Console.Out, error ?? Console.Error);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);
        try
        {
            return await app.InvokeAsync(args, build(app), stop.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return app.Report(e, args, stop.Token);
        }

        // The first signal asks for an orderly end (a checkpoint is saved); the second ends the process.
        void StopOnce(PosixSignalContext context)
        {
            context.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    /// <summary>The text in the language asked for.</summary>
    public string Pick(string pt, string en) => Texts.Pick(pt, en);

    /// <summary>Has <paramref name="handler"/> carry out <paramref name="command"/>; it returns the exit code.</summary>
    public void Handle(Command command, Func<CommandRun, int> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        HandleAsync(command, run => Task.FromResult(handler(run)));
    }

    /// <summary>Has <paramref name="handler"/> carry out <paramref name="command"/>; it returns the exit code.</summary>
    public void HandleAsync(Command command, Func<CommandRun, Task<int>> handler)
    {
        ArgumentNullException.ThrowIfNull(command);
        ArgumentNullException.ThrowIfNull(handler);
        command.SetAction(async (parsed, cancellation) =>
        {
            CommandRun run = new(parsed, Texts, parsed.GetValue(_json), parsed.GetValue(_verbose), _output, _error, cancellation);
            int code = await handler(run).ConfigureAwait(false);
            run.WriteResult();
            return code;
        });
    }

    /// <summary>Treats exceptions of a type as the user's errors (exit code 2), beside <see cref="UserErrorException"/>, I/O errors and malformed data.</summary>
    public void TreatAsUserError<TException>()
        where TException : Exception => _userErrors.Add(typeof(TException));

    private async Task<int> InvokeAsync(string[] args, RootCommand root, CancellationToken cancellation)
    {
        Option<string> language = Choice("--language", "pt", "a língua dos textos: pt ou en", "the language of texts: pt or en", "pt", "en");
        foreach (Option option in (Option[])[language, _json, _verbose])
        {
            option.Recursive = true;
            root.Add(option);
        }
        foreach (Option option in root.Options)
        {
            if (option is HelpOption)
                option.Description = Pick("mostra esta ajuda", "shows this help");
            else if (option is VersionOption)
                option.Description = Pick("mostra a versão", "shows the version");
        }
        // Paths may start with '@': no response files.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is not HelpAction))
        {
            string help = parsed.CommandResult.Command is RootCommand ? "--help" : parsed.CommandResult.Command.Name + " --help";
            throw new UserErrorException(ParseErrors.Describe(parsed, _optionErrors, Texts) + Pick($" (ajuda: {help})", $" (help: {help})"));
        }
        using StringWriter helpPage = new();
        InvocationConfiguration configuration = new()
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // our own handlers wait for the checkpoint, however long that takes
            Output = parsed.Action is HelpAction ? helpPage : _output,
            Error = _error,
        };
        int code = await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
        await _output.WriteAsync(TranslateHelp(helpPage.ToString())).ConfigureAwait(false);
        await _output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        return code;
    }

    // The parser's own words in a help page; its satellite translations need cultures, which invariant globalisation does without.
    private string TranslateHelp(string help) => Texts.Language == Language.English ? help : new StringBuilder(help)
        .Replace("Description:", "Descrição:").Replace("Usage:", "Uso:").Replace("Options:", "Opções:").Replace("Commands:", "Comandos:").Replace("Arguments:", "Argumentos:")
        .Replace("[options]", "[opções]").Replace("[command]", "[comando]").Replace("[default: ", "[padrão: ").Replace("(REQUIRED)", "(obrigatória)").ToString();

    private int Report(Exception error, string[] args, CancellationToken cancellation)
    {
        if (error is AggregateException { InnerExceptions.Count: 1 } one)
            error = one.InnerExceptions[0];
        bool verbose = args.TakeWhile(a => a != "--").Contains("--verbose");
        bool expected = _userErrors.Any(t => t.IsInstanceOfType(error));
        string message = string.Join(' ', error.Message.Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        int code = expected ? UserError : Bug;
        if (error is OperationCanceledException && cancellation.IsCancellationRequested)
        {
            _error.WriteLine(Pick("interrompido", "interrupted"));
            code = Interrupted;
        }
        else if (expected)
        {
            _error.WriteLine(Pick("erro: ", "error: ") + message);
        }
        else
        {
            string hint = verbose ? "" : Pick(" (detalhes: --verbose)", " (details: --verbose)");
            _error.WriteLine(Pick("erro inesperado: ", "unexpected error: ") + error.GetType().Name + ": " + message + hint);
        }
        if (verbose)
            _error.WriteLine(error);
        _error.Flush();
        return code;
    }
}
