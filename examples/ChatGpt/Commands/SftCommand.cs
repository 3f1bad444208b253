using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.Commands;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary><c>gpt sft</c>: a model is tuned on dialogues, the built-in world's or a person's own.</summary>
internal sealed class SftCommand
{
    private const string BuiltIn = "built-in";
    private const int BuiltInDialogues = 16_000;
    private const double DefaultEpochs = 3;

    private readonly Option<string?> _model, _data, _device;
    private readonly Option<string> _out, _long;
    private readonly Option<long?> _steps, _warmup;
    private readonly Option<int?> _batch, _accumulate, _lora, _threads;
    private readonly Option<int> _questions;
    private readonly Option<double?> _minutes, _epochs, _rate, _minRate, _muon, _decay, _clip, _heldOut, _alpha;
    private readonly Option<double> _saveEvery;
    private readonly Option<ulong?> _seed;
    private readonly Option<bool> _resume, _bf16;

    private SftCommand(CommandApp app)
    {
        _model = app.Text("--model", null, "a pasta do modelo a ajustar (runs/chat-pt/base, ou o --out do train)", "the folder of the model to tune (runs/chat-en/base, or train's --out)", "DIR");
        _data = app.Text("--data", BuiltIn, "os diálogos: um arquivo JSON Lines com {\"messages\": …} ou {\"instruction\", \"input\", \"output\"} (.gz também), ou built-in: os do mundinho", "the dialogues: a JSON Lines file of {\"messages\": …} or {\"instruction\", \"input\", \"output\"} (.gz too), or built-in: the small world's", "FILE|built-in");
        _out = app.RequiredText("--out", "a pasta do modelo ajustado, criada se preciso", "the tuned model's folder, created if need be", "DIR");
        _resume = app.Switch("--resume", "continua o ajuste interrompido que está em --out, com as mesmas opções", "goes on with the interrupted tuning in --out, with the same options");
        _epochs = app.OptionalNumber<double>("--epochs", $"quantas vezes cada diálogo é visto [padrão: {DefaultEpochs}]", $"how often each dialogue is seen [default: {DefaultEpochs}]", min: 0.01, max: 10_000);
        _steps = app.OptionalNumber<long>("--steps", "passos, em vez de --epochs", "steps, instead of --epochs", min: 1);
        _minutes = app.OptionalNumber<double>("--minutes", "tempo, em vez de --epochs: no começo vira um número de passos", "time, instead of --epochs: at the start it becomes a number of steps", min: 0.001, max: 1e6);
        _batch = app.OptionalNumber<int>("--batch", "linhas de diálogos por passo [padrão: 16]", "rows of dialogues in a step [default: 16]", min: 1, max: 65_536);
        _accumulate = app.OptionalNumber<int>("--accumulate", "lotes somados num só passo [padrão: 1]", "batches added up to one step [default: 1]", min: 1, max: 65_536);
        _rate = app.OptionalNumber<double>("--lr", "a maior taxa de aprendizado [padrão: 0.001; 0.002 com --lora]", "the highest learning rate [default: 0.001; 0.002 with --lora]", min: 1e-12, max: 100);
        _minRate = app.OptionalNumber<double>("--min-lr", "a taxa no fim [padrão: um centésimo de --lr]", "the rate at the end [default: a hundredth of --lr]", min: 0, max: 100);
        _muon = app.OptionalNumber<double>("--muon", "a maior taxa do otimizador Muon para as matrizes das camadas; 0 deixa tudo ao AdamW [padrão: 0]", "the highest rate of the optimizer Muon for the layers' matrices; 0 leaves all to AdamW [default: 0]", min: 0, max: 100);
        _warmup = app.OptionalNumber<long>("--warmup", "passos em que a taxa sobe até --lr [padrão: 20, no máximo um décimo dos passos]", "steps in which the rate rises to --lr [default: 20, at most a tenth of the steps]", min: 0);
        _decay = app.OptionalNumber<double>("--weight-decay", "quanto as matrizes são puxadas para 0 [padrão: 0.1]", "how strongly matrices are pulled towards 0 [default: 0.1]", min: 0, max: 100);
        _clip = app.OptionalNumber<double>("--clip", "a maior norma do gradiente; 0 não limita [padrão: 1]", "the gradient's largest norm; 0 does not limit it [default: 1]", min: 0);
        _lora = app.OptionalNumber<int>("--lora", "ajusta adaptadores deste posto em vez dos pesos (LoRA); no fim são somados aos pesos, e ficam também em adapters.safetensors", "tunes adapters of this rank instead of the weights (LoRA); at the end they are merged, and stand in adapters.safetensors too", min: 1, max: 4096);
        _alpha = app.OptionalNumber<double>("--lora-alpha", "α: o adaptador é multiplicado por α/posto [padrão: 16]", "α: the adapter is scaled by α/rank [default: 16]", min: 1e-6, max: 1e6);
        _heldOut = app.OptionalNumber<double>("--validation", "a parte dos seus diálogos que só serve para avaliar [padrão: 0.05]", "the share of your dialogues that is used only to judge the model [default: 0.05]", min: 0, max: 0.9);
        _long = app.Choice("--long", "error", "diálogos maiores que o contexto: error recusa, skip deixa de fora, cut aprende o começo (com built-in, o padrão é skip)", "dialogues beyond the context: error refuses, skip leaves them out, cut learns their beginning (with built-in the default is skip)", "error", "skip", "cut");
        _questions = app.Number("--questions", 600, "com built-in, perguntas de cada parte da prova; 0: sem prova", "with built-in, questions in each part of the exam; 0: no exam", min: 0, max: 100_000);
        _saveEvery = app.Number("--save-every", 60.0, "segundos entre dois pontos de retomada, pelo menos", "seconds between two checkpoints, at least", min: 0.0, max: 1e6);
        _seed = app.OptionalNumber<ulong>("--seed", "a mesma semente dá os mesmos bits [padrão: 1]", "the same seed gives the same bits [default: 1]");
        _device = Shared.Device(app);
        _bf16 = app.Switch("--bf16", "numa GPU, calcula os produtos em bfloat16", "on a GPU, computes products in bfloat16");
        _threads = Shared.Threads(app);
    }

