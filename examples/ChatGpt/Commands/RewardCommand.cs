using System.CommandLine;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt reward</c>: a model that judges answers, learnt from rankings.</summary>
internal sealed class RewardCommand
{
    private static readonly RewardOptions _defaults = new();
    private static readonly RankingSource _source = new(null);

    private readonly Option<string> _model, _out;
    private readonly Option<string?> _data, _device;
    private readonly Option<int> _prompts, _answers, _batch, _epochs;
    private readonly Option<int?> _threads;
    private readonly Option<double> _errors, _heldOut, _rate, _margin, _saveEvery;
    private readonly Option<ulong> _seed;

    private RewardCommand(CommandApp app)
    {
        _model = app.RequiredText("--model", "a pasta do modelo ajustado (runs/chat-pt/sft): o modelo de recompensa parte dele", "the tuned model's folder (runs/chat-en/sft): the reward model begins as it", "DIR");
        _data = app.Text("--data", null, "comparações suas: ordenações da página ou pares {\"chosen\", \"rejected\"}, JSON Lines (.gz também); sem elas, o avaliador simulado do mundinho ordena respostas do modelo", "comparisons of yours: the page's rankings or pairs {\"chosen\", \"rejected\"}, JSON Lines (.gz too); without, the small world's simulated labeller ranks answers of the model", "FILE");
        _out = app.RequiredText("--out", "a pasta do modelo de recompensa; com as mesmas opções, o comando continua um treino interrompido", "the reward model's folder; with the same options, the command goes on with an interrupted training", "DIR");
        _prompts = app.Number("--prompts", _source.Prompts, "sem --data: perguntas a ordenar", "without --data: questions to rank", min: 1, max: 10_000_000);
        _answers = app.Number("--answers", _source.Answers, "sem --data: respostas por pergunta; K respostas dão K(K − 1)/2 pares", "without --data: answers to each question; K answers give K(K − 1)/2 pairs", min: 2, max: 16);
        _errors = app.Number("--error-rate", _source.ErrorRate, "sem --data: a parte dos pares que o avaliador simulado ordena errado", "without --data: the share of pairs that the simulated labeller gets wrong", min: 0.0, max: 0.45);
        _heldOut = app.Number("--validation", _source.HeldOut, "com --data: a parte que só serve para avaliar", "with --data: the share that is used only to judge the model", min: 0.0, max: 0.9);
        _epochs = app.Number("--epochs", _defaults.Epochs, "quantas vezes cada comparação é vista; mais de uma já decora", "how often each comparison is seen; more than once learns by heart", min: 1, max: 1000);
        _batch = app.Number("--batch", _defaults.Batch, "perguntas por passo, cada uma com todos os seus pares", "prompts in a step, each with all its pairs", min: 1, max: 65_536);
        _rate = app.Number("--lr", _defaults.LearningRate, "a maior taxa de aprendizado", "the highest learning rate", min: 1e-12, max: 100.0);
        _margin = app.Number("--margin", _defaults.MarginScale, "quanto a diferença de recompensa deve crescer a cada posição entre duas respostas", "by how much the difference of rewards is to grow with each rank between two answers", min: 0.0, max: 100.0);
        _saveEvery = app.Number("--save-every", 60.0, "segundos entre dois pontos de retomada, pelo menos", "seconds between two checkpoints, at least", min: 0.0, max: 1e6);
        _seed = app.Number("--seed", 1UL, "a mesma semente dá os mesmos bits", "the same seed gives the same bits");
        _device = Shared.Device(app);
        _threads = Shared.Threads(app);
    }

    public static Command Build(CommandApp app)
    {
        RewardCommand o = new(app);
        Command command = new("reward", app.Pick("treina um modelo de recompensa com respostas ordenadas por gente (Ctrl-C salva; o mesmo comando continua)", "trains a reward model on answers that people ranked (Ctrl-C saves; the same command goes on)"))
        {
            o._model, o._data, o._out, o._prompts, o._answers, o._errors, o._heldOut, o._epochs, o._batch, o._rate, o._margin, o._saveEvery, o._seed, o._device, o._threads,
        };
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        Shared.SetThreads(run, _threads);
        StageFolder folder = new(run.Get(_out));
        string from = run.Get(_model);
        RankingSource source = new(run.Get(_data), run.Get(_prompts), run.Get(_answers), run.Get(_errors), run.Get(_heldOut));
        double rate = run.Get(_rate);
        RewardOptions options = _defaults with { Batch = run.Get(_batch), Epochs = run.Get(_epochs), LearningRate = rate, MinimumLearningRate = rate / 10, MarginScale = run.Get(_margin), Seed = run.Get(_seed) };
        RewardRun reward = new(run, new ModelFolder(from), folder, source, WorldKey.Of(new StageFolder(from).Read()), Shared.FindDevice(run, _device));
        LedgerEntry? entry = reward.Execute(options, TimeSpan.FromSeconds(run.Get(_saveEvery)));
        return StageEnd.Of(run, folder, entry);
    }
}
