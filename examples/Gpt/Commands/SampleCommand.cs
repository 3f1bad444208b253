using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary><c>gpt sample</c>: a trained model goes on with a text.</summary>
internal static class SampleCommand
{
    public static Command Build(CommandApp app)
    {
        Option<string> model = Shared.Model(app);
        Option<string?> prompt = app.Text("--prompt", null, "o começo do texto; sem ele, num terminal, o programa pergunta", "the beginning of the text; without it, in a terminal, the program asks", "TEXT");
        SamplingFlags flags = new(app);
        Option<int?> threads = Shared.Threads(app);
        Option<string?> device = Shared.Device(app);
        Command command = new("sample", app.Pick("continua um texto com um modelo treinado, token por token", "goes on with a text by a trained model, token by token")) { model, prompt };
        flags.AddTo(command);
        command.Add(device);
        command.Add(threads);
        app.Handle(command, run =>
        {
            Shared.SetThreads(run, threads);
            Device where = Shared.FindDevice(run, device);
            (GptModel network, Tokenizer tokenizer) = new ModelFolder(run.Get(model)).Load(run.Texts);
            network.To(where);
            TextGenerator generator = new(network, tokenizer);
            SamplingOptions options = flags.Read(run);
            if (run.Get(prompt) is null && run.IsInteractive)
                return new Conversation(generator, network.Config.Context, options, run.Get(flags.MaxTokens)).Run(run);
            return Write(run, generator, network.Config.Context, run.Get(prompt) ?? "", options, run.Get(flags.MaxTokens));
        });
        return command;
    }

    private static int Write(CommandRun run, TextGenerator generator, int context, string prompt, SamplingOptions options, int maxTokens)
    {
        int[] ids = Encode(generator, context, prompt, run.Texts);
        run.Out.Write(prompt);
        StringBuilder text = new();
        long clock = Stopwatch.GetTimestamp();
        int tokens = -1; // the last piece only ends the text
        foreach (string piece in generator.Write(ids, options, maxTokens, run.Cancellation))
        {
            run.Out.Write(piece);
            run.Out.Flush();
            text.Append(piece);
            tokens++;
        }
        run.Out.WriteLine();
        double seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds;
        run.SetResult(new JsonObject
        {
            ["prompt"] = prompt,
            ["text"] = text.ToString(),
            ["tokens"] = tokens,
            ["tokens_per_s"] = Math.Round(tokens / Math.Max(seconds, 1e-9), 1),
        });
        return run.Cancellation.IsCancellationRequested ? CommandApp.Interrupted : 0;
    }

    /// <summary>The prompt's ids.</summary>
    /// <exception cref="UserErrorException">They are more than the context.</exception>
    internal static int[] Encode(TextGenerator generator, int context, string prompt, Texts texts)
    {
        int[] ids = generator.Encode(prompt);
        return ids.Length <= context ? ids : throw new UserErrorException(texts.Pick(
            $"--prompt tem {ids.Length} tokens, mas o modelo só enxerga {context}: encurte o texto",
            $"--prompt has {ids.Length} tokens, but the model sees only {context}: shorten the text"));
    }
}