    public static Command Build(CommandApp app)
    {
        SftCommand o = new(app);
        Command command = new("sft", app.Pick("ajusta um modelo com diálogos, para que responda (Ctrl-C salva; --resume continua)", "tunes a model on dialogues, so that it answers (Ctrl-C saves; --resume goes on)"))
        {
            o._model, o._data, o._out, o._epochs, o._steps, o._minutes, o._batch, o._accumulate, o._rate, o._minRate, o._muon, o._warmup, o._decay, o._clip, o._lora, o._alpha,
            o._heldOut, o._long, o._questions, o._saveEvery, o._seed, o._device, o._bf16, o._threads, o._resume,
        };
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        Shared.SetThreads(run, _threads);
        Device device = Shared.FindDevice(run, _device);
        StageFolder folder = new(run.Get(_out));
        StageDescription? saved = folder.Read();
        SftPlan plan = run.Get(_resume) ? Resume(run, folder, saved) : New(run, folder, saved);
        SftRun tuning = new(run, new ModelFolder(plan.From), folder, plan.Data, plan.DataInWords, plan.TooLong, device) { Questions = run.Get(_questions), SaveEvery = TimeSpan.FromSeconds(run.Get(_saveEvery)) };
        SftResult? result = tuning.Execute(plan.Options, plan.Epochs, run.IsGiven(_minutes) ? TimeSpan.FromMinutes(run.Get(_minutes)!.Value) : null, plan.More);
        if (result is null)
        {
            run.Say($"interrompido; salvo em '{folder.Root}': continue com sft --resume --out {folder.Root}", $"interrupted; saved in '{folder.Root}': go on with sft --resume --out {folder.Root}");
            run.SetResult(new JsonObject { ["interrupted"] = true, ["out"] = folder.Root });
            return CommandApp.Interrupted;
        }
        Ledger ledger = Ledger.Of(folder.Root);
        ledger.Add(result.Entry);
        folder.Complete();
        if (result is { Before: not null, After: not null })
            run.Console.Write(ExamTable.Of(result.Before, result.After, run.Texts));
        run.Console.Write(LedgerTable.Of([result.Entry], run.Texts));
        run.Say($"o modelo está em '{folder.Root}'", $"the model is in '{folder.Root}'");
        run.SetResult(new JsonObject { ["interrupted"] = false, ["out"] = folder.Root, ["tokens_per_s"] = Math.Round(result.Outcome.TokensPerSecond, 1), ["ledger"] = ledger.ToJson() });
        return 0;
    }

