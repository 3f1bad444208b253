using System.CommandLine;
using TensorCore.Examples.Cli;
using TensorCore.IO;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>The program's command line.</summary>
public static class GptProgram
{
    /// <summary>Runs a command and returns the exit code.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where results go; standard output by default.</param>
    /// <param name="error">Where errors go; standard error by default.</param>
    /// <param name="cancellation">Stops the command as Ctrl-C does.</param>
    public static Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellation = default) =>
        CommandApp.RunAsync(args, Build, output, error, cancellation);

    /// <summary>Errors that a user can mend, beside those of every program.</summary>
    public static void TreatErrors(CommandApp app)
    {
        app.TreatAsUserError<SafetensorsException>();
        app.TreatAsUserError<CheckpointException>();
        app.TreatAsUserError<OutOfMemoryException>();
    }

    /// <summary>The commands for a model of one's own: all but <c>run</c>.</summary>
    public static IReadOnlyList<Command> ModelCommands(CommandApp app) =>
        [TrainCommand.Build(app), SampleCommand.Build(app), EvalCommand.Build(app), VerifyCommand.Build(app), PresetsCommand.Build(app)];

    private static RootCommand Build(CommandApp app)
    {
        TreatErrors(app);
        RootCommand root = new(app.Pick(
            "Um GPT do começo ao fim: lê um texto, aprende a prever a próxima palavra e escreve. Comece com 'run'; com um texto seu: 'train --corpus texto.txt --out meu-modelo' e depois 'sample --model meu-modelo --prompt \"Era uma vez\"'.",
            "A GPT from start to end: it reads a text, learns to predict the next word, and writes. Begin with 'run'; with a text of yours: 'train --corpus text.txt --out my-model' and then 'sample --model my-model --prompt \"Once upon a time\"'."))
        {
            RunCommand.Build(app),
        };
        foreach (Command command in ModelCommands(app))
            root.Add(command);
        return root;
    }
}
