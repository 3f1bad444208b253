using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary><c>gpt train</c>: a model from a text, or the continuation of a training that was stopped.</summary>
internal sealed class TrainCommand
{
    private const int DefaultSteps = 2000;
    private const long DefaultWarmup = 100;

    private readonly Option<string?> _corpus, _preset, _tokenizer;
    private readonly Option<string> _out;
    private readonly Option<int?> _layers, _heads, _width, _context, _threads;
    private readonly Option<int?> _batch, _accumulate;
    private readonly Option<long?> _steps, _warmup;
    private readonly Option<double?> _minutes, _rate, _minRate, _muon, _decay, _clip, _validation;
    private readonly Option<ulong?> _seed;
    private readonly Option<string?> _device;
    private readonly Option<bool> _resume, _bf16, _graph;

    private TrainCommand(CommandApp app)
    {
        _corpus = app.Text("--corpus", null, "o texto a aprender: um arquivo ou uma pasta com arquivos .txt, .md ou .gz", "the text to learn: a file, or a folder of .txt, .md or .gz files", "FILE|DIR");
        _out = app.RequiredText("--out", "a pasta do modelo, criada se preciso", "the model's folder, created if need be", "DIR");
        _resume = app.Switch("--resume", "continua o treino interrompido que está em --out, com as mesmas opções", "goes on with the interrupted training in --out, with the same options");
        string presets = string.Join(", ", Preset.Names);
        _preset = app.Text("--preset", null, $"um tamanho pronto: {presets} [padrão: tiny]", $"a ready-made size: {presets} [default: tiny]", "NAME");
        _layers = app.OptionalNumber<int>("--layers", "camadas (blocos de atenção e mlp); padrão: do --preset", "layers (blocks of attention and mlp); default: the preset's", min: 1, max: 1000);
        _heads = app.OptionalNumber<int>("--heads", "cabeças de atenção por camada; dividem a largura", "attention heads in a layer; they divide the width", min: 1, max: 1000);
        _width = app.OptionalNumber<int>("--width", "números no vetor de um token", "numbers in a token's vector", min: 1, max: 100_000);
        _context = app.OptionalNumber<int>("--context", "tokens que o modelo enxerga para trás", "tokens that the model can look back on", min: 2, max: 1_000_000);
        _tokenizer = app.Text("--tokenizer", null, "como o texto vira tokens: bytes (cada byte um token), bpe:N (aprende N pedaços frequentes do texto) ou um arquivo tokenizer.json ou vocab.bpe [padrão: bpe:2048]", "how text becomes tokens: bytes (each byte a token), bpe:N (learns N frequent pieces of the text), or a file tokenizer.json or vocab.bpe [default: bpe:2048]", "bytes|bpe:4096|FILE");
        _batch = app.OptionalNumber<int>("--batch", "trechos do texto por passo [padrão: 16]", "windows of text in a step [default: 16]", min: 1, max: 65_536);
        _accumulate = app.OptionalNumber<int>("--accumulate", "lotes somados num só passo, para um lote grande em pouca memória [padrão: 1]", "batches added up to one step, for a large batch in little memory [default: 1]", min: 1, max: 65_536);
        _steps = app.OptionalNumber<long>("--steps", $"passos de treino [padrão: {DefaultSteps}, se não houver --minutes]", $"training steps [default: {DefaultSteps}, unless --minutes is given]", min: 1);
        _minutes = app.OptionalNumber<double>("--minutes", "tempo de treino; a taxa de aprendizado segue o relógio", "training time; the learning rate follows the clock", min: 0.001, max: 1e6);
        _rate = app.OptionalNumber<double>("--lr", "a maior taxa de aprendizado [padrão: a do tamanho, 0.001 para os pequenos]", "the highest learning rate [default: the preset's, 0.001 for small ones]", min: 1e-12, max: 100);
        _minRate = app.OptionalNumber<double>("--min-lr", "a taxa no fim [padrão: um décimo de --lr]", "the rate at the end [default: a tenth of --lr]", min: 0, max: 100);
        _muon = app.OptionalNumber<double>("--muon", "a maior taxa do otimizador Muon para as matrizes das camadas (0.02 é usual); 0 deixa tudo ao AdamW [padrão: 0]", "the highest rate of the optimizer Muon for the layers' matrices (0.02 is usual); 0 leaves all to AdamW [default: 0]", min: 0, max: 100);
        _warmup = app.OptionalNumber<long>("--warmup", "passos em que a taxa sobe até --lr [padrão: 100, no máximo um décimo dos passos]", "steps in which the rate rises to --lr [default: 100, at most a tenth of the steps]", min: 0);
        _decay = app.OptionalNumber<double>("--weight-decay", "quanto as matrizes são puxadas para 0 [padrão: 0.1]", "how strongly matrices are pulled towards 0 [default: 0.1]", min: 0, max: 100);
        _clip = app.OptionalNumber<double>("--clip", "a maior norma do gradiente; 0 não limita [padrão: 1]", "the gradient's largest norm; 0 does not limit it [default: 1]", min: 0);
        _validation = app.OptionalNumber<double>("--validation", "a parte final do texto que só serve para avaliar [padrão: 0.1]", "the last part of the text, used only to judge the model [default: 0.1]", min: 0, max: 0.9);
        _seed = app.OptionalNumber<ulong>("--seed", "a mesma semente dá os mesmos bits [padrão: 1]", "the same seed gives the same bits [default: 1]");
        _device = Shared.Device(app);
        _bf16 = app.Switch("--bf16", "numa GPU, calcula os produtos em bfloat16; os pesos ficam em float32", "on a GPU, computes products in bfloat16; the weights stay float32");
        _graph = app.Switch("--cuda-graph", "numa GPU, grava um passo e o repete como um único lançamento: mais rápido com modelos pequenos", "on a GPU, records a step and replays it as a single launch: faster with small models");
        _threads = Shared.Threads(app);
    }

