using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt ppo</c>: a policy learns to please a reward model; with <c>--doctor</c>, what is wrong with a training.</summary>
internal sealed class PpoCommand
{
    private static readonly PpoOptions _defaults = new();

    private readonly PolicyFlags _flags;
    private readonly Option<long> _steps;
    private readonly Option<double?> _minutes, _target;
    private readonly Option<int> _batch, _minibatches, _epochs, _warmup;
    private readonly Option<double> _rate, _clip, _clipRange, _valueClip, _valueCoefficient, _gamma, _lambda, _kl, _horizon, _entropy, _ptx, _temperature, _unfinished;
    private readonly Option<bool> _doctor;

    private PpoCommand(CommandApp app)
    {
        _flags = new(app, answers: true);
        _steps = app.Number("--steps", _defaults.Steps, "passos: lotes de respostas", "steps: batches of answers", min: 1L, max: 10_000_000L);
        _minutes = app.OptionalNumber<double>("--minutes", "tempo, em vez de --steps: no começo vira um número de passos", "time, instead of --steps: at the start it becomes a number of steps", min: 0.001, max: 1e6);
        _batch = app.Number("--batch", _defaults.Batch, "respostas por passo", "answers in a step", min: 2, max: 65_536);
        _minibatches = app.Number("--minibatches", _defaults.Minibatches, "partes do lote, cada uma com sua atualização", "parts of the batch, each with an update of its own", min: 1, max: 65_536);
        _epochs = app.Number("--epochs", _defaults.Epochs, "quantas vezes se aprende de cada resposta", "how often each answer is learnt from", min: 1, max: 1000);
        _rate = app.Number("--lr", _defaults.LearningRate, "a taxa de aprendizado, que cai até 0", "the learning rate, which falls to 0", min: 0.0, max: 100.0);
        _warmup = app.Number("--warmup", _defaults.Warmup, "passos em que a taxa sobe de um décimo até --lr", "steps in which the rate rises from a tenth to --lr", min: 0, max: 1_000_000);
        _clip = app.Number("--clip", _defaults.Clip, "a maior norma do gradiente; 0 não limita", "the gradient's largest norm; 0 does not limit it", min: 0.0, max: 1e6);
        _clipRange = app.Number("--clip-range", _defaults.ClipRange, "ε: até onde a razão π/π_velha dá gradiente", "ε: how far the ratio π/π_old gives a gradient", min: 1e-6, max: 100.0);
        _valueClip = app.Number("--value-clip-range", _defaults.ValueClipRange, "o mesmo para o valor", "the same for the value", min: 1e-6, max: 1e6);
        _valueCoefficient = app.Number("--value-coefficient", _defaults.ValueCoefficient, "o peso da perda do valor", "the weight of the value's loss", min: 0.0, max: 1000.0);
        _gamma = app.Number("--gamma", _defaults.Gamma, "γ do retorno", "γ of the return", min: 0.0, max: 1.0);
        _lambda = app.Number("--lambda", _defaults.Lambda, "λ da vantagem", "λ of the advantage", min: 0.0, max: 1.0);
        _kl = app.Number("--kl", _defaults.KlCoefficient, "β no começo: o preço de um nat de KL até a referência", "β at the start: the price of a nat of KL to the reference", min: 0.0, max: 1000.0);
        _target = app.OptionalNumber<double>("--kl-target", $"a KL, em nats por resposta, que o controlador procura manter; 0: β constante [padrão: {_defaults.KlTarget}]", $"the KL, in nats per answer, that the controller keeps to; 0: a constant β [default: {_defaults.KlTarget}]", min: 0, max: 1e6);
        _horizon = app.Number("--kl-horizon", _defaults.KlHorizon, "respostas em que um erro constante de 20 % muda β em 20 %", "answers in which a steady error of 20 % changes β by 20 %", min: 1.0, max: 1e12);
        _entropy = app.Number("--entropy", _defaults.EntropyCoefficient, "o peso da entropia, que mantém a variedade", "the weight of the entropy, which keeps variety", min: 0.0, max: 100.0);
        _ptx = app.Number("--ptx", _defaults.PtxCoefficient, "o peso da perda em diálogos do ajuste (PPO-ptx), contra o esquecimento", "the weight of the loss on dialogues of the tuning (PPO-ptx), against forgetting", min: 0.0, max: 1000.0);
        _temperature = app.Number("--temperature", _defaults.Temperature, "a temperatura das respostas", "the temperature of the answers", min: 1e-3, max: 100.0);
        _unfinished = app.Number("--unfinished", _defaults.UnfinishedScore, "a recompensa de uma resposta que não termina", "the reward of an answer that does not end", min: -1e6, max: 1e6);
        _doctor = app.Switch("--doctor", "não treina: diz o que há de errado no treino que está em --out", "trains nothing: says what is wrong with the training in --out");
    }

