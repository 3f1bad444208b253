using TensorCore.Examples.Cnn;

namespace TensorCore.Examples.Tests;

public class CnnAppTests
{
    [Fact]
    public async Task RunsOnDrawnShapes()
    {
        using ExampleRun run = await ExampleRun.Start(CnnApp.RunAsync, "--synthetic", "--epochs", "2", "--channels", "8", "--json");
        Assert.Equal(0, run.Code);
        Assert.True((double)run.Json["test_accuracy"]! > 0.8, run.Output);
        Assert.Contains("classe certa", run.Picture("results.svg"));
        Assert.Contains("as respostas da 3ª camada", run.Picture("features.svg"));
    }

    [Fact]
    public async Task RunsOnIdxFiles()
    {
        using IdxFolder data = IdxFolder.BrightQuarters(train: 300, test: 80, side: 9);
        using ExampleRun run = await ExampleRun.Start(CnnApp.RunAsync, "--data", data.Folder, "--epochs", "3", "--channels", "4", "--batch", "32", "--json", "--language", "en");
        Assert.Equal(0, run.Code);
        Assert.Contains("300 training and 80 test images, 9×9, 4 classes", run.Error);
        Assert.True((double)run.Json["test_accuracy"]! > 0.9, run.Output);
    }

    [Theory]
    [InlineData("erro: faltam imagens: --data DIR", "error: there are no images: --data DIR")]
    [InlineData("erro: escolha --data ou --synthetic", "error: choose --data or --synthetic", "--data", ".", "--synthetic")]
    [InlineData("erro: a pasta 'no/such/folder' não existe", "error: the folder 'no/such/folder' does not exist", "--data", "no/such/folder")]
    [InlineData("erro: --dropout deve ser entre 0 e 0.95, não 1", "error: --dropout must be between 0 and 0.95, not 1", "--synthetic", "--dropout", "1")]
    [InlineData("erro: --image 600: há 600 imagens", "error: --image 600: there are 600 test images", "--synthetic", "--image", "600")]
    public async Task WhatIsMissingIsSaidInOneLine(string pt, string en, params string[] args)
    {
        using ExampleRun portuguese = await ExampleRun.Start(CnnApp.RunAsync, args), english = await ExampleRun.Start(CnnApp.RunAsync, ["--language", "en", .. args]);
        Assert.Equal((2, 2), (portuguese.Code, english.Code));
        Assert.StartsWith(pt, Assert.Single(portuguese.ErrorLines));
        Assert.StartsWith(en, Assert.Single(english.ErrorLines));
    }
}
