using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class SftCommandTests
{
    private const int Context = 64;

    /// <summary>A tiny model that was pretrained a little, without the template's marks.</summary>
    internal static async Task MakeBase(Scratch scratch)
    {
        string corpus = scratch.Write("corpus.txt", string.Concat(Enumerable.Repeat("Ana mora na Rua das Flores. O gato de Ana dorme na janela.\n", 40)));
        CommandOutcome train = await ChatGptCommand.Run("train", "--corpus", corpus, "--out", scratch["base"], "--layers", "1", "--heads", "2", "--width", "16", "--context", $"{Context}", "--batch", "4", "--steps", "10", "--tokenizer", "bytes");
        Assert.True(train.Code == 0, train.Error);
    }

    internal static string MakeData(Scratch scratch) => scratch.Write("talks.jsonl", string.Concat(Enumerable.Range(0, 40).Select(i =>
        $$"""{"messages": [{"role": "user", "content": "Onde mora {{(char)('A' + (i % 8))}}?"}, {"role": "assistant", "content": "Na rua {{i % 8}}."}]}""" + "\n")));

    private static Task<CommandOutcome> Tune(Scratch scratch, string data, string outFolder, params string[] more) =>
        ChatGptCommand.Run(["sft", "--model", scratch["base"], "--data", data, "--out", scratch[outFolder], "--batch", "4", .. more]);

    [Fact]
    public async Task DialoguesOfOnesOwnAreLearntAndJudged()
    {
        using Scratch scratch = new();
        await MakeBase(scratch);
        CommandOutcome tuned = await Tune(scratch, MakeData(scratch), "m", "--steps", "60", "--lr", "0.01", "--validation", "0.2", "--json");
        Assert.True(tuned.Code == 0, tuned.Error);
        JsonObject entry = tuned.Json["ledger"]![0]!.AsObject(), result = entry["results"]![0]!.AsObject();
        Assert.Equal(("sft", 60L, 60L * 4 * Context), ((string)entry["stage"]!, (long)entry["steps"]!, (long)entry["tokens"]!));
        Assert.Equal(("nats_per_token", "dialogues"), ((string)result["metric"]!, (string)result["held_out"]!));
        Assert.True((double)result["after"]! < 0.7 * (double)result["before"]!, result.ToJsonString());
        foreach (string file in (string[])["config.json", "tokenizer.json", "model.safetensors", "checkpoint.safetensors", "metrics.jsonl", "loss.svg", "stage.json", "ledger.json"])
            Assert.True(File.Exists(Path.Combine(scratch["m"], file)), file);
        (GptModel model, TensorCore.Text.Tokenizer tokenizer) = new ModelFolder(scratch["m"]).Load(default);
        Assert.Equal((260, 260), (model.Config.Vocabulary, tokenizer.VocabularySize)); // four marks more
        Assert.Equal(Enumerable.Range(1, 60), File.ReadLines(Path.Combine(scratch["m"], "metrics.jsonl")).Select(l => (int)JsonNode.Parse(l)!["step"]!));

        // A tuned model can be tuned again, and the other commands take it.
        CommandOutcome again = await ChatGptCommand.Run("sft", "--model", scratch["m"], "--data", scratch["talks.jsonl"], "--out", scratch["m2"], "--epochs", "0.5", "--lora", "2", "--json");
        Assert.True(again.Code == 0, again.Error);
        Assert.True(File.Exists(Path.Combine(scratch["m2"], "adapters.safetensors")));
        Assert.Equal(0, (await ChatGptCommand.Run("sample", "--model", scratch["m2"], "--prompt", "Ana", "--max-tokens", "3")).Code);
    }

    [Fact]
    public async Task BothPublicFormatsAndGzipAreTheSame()
    {
        using Scratch scratch = new();
        await MakeBase(scratch);
        string alpaca = string.Concat(Enumerable.Range(0, 40).Select(i => $$"""{"instruction": "Onde mora {{(char)('A' + (i % 8))}}?", "input": "", "output": "Na rua {{i % 8}}."}""" + "\n"));
        using (GZipStream gzip = new(File.Create(scratch["alpaca.jsonl.gz"]), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(alpaca));
        foreach ((string data, string folder) in ((string, string)[])[(MakeData(scratch), "a"), (scratch["alpaca.jsonl.gz"], "b")])
            Assert.Equal(0, (await Tune(scratch, data, folder, "--steps", "5")).Code);
        Assert.Equal(File.ReadAllBytes(Path.Combine(scratch["a"], "model.safetensors")), File.ReadAllBytes(Path.Combine(scratch["b"], "model.safetensors")));
    }

    [Fact]
    public async Task CtrlCSavesAndResumingGivesTheSameBits()
    {
        using Scratch scratch = new();
        await MakeBase(scratch);
        string data = MakeData(scratch);
        Assert.Equal(0, (await Tune(scratch, data, "whole", "--steps", "200")).Code);
        using CancellationTokenSource stop = new();
        using StopAtProgress error = new(stop);
        CommandOutcome part = await ChatGptCommand.Run(["sft", "--model", scratch["base"], "--data", data, "--out", scratch["parts"], "--batch", "4", "--steps", "200", "--json"], stop.Token, error);
        Assert.Equal(130, part.Code);
        Assert.True((bool)part.Json["interrupted"]!);
        (await Tune(scratch, data, "parts", "--steps", "200")).AssertUserError("--resume"); // never over another's work
        CommandOutcome rest = await ChatGptCommand.Run("sft", "--resume", "--out", scratch["parts"], "--json");
        Assert.True(rest.Code == 0, rest.Error);
        Assert.Equal(File.ReadAllBytes(Path.Combine(scratch["whole"], "model.safetensors")), File.ReadAllBytes(Path.Combine(scratch["parts"], "model.safetensors")));
    }

    [Fact]
    public async Task ResumingChecksTheDataTheModelAndTheOptions()
    {
        using Scratch scratch = new();
        await MakeBase(scratch);
        string data = MakeData(scratch);
        Assert.Equal(0, (await Tune(scratch, data, "m", "--steps", "3")).Code);
        Task<CommandOutcome> Resume(params string[] more) => ChatGptCommand.Run(["sft", "--resume", "--out", scratch["m"], .. more]);
        (await Resume("--lr", "0.1")).AssertUserError("--lr");
        (await Resume("--data", scratch.Write("other.jsonl", File.ReadAllText(data).Replace("rua", "praça", StringComparison.Ordinal)))).AssertUserError("data = ");
        File.Move(data, scratch["moved.jsonl"]);
        (await Resume()).AssertUserError("talks.jsonl");
        Assert.Equal(0, (await Resume("--data", scratch["moved.jsonl"])).Code); // the same content elsewhere
        (await ChatGptCommand.Run("sft", "--resume", "--out", scratch["nothing"])).AssertUserError("stage.json");
        scratch.Write("m/stage.json", "{");
        (await Resume()).AssertUserError("stage.json");
    }

    [Theory]
    [InlineData("falta a opção --model", "--data", "talks.jsonl")]
    [InlineData("missing' não existe", "--model", "missing", "--data", "talks.jsonl")]
    [InlineData("missing.jsonl", "--model", "base", "--data", "missing.jsonl")]
    [InlineData("broken.jsonl", "--model", "base", "--data", "broken.jsonl")]
    [InlineData("empty.jsonl", "--model", "base", "--data", "empty.jsonl")]
    [InlineData("--long skip", "--model", "base", "--data", "long.jsonl")]
    [InlineData("nenhum diálogo", "--model", "base", "--data", "long.jsonl", "--long", "skip")]
    [InlineData("--long é error ou skip ou cut", "--model", "base", "--data", "long.jsonl", "--long", "maybe")]
    [InlineData("dê só um deles", "--model", "base", "--data", "talks.jsonl", "--steps", "3", "--epochs", "2")]
    [InlineData("--lora-alpha só vale com --lora", "--model", "base", "--data", "talks.jsonl", "--lora-alpha", "3")]
    [InlineData("--lora deve ser entre 1 e 4096", "--model", "base", "--data", "talks.jsonl", "--lora", "0")]
    [InlineData("--min-lr 1 é maior que --lr 0.1", "--model", "base", "--data", "talks.jsonl", "--lr", "0.1", "--min-lr", "1")]
    [InlineData("--bf16 precisa de uma GPU", "--model", "base", "--data", "talks.jsonl", "--bf16")]
    [InlineData("já tem um modelo", "--model", "base", "--data", "talks.jsonl", "--out", "base")]
    public async Task AWrongCommandIsOneLineAndExitCode2(string message, params string[] args)
    {
        using Scratch scratch = new();
        await MakeBase(scratch);
        MakeData(scratch);
        scratch.Write("broken.jsonl", "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}\n{\"messages\": 3}\n");
        scratch.Write("empty.jsonl", "");
        scratch.Write("long.jsonl", $$"""{"instruction": "{{new string('a', 100)}}", "output": "b"}""");
        string[] given = [.. args.Select(a => a is "missing" or "base" || a.EndsWith(".jsonl", StringComparison.Ordinal) ? scratch[a] : a)];
        CommandOutcome outcome = await ChatGptCommand.Run(["sft", .. args.Contains("--out") ? Array.Empty<string>() : ["--out", scratch["m"]], .. given]);
        outcome.AssertUserError(message);
        Assert.False(File.Exists(Path.Combine(scratch["m"], "stage.json"))); // nothing half begun
    }

    [Fact]
    public async Task LongDialoguesCanBeCut()
    {
        using Scratch scratch = new();
        await MakeBase(scratch);
        string data = scratch.Write("long.jsonl", $$"""{"instruction": "Conte.", "output": "{{new string('b', 100)}}"}""" + "\n" + $$"""{"instruction": "{{new string('a', 100)}}", "output": "b"}""");
        CommandOutcome cut = await Tune(scratch, data, "m", "--steps", "2", "--long", "cut", "--validation", "0");
        Assert.True(cut.Code == 0, cut.Error);
        Assert.Contains("2 diálogos longos demais", cut.Output);
    }

    /// <summary>Presses Ctrl-C as soon as a training shows its first progress.</summary>
    private sealed class StopAtProgress(CancellationTokenSource stop) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Contains("tokens/s", StringComparison.Ordinal) == true)
                stop.Cancel();
        }
    }
}
