using System.CommandLine;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>The program's command line: all that the GPT's has, and the way from a GPT to a ChatGPT.</summary>
public static class ChatGptProgram
{
    /// <summary>Runs a command and returns the exit code.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where results go; standard output by default.</param>
    /// <param name="error">Where errors go; standard error by default.</param>
    /// <param name="cancellation">Stops the command as Ctrl-C does.</param>
    public static Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellation = default) =>
        CommandApp.RunAsync(args, Build, output, error, cancellation);

    private static RootCommand Build(CommandApp app)
    {
        GptProgram.TreatErrors(app);
        RootCommand root = new(app.Pick(
            "De um GPT a um ChatGPT: um texto ensina a prever a próxima palavra, perguntas e respostas ensinam a responder. Comece com 'run'; com diálogos seus: 'sft --model runs/chat-pt/base --data dialogos.jsonl --out meu-modelo'.",
            "From a GPT to a ChatGPT: a text teaches to predict the next word, questions and answers teach to answer. Begin with 'run'; with dialogues of yours: 'sft --model runs/chat-en/base --data dialogues.jsonl --out my-model'."))
        {
            RunCommand.Build(app),
            SftCommand.Build(app),
            RewardCommand.Build(app),
            PpoCommand.Build(app),
            DpoCommand.Build(app),
            GrpoCommand.Build(app),
            ChatCommand.Build(app),
            ServeCommand.Build(app),
        };
        foreach (Command command in GptProgram.ModelCommands(app))
            root.Add(command);
        return root;
    }
}
