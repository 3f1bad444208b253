using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt grpo</c>: a policy learns to please a reward model, without a value function.</summary>
internal sealed class GrpoCommand
{
    private static readonly GrpoOptions _defaults = new();

    private readonly PolicyFlags _flags;
    private readonly Option<long> _steps;
    private readonly Option<int> _prompts, _group, _epochs;
    private readonly Option<double> _rate, _clip, _clipRange, _kl, _temperature, _unfinished;

    private GrpoCommand(CommandApp app)
    {
        _flags = new(app, answers: true);
        _steps = app.Number("--steps", _defaults.Steps, "passos: lotes de respostas", "steps: batches of answers", min: 1L, max: 10_000_000L);
        _prompts = app.Number("--prompts", _defaults.Prompts, "perguntas por passo", "questions in a step", min: 1, max: 65_536);
        _group = app.Number("--group", _defaults.Group, "respostas a cada pergunta, julgadas umas contra as outras", "answers to each question, judged against each other", min: 2, max: 4096);
        _epochs = app.Number("--epochs", _defaults.Epochs, "quantas vezes se aprende de cada resposta", "how often each answer is learnt from", min: 1, max: 1000);
        _rate = app.Number("--lr", _defaults.LearningRate, "a taxa de aprendizado, que cai até 0", "the learning rate, which falls to 0", min: 0.0, max: 100.0);
        _clip = app.Number("--clip", _defaults.Clip, "a maior norma do gradiente; 0 não limita", "the gradient's largest norm; 0 does not limit it", min: 0.0, max: 1e6);
        _clipRange = app.Number("--clip-range", _defaults.ClipRange, "ε: até onde a razão π/π_velha dá gradiente", "ε: how far the ratio π/π_old gives a gradient", min: 1e-6, max: 100.0);
        _kl = app.Number("--kl", _defaults.KlCoefficient, "β: o preço da divergência da referência, na perda", "β: the price of diverging from the reference, in the loss", min: 0.0, max: 1000.0);
        _temperature = app.Number("--temperature", _defaults.Temperature, "a temperatura das respostas", "the temperature of the answers", min: 1e-3, max: 100.0);
        _unfinished = app.Number("--unfinished", _defaults.UnfinishedScore, "a recompensa de uma resposta que não termina", "the reward of an answer that does not end", min: -1e6, max: 1e6);
    }

    public static Command Build(CommandApp app)
    {
        GrpoCommand o = new(app);
        Command command = new("grpo", app.Pick("treina a política contra um modelo de recompensa sem função de valor (GRPO)", "trains the policy against a reward model without a value function (GRPO)"))
        {
            o._steps, o._prompts, o._group, o._epochs, o._rate, o._clip, o._clipRange, o._kl, o._temperature, o._unfinished,
        };
        o._flags.AddTo(command);
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        Shared.SetThreads(run, _flags.Threads);
        GrpoOptions options = new()
        {
            Steps = run.Get(_steps),
            Prompts = run.Get(_prompts),
            Group = run.Get(_group),
            Epochs = run.Get(_epochs),
            LearningRate = run.Get(_rate),
            Clip = run.Get(_clip),
            ClipRange = run.Get(_clipRange),
            KlCoefficient = run.Get(_kl),
            Temperature = run.Get(_temperature),
            MaxTokens = run.Get(_flags.MaxTokens),
            UnfinishedScore = run.Get(_unfinished),
            Seed = run.Get(_flags.Seed),
        };
        PolicyRun policy = _flags.Open(run, "grpo", needsReward: true, out JsonObject settings);
        PolicyBench bench = policy.Bench;
        GrpoTrainer trainer = new(bench.Policy, bench.Reference, bench.Prompts, bench.Reward!.Score, bench.Template.End, options) { TrueScore = bench.TrueScore, Speak = bench.Speak, Examine = bench.Examine };
        string answers = run.Texts.Count(options.Steps * options.Prompts * options.Group);
        return PolicyFlags.Execute(policy, trainer, PolicyFlags.Join(options.ToJson(), settings), run.Pick($"{answers} respostas", $"{answers} answers"));
    }
}
