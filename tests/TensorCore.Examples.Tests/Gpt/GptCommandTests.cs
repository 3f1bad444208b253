using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.Tests.Gpt;

public class GptCommandTests
{
    private const string Line = "Ana mora na Rua das Flores. O gato de Ana dorme na janela.\n";

    private static readonly string[] _tiny = ["--layers", "1", "--heads", "2", "--width", "16", "--context", "16", "--batch", "4", "--tokenizer", "bytes"];

    private static string Corpus(Scratch scratch) => scratch.Write("corpus.txt", string.Concat(Enumerable.Repeat(Line, 60)));

    private static Task<CommandOutcome> Train(Scratch scratch, string outFolder, params string[] more) =>
        GptCommand.Run(["train", "--corpus", Corpus(scratch), "--out", scratch[outFolder], .. _tiny, .. more]);

    [Fact]
    public async Task TrainingSamplingAndEvaluationReportAsJson()
    {
        using Scratch scratch = new();
        CommandOutcome train = await Train(scratch, "m", "--steps", "30", "--json");
        Assert.Equal(0, train.Code);
        Assert.Single(train.Output.TrimEnd('\n').Split('\n'));
        Assert.InRange((double)train.Json["val_nats_per_token"]!, 0.1, 5.6);
        Assert.Equal((double)train.Json["val_nats_per_token"]! / Math.Log(2), (double)train.Json["val_bits_per_byte"]!, 9); // bytes as tokens
        Assert.True((double)train.Json["tokens_per_s"]! > 0);
        Assert.Equal((30, 30 * 4 * 16, false), ((long)train.Json["steps"]!, (long)train.Json["tokens"]!, (bool)train.Json["interrupted"]!));
        foreach (string file in (string[])["config.json", "tokenizer.json", "model.safetensors", "checkpoint.safetensors", "metrics.jsonl", "loss.svg"])
            Assert.True(File.Exists(Path.Combine(scratch["m"], file)), file);
        Assert.Contains("<svg", File.ReadAllText(Path.Combine(scratch["m"], "loss.svg")));

        CommandOutcome eval = await GptCommand.Run("eval", "--model", scratch["m"], "--corpus", scratch["corpus.txt"], "--json");
        Assert.Equal(0, eval.Code);
        Assert.Equal(["val_nats_per_token", "val_bits_per_byte", "tokens_per_s", "tokens", "tokens_in_corpus"], eval.Json.Select(p => p.Key));
        Assert.Equal((60 * Line.Length) - 1, (long)eval.Json["tokens"]!);

        CommandOutcome sample = await GptCommand.Run("sample", "--model", scratch["m"], "--prompt", "Ana ", "--max-tokens", "9", "--temperature", "1", "--json");
        Assert.Equal((0, 9, "Ana "), (sample.Code, (int)sample.Json["tokens"]!, (string)sample.Json["prompt"]!));
        CommandOutcome plain = await GptCommand.Run("sample", "--model", scratch["m"], "--prompt", "Ana ", "--max-tokens", "9", "--temperature", "1");
        Assert.Equal("Ana " + (string)sample.Json["text"]! + "\n", plain.Output);
        CommandOutcome other = await GptCommand.Run("sample", "--model", scratch["m"], "--prompt", "Ana ", "--max-tokens", "9", "--temperature", "1", "--seed", "2");
        Assert.NotEqual(plain.Output, other.Output);
    }

    [Fact]
    public async Task EveryMetricsLineIsAnObjectWithTheStep()
    {
        using Scratch scratch = new();
        await Train(scratch, "m", "--steps", "40", "--warmup", "5", "--lr", "0.002");
        JsonObject[] lines = [.. File.ReadLines(Path.Combine(scratch["m"], "metrics.jsonl")).Select(l => JsonNode.Parse(l)!.AsObject())];
        Assert.Equal(Enumerable.Range(1, 40), lines.Select(l => (int)l["step"]!));
        Assert.All(lines, l => Assert.All((string[])["loss", "lr", "grad_norm", "tokens", "tokens_per_s", "seconds"], key => Assert.True(l[key] is JsonValue v && double.IsFinite(v.GetValue<JsonElement>().GetDouble()), key)));
        Assert.Equal(0.002, lines.Max(l => (double)l["lr"]!), 9);
        Assert.InRange(lines.Count(l => l.ContainsKey("val")), 15, 20);
        Assert.True((double)lines[^1]["loss"]! < (double)lines[0]["loss"]!);
    }

