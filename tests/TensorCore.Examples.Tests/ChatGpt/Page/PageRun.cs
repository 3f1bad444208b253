using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.Serving;
using TensorCore.Examples.Gpt;
using TensorCore.Examples.Gpt.World;
using TensorCore.Examples.Tests.ChatGpt.Serving;

namespace TensorCore.Examples.Tests.ChatGpt.Page;

/// <summary>A run's folder with the files that its trainings would have left, and a server that shows it.</summary>
internal sealed class PageRun : IAsyncDisposable
{
    public const int Context = 192, Lines = 120;

    private PageRun(string root, TestServer server) => (Root, Server) = (root, server);

    public string Root { get; }

    public TestServer Server { get; }

    public ServedModel Base => Server.Engine.Find("base");

    public ServedModel Sft => Server.Engine.Find("sft");

    public static async Task<PageRun> Start()
    {
        string root = Directory.CreateTempSubdirectory("page-").FullName;
        ServedModel sft = TinyModels.Make("sft", seed: 2, context: Context), first = TinyModels.Make("base", seed: 1, context: Context, chats: false);
        WriteStage(new(Path.Combine(root, "base")), "base", first, done: true);
        WriteStage(new(Path.Combine(root, "sft")), "sft", sft, done: false);
        Ledger.Of(root).Add(new("base", "1 MB", Lines, 1000, 2.5, [new("bits_per_byte", "text", 5000, 3.25, 1.125)]));
        Ledger.Of(root).Add(new("sft", "10", Lines, 1000, 2.5, [LedgerResult.Compare("accuracy", "phrasings", new(1, 40), new(31, 40))]));
        return new(root, await TestServer.Start(options: new ServerOptions { RunFolder = root }, models: [sft, first]));
    }

    /// <summary>The loss in line <paramref name="step"/> of a stage's metrics.</summary>
    public static double Loss(int step) => 3.0 / step + 0.5;

    public static JsonObject Line(int step)
    {
        JsonObject line = new() { ["step"] = step, ["loss"] = Loss(step), ["lr"] = 0.001, ["grad_norm"] = 1.5, ["tokens"] = 100 * step, ["tokens_per_s"] = 1234.5, ["seconds"] = 0.25 * step };
        if (step % 40 == 0) line["val"] = Loss(step) + 0.125;
        return line;
    }

    public void Append(string stage, params JsonObject[] lines) => File.AppendAllText(Path.Combine(Root, stage, "metrics.jsonl"), string.Concat(lines.Select(l => l.ToJsonString() + "\n")));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }

    private static void WriteStage(StageFolder folder, string name, ServedModel model, bool done)
    {
        JsonObject options = new() { ["Steps"] = 2 * Lines };
        new WorldKey(Language.Portuguese, 1).WriteTo(options);
        folder.Write(new(name, "", options, done));
        GptModel network = (GptModel)model.Model;
        folder.Model.SaveDescription(network.Config, model.Tokenizer);
        Weights.Save(folder.Model.Weights, network);
        // The last line is still being written.
        File.WriteAllText(folder.Model.Metrics, string.Concat(Enumerable.Range(1, Lines).Select(s => Line(s).ToJsonString() + "\n")) + (done ? "{\"step\":121,\"lo" : ""));
        File.WriteAllText(folder.Samples, "{\"step\":10,\"prompt\":\"Toda manhã\",\"text\":\" a\"}\n{\"step\":90,\"prompt\":\"Toda manhã\",\"text\":\" Ana lê\"}\n");
    }
}
