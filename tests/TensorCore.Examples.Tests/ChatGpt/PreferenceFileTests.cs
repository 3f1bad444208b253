using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class PreferenceFileTests
{
    private static readonly Texts _en = new(Language.English);

    private static Preference ReadOne(string line)
    {
        using Scratch scratch = new();
        return Assert.Single(PreferenceFile.Read(scratch.Write("a.jsonl", line), _en));
    }

    public static TheoryData<string> SamePair =>
    [
        """{"chosen": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant: Well.", "rejected": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant: No."}""",
        """{"chosen": "Human: Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant:  Well. ", "rejected": "\n\n\n\nHuman:Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant: No."}""",
        """
        {"chosen": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "How?"}, {"role": "assistant", "content": "Well."}], "rejected": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "How?"}, {"role": "assistant", "content": "No."}]}
        """,
        """
        {"prompt": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}, {"role": "user", "content": "How?"}], "chosen": [{"role": "assistant", "content": "Well."}], "rejected": [{"role": "assistant", "content": "No."}]}
        """,
        """{"prompt": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant:", "chosen": "Well.", "rejected": "No."}""",
        """{"prompt": "How?", "chosen": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant: Well.", "rejected": "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: How?\n\nAssistant: No."}""",
    ];

    [Theory]
    [MemberData(nameof(SamePair))]
    public void EveryFormatGivesTheSamePair(string line)
    {
        Preference pair = ReadOne(line);
        Assert.Equal([new(Role.User, "Hi"), new(Role.Assistant, "Hello"), new(Role.User, "How?")], pair.Prompt);
        Assert.Equal(("Well.", "No.", 1.0, false), (pair.Chosen, pair.Rejected, pair.Margin, pair.IsTie));
    }

    [Fact]
    public void APlainPromptAMarginAndASilentAnswerAreRead()
    {
        Preference pair = ReadOne("""{"prompt": "Hi", "chosen": "Hello", "rejected": "", "margin": 2.5}""");
        Assert.Equal([new(Role.User, "Hi")], pair.Prompt);
        Assert.Equal(("Hello", "", 2.5), (pair.Chosen, pair.Rejected, pair.Margin));
        Assert.True(ReadOne("""{"prompt": "Hi", "chosen": "Hello", "rejected": "Hey", "margin": 0}""").IsTie);
    }

    [Theory]
    [InlineData("""{"rejected": "\n\nHuman: a\n\nAssistant: b"}""", "\"chosen\" is missing")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b"}""", "\"rejected\" is missing")]
    [InlineData("""{"chosen": "b", "rejected": "c"}""", "expected \"chosen\" to be \"\\n\\nHuman: …")]
    [InlineData("""{"chosen": 1, "rejected": 2}""", "expected \"chosen\" to be a text, not a number")]
    [InlineData("""{"chosen": [], "rejected": []}""", "expected at least a question and an answer in \"chosen\", which is empty")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: A\n\nAssistant: c"}""", "to differ in the last answer only")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: c\n\nHuman: d\n\nAssistant: e"}""", "to differ in the last answer only")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nAssistant: b", "rejected": "\n\nHuman: a\n\nAssistant: b "}""", "expected two different answers")]
    [InlineData("""{"chosen": "\n\nHuman: a", "rejected": "\n\nHuman: a\n\nAssistant: b"}""", "expected an answer of assistant at the end of \"chosen\"")]
    [InlineData("""{"chosen": "\n\nHuman: a\n\nHuman: b\n\nAssistant: c", "rejected": "x"}""", "expected a message of assistant in \"chosen[1]\", not of user")]
    [InlineData("""{"chosen": "\n\nAssistant: c", "rejected": "\n\nAssistant: d"}""", "expected a message of user in \"chosen[0]\", not of assistant")]
    [InlineData("""{"prompt": [], "chosen": "a", "rejected": "b"}""", "expected a message of user in \"chosen[0]\"")]
    [InlineData("""{"prompt": 5, "chosen": "a", "rejected": "b"}""", "expected \"prompt\" to be a text, not a number")]
    [InlineData("""{"prompt": " ", "chosen": "a", "rejected": "b"}""", "expected a text in \"chosen[0].content\", which is empty")]
    [InlineData("""{"prompt": "q", "chosen": "a", "rejected": "b", "margin": -1}""", "expected \"margin\" to be a number that is not negative")]
    [InlineData("""{"prompt": "q", "chosen": "a", "rejected": "b", "margin": "1"}""", "expected \"margin\" to be a number that is not negative")]
    [InlineData("""{"prompt": "q", "chosen": "a", "rejected": "b", "margin": 1e999}""", "expected \"margin\" to be a number that is not negative")]
    public void AMalformedPairIsToldWithItsLine(string line, string expected)
    {
        using Scratch scratch = new();
        string path = scratch.Write("a.jsonl", """{"prompt": "Hi", "chosen": "Hello", "rejected": "Hey"}""" + "\n" + line);
        string error = Assert.Throws<InvalidDataException>(() => PreferenceFile.Read(path, _en)).Message;
        Assert.StartsWith($"{path}:2: ", error);
        Assert.Contains(expected, error);
        List<string> skipped = [];
        Assert.Single(PreferenceFile.Read(path, _en, skipped));
        Assert.Equal([error], skipped);
    }
}
