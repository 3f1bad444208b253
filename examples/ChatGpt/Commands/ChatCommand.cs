using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt.Commands;
using TensorCore.Generation;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt chat</c>: a talk with a tuned model in the terminal.</summary>
internal static class ChatCommand
{
    public static Command Build(CommandApp app)
    {
        Option<string?> model = app.Text("--model", null, "a pasta de um modelo, ou a do run, da qual fala o que foi mais longe [padrão: runs/chat-pt]", "a model's folder, or run's, of which the one that went furthest speaks [default: runs/chat-en]", "DIR");
        Option<string?> system = app.Text("--system", null, "como o modelo deve responder", "how the model is to answer", "TEXT");
        Option<string?> prompt = app.Text("--prompt", null, "uma só pergunta; sem ela, cada linha da entrada é uma", "a single question; without it, each line of input is one", "TEXT");
        SamplingFlags flags = new(app);
        Option<string?> device = Shared.Device(app);
        Option<int?> threads = Shared.Threads(app);
        Command command = new("chat", app.Pick("conversa com um modelo ajustado; /help mostra o que mais se pode dizer", "talks with a tuned model; /help shows what else can be said")) { model, system, prompt };
        flags.AddTo(command);
        command.Add(device);
        command.Add(threads);
        app.Handle(command, run =>
        {
            Shared.SetThreads(run, threads);
            string folder = run.Get(model) ?? DefaultFolder(run);
            using ChatEngine engine = new([ModelList.Load([folder], run.Texts, Shared.FindDevice(run, device))[0]], new EngineOptions { Slots = 1, Sliding = true, MaxTokens = run.Get(flags.MaxTokens) });
            ChatSession session = new(engine, run, run.Get(system), flags.Read(run));
            return run.Get(prompt) is string question ? Answer(run, session, question) : session.Talk(Console.In);
        });
        return command;
    }

    /// <summary>Where <c>gpt run</c> puts its models.</summary>
    public static string DefaultFolder(CommandRun run) => Path.Combine("runs", $"chat-{run.Texts.Code}");

    private static int Answer(CommandRun run, ChatSession session, string question)
    {
        Answer answer = session.Ask(question);
        run.SetResult(new JsonObject
        {
            ["model"] = answer.Model,
            ["prompt"] = question,
            ["text"] = session.Messages[^1].Content,
            ["tokens"] = answer.CompletionTokens,
            ["finish"] = answer.Finish?.ToString().ToLowerInvariant(),
        });
        return run.Cancellation.IsCancellationRequested ? CommandApp.Interrupted : 0;
    }
}
