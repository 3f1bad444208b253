using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>What commands that train a stage say at its end.</summary>
internal static class StageEnd
{
    /// <summary>Writes the ledger, or says how to go on.</summary>
    /// <param name="run">The command.</param>
    /// <param name="folder">The stage's folder.</param>
    /// <param name="entry">Null if it was interrupted.</param>
    /// <param name="more">More to tell machines.</param>
    /// <returns>The exit code.</returns>
    public static int Of(CommandRun run, StageFolder folder, LedgerEntry? entry, params IEnumerable<(string Name, JsonNode Value)> more)
    {
        if (entry is null)
        {
            run.Say($"interrompido; salvo em '{folder.Root}': o mesmo comando continua", $"interrupted; saved in '{folder.Root}': the same command goes on");
            run.SetResult(new JsonObject { ["interrupted"] = true, ["out"] = folder.Root });
            return CommandApp.Interrupted;
        }
        Ledger ledger = Ledger.Of(folder.Root);
        ledger.Add(entry);
        folder.Complete();
        run.Console.Write(LedgerTable.Of([entry], run.Texts));
        run.Say($"o modelo está em '{folder.Root}'", $"the model is in '{folder.Root}'");
        JsonObject result = new() { ["interrupted"] = false, ["out"] = folder.Root, ["ledger"] = ledger.ToJson() };
        foreach ((string name, JsonNode value) in more)
            result[name] = value;
        run.SetResult(result);
        return 0;
    }
}
