using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Tests.Shared;

public class CommandAppTests
{
    private sealed record Outcome(int Code, string Output, string Error)
    {
        public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static async Task<Outcome> Run(string[] args, Func<CommandRun, int>? action = null, CancellationToken cancellation = default)
    {
        using StringWriter output = new(), error = new();
        int code = await CommandApp.RunAsync(args, app =>
        {
            Option<int> steps = app.Number("--steps", 100, "passos", "steps", min: 1);
            Option<double> rate = app.Number("--lr", 0.1, "taxa", "rate", min: 0.0, max: 10.0);
            Option<int?> minutes = app.OptionalNumber<int>("--minutes", "minutos", "minutes");
            Option<string> model = app.RequiredText("--model", "pasta do modelo", "folder of the model", "DIR");
            Option<string> kind = app.Choice("--kind", "a", "tipo", "kind", "a", "b");
            Command train = new("train", app.Pick("treina um modelo", "trains a model")) { steps, rate, minutes, kind };
            Command sample = new("sample", app.Pick("escreve", "writes")) { model };
            app.Handle(train, run =>
            {
                run.Out.WriteLine(FormattableString.Invariant($"steps {run.Get(steps)} lr {run.Get(rate)} minutes {run.Get(minutes)?.ToString() ?? "-"} {run.Get(kind)} {run.IsGiven(steps)}"));
                return action?.Invoke(run) ?? 0;
            });
            app.Handle(sample, run => 0);
            return new RootCommand(app.Pick("Um programa.", "A program.")) { train, sample };
        }, output, error, cancellation);
        return new(code, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task OptionsArriveWithTheirDefaults()
    {
        Assert.Equal(new Outcome(0, "steps 100 lr 0.1 minutes - a False\n", ""), await Run(["train"]));
        Assert.Equal(new Outcome(0, "steps 7 lr 0.0003 minutes 5 b True\n", ""), await Run(["train", "--steps", "7", "--lr", "3e-4", "--minutes=5", "--kind", "b"]));
    }

    [Theory]
    [InlineData("falta o comando: train, sample", "a command is missing: train, sample")]
    [InlineData("comando desconhecido: trian; seria train?", "unknown command: trian; did you mean train?", "trian")]
    [InlineData("opção desconhecida: --stesp; seria --steps?", "unknown option: --stesp; did you mean --steps?", "train", "--stesp", "3")]
    [InlineData("argumento a mais: x", "unexpected argument: x", "train", "x")]
    [InlineData("a opção --steps precisa de um valor", "the option --steps needs a value", "train", "--steps")]
    [InlineData("--steps precisa de um número inteiro, não '--lr'", "--steps needs a whole number, not '--lr'", "train", "--steps", "--lr", "1")]
    [InlineData("--steps precisa de um número inteiro, não '1.5'", "--steps needs a whole number, not '1.5'", "train", "--steps", "1.5")]
    [InlineData("--steps deve ser pelo menos 1, não 0", "--steps must be at least 1, not 0", "train", "--steps", "0")]
    [InlineData("--lr precisa de um número, não 'NaN'", "--lr needs a number, not 'NaN'", "train", "--lr", "NaN")]
    [InlineData("--lr deve ser entre 0 e 10, não 11", "--lr must be between 0 and 10, not 11", "train", "--lr", "11")]
    [InlineData("--kind é a ou b, não 'c'", "--kind is a or b, not 'c'", "train", "--kind", "c")]
    [InlineData("falta a opção --model", "the option --model is missing", "sample")]
    public async Task AWrongCommandLineIsOneLineAndExitCode2(string pt, string en, params string[] args)
    {
        Outcome portuguese = await Run(args), english = await Run(["--language", "en", .. args]);
        Assert.StartsWith("erro: " + pt, portuguese.ErrorLines.Single());
        Assert.StartsWith("error: " + en, english.ErrorLines.Single());
        Assert.Equal((2, ""), (portuguese.Code, portuguese.Output));
        Assert.Equal((2, ""), (english.Code, english.Output));
    }

    [Fact]
    public async Task AnUnknownLanguageIsRejected() =>
        Assert.StartsWith("erro: --language é pt ou en, não 'fr'", (await Run(["train", "--language", "fr"])).ErrorLines.Single());

    [Fact]
    public async Task ExpectedErrorsAreOneLineAndExitCode2()
    {
        foreach (Exception e in (Exception[])[new UserErrorException("corpus\n  vazio"), new FileNotFoundException("não há x"), new InvalidDataException("x"), new UnauthorizedAccessException("x")])
        {
            Outcome outcome = await Run(["train"], _ => throw e);
            Assert.Equal(2, outcome.Code);
            Assert.StartsWith("erro: " + e.Message.Split('\n')[0], outcome.ErrorLines.Single());
            outcome = await Run(["train", "--verbose"], _ => throw e);
            Assert.Equal(2, outcome.Code);
            Assert.Contains("   at ", outcome.Error);
        }
    }

    [Fact]
    public async Task ABugIsOneLineWithAHintAndExitCode1()
    {
        Outcome outcome = await Run(["train"], _ => throw new InvalidOperationException("impossible"));
        Assert.Equal(1, outcome.Code);
        Assert.Equal("erro inesperado: InvalidOperationException: impossible (detalhes: --verbose)", outcome.ErrorLines.Single());
        outcome = await Run(["train", "--verbose"], _ => throw new InvalidOperationException("impossible"));
        Assert.Equal(1, outcome.Code);
        Assert.Contains("   at ", outcome.Error);
    }

    [Fact]
    public async Task CancellationReachesTheCommandAndEndsWith130()
    {
        using CancellationTokenSource stop = new();
        Outcome outcome = await Run(["train"], run =>
        {
            stop.Cancel();
            run.Cancellation.ThrowIfCancellationRequested();
            return 0;
        }, stop.Token);
        Assert.Equal((130, "interrompido"), (outcome.Code, outcome.ErrorLines.Single()));
    }

    [Fact]
    public async Task ACommandMayFinishInOrderAfterCancellation()
    {
        using CancellationTokenSource stop = new();
        stop.Cancel();
        Assert.Equal(0, (await Run(["train"], run => run.Cancellation.IsCancellationRequested ? 0 : 9, stop.Token)).Code);
    }

    [Fact]
    public async Task JsonGoesAloneToStandardOutput()
    {
        Outcome outcome = await Run(["train", "--json"], run =>
        {
            run.Say("texto", "text");
            run.Console.Write(new Spectre.Console.Text("tabela"));
            run.SetResult(new JsonObject { ["loss"] = 1.5, ["bad"] = double.NaN, ["list"] = new JsonArray(1, float.PositiveInfinity, "ção") });
            return 3;
        });
        Assert.Equal(3, outcome.Code);
        Assert.Equal("{\"loss\":1.5,\"bad\":null,\"list\":[1,null,\"ção\"]}\n", outcome.Output);
        Assert.Contains("texto", outcome.Error);
        Assert.Contains("tabela", outcome.Error);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(outcome.Output).RootElement.GetProperty("bad").ValueKind);
    }

    [Theory]
    [InlineData("pt", "Uso:", "passos", "mostra esta ajuda")]
    [InlineData("en", "Usage:", "steps", "shows this help")]
    public async Task HelpIsInTheLanguageAskedFor(string language, params string[] words)
    {
        Outcome outcome = await Run(["train", "--help", "--language", language]);
        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.All([.. words, "--lr", "--json", "--verbose"], word => Assert.Contains(word, outcome.Output));
    }
}