    public static Command Build(CommandApp app)
    {
        TrainCommand o = new(app);
        Command command = new("train", app.Pick("treina um modelo com um texto seu (Ctrl-C salva; --resume continua)", "trains a model on a text of yours (Ctrl-C saves; --resume goes on)"))
        {
            o._corpus, o._out, o._preset, o._layers, o._heads, o._width, o._context, o._tokenizer, o._batch, o._steps, o._minutes, o._rate, o._minRate, o._muon,
            o._warmup, o._decay, o._clip, o._accumulate, o._validation, o._seed, o._device, o._bf16, o._graph, o._threads, o._resume,
        };
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        Shared.SetThreads(run, _threads);
        ModelFolder folder = new(run.Get(_out));
        TrainingSetup setup = run.Get(_resume) ? Resume(run, folder) : Start(run, folder);
        TrainingOutcome outcome = setup.Execute(run);
        if (outcome.Interrupted)
        {
            run.Say($"interrompido no passo {setup.Trainer.Step}; salvo em '{folder.Root}': continue com train --resume --out {folder.Root}", $"interrupted at step {setup.Trainer.Step}; saved in '{folder.Root}': go on with train --resume --out {folder.Root}");
        }
        run.SetResult(ToJson(setup.Trainer, outcome, folder));
        return outcome.Interrupted ? CommandApp.Interrupted : 0;
    }

    internal static JsonObject ToJson(Trainer trainer, TrainingOutcome outcome, ModelFolder folder) => new()
    {
        ["val_nats_per_token"] = outcome.Validation?.NatsPerToken,
        ["val_bits_per_byte"] = outcome.Validation?.BitsPerByte,
        ["tokens_per_s"] = Math.Round(outcome.TokensPerSecond, 1),
        ["train_nats_per_token"] = outcome.Loss,
        ["steps"] = trainer.Step,
        ["tokens"] = trainer.Step * trainer.TokensPerStep,
        ["seconds"] = Math.Round(trainer.Elapsed.TotalSeconds, 3),
        ["parameters"] = trainer.Model.Config.ParameterCount,
        ["interrupted"] = outcome.Interrupted,
        ["out"] = folder.Root,
    };

    private TrainingSetup Start(CommandRun run, ModelFolder folder)
    {
        string path = run.Get(_corpus) ?? throw new UserErrorException(run.Pick("falta a opção --corpus (ajuda: train --help)", "the option --corpus is missing (help: train --help)"));
        if (File.Exists(folder.Checkpoint) || File.Exists(folder.Weights))
        {
            throw new UserErrorException(run.Pick(
                $"a pasta '{folder.Root}' já tem um modelo: continue-o com --resume, ou escolha outra pasta em --out",
                $"the folder '{folder.Root}' already holds a model: go on with it by --resume, or choose another folder for --out"));
        }
        Preset preset = Shared.FindPreset(run.Get(_preset) ?? "tiny", run.Texts);
        TrainingOptions options = Options(run, new TrainingOptions { LearningRate = preset.LearningRate, Warmup = -1, MinimumLearningRate = -1 });
        GptConfig sizes = new(256, run.Get(_context) ?? preset.Context, run.Get(_layers) ?? preset.Layers, run.Get(_heads) ?? preset.Heads, run.Get(_width) ?? preset.Width);
        TokenizerChoice choice = TokenizerChoice.Parse(run.Get(_tokenizer) ?? "bpe:2048", run.Texts);
        TrainingSetup.CheckSizes(sizes with { Vocabulary = choice.VocabularySize }, options, run);
        Corpus corpus = Corpus.Load(path, run.Texts);
        (Corpus train, _) = corpus.Split(options.Validation);
        Tokenizer tokenizer = choice.Make(train, run);
        return TrainingSetup.New(run, folder, corpus, Path.GetFullPath(path), tokenizer, sizes, options, Shared.FindDevice(run, _device));
    }

