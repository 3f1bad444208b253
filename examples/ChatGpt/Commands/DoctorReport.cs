using System.Text.Json.Nodes;
using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>Says what <see cref="PpoDoctor"/> finds.</summary>
internal static class DoctorReport
{
    /// <summary>Of a folder's metrics, whose pictures are drawn beside them.</summary>
    /// <returns>The findings, for machines.</returns>
    public static JsonArray Of(CommandRun run, ModelFolder folder)
    {
        IReadOnlyList<PpoMetrics> course = PpoDoctor.Read(run.RequireFile(folder.Metrics));
        PpoPictures.Draw(course, folder.Root, run.Texts);
        IReadOnlyList<Finding> findings = PpoDoctor.Examine(course);
        if (findings.Count == 0)
            run.Say($"doutor: nada de errado em {course.Count} passos", $"doctor: nothing wrong in {course.Count} steps");
        foreach (Finding f in findings)
            run.Say($"doutor: {f.Illness} (desde o passo {f.Step}): {f.Pt}", $"doctor: {f.Illness} (since step {f.Step}): {f.En}");
        return [.. findings.Select(f => new JsonObject { ["illness"] = f.Illness.ToString(), ["step"] = f.Step, ["text"] = run.Pick(f.Pt, f.En) })];
    }
}