    public static Command Build(CommandApp app)
    {
        PpoCommand o = new(app);
        Command command = new("ppo", app.Pick("treina a política contra um modelo de recompensa por PPO (Ctrl-C salva; o mesmo comando continua)", "trains the policy against a reward model by PPO (Ctrl-C saves; the same command goes on)"))
        {
            o._doctor, o._steps, o._minutes, o._batch, o._minibatches, o._epochs, o._rate, o._warmup, o._clip, o._clipRange, o._valueClip, o._valueCoefficient, o._gamma, o._lambda,
            o._kl, o._target, o._horizon, o._entropy, o._ptx, o._temperature, o._unfinished,
        };
        o._flags.AddTo(command);
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        StageFolder folder = new(run.Get(_flags.Out));
        if (run.Get(_doctor))
        {
            run.SetResult(new JsonObject { ["findings"] = DoctorReport.Of(run, new ModelFolder(run.RequireFolder(folder.Root))) });
            return 0;
        }
        Shared.SetThreads(run, _flags.Threads);
        PpoOptions options = Options(run);
        PolicyRun Open(out JsonObject settings) => _flags.Open(run, PpoRun.Stage, needsReward: true, out settings);
        if (run.IsGiven(_minutes))
        {
            // Counted once: a training that goes on keeps its number of steps.
            long steps = folder.Read()?.Options[nameof(PpoOptions.Steps)] is JsonValue saved ? (long)saved : PpoRun.Steps(Open(out _), options, TimeSpan.FromMinutes(run.Get(_minutes)!.Value));
            options = options with { Steps = steps };
        }
        PolicyRun policy = Open(out JsonObject settings);
        return PolicyFlags.Execute(policy, PpoRun.Trainer(policy, options), PolicyFlags.Join(options.ToJson(), settings), PpoRun.Data(policy, options), () => ("findings", DoctorReport.Of(run, folder.Model)));
    }

    private PpoOptions Options(CommandRun run)
    {
        if (run.Get(_minibatches) > run.Get(_batch))
            throw new UserErrorException(run.Pick($"--minibatches {run.Get(_minibatches)} é mais que as {run.Get(_batch)} respostas de --batch", $"--minibatches {run.Get(_minibatches)} is more than the {run.Get(_batch)} answers of --batch"));
        return new PpoOptions
        {
            Steps = run.Get(_steps),
            Batch = run.Get(_batch),
            Minibatches = run.Get(_minibatches),
            Epochs = run.Get(_epochs),
            LearningRate = run.Get(_rate),
            Warmup = run.Get(_warmup),
            Clip = run.Get(_clip),
            ClipRange = run.Get(_clipRange),
            ValueClipRange = run.Get(_valueClip),
            ValueCoefficient = run.Get(_valueCoefficient),
            Gamma = run.Get(_gamma),
            Lambda = run.Get(_lambda),
            KlCoefficient = run.Get(_kl),
            KlTarget = run.IsGiven(_target) ? (run.Get(_target) is > 0 and var target ? target : null) : _defaults.KlTarget,
            KlHorizon = run.Get(_horizon),
            EntropyCoefficient = run.Get(_entropy),
            PtxCoefficient = run.Get(_ptx),
            Temperature = run.Get(_temperature),
            MaxTokens = run.Get(_flags.MaxTokens),
            UnfinishedScore = run.Get(_unfinished),
            Seed = run.Get(_flags.Seed),
        };
    }
}