    private SftPlan New(CommandRun run, StageFolder folder, StageDescription? saved)
    {
        if (saved is not null || File.Exists(folder.Model.Weights) || File.Exists(folder.Model.Checkpoint))
        {
            throw new UserErrorException(run.Pick(
                $"a pasta '{folder.Root}' já tem um modelo: continue-o com --resume, ou escolha outra pasta em --out",
                $"the folder '{folder.Root}' already holds a model: go on with it by --resume, or choose another folder for --out"));
        }
        string from = run.Get(_model) ?? throw new UserErrorException(run.Pick("falta a opção --model (ajuda: sft --help)", "the option --model is missing (help: sft --help)"));
        if (((Option[])[_epochs, _steps, _minutes]).Count(run.IsGiven) > 1)
            throw new UserErrorException(run.Pick("--epochs, --steps e --minutes dizem o mesmo: dê só um deles", "--epochs, --steps and --minutes say the same: give one of them"));
        SftOptions options = Options(run);
        SftData data = Data(run, from, run.Get(_data) ?? BuiltIn, run.Get(_heldOut) ?? 0.05, options.Seed, out string words, out JsonObject more);
        // Of the built-in dialogues, some of two long-winded answers exceed a small context: no fault of the user's.
        LongDialogues tooLong = data.World is not null && !run.IsGiven(_long) ? LongDialogues.Skip : Enum.Parse<LongDialogues>(run.Get(_long), ignoreCase: true);
        return new(from, data, words, tooLong, options, run.IsGiven(_steps) ? null : run.Get(_epochs) ?? DefaultEpochs, more);
    }

    private SftPlan Resume(CommandRun run, StageFolder folder, StageDescription? saved)
    {
        if (saved is null)
            throw new UserErrorException(run.Pick($"não há ajuste a continuar em '{folder.Root}': falta stage.json", $"there is no tuning to go on with in '{folder.Root}': stage.json is missing"));
        if (saved.Stage != "sft")
            throw new UserErrorException(run.Pick($"em '{folder.Root}' está a etapa {saved.Stage}, não um ajuste", $"in '{folder.Root}' is the stage {saved.Stage}, not a tuning"));
        Option? given = ((Option[])[_epochs, _steps, _minutes, _batch, _accumulate, _rate, _minRate, _muon, _warmup, _decay, _clip, _lora, _alpha, _heldOut, _long, _seed, _bf16]).FirstOrDefault(run.IsGiven);
        if (given is not null)
            throw new UserErrorException(run.Pick($"{given.Name} não pode mudar num ajuste que continua (--resume)", $"{given.Name} cannot change in a tuning that goes on (--resume)"));
        SftOptions options = SftOptions.FromJson(saved.Options);
        string from = run.Get(_model) ?? Path.GetFullPath(Path.Combine(folder.Root, saved.From));
        string source = run.IsGiven(_data) ? run.Get(_data)! : (string?)saved.Options["source"] ?? BuiltIn;
        SftData data = Data(run, from, source, (double?)saved.Options["validation"] ?? 0, options.Seed, out string words, out JsonObject more, (int?)saved.Options["dialogues"]);
        more["source"] = saved.Options["source"]?.DeepClone(); // the same content may lie elsewhere now
        return new(from, data, words, Enum.Parse<LongDialogues>((string?)saved.Options["long"] ?? "error", ignoreCase: true), options, null, more);
    }