    [Fact]
    public async Task CtrlCSavesAndResumingGivesTheSameBits()
    {
        using Scratch scratch = new();
        string[] args = ["train", "--corpus", Corpus(scratch), .. _tiny, "--steps", "300", "--accumulate", "2", "--json"];
        Assert.Equal(0, (await GptCommand.Run([.. args, "--out", scratch["whole"]])).Code);

        Random random = new();
        int interruptions = 0;
        CommandOutcome part = await Interrupted([.. args, "--out", scratch["parts"]], 0);
        while (part.Code != 0)
        {
            Assert.Equal(130, part.Code);
            Assert.True((bool)part.Json["interrupted"]!);
            interruptions++;
            part = interruptions < 4
                ? await Interrupted(["train", "--resume", "--out", scratch["parts"], "--json"], random.Next(1, 60))
                : await GptCommand.Run("train", "--resume", "--out", scratch["parts"], "--json");
        }
        Assert.True(interruptions > 0);
        Assert.Equal(300, (long)part.Json["steps"]!);
        Assert.Equal(File.ReadAllBytes(Path.Combine(scratch["whole"], "model.safetensors")), File.ReadAllBytes(Path.Combine(scratch["parts"], "model.safetensors")));
        Assert.Equal(300, File.ReadLines(Path.Combine(scratch["parts"], "metrics.jsonl")).Count());

        // Presses Ctrl-C so long after the first line of progress; with 0 at once, which a training that is over in a moment cannot outrun.
        static async Task<CommandOutcome> Interrupted(string[] args, int milliseconds)
        {
            using CancellationTokenSource stop = new();
            using Trigger trigger = new(() =>
            {
                if (milliseconds == 0) stop.Cancel();
                else stop.CancelAfter(milliseconds);
            });
            return await GptCommand.Run(args, stop.Token, trigger);
        }
    }

    [Fact]
    public async Task ResumingChecksTheTextAndTheOptions()
    {
        using Scratch scratch = new();
        await Train(scratch, "m", "--steps", "3");
        (await Train(scratch, "m", "--steps", "3")).AssertUserError("--resume"); // never over a model
        (await GptCommand.Run("train", "--resume", "--out", scratch["m"], "--width", "32")).AssertUserError("--width");
        (await GptCommand.Run("train", "--resume", "--out", scratch["nothing"])).AssertUserError("checkpoint.safetensors");
        string other = scratch.Write("other.txt", string.Concat(Enumerable.Repeat("Outro texto. ", 100)));
        (await GptCommand.Run("train", "--resume", "--out", scratch["m"], "--corpus", other)).AssertUserError("other.txt");
        CommandOutcome longer = await GptCommand.Run("train", "--resume", "--out", scratch["m"], "--steps", "6", "--json");
        Assert.Equal((0, 6), (longer.Code, (int)longer.Json["steps"]!));
        File.Delete(scratch["corpus.txt"]);
        (await GptCommand.Run("train", "--resume", "--out", scratch["m"], "--steps", "9")).AssertUserError("corpus.txt");
    }

