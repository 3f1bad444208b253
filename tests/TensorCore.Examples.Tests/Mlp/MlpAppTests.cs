using TensorCore.Examples.Mlp;

namespace TensorCore.Examples.Tests;

public class MlpAppTests
{
    [Fact]
    public async Task RunsAllPartsButImages()
    {
        using ExampleRun run = await ExampleRun.Start(MlpApp.RunAsync, "--json", "--steps", "120");
        Assert.Equal(0, run.Code);
        Assert.Equal(["xor", "spirals", "learning-rate", "width", "last-activation"], run.Json.Select(p => p.Key));
        Assert.Contains("XOR com dois neurônios escondidos", run.Picture("xor.svg"));
        Assert.Contains("passo 120", run.Picture("spirals.svg"));
        Assert.Contains("diverge", run.Picture("learning-rate.svg"));
        Assert.Contains("64 neurônios", run.Picture("width.svg"));
        Assert.Contains("softmax: sempre 1", run.Picture("last-activation.svg"));
        Assert.Equal(5, Directory.GetFiles(run.Folder).Length);
    }

    [Fact]
    public async Task ClassifiesImagesFromIdxFiles()
    {
        using IdxFolder data = IdxFolder.BrightQuarters(train: 400, test: 100, side: 8);
        using ExampleRun run = await ExampleRun.Start(MlpApp.RunAsync, "images", "--data", data.Folder, "--epochs", "6", "--batch", "32", "--hidden", "32", "--json", "--language", "en");
        Assert.Equal(0, run.Code);
        Assert.Contains("400 training and 100 test images, 8×8, 4 classes", run.Error);
        Assert.True((double)run.Json["images"]!["test_accuracy"]! > 0.95, run.Output);
        Assert.Contains("misclassified", run.Picture("images.svg"));
    }

    [Theory]
    [InlineData("erro: falta a opção --data", "images")]
    [InlineData("erro: a pasta 'no/such/folder' não existe", "images", "--data", "no/such/folder")]
    [InlineData("erro: --steps deve ser", "xor", "--steps", "0")]
    [InlineData("erro: argumento a mais: spiral", "spiral")]
    public async Task AWrongCommandLineIsOneLine(string start, params string[] args)
    {
        using ExampleRun run = await ExampleRun.Start(MlpApp.RunAsync, args);
        Assert.Equal(2, run.Code);
        Assert.StartsWith(start, Assert.Single(run.ErrorLines));
    }
}
