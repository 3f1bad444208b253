using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt serve</c>: models behind OpenAI's API, and the page.</summary>
internal sealed class ServeCommand
{
    /// <summary>The key, so that it need not stand on the command line, which other users of the machine can read.</summary>
    public const string KeyVariable = "CHATGPT_API_KEY";

    private readonly Option<string[]> _models;
    private readonly Option<string?> _host, _key, _device;
    private readonly Option<int> _port, _slots, _queue, _body;
    private readonly Option<double> _timeout;
    private readonly Option<bool> _sliding;
    private readonly Option<int?> _threads;

    private ServeCommand(CommandApp app)
    {
        ServerOptions server = new();
        EngineOptions engine = new();
        _models = new("--model")
        {
            Description = app.Pick("a pasta de um modelo ou a do run; várias vezes, também com nome: --model ana=pasta [padrão: runs/chat-pt]", "a model's folder, or run's; several times, also with a name: --model ana=folder [default: runs/chat-en]"),
            HelpName = "DIR",
        };
        _host = app.Text("--host", server.Host, "o endereço IP; fora de 127.0.0.1 só com chave", "the IP address; beyond 127.0.0.1 only with a key", "IP");
        _port = app.Number("--port", server.Port, "a porta; 0: uma livre", "the port; 0: a free one", min: 0, max: 65535);
        _key = app.Text("--api-key", null, $"a chave que os clientes mandam; melhor na variável {KeyVariable}, que não aparece na lista de processos", $"the key that clients send; better in the variable {KeyVariable}, which no list of processes shows", "KEY");
        _slots = app.Number("--slots", engine.Slots, "respostas escritas ao mesmo tempo, por modelo", "answers written at the same time, per model", min: 1, max: 1024);
        _queue = app.Number("--queue", engine.QueueLimit, "respostas que podem esperar, por modelo", "answers that may wait, per model", min: 0, max: 1_000_000);
        _body = app.Number("--max-body", (int)(server.MaxBodyBytes >> 10), "o maior pedido, em KiB", "the largest request, in KiB", min: 1, max: 1 << 20);
        _timeout = app.Number("--timeout", server.Timeout.TotalSeconds, "o tempo de uma resposta, em segundos", "the time of an answer, in seconds", min: 0.1, max: 86400);
        _sliding = app.Switch("--sliding", "esquece o começo do que não cabe no contexto, em vez de recusar", "forgets the beginning of what does not fit the context, instead of refusing it");
        _device = Shared.Device(app);
        _threads = Shared.Threads(app);
    }

    public static Command Build(CommandApp app)
    {
        ServeCommand o = new(app);
        Command command = new("serve", app.Pick(
            "serve modelos pela API da OpenAI (/v1/chat/completions …) e numa página", "serves models by OpenAI's API (/v1/chat/completions …) and in a page"))
        {
            o._models, o._host, o._port, o._key, o._slots, o._queue, o._body, o._timeout, o._sliding, o._device, o._threads,
        };
        app.HandleAsync(command, o.Run);
        return command;
    }

    /// <summary>Serves an engine until Ctrl-C, which is its orderly end.</summary>
    /// <param name="run">The command.</param>
    /// <param name="engine">What answers.</param>
    /// <param name="options">Where.</param>
    /// <param name="started">Hears the page's address.</param>
    public static async Task<int> ServeAsync(CommandRun run, ChatEngine engine, ServerOptions options, Action<Uri>? started = null)
    {
        string address;
        await using (ChatServer server = await ChatServer.StartAsync(engine, options, run.Texts, run.Verbose ? null : TextWriter.Null, run.Cancellation).ConfigureAwait(false))
        {
            address = server.Address.GetLeftPart(UriPartial.Authority);
            string models = string.Join(", ", engine.Models.Select(m => m.Name));
            if (Directory.Exists(options.WebRoot))
                run.Say($"a página: {address}/", $"the page: {address}/");
            run.Say($"a API da OpenAI: {address}/v1 (modelos: {models}); Ctrl-C encerra", $"OpenAI's API: {address}/v1 (models: {models}); Ctrl-C ends");
            await run.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            started?.Invoke(server.Address);
            await Task.Delay(Timeout.Infinite, run.Cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            run.Say("encerrando …", "ending …");
        }
        run.SetResult(new JsonObject
        {
            ["address"] = address,
            ["generated_tokens"] = engine.Metrics.Sum(m => m.Metrics.GeneratedTokens),
        });
        return 0;
    }

    /// <summary>A port at 127.0.0.1: the wanted one, or 0, which takes a free one, if it is in use.</summary>
    public static int FreePort(int wanted)
    {
        try
        {
            using TcpListener trial = new(IPAddress.Loopback, wanted);
            trial.Start();
            return wanted;
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    private async Task<int> Run(CommandRun run)
    {
        Shared.SetThreads(run, _threads);
        string[] given = run.Get(_models) is { Length: > 0 } named ? named : [ChatCommand.DefaultFolder(run)];
        string? key = run.Get(_key) ?? Environment.GetEnvironmentVariable(KeyVariable);
        ServerOptions options = new()
        {
            Host = run.Get(_host)!,
            Port = run.Get(_port),
            ApiKey = string.IsNullOrWhiteSpace(key) ? null : key.Trim(),
            MaxBodyBytes = (long)run.Get(_body) << 10,
            Timeout = TimeSpan.FromSeconds(run.Get(_timeout)),
            RunFolder = given.Length == 1 && Directory.Exists(given[0]) ? given[0] : null,
        };
        using ChatEngine engine = new(
            ModelList.Load(given, run.Texts, Shared.FindDevice(run, _device)),
            new EngineOptions { Slots = run.Get(_slots), QueueLimit = run.Get(_queue), Sliding = run.Get(_sliding) });
        return await ServeAsync(run, engine, options).ConfigureAwait(false);
    }
}
