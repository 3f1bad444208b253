using System.CommandLine;
using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Commands;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Serving;

public class ChatCommandTests
{
    private static async Task<string> Talk(string lines, string language = "en", ServedModel? model = null, string? system = null)
    {
        using ChatEngine engine = new([model ?? TinyModels.Make()], new() { Slots = 1, Sliding = true, MaxTokens = 12 });
        using StringWriter output = new(), error = new();
        int code = await CommandApp.RunAsync(["--language", language], app =>
        {
            RootCommand root = new("talk");
            app.Handle(root, run => new ChatSession(engine, run, system, new() { Seed = 1, Temperature = 1 }).Talk(new StringReader(lines)));
            return root;
        }, output, error);
        Assert.Equal((0, ""), (code, error.ToString()));
        return output.ToString();
    }

    /// <summary>What the model says to messages with the n-th seed.</summary>
    private static async Task<string> Said(ulong seed, params Message[] messages)
    {
        using ChatEngine engine = new([TinyModels.Make()], new() { Sliding = true, MaxTokens = 12 });
        return await engine.Say(new ChatRequest { Messages = messages, Sampling = new() { Seed = seed, Temperature = 1 } });
    }

    [Fact]
    public async Task ATalkRemembersWhatWasSaid()
    {
        string first = await Said(1, new Message(Role.User, "Oi"));
        string second = await Said(2, new(Role.User, "Oi"), new(Role.Assistant, first), new(Role.User, "E agora?"));
        string talk = await Talk("Oi\n\nE agora?\n");
        Assert.Contains("/help", talk);
        Assert.EndsWith($"{first}{Environment.NewLine}{second}{Environment.NewLine}", talk);
    }

    [Fact]
    public async Task RegeneratingAnswersTheSameQuestionAnew()
    {
        string first = await Said(1, new Message(Role.User, "Oi")), again = await Said(2, new Message(Role.User, "Oi"));
        string third = await Said(3, new(Role.User, "Oi"), new(Role.Assistant, again), new(Role.User, "Sim"));
        Assert.EndsWith(string.Join(Environment.NewLine, first, again, third, ""), await Talk("Oi\n/regenerate\nSim\n"));
        Assert.Contains("there is no answer yet", await Talk("/regenerate\n"));
        Assert.Contains("ainda não há resposta", await Talk("/refazer\n", "pt"));
    }

    [Fact]
    public async Task ResetForgetsAndTheSystemMessageIsRead()
    {
        string first = await Said(1, new(Role.System, "S"), new(Role.User, "a"));
        string fresh = await Said(2, new(Role.System, "S"), new(Role.User, "a"));
        string other = await Said(3, new(Role.System, "T"), new(Role.User, "a"), new(Role.Assistant, fresh), new(Role.User, "b"));
        string talk = await Talk("a\n/reset\na\n/system T\nb\n", system: "S");
        Assert.Contains(first + Environment.NewLine + "a new talk" + Environment.NewLine + fresh + Environment.NewLine, talk);
        Assert.EndsWith(other + Environment.NewLine, talk);
    }

    [Fact]
    public async Task TheTemperatureChanges()
    {
        string[] cold = [await Talk("/temperature 0\nOi\n/regenerate\n"), await Talk("/temperatura 0,0\nOi\n/refazer\n", "pt")];
        foreach (string[] lines in cold.Select(c => c[..^Environment.NewLine.Length].Split(Environment.NewLine)))
        {
            Assert.True(lines.Length >= 4 && lines.Length % 2 == 0, string.Join('|', lines)); // an answer may hold line breaks
            Assert.StartsWith("temperatur", lines[1]);
            Assert.Equal(lines[2..((lines.Length / 2) + 1)], lines[((lines.Length / 2) + 1)..]);
        }
        foreach (string bad in (string[])["hot", "-1", "NaN", "1000", ""])
            Assert.Contains("0 to 100", await Talk($"/temperature {bad}\n"));
    }

    [Fact]
    public async Task HelpUnknownWordsAndTheEnd()
    {
        Assert.Contains("/regenerate", await Talk("/help\n"));
        Assert.Contains("outra resposta", await Talk("/ajuda\n", "pt"));
        Assert.Contains("there is no /xyz", await Talk("/xyz\n"));
        Assert.DoesNotContain("there is no", await Talk("/exit\n/xyz\n"));
        Assert.Contains("has not learnt to chat", await Talk("", model: TinyModels.Make(chats: false)));
    }

    [Fact]
    public async Task ALongTalkForgetsItsOldestTurnsAndSaysSoOnce()
    {
        string talk = await Talk(string.Concat(Enumerable.Repeat(new string('x', 30) + "\n", 6)));
        Assert.Equal(2, talk.Split("forgets the oldest turns").Length);
    }

    [Fact]
    public async Task OneQuestionGetsOneAnswer()
    {
        using Scratch scratch = new();
        TinyModels.Save(scratch["runs/sft"], "sft");
        TinyModels.Save(scratch["runs/base"], "base");
        string[] args = ["chat", "--model", scratch["runs"], "--prompt", "Oi", "--max-tokens", "12", "--temperature", "1"];
        CommandOutcome plain = await Run(args);
        Assert.Equal((0, await Said(1, new Message(Role.User, "Oi")) + Environment.NewLine), (plain.Code, plain.Output));
        CommandOutcome json = await Run([.. args, "--json"]);
        Assert.Equal(("sft", "Oi", plain.Output.TrimEnd('\n')), ((string)json.Json["model"]!, (string)json.Json["prompt"]!, (string)json.Json["text"]!));
        Assert.Equal(["model", "prompt", "text", "tokens", "finish"], json.Json.Select(p => p.Key));
    }

    [Fact]
    public async Task FoldersWithoutAModelAreClearErrors()
    {
        using Scratch scratch = new();
        (await Run("chat", "--model", scratch["none"])).AssertUserError("não existe");
        TinyModels.Save(scratch["half"], "sft");
        File.Delete(scratch["half/tokenizer.json"]);
        (await Run("chat", "--model", scratch["half"])).AssertUserError("falta tokenizer.json");
        TinyModels.Save(scratch["foreign"], "sft");
        scratch.Write("foreign/config.json", """{"model_type":"llama","vocab_size":32000,"hidden_size":4096,"num_hidden_layers":32}""");
        (await Run("chat", "--model", scratch["foreign"])).AssertUserError("llama");
        TinyModels.Save(scratch["cut"], "sft");
        using (FileStream weights = File.OpenWrite(scratch["cut/model.safetensors"])) weights.SetLength(weights.Length / 2);
        (await Run("chat", "--model", scratch["cut"])).AssertUserError("model.safetensors");
        TinyModels.Save(scratch["judge"], "reward");
        (await Run("chat", "--model", scratch["judge"], "--language", "en")).AssertUserError("does not speak");
        TinyModels.Save(scratch["odd"], "sft");
        scratch.Write("odd/stage.json", "{");
        (await Run("chat", "--model", scratch["odd"])).AssertUserError("stage.json");
    }

    internal static async Task<CommandOutcome> Run(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await ChatGptProgram.RunAsync(args, output, error);
        return new(code, output.ToString(), error.ToString());
    }
}
