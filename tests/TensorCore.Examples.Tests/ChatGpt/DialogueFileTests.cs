using System.IO.Compression;
using System.Text;
using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class DialogueFileTests
{
    private const string Good = """{"messages": [{"role": "user", "content": "Oi!"}, {"role": "assistant", "content": "Olá!"}]}""";

    private static readonly Texts _en = new(Language.English);

    private static string Error(string path) => Assert.Throws<InvalidDataException>(() => DialogueFile.Read(path, _en)).Message;

    [Fact]
    public void BothFormatsAreReadFromLines()
    {
        using Scratch scratch = new();
        string path = scratch.Write("a.jsonl", $$"""
            {"id": 7, "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello", "weight": 1}, {"role": "user", "content": "a\nb"}, {"role": "assistant", "content": "\u00e1<|end|>"}]}

            {"instruction": "Translate.", "input": "apple", "output": "maçã"}
            {"instruction": "Say hi.", "input": "", "output": "Hi."}
            {"instruction": "Say hi.", "output": "Hi.", "input": null}
            """);
        IReadOnlyList<Dialogue> dialogues = DialogueFile.Read(path, _en);
        Assert.Equal(4, dialogues.Count);
        Assert.Equal(
            [new(Role.System, "Be brief."), new(Role.User, "Hi"), new(Role.Assistant, "Hello"), new(Role.User, "a\nb"), new(Role.Assistant, "á<|end|>")], dialogues[0].Messages);
        Assert.Equal([new(Role.User, "Translate.\n\napple"), new(Role.Assistant, "maçã")], dialogues[1].Messages);
        Assert.Equal([new(Role.User, "Say hi."), new(Role.Assistant, "Hi.")], dialogues[2].Messages);
        Assert.Equal(dialogues[2].Messages, dialogues[3].Messages);
    }

    [Theory]
    [InlineData("[{0}, {0}]")]
    [InlineData("\uFEFF[\n {0},\n\n {0}\n]\n")]
    [InlineData("\uFEFF{0}\r\n\r\n{0}\r\n")]
    [InlineData("{0}\n{0}")]
    public void LinesAndArraysReadTheSame(string layout)
    {
        using Scratch scratch = new();
        string text = layout.Replace("{0}", Good);
        string plain = scratch.Write("a.json", text);
        using (GZipStream gzip = new(File.Create(scratch["a.json.gz"]), CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        foreach (string path in (string[])[plain, scratch["a.json.gz"]])
        {
            IReadOnlyList<Dialogue> read = DialogueFile.Read(path, _en);
            Assert.Equal(2, read.Count);
            Assert.All(read, d => Assert.Equal([new(Role.User, "Oi!"), new(Role.Assistant, "Olá!")], d.Messages));
        }
    }

    public static TheoryData<string, string> Malformed => new()
    {
        { "{", "expected one JSON object a line" },
        { "not json", "expected one JSON object a line" },
        { Good + Good, "expected one JSON object a line" },
        { Good + ",", "expected one JSON object a line" },
        { "{'messages': []}", "expected one JSON object a line" },
        { """{"messages": [], "messages": []}""", "expected one JSON object a line" },
        { """{"a": 1e999999, "b": }""", "expected one JSON object a line" },
        { string.Concat(Enumerable.Repeat("""{"a":""", 100)), "expected one JSON object a line" },
        { "7", "expected a JSON object, not a number" },
        { "\"text\"", "expected a JSON object, not a text" },
        { "null", "expected a JSON object, not null" },
        { "{}", "expected {\"messages\"" },
        { """{"messages": null}""", "expected {\"messages\"" },
        { """{"Messages": []}""", "expected {\"messages\"" },
        { """{"messages": []}""", "expected at least a question and an answer in \"messages\", which is empty" },
        { """{"messages": "Hi"}""", "expected \"messages\" to be a list, not a text" },
        { """{"messages": {"role": "user"}}""", "expected \"messages\" to be a list, not an object" },
        { """{"messages": ["Hi"]}""", "expected \"messages[0]\" to be {\"role\", \"content\"}, not a text" },
        { """{"messages": [{"content": "Hi"}]}""", "\"messages[0].role\" is missing" },
        { """{"messages": [{"role": "user"}]}""", "\"messages[0].content\" is missing" },
        { """{"messages": [{"role": 1, "content": "Hi"}]}""", "expected \"messages[0].role\" to be a text, not a number" },
        { """{"messages": [{"role": "tool", "content": "Hi"}]}""", "expected \"messages[0].role\" to be system, user or assistant, not \"tool\"" },
        { """{"messages": [{"role": "User", "content": "Hi"}]}""", "not \"User\"" },
        { """{"messages": [{"role": "user", "content": ["Hi"]}]}""", "expected \"messages[0].content\" to be a text, not a list" },
        { """{"messages": [{"role": "user", "content": null}]}""", "expected \"messages[0].content\" to be a text, not null" },
        { """{"messages": [{"role": "user", "content": "\ud800"}]}""", "half of a surrogate pair" },
        { """{"\ud800": 1, "messages": 2}""", "" },
        { """{"messages": [{"role": "user", "content": "Hi"}]}""", "expected an answer of assistant at the end" },
        { """{"messages": [{"role": "assistant", "content": "Hi"}]}""", "expected a message of user in \"messages[0]\", not of assistant" },
        { """{"messages": [{"role": "user", "content": "Hi"}, {"role": "user", "content": "Hi"}]}""", "expected a message of assistant in \"messages[1]\", not of user" },
        { """{"messages": [{"role": "user", "content": "Hi"}, {"role": "system", "content": "Hi"}]}""", "expected a message of assistant in \"messages[1]\", not of system" },
        { """{"messages": [{"role": "user", "content": " "}, {"role": "assistant", "content": "Hi"}]}""", "expected a text in \"messages[0].content\", which is empty" },
        { """{"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": ""}]}""", "expected a text in \"messages[1].content\", which is empty" },
        { """{"instruction": "Hi"}""", "\"output\" is missing" },
        { """{"instruction": "Hi", "output": ""}""", "expected texts in \"instruction\" and \"output\"" },
        { """{"instruction": "Hi", "output": 7}""", "expected \"output\" to be a text, not a number" },
        { """{"instruction": "Hi", "input": [], "output": "x"}""", "expected \"input\" to be a text, not a list" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void AMalformedLineIsToldWithItsNumber(string line, string expected)
    {
        using Scratch scratch = new();
        string error = Error(scratch.Write("a.jsonl", $"{Good}\n\n{line}\n{Good}\n"));
        Assert.StartsWith($"{scratch["a.jsonl"]}:3: ", error);
        Assert.Contains(expected, error);
    }

    [Theory]
    [InlineData("[\n{0},\n{1}\n]", 3)]
    [InlineData("[{0},\n\n\n {1}]", 4)]
    [InlineData("\n\n[\n{1}]", 4)]
    [InlineData("[{0}]\n{0}", 2)]
    [InlineData("[{0}\n{0}]", 2)]
    [InlineData("[{0},\n{0}", 2)]
    [InlineData("[{0},\n", 2)]
    public void AMalformedArrayIsToldWithItsLine(string layout, int line)
    {
        using Scratch scratch = new();
        string error = Error(scratch.Write("a.json", layout.Replace("{0}", Good).Replace("{1}", """{"messages": 1}""")));
        Assert.StartsWith($"{scratch["a.json"]}:{line}: ", error);
    }

    [Fact]
    public void InvalidUtf8IsToldWithItsLine()
    {
        using Scratch scratch = new();
        byte[] good = Encoding.UTF8.GetBytes(Good);
        File.WriteAllBytes(scratch["a.jsonl"], [.. good, (byte)'\n', .. good[..60], 0xC3, .. good[60..], (byte)'\n']);
        Assert.Equal($"{scratch["a.jsonl"]}:2: expected text in UTF-8, and there are bytes that are not", Error(scratch["a.jsonl"]));
        File.WriteAllBytes(scratch["b.json"], [(byte)'[', .. good, (byte)',', (byte)'\n', .. good[..60], 0xFF, .. good[60..], (byte)']']);
        Assert.Contains("b.json:2: ", Error(scratch["b.json"]));
        File.WriteAllBytes(scratch["c.json"], Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Good)).ToArray());
        Assert.Contains("c.json:1: expected text in UTF-8", Error(scratch["c.json"]));
    }

    [Fact]
    public void AMissingOrEmptyFileIsAClearError()
    {
        using Scratch scratch = new();
        Assert.Contains("does not exist", Assert.Throws<UserErrorException>(() => DialogueFile.Read(scratch["none"], _en)).Message);
        Assert.Contains("is empty", Error(scratch.Write("a.jsonl", "")));
        Assert.Contains("is empty", Error(scratch.Write("b.jsonl", "\n \n")));
        Assert.Contains("is empty", Error(scratch.Write("c.json", "[]")));
        File.WriteAllBytes(scratch["cut.gz"], [0x1F, 0x8B, 8]);
        Assert.Contains("cut.gz", Error(scratch["cut.gz"]));
    }

    [Fact]
    public void ErrorsSpeakPortugueseByDefault()
    {
        using Scratch scratch = new();
        string path = scratch.Write("a.jsonl", """{"messages": [{"role": "robô", "content": "Oi"}]}""");
        Assert.EndsWith(":1: esperava system, user ou assistant em \"messages[0].role\", não \"robô\"", Assert.Throws<InvalidDataException>(() => DialogueFile.Read(path)).Message);
    }

    [Fact]
    public void WhatCannotBeUsedIsSkippedIfAskedFor()
    {
        using Scratch scratch = new();
        string path = scratch.Write("a.jsonl", $$"""
            {{Good}}
            {"instruction": "Hi", "output": ""}
            {{Good}}
            7
            """);
        List<string> skipped = [];
        Assert.Equal(2, DialogueFile.Read(path, _en, skipped).Count);
        Assert.Equal(2, skipped.Count);
        Assert.Contains(":2: ", skipped[0]);
        Assert.Contains(":4: ", skipped[1]);
        Assert.Throws<InvalidDataException>(() => DialogueFile.Read(scratch.Write("b.jsonl", Good + "\n{"), _en, skipped)); // no JSON: never passed over
    }

    // Whatever is in a file, reading ends with dialogues or with an error that names the file.
    [Fact]
    public void DamagedFilesNeverCrashTheReader()
    {
        using Scratch scratch = new();
        string whole = $$"""
            {{Good}}
            {"instruction": "a \u00e9 \ud83d\udc4d", "input": "", "output": "b"}
            {"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: c"}
            {"prompt": [{"role": "user", "content": "q"}], "answers": ["a", "b"], "ranks": [0, 1], "source": "x", "at": "2026-01-31T12:00:00Z"}
            """;
        Random random = new(5);
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = Encoding.UTF8.GetBytes(i % 2 == 0 ? whole : $"[{whole.Replace("\n", ",\n")}]");
            for (int n = random.Next(4); n >= 0; n--)
            {
                int at = random.Next(damaged.Length);
                damaged = random.Next(4) switch
                {
                    0 => [.. damaged[..at], .. damaged[Math.Min(damaged.Length, at + random.Next(30))..], (byte)' '],
                    1 => [.. damaged[..at], (byte)"{}[]\",:\\u01n\n"[random.Next(13)], .. damaged[at..]],
                    2 => [.. damaged[..at], (byte)random.Next(256), .. damaged[Math.Min(damaged.Length, at + 1)..]],
                    _ => [.. damaged[..at], .. "\\ud83d"u8, .. damaged[at..]],
                };
            }
            File.WriteAllBytes(scratch["d"], damaged);
            foreach (Action read in (Action[])[() => DialogueFile.Read(scratch["d"], _en), () => PreferenceFile.Read(scratch["d"], _en), () => RankingFile.Read(scratch["d"], _en)])
            {
                try
                {
                    read();
                }
                catch (InvalidDataException e)
                {
                    Assert.StartsWith(scratch["d"] + ":", e.Message);
                }
            }
        }
    }
}