    [Theory]
    [InlineData("falta a opção --corpus", "train", "--out", "x")]
    [InlineData("falta a opção --out", "train", "--corpus", "corpus.txt")]
    [InlineData("opção desconhecida: --stpes; seria --steps?", "train", "--out", "x", "--stpes", "3")]
    [InlineData("--steps deve ser pelo menos 1, não 0", "train", "--out", "x", "--corpus", "corpus.txt", "--steps", "0")]
    [InlineData("--batch precisa de um número inteiro, não 'many'", "train", "--out", "x", "--corpus", "corpus.txt", "--batch", "many")]
    [InlineData("--validation deve ser entre 0 e 0.9, não 1", "train", "--out", "x", "--corpus", "corpus.txt", "--validation", "1")]
    [InlineData("--preset 'gpt4' não existe; há tiny", "train", "--out", "x", "--corpus", "corpus.txt", "--preset", "gpt4")]
    [InlineData("--heads 5 não divide --width 128", "train", "--out", "x", "--corpus", "corpus.txt", "--heads", "5")]
    [InlineData("--tokenizer bpe:N precisa de um número", "train", "--out", "x", "--corpus", "corpus.txt", "--tokenizer", "bpe:12")]
    [InlineData("--tokenizer bpe:N precisa de um número", "train", "--out", "x", "--corpus", "corpus.txt", "--tokenizer", "bpe:many")]
    [InlineData("o arquivo 'no.json' não existe", "train", "--out", "x", "--corpus", "corpus.txt", "--tokenizer", "no.json")]
    [InlineData("corpus.txt", "train", "--out", "x", "--corpus", "corpus.txt", "--tokenizer", "corpus.txt")]
    [InlineData("--min-lr 0.1 é maior que --lr 0.01", "train", "--out", "x", "--corpus", "corpus.txt", "--lr", "0.01", "--min-lr", "0.1")]
    [InlineData("--warmup 9 é mais que os 5 passos", "train", "--out", "x", "--corpus", "corpus.txt", "--steps", "5", "--warmup", "9")]
    [InlineData("o corpus 'missing.txt' não existe", "train", "--out", "x", "--corpus", "missing.txt")]
    [InlineData("o corpus 'empty.txt' está vazio", "train", "--out", "x", "--corpus", "empty.txt")]
    [InlineData("menos que um trecho de 128", "train", "--out", "x", "--corpus", "short.txt", "--tokenizer", "bytes")]
    [InlineData("cut.gz", "train", "--out", "x", "--corpus", "cut.gz")]
    [InlineData("174,6 G parâmetros", "train", "--out", "x", "--corpus", "corpus.txt", "--preset", "gpt3", "--tokenizer", "bpe:50257")]
    [InlineData("--threads deve ser entre 1 e", "train", "--out", "x", "--corpus", "corpus.txt", "--threads", "0")]
    [InlineData("'missing' não existe", "sample", "--model", "missing", "--prompt", "a")]
    [InlineData("falta config.json", "sample", "--model", ".", "--prompt", "a")]
    [InlineData("--temperature deve ser entre 0 e 100, não -1", "sample", "--model", "x", "--temperature", "-1")]
    [InlineData("--top-p deve ser entre", "sample", "--model", "x", "--top-p", "0")]
    [InlineData("'missing' não existe", "eval", "--model", "missing", "--corpus", "corpus.txt")]
    [InlineData("falta a opção --reference", "verify")]
    public async Task AWrongCommandIsOneLineAndExitCode2(string message, params string[] args)
    {
        using Scratch scratch = new();
        Corpus(scratch);
        scratch.Write("empty.txt", "");
        scratch.Write("short.txt", "pouco texto");
        using (MemoryStream compressed = new())
        {
            using (GZipStream gzip = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
                gzip.Write(Encoding.UTF8.GetBytes(Line));
            File.WriteAllBytes(scratch["cut.gz"], compressed.ToArray()[..^9]);
        }
        string[] files = ["corpus.txt", "empty.txt", "short.txt", "cut.gz", "missing.txt", "no.json", "x", "missing", "."];
        CommandOutcome outcome = await GptCommand.Run([.. args.Select(a => files.Contains(a) ? scratch[a] : a)]);
        // Learning the tokenizer comes after the corpus is read, and says so; nothing else may stand on the output.
        Assert.Equal(2, outcome.Code);
        (outcome with { Error = outcome.Error.Replace(scratch.Root + "/", "", StringComparison.Ordinal) }).AssertUserError(message);
        Assert.False(Directory.Exists(scratch["x"]), "an error must not leave a model's folder");
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("config.json")]
    public async Task AnUnusableModelIsOneLineAndExitCode2(string file)
    {
        using Scratch scratch = new();
        await Train(scratch, "m", "--steps", "2");
        string path = Path.Combine(scratch["m"], file);
        byte[] whole = File.ReadAllBytes(path);
        foreach (byte[] bad in (byte[][])[[], whole[..(whole.Length / 2)], [.. Enumerable.Repeat((byte)0xFF, 200)], Encoding.UTF8.GetBytes("{}")])
        {
            File.WriteAllBytes(path, bad);
            (await GptCommand.Run("sample", "--model", scratch["m"], "--prompt", "a")).AssertUserError(file);
            (await GptCommand.Run("eval", "--model", scratch["m"], "--corpus", scratch["corpus.txt"])).AssertUserError(file);
        }
    }

    [Fact]
    public async Task AnUnusableCheckpointIsOneLineAndExitCode2()
    {
        using Scratch scratch = new();
        await Train(scratch, "m", "--steps", "2");
        string path = Path.Combine(scratch["m"], "checkpoint.safetensors");
        byte[] whole = File.ReadAllBytes(path);
        foreach (byte[] bad in (byte[][])[[], whole[..(whole.Length / 2)], whole[..^1], File.ReadAllBytes(Path.Combine(scratch["m"], "model.safetensors"))])
        {
            File.WriteAllBytes(path, bad);
            (await GptCommand.Run("train", "--resume", "--out", scratch["m"], "--steps", "4")).AssertUserError("checkpoint.safetensors");
        }
    }

    [Fact]
    public async Task ThePromptMustFitTheContext()
    {
        using Scratch scratch = new();
        await Train(scratch, "m", "--steps", "2");
        (await GptCommand.Run("sample", "--model", scratch["m"], "--prompt", new string('a', 17))).AssertUserError("17 tokens");
        Assert.Equal(0, (await GptCommand.Run("sample", "--model", scratch["m"], "--prompt", new string('a', 16), "--max-tokens", "40")).Code);
        Assert.Equal(0, (await GptCommand.Run("sample", "--model", scratch["m"], "--max-tokens", "3")).Code); // no prompt and nobody to ask
    }

    [Fact]
    public async Task ADivergingTrainingSaysSoAndKeepsNoBrokenModel()
    {
        using Scratch scratch = new();
        CommandOutcome outcome = await Train(scratch, "m", "--steps", "200", "--lr", "100", "--clip", "0", "--warmup", "0", "--weight-decay", "100");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("divergiu", outcome.Error);
        Assert.False(File.Exists(Path.Combine(scratch["m"], "model.safetensors")));
    }

    [Fact]
    public async Task VerboseShowsTheStackTrace()
    {
        CommandOutcome outcome = await GptCommand.Run("sample", "--model", "/no/such/folder", "--prompt", "a", "--verbose");
        Assert.Equal(2, outcome.Code);
        Assert.Contains("   at TensorCore.Examples.Gpt", outcome.Error);
    }

    [Theory]
    [InlineData("bytes", 256)]
    [InlineData("bpe:280", 280)]
    [InlineData("FILE", 280)]
    public async Task EveryTokenizerTrains(string tokenizer, int vocabulary)
    {
        using Scratch scratch = new();
        if (tokenizer == "FILE")
        {
            Examples.Gpt.Corpus.FromText(string.Concat(Enumerable.Repeat(Line, 9))).TrainTokenizer(280).Save(scratch["t.json"]);
            tokenizer = scratch["t.json"];
        }
        CommandOutcome outcome = await GptCommand.Run("train", "--corpus", Corpus(scratch), "--out", scratch["m"], "--layers", "1", "--heads", "1", "--width", "8", "--context", "8", "--batch", "2", "--steps", "2", "--tokenizer", tokenizer, "--language", "en");
        Assert.Equal(0, outcome.Code);
        Assert.Equal(vocabulary, GptConfig.Load(Path.Combine(scratch["m"], "config.json")).Vocabulary);
        Assert.Contains("bits per byte", outcome.Output);
    }

    [Fact]
    public async Task WithoutValidationTextNothingIsMeasured()
    {
        using Scratch scratch = new();
        CommandOutcome outcome = await Train(scratch, "m", "--steps", "5", "--validation", "0", "--json");
        Assert.Equal(0, outcome.Code);
        Assert.Null(outcome.Json["val_nats_per_token"]);
    }

    [Fact]
    public async Task HelpIsForPeople()
    {
        foreach (string command in (string[])["", "train", "sample", "eval", "verify", "run", "presets"])
        {
            CommandOutcome pt = await GptCommand.Run([.. command.Length > 0 ? [command] : Array.Empty<string>(), "--help"]);
            CommandOutcome en = await GptCommand.Run([.. command.Length > 0 ? [command] : Array.Empty<string>(), "--help", "--language", "en"]);
            Assert.Equal((0, 0), (pt.Code, en.Code));
            Assert.NotEqual(pt.Output, en.Output);
            Assert.Contains("Opções:", pt.Output);
        }
        string train = (await GptCommand.Run("train", "--help", "--language", "en")).Output;
        Assert.All((string[])["--corpus", "--preset", "--layers", "--heads", "--width", "--context", "--tokenizer", "--batch", "--steps", "--minutes", "--lr", "--min-lr", "--warmup", "--weight-decay", "--clip", "--accumulate", "--validation", "--seed", "--threads", "--out", "--resume", "--json", "--verbose"], option => Assert.Contains(option + " ", train));
        string sample = (await GptCommand.Run("sample", "--help", "--language", "en")).Output;
        Assert.All((string[])["--model", "--prompt", "--temperature", "--top-k", "--top-p", "--repetition-penalty", "--seed", "--max-tokens"], option => Assert.Contains(option + " ", sample));
    }

    [Fact]
    public async Task PresetsShowGpt3WithoutMakingIt()
    {
        CommandOutcome outcome = await GptCommand.Run("presets", "--json");
        Assert.Equal(174_604_259_328, (long)outcome.Json["gpt3"]!["parameters"]!);
        Assert.Equal(1_071_872, (long)outcome.Json["tiny"]!["parameters"]!);
    }

    [Fact]
    public async Task TheDefaultWorldTrainsAndWrites()
    {
        using Scratch scratch = new();
        CommandOutcome outcome = await GptCommand.Run("run", "--minutes", "0.02", "--language", "en", "--out", scratch["m"], "--json");
        Assert.Equal(0, outcome.Code);
        Assert.NotEmpty(outcome.Json["samples"]!.AsArray());
        Assert.True((double)outcome.Json["val_bits_per_byte"]! > 0);
        Assert.True(File.Exists(Path.Combine(scratch["m"], "model.safetensors")));
        (await GptCommand.Run("run", "--out", scratch["m"])).AssertUserError("--out");
    }

    /// <summary>Calls back once, at the first line of progress.</summary>
    private sealed class Trigger(Action action) : StringWriter
    {
        private bool _done;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (_done || value is null || !value.Contains("tokens/s", StringComparison.Ordinal))
                return;
            _done = true;
            action();
        }
    }
}
