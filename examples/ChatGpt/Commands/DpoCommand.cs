using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt dpo</c>: a policy learns from comparisons themselves.</summary>
internal sealed class DpoCommand
{
    private static readonly DpoOptions _defaults = new();

    private readonly PolicyFlags _flags;
    private readonly Option<string?> _rankings;
    private readonly Option<long> _steps, _warmup;
    private readonly Option<int> _batch;
    private readonly Option<double> _beta, _rate, _clip;

    private DpoCommand(CommandApp app)
    {
        _flags = new(app, answers: false);
        _rankings = app.Text("--data", null, "comparações: ordenações ou pares {\"chosen\", \"rejected\"} [padrão: as de --reward]", "comparisons: rankings or pairs {\"chosen\", \"rejected\"} [default: those of --reward]", "FILE");
        _steps = app.Number("--steps", _defaults.Steps, "passos", "steps", min: 1L, max: 10_000_000L);
        _warmup = app.Number("--warmup", _defaults.Warmup, "passos em que a taxa sobe até --lr", "steps in which the rate rises to --lr", min: 0L, max: 10_000_000L);
        _batch = app.Number("--batch", _defaults.Batch, "comparações por passo", "comparisons in a step", min: 1, max: 65_536);
        _beta = app.Number("--beta", _defaults.Beta, "β: o preço de se afastar da referência", "β: the price of going far from the reference", min: 1e-6, max: 1000.0);
        _rate = app.Number("--lr", _defaults.LearningRate, "a maior taxa de aprendizado", "the highest learning rate", min: 0.0, max: 100.0);
        _clip = app.Number("--clip", _defaults.Clip, "a maior norma do gradiente; 0 não limita", "the gradient's largest norm; 0 does not limit it", min: 0.0, max: 1e6);
    }

    public static Command Build(CommandApp app)
    {
        DpoCommand o = new(app);
        Command command = new("dpo", app.Pick("treina a política com as próprias comparações, sem modelo de recompensa (DPO)", "trains the policy on comparisons themselves, without a reward model (DPO)"))
        {
            o._rankings, o._steps, o._warmup, o._batch, o._beta, o._rate, o._clip,
        };
        o._flags.AddTo(command);
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        Shared.SetThreads(run, _flags.Threads);
        string? reward = run.Get(_flags.Reward);
        string path = run.RequireFile(run.Get(_rankings) ?? (reward is null ? null : RewardRun.RankingsOf(new StageFolder(reward)))
            ?? throw new UserErrorException(run.Pick("falta a opção --data ou --reward: de onde vêm as comparações?", "the option --data or --reward is missing: where do the comparisons come from?")));
        DpoOptions options = _defaults with { Steps = run.Get(_steps), Warmup = run.Get(_warmup), Batch = run.Get(_batch), Beta = run.Get(_beta), LearningRate = run.Get(_rate), Clip = run.Get(_clip), Seed = run.Get(_flags.Seed) };
        PolicyRun policy = _flags.Open(run, "dpo", needsReward: false, out JsonObject settings);
        settings["rankings"] = Fingerprint.OfFile(path);
        int context = policy.Bench.Policy.Config.Context;
        RankedAnswers[] rankings = [.. RankedFile.Read(path, policy.Bench.Template, run.Texts).Where(r => r.Longest <= context && r.Pairs.Count > 0)];
        if (rankings.Length == 0)
            throw new UserErrorException(run.Pick($"'{path}': nenhuma comparação cabe no contexto de {context} tokens", $"'{path}': no comparison fits the context of {context} tokens"));
        DpoTrainer trainer = new(policy.Bench.Policy, policy.Bench.Reference, rankings, options) { Speak = policy.Bench.Speak, Examine = policy.Bench.Examine };
        int pairs = rankings.Sum(r => r.Pairs.Count);
        return PolicyFlags.Execute(policy, trainer, PolicyFlags.Join(options.ToJson(), settings), run.Pick($"{run.Texts.Count(pairs)} pares", $"{run.Texts.Count(pairs)} pairs"));
    }
}
