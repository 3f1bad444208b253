using System.Text.Json.Nodes;
using TensorCore.Examples.Perceptron;

namespace TensorCore.Examples.Tests;

public class PerceptronAppTests
{
    [Fact]
    public async Task RunsAllPartsAndReportsThem()
    {
        using ExampleRun run = await ExampleRun.Start(PerceptronApp.RunAsync, "--json", "--steps", "200");
        Assert.Equal(0, run.Code);
        JsonObject gates = run.Json["gates"]!.AsObject();
        Assert.True((bool)gates["and"]!["learned"]!);
        Assert.True((bool)gates["or"]!["learned"]!);
        Assert.False((bool)gates["xor"]!["learned"]!);
        Assert.True((int)gates["xor"]!["mistakes"]! > 0);
        Assert.Equal(14, (int)gates["computable_functions"]!);
        Assert.True((double)run.Json["logistic"]!["accuracy"]! > 0.85);
        Assert.True((double)run.Json["linear"]!["loss"]! < 1.001 * (double)run.Json["linear"]!["least_squares_loss"]!);
        Assert.Contains("XOR: não aprende", run.Picture("gates.svg"));
        Assert.Contains("p = σ(w·x + b) no plano", run.Picture("logistic.svg"));
        Assert.Contains("mínimo (equações normais)", run.Picture("linear.svg"));
    }

    [Fact]
    public async Task SpeaksEnglishAndGivesTheSameForTheSameSeed()
    {
        using ExampleRun a = await ExampleRun.Start(PerceptronApp.RunAsync, "logistic", "--language", "en", "--seed", "9", "--steps", "50");
        using ExampleRun b = await ExampleRun.Start(PerceptronApp.RunAsync, "logistic", "--language", "en", "--seed", "9", "--steps", "50");
        using ExampleRun c = await ExampleRun.Start(PerceptronApp.RunAsync, "logistic", "--language", "en", "--seed", "10", "--steps", "50");
        Assert.Contains("largest difference in all steps", a.Output);
        Assert.Equal(a.Output.Replace(a.Folder, ""), b.Output.Replace(b.Folder, ""));
        Assert.NotEqual(a.Output.Replace(a.Folder, ""), c.Output.Replace(c.Folder, ""));
        Assert.Equal(File.ReadAllText(Path.Combine(a.Folder, "logistic.svg")), File.ReadAllText(Path.Combine(b.Folder, "logistic.svg")));
    }

    [Theory]
    [InlineData("gates", "--epochs", "0")]
    [InlineData("--points", "three")]
    [InlineData("gate")]
    public async Task AWrongCommandLineIsOneLine(params string[] args)
    {
        using ExampleRun run = await ExampleRun.Start(PerceptronApp.RunAsync, args);
        Assert.Equal(2, run.Code);
        Assert.Single(run.ErrorLines);
    }

    [Fact]
    public async Task AFolderThatCannotBeMadeIsOneLine()
    {
        using ExampleRun run = await ExampleRun.Start(PerceptronApp.RunAsync, "gates");
        await run.Again(PerceptronApp.RunAsync, "gates", "--out", Path.Combine(run.Folder, "gates.svg"));
        Assert.Equal(2, run.Code);
        Assert.Single(run.ErrorLines);
    }
}
