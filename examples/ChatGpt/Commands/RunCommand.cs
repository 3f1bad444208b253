using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>
/// <c>gpt run</c>: the whole way in minutes, from a made-up world's text to a model that answers, and then the page to talk to it. Each stage has a folder; one that is done is not
/// done again, one that was interrupted goes on, so the same command finishes what a kill or Ctrl-C cut short.
/// </summary>
internal sealed class RunCommand
{
    /// <summary>The stages in their order. One more: a class, and a line here.</summary>
    private static readonly IReadOnlyList<IChatStage> _stages = [new BaseStage(), new SftStage(), new RewardStage(), new PpoStage()];

    private const string Auto = "auto", Yes = "yes", No = "no";

    private readonly Option<double> _minutes;
    private readonly Option<string?> _out, _device;
    private readonly Option<string> _until, _page;
    private readonly Option<ulong> _seed;
    private readonly Option<int?> _threads;
    private readonly Option<int> _questions, _port;

    private RunCommand(CommandApp app)
    {
        double all = _stages.Sum(s => s.Minutes);
        string[] names = [.. _stages.Select(s => s.Name)];
        _minutes = app.Number("--minutes", all, "tempo de treino de todas as etapas juntas", "training time of all stages together", min: 0.001, max: 1e6);
        _out = app.Text("--out", null, "a pasta da caminhada [padrão: runs/chat-pt]", "the run's folder [default: runs/chat-en]", "DIR");
        _until = app.Choice("--until", names[^1], $"a última etapa: {string.Join(", ", names)}", $"the last stage: {string.Join(", ", names)}", names);
        _seed = app.Number("--seed", 1UL, "outra semente, outro texto e outros modelos", "another seed, another text and other models");
        _questions = app.Number("--questions", 600, "perguntas em cada parte da prova", "questions in each part of the exam", min: 1, max: 100_000);
        _page = app.Choice("--page", Auto, "no fim abre a página para conversar; auto: só num terminal", "opens the page to talk at the end; auto: in a terminal only", Auto, Yes, No);
        _port = app.Number("--port", new ServerOptions().Port, "a porta da página em 127.0.0.1; se estiver em uso, outra", "the page's port at 127.0.0.1; another if it is in use", min: 0, max: 65535);
        _device = Shared.Device(app);
        _threads = Shared.Threads(app);
    }

    public static Command Build(CommandApp app)
    {
        RunCommand o = new(app);
        Command command = new("run", app.Pick(
            "o caminho inteiro em minutos: tokenizador, pré-treino, ajuste supervisionado, modelo de recompensa, PPO; cada etapa com o que melhorou; e a página para conversar",
            "the whole way in minutes: tokenizer, pretraining, supervised fine-tuning, reward model, PPO; each stage with what it made better; and the page to talk"))
        {
            o._minutes, o._out, o._until, o._seed, o._questions, o._page, o._port, o._device, o._threads,
        };
        app.HandleAsync(command, o.Run);
        return command;
    }

    private async Task<int> Run(CommandRun run)
    {
        Shared.SetThreads(run, _threads);
        string root = run.Get(_out) ?? ChatCommand.DefaultFolder(run);
        WorldKey key = new(run.Texts.Language == Language.English ? Gpt.World.Language.English : Gpt.World.Language.Portuguese, run.Get(_seed));
        ChatJourney journey = new(run, root, key, key.Open(), run.Get(_minutes) / _stages.Sum(s => s.Minutes), Shared.FindDevice(run, _device), run.Get(_questions));
        Ledger ledger = Ledger.Of(root);
        IChatStage[] stages = [.. _stages.Take(1 + _stages.ToList().FindIndex(s => s.Name == run.Get(_until)))];
        foreach (IChatStage stage in stages)
            RequireSameWorld(journey, journey.Folder(stage.Name));
        foreach (IChatStage stage in stages)
            Do(stage, journey, ledger);
        run.Console.Write(LedgerTable.Of(ledger.Read(), run.Texts));
        run.Say($"tudo está em '{root}'", $"all of it is in '{root}'");
        if (run.Get(_page) == Yes || (run.Get(_page) == Auto && run.IsTerminal))
        {
            using ChatEngine engine = new(ModelList.Load([root], run.Texts, journey.Device));
            await ServeCommand.ServeAsync(run, engine, new ServerOptions { Port = ServeCommand.FreePort(run.Get(_port)), RunFolder = root }, page => Browser.TryOpen(page, run)).ConfigureAwait(false);
        }
        else
        {
            run.Say($"para conversar com ele: ./build.sh gpt chat --model {root}; numa página: ./build.sh gpt serve --model {root}", $"to talk to it: ./build.sh gpt chat --model {root}; in a page: ./build.sh gpt serve --model {root}");
        }
        run.SetResult(new JsonObject { ["out"] = root, ["ledger"] = ledger.ToJson() }); // last: serving has a result of its own
        return 0;
    }

    private static void RequireSameWorld(ChatJourney journey, StageFolder folder)
    {
        if (folder.Read() is not { } saved || WorldKey.Of(saved) == journey.Key)
            return;
        throw new UserErrorException(journey.Run.Pick(
            $"a pasta '{folder.Root}' é de outra língua ou semente: escolha outra em --out, ou apague-a",
            $"the folder '{folder.Root}' is of another language or seed: choose another for --out, or delete it"));
    }

    private static void Do(IChatStage stage, ChatJourney journey, Ledger ledger)
    {
        CommandRun run = journey.Run;
        StageFolder folder = journey.Folder(stage.Name);
        run.Say($"\n{stage.Name}: {stage.Title(run.Texts)}", $"\n{stage.Name}: {stage.Title(run.Texts)}");
        if (folder.Read() is { Done: true })
        {
            run.Say("já feita", "done before");
            return;
        }
        ledger.Add(stage.Execute(journey));
        folder.Complete();
    }
}