    private TrainingSetup Resume(CommandRun run, ModelFolder folder)
    {
        if (!File.Exists(folder.Checkpoint))
            throw new UserErrorException(run.Pick($"não há treino a continuar em '{folder.Root}': falta {Path.GetFileName(folder.Checkpoint)}", $"there is no training to go on with in '{folder.Root}': {Path.GetFileName(folder.Checkpoint)} is missing"));
        Option? fixedByModel = ((Option[])[_preset, _layers, _heads, _width, _context, _tokenizer, _muon, _seed, _validation]).FirstOrDefault(run.IsGiven);
        if (fixedByModel is not null)
            throw new UserErrorException(run.Pick($"{fixedByModel.Name} não pode mudar num treino que continua (--resume)", $"{fixedByModel.Name} cannot change in a training that goes on (--resume)"));
        (TrainingOptions saved, IReadOnlyDictionary<string, string> notes) = Trainer.ReadOptions(folder.Checkpoint);
        return TrainingSetup.Resumed(run, folder, run.Get(_corpus), Options(run, saved), notes, Shared.FindDevice(run, _device));
    }

    /// <summary>The settings given, over those that are there; settings that depend on others (marked −1) get their defaults.</summary>
    private TrainingOptions Options(CommandRun run, TrainingOptions basis)
    {
        double rate = run.Get(_rate) ?? basis.LearningRate;
        bool limited = run.IsGiven(_steps) || run.IsGiven(_minutes);
        long? steps = limited ? run.Get(_steps) : basis.Steps ?? (basis.Minutes is null ? DefaultSteps : null);
        TrainingOptions options = basis with
        {
            Batch = run.Get(_batch) ?? basis.Batch,
            Accumulate = run.Get(_accumulate) ?? basis.Accumulate,
            Steps = steps,
            Minutes = limited ? run.Get(_minutes) : basis.Minutes,
            LearningRate = rate,
            MinimumLearningRate = run.Get(_minRate) ?? (basis.MinimumLearningRate >= 0 ? basis.MinimumLearningRate : rate / 10),
            MuonLearningRate = run.Get(_muon) ?? basis.MuonLearningRate,
            Warmup = run.Get(_warmup) ?? (basis.Warmup >= 0 ? basis.Warmup : Math.Min(DefaultWarmup, (steps ?? long.MaxValue) / 10)),
            WeightDecay = run.Get(_decay) ?? basis.WeightDecay,
            Clip = run.Get(_clip) ?? basis.Clip,
            Validation = run.Get(_validation) ?? basis.Validation,
            Seed = run.Get(_seed) ?? basis.Seed,
            MixedPrecision = run.Get(_bf16) || basis.MixedPrecision,
            Graph = run.Get(_graph) || basis.Graph,
        };
        if ((options.MixedPrecision || options.Graph) && run.Get(_device) == "cpu")
        {
            string option = options.MixedPrecision ? "--bf16" : "--cuda-graph";
            throw new UserErrorException(run.Pick($"{option} precisa de uma GPU: --device cuda", $"{option} needs a GPU: --device cuda"));
        }
        if (options.Graph && options.MuonLearningRate > 0)
            throw new UserErrorException(run.Pick("--cuda-graph não grava os passos de --muon: use um dos dois", "--cuda-graph cannot record the steps of --muon: use one of them"));
        if (options.MinimumLearningRate > options.LearningRate)
            throw new UserErrorException(run.Pick($"--min-lr {options.MinimumLearningRate} é maior que --lr {options.LearningRate}", $"--min-lr {options.MinimumLearningRate} is above --lr {options.LearningRate}"));
        if (options.Warmup > (options.Steps ?? long.MaxValue))
            throw new UserErrorException(run.Pick($"--warmup {options.Warmup} é mais que os {options.Steps} passos do treino", $"--warmup {options.Warmup} is more than the training's {options.Steps} steps"));
        return options;
    }
}