    private SftOptions Options(CommandRun run)
    {
        SftOptions basis = new();
        double rate = run.Get(_rate) ?? (run.IsGiven(_lora) ? 2 : 1) * basis.LearningRate;
        SftOptions options = basis with
        {
            Steps = run.Get(_steps) ?? basis.Steps,
            Batch = run.Get(_batch) ?? basis.Batch,
            Accumulate = run.Get(_accumulate) ?? basis.Accumulate,
            LearningRate = rate,
            MinimumLearningRate = run.Get(_minRate) ?? rate / 100,
            MuonLearningRate = run.Get(_muon) ?? basis.MuonLearningRate,
            Warmup = run.Get(_warmup) ?? basis.Warmup,
            WeightDecay = run.Get(_decay) ?? basis.WeightDecay,
            Clip = run.Get(_clip) ?? basis.Clip,
            Seed = run.Get(_seed) ?? basis.Seed,
            LoraRank = run.Get(_lora) ?? 0,
            LoraAlpha = run.Get(_alpha) ?? basis.LoraAlpha,
            MixedPrecision = run.Get(_bf16),
        };
        if (run.IsGiven(_alpha) && !run.IsGiven(_lora))
            throw new UserErrorException(run.Pick("--lora-alpha só vale com --lora", "--lora-alpha is for --lora only"));
        if (options.MixedPrecision && run.Get(_device) == "cpu")
            throw new UserErrorException(run.Pick("--bf16 precisa de uma GPU: --device cuda", "--bf16 needs a GPU: --device cuda"));
        if (options.MinimumLearningRate > options.LearningRate)
            throw new UserErrorException(run.Pick($"--min-lr {options.MinimumLearningRate} é maior que --lr {options.LearningRate}", $"--min-lr {options.MinimumLearningRate} is above --lr {options.LearningRate}"));
        return options;
    }

    private static SftData Data(CommandRun run, string from, string source, double validation, ulong seed, out string words, out JsonObject more, int? dialogues = null)
    {
        Texts t = run.Texts;
        if (source == BuiltIn && !File.Exists(source))
        {
            WorldKey key = WorldKey.Of(new StageFolder(from).Read()) ?? new(t.Language == Language.English ? Gpt.World.Language.English : Gpt.World.Language.Portuguese, seed);
            int count = dialogues ?? BuiltInDialogues;
            more = new() { ["source"] = BuiltIn, ["dialogues"] = count };
            key.WriteTo(more);
            words = run.Pick($"{t.Count(count)} diálogos", $"{t.Count(count)} dialogues");
            return SftData.Of(key.Open(), count, key.Seed);
        }
        IReadOnlyList<Dialogue> read = DialogueFile.Read(source, t);
        words = run.Pick($"{t.Count(read.Count)} diálogos de {Path.GetFileName(source)}", $"{t.Count(read.Count)} dialogues of {Path.GetFileName(source)}");
        more = new() { ["source"] = Path.GetFullPath(source), ["validation"] = validation };
        return read.Count > 0
            ? SftData.Of(read, validation, seed)
            : throw new UserErrorException(run.Pick($"'{source}' não tem diálogos", $"'{source}' holds no dialogues"));
    }

    /// <summary>What is to be done, from the options or from the folder.</summary>
    private sealed record SftPlan(string From, SftData Data, string DataInWords, LongDialogues TooLong, SftOptions Options, double? Epochs, JsonObject More);
}
