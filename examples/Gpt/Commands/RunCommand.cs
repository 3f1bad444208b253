using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt.World;
using TensorCore.Generation;
using TensorCore.Text;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>
/// <c>gpt run</c>: the whole story in a few minutes. A generator tells of a small town, a tokenizer is learnt from that, a GPT is trained on it, its samples get better
/// before one's eyes, and at the end one can write with it.
/// </summary>
internal sealed class RunCommand
{
    // Enough text for four minutes on two fast cores to see each sentence about once.
    private const int TextBytes = 8_000_000;
    private const int Vocabulary = 1024;
    private const int SampleTokens = 60;

    // The network learns most at the start, so that is where samples differ most.
    private static readonly double[] _samplesAt = [0.01, 0.05, 0.15, 0.35, 0.65];

    private readonly Option<double> _minutes;
    private readonly Option<string?> _out;
    private readonly Option<ulong> _seed;
    private readonly Option<double> _temperature;
    private readonly Option<string?> _device;
    private readonly Option<int?> _threads;

    private RunCommand(CommandApp app)
    {
        _minutes = app.Number("--minutes", 4.0, "tempo de treino", "training time", min: 0.001, max: 1e6);
        _out = app.Text("--out", null, "a pasta do modelo [padrão: runs/small-world-pt]", "the model's folder [default: runs/small-world-en]", "DIR");
        _seed = app.Number("--seed", 1UL, "outra semente, outro texto e outro modelo", "another seed, another text and another model");
        _temperature = app.Number("--temperature", 0.7, "0 escreve sempre o mais provável; perto de 1, mais variado", "0 always writes the likeliest; near 1 is more varied", min: 0.0, max: 100.0);
        _device = Shared.Device(app);
        _threads = Shared.Threads(app);
    }

    public static Command Build(CommandApp app)
    {
        RunCommand o = new(app);
        Command command = new("run", app.Pick(
            "treina em minutos um GPT pequeno num mundinho inventado, mostra como ele melhora e deixa você escrever com ele",
            "trains a small GPT on a made-up little world in minutes, shows how it gets better, and lets you write with it")) { o._minutes, o._out, o._seed, o._temperature, o._device, o._threads };
        app.Handle(command, o.Run);
        return command;
    }

    private int Run(CommandRun run)
    {
        Shared.SetThreads(run, _threads);
        ModelFolder folder = new(run.Get(_out) ?? Path.Combine("runs", $"small-world-{run.Texts.Code}"));
        if (run.IsGiven(_out) && File.Exists(folder.Weights))
            throw new UserErrorException(run.Pick($"a pasta '{folder.Root}' já tem um modelo: escolha outra em --out", $"the folder '{folder.Root}' already holds a model: choose another for --out"));
        (TrainingSetup setup, Tokenizer tokenizer) = Prepare(run, folder);
        TextGenerator generator = new(setup.Trainer.Model, tokenizer);
        SamplingOptions options = new() { Temperature = run.Get(_temperature), Seed = run.Get(_seed) };
        string[] prompts = Prompts(run.Texts);

        int shown = 0;
        TrainingOutcome outcome = setup.Execute(run, progress =>
        {
            if (shown == _samplesAt.Length || setup.Trainer.Progress < _samplesAt[shown])
                return;
            shown++;
            progress.WriteLine(run.Pick($"— passo {setup.Trainer.Step}: ", $"— step {setup.Trainer.Step}: ") + Sample(setup.Trainer.Model, generator, prompts[0], options).ReplaceLineEndings(" "));
        });
        JsonObject result = TrainCommand.ToJson(setup.Trainer, outcome, folder);
        run.SetResult(result);
        if (outcome.Interrupted)
        {
            run.Say($"interrompido no passo {setup.Trainer.Step}; o modelo está em '{folder.Root}'", $"interrupted at step {setup.Trainer.Step}; the model is in '{folder.Root}'");
            return CommandApp.Interrupted;
        }
        run.Say($"o modelo está em '{folder.Root}' (curva da perda: {folder.Curve})", $"the model is in '{folder.Root}' (loss curve: {folder.Curve})");
        return Finish(run, setup.Trainer.Model, generator, options, prompts, result);
    }

    private (TrainingSetup Setup, Tokenizer Tokenizer) Prepare(CommandRun run, ModelFolder folder)
    {
        Texts t = run.Texts;
        ulong seed = run.Get(_seed);
        SmallWorld world = new(t.Language == Cli.Language.English ? World.Language.English : World.Language.Portuguese, seed);
        string text = world.Text(TextBytes);
        Corpus corpus = Corpus.FromText(text);
        run.Say($"um mundinho inventado, {t.Short(corpus.Bytes)}B de texto que começa assim:", $"a small made-up world, {t.Short(corpus.Bytes)}B of text that begins like this:");
        run.Out.WriteLine("  " + text[..text.IndexOf("\n\n", StringComparison.Ordinal)].ReplaceLineEndings("\n  "));
        TrainingOptions options = new()
        {
            Minutes = run.Get(_minutes),
            Batch = 16,
            LearningRate = 2e-3,
            MinimumLearningRate = 1e-4,
            Warmup = 100,
            Validation = 0.02,
            Seed = seed,
        };
        Tokenizer tokenizer = new TokenizerChoice(Vocabulary, null).Make(corpus.Split(options.Validation).Train, run);
        GptConfig sizes = new(Vocabulary, Context: 128, Layers: 4, Heads: 4, Width: 160);
        return (TrainingSetup.New(run, folder, corpus, "", tokenizer, sizes, options, Shared.FindDevice(run, _device)), tokenizer);
    }

    private static int Finish(CommandRun run, GptModel model, TextGenerator generator, SamplingOptions options, string[] prompts, JsonObject result)
    {
        model.Eval();
        if (run.IsInteractive)
            return new Conversation(generator, model.Config.Context, options, 2 * SampleTokens).Run(run);
        JsonArray samples = [];
        foreach (string prompt in prompts)
        {
            string sample = Sample(model, generator, prompt, options);
            run.Out.WriteLine("> " + sample);
            samples.Add(sample);
        }
        result["samples"] = samples;
        return 0;
    }

    /// <summary>A prompt with what the model makes of it, up to the end of the paragraph.</summary>
    private static string Sample(GptModel model, TextGenerator generator, string prompt, SamplingOptions options)
    {
        bool training = model.Training;
        model.Eval();
        StringBuilder text = new(prompt);
        foreach (string piece in generator.Write(generator.Encode(prompt), options, SampleTokens))
        {
            text.Append(piece);
            int end = text.ToString().IndexOf("\n\n", StringComparison.Ordinal);
            if (end < 0)
                continue;
            text.Length = end;
            break;
        }
        model.Train(training);
        return text.ToString();
    }

    private static string[] Prompts(Texts texts) => texts.Language == Cli.Language.English
        ? ["Every morning", "The model", "The bank", "\"Good afternoon", "Because"]
        : ["Toda manhã", "O modelo", "O banco", "— Bom dia", "Porque"];
}
