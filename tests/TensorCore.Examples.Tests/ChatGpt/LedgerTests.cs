using System.Text.Json.Nodes;
using Spectre.Console;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Tests.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt;

public class LedgerTests
{
    private static readonly LedgerEntry _base = new("base", "8 MB", 1200, 2_457_600, 183.4, [new("bits_per_byte", "text", 5000, 3.4, 0.5)]);
    private static readonly LedgerEntry _sft = new("sft", "20 diálogos", 400, 819_200, 61, [LedgerResult.Compare("accuracy", "phrasings", new(30, 600), new(540, 600))]);

    [Fact]
    public void EntriesAreReadAsTheyWereAddedAndReplacedWhereTheyStand()
    {
        using Scratch scratch = new();
        Ledger ledger = Ledger.Of(scratch.Root);
        Assert.Empty(ledger.Read());
        ledger.Add(_base);
        ledger.Add(_sft);
        ledger.Add(_base with { Steps = 7 });
        Assert.Equal([("base", 7L), ("sft", 400L)], ledger.Read().Select(e => (e.Stage, e.Steps)));
        LedgerResult read = ledger.Read()[1].Results[0];
        Assert.Equal((0.05, 0.9, 600L), (read.Before, read.After, read.Of));
        Assert.Equal(0.8734, read.Interval![0], 4);
        Assert.Equal(0.0352, read.IntervalBefore![0], 4);
        JsonObject json = JsonNode.Parse(File.ReadAllText(ledger.Path))![1]!.AsObject();
        Assert.Equal(["stage", "data", "steps", "tokens", "seconds", "results"], json.Select(p => p.Key));
        Assert.Contains("20 diálogos", File.ReadAllText(ledger.Path)); // not escaped
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[{\"stage\": 1}]")]
    [InlineData("[null]")]
    [InlineData("[{}]")]
    public void AMalformedLedgerIsAnErrorThatNamesTheFile(string text)
    {
        using Scratch scratch = new();
        scratch.Write("ledger.json", text);
        Assert.Contains("ledger.json", Assert.Throws<InvalidDataException>(() => Ledger.Of(scratch.Root).Read()).Message);
    }

    [Theory]
    [InlineData(Cli.Language.Portuguese, "90,0 %", "frases novas", "87,3 … 92,2 %")]
    [InlineData(Cli.Language.English, "90.0 %", "new phrasings", "87.3 … 92.2 %")]
    public void TheTableHasARowForEachResult(Cli.Language language, params string[] wanted)
    {
        using StringWriter text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 120;
        console.Write(LedgerTable.Of([_base, _sft], new Texts(language)));
        Assert.All(wanted, w => Assert.Contains(w, text.ToString()));
        Assert.Contains("3:03", text.ToString());
        Assert.Equal(4, text.ToString().Split('\n').Count(l => l.Contains("base") || l.Contains("sft"))); // in both tables, and nothing wraps
    }
}
