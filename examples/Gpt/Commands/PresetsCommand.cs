using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary><c>gpt presets</c>: the sizes that have a name, with their number of parameters by the formula; nothing is allocated.</summary>
internal static class PresetsCommand
{
    public static Command Build(CommandApp app)
    {
        Command command = new("presets", app.Pick("lista os tamanhos prontos, do menor ao GPT-3, com o número de parâmetros", "lists the ready-made sizes, from the smallest to GPT-3, with their number of parameters"));
        app.Handle(command, Show);
        return command;
    }

    private static int Show(CommandRun run)
    {
        Texts texts = run.Texts;
        Table table = new() { Border = TableBorder.Simple };
        foreach (string column in (string[])["--preset", run.Pick("camadas", "layers"), run.Pick("cabeças", "heads"), run.Pick("largura", "width"), run.Pick("contexto", "context"), "tokens", run.Pick("parâmetros", "parameters"), run.Pick("memória de treino", "training memory")])
            table.AddColumn(new TableColumn(column) { Alignment = column == "--preset" ? Justify.Left : Justify.Right });
        JsonObject result = [];
        foreach (Preset preset in Preset.All)
        {
            GptConfig c = preset.Config;
            table.AddRow(preset.Name, texts.Count(c.Layers), texts.Count(c.Heads), texts.Count(c.Width), texts.Count(c.Context), texts.Count(c.Vocabulary), texts.Count(c.ParameterCount), texts.Short(c.TrainingBytes) + "B");
            result[preset.Name] = new JsonObject { ["layers"] = c.Layers, ["heads"] = c.Heads, ["width"] = c.Width, ["context"] = c.Context, ["vocabulary"] = c.Vocabulary, ["parameters"] = c.ParameterCount };
        }
        run.Console.Write(table);
        run.SetResult(result);
        return 0;
    }
}
