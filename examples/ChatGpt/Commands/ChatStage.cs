using TensorCore.Examples.ChatGpt.Learning;
using TensorCore.Examples.ChatGpt.World;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Commands;

/// <summary>All that the stages of <c>gpt run</c> share.</summary>
/// <param name="Run">The command.</param>
/// <param name="Root">The run's folder; each stage has one below it.</param>
/// <param name="Key">The built-in world.</param>
/// <param name="World">The same, with its questions.</param>
/// <param name="Pace">What each stage's minutes are multiplied by.</param>
/// <param name="Device">Where to compute.</param>
/// <param name="Questions">Questions in each part of the exam.</param>
internal sealed record ChatJourney(CommandRun Run, string Root, WorldKey Key, QuestionWorld World, double Pace, Device Device, int Questions)
{
    /// <summary>The folder of a stage.</summary>
    public StageFolder Folder(string stage) => new(Path.Combine(Root, stage));

    /// <summary>A stage's time.</summary>
    public TimeSpan Time(double minutes) => TimeSpan.FromMinutes(minutes * Pace);
}

/// <summary>One stage of the way from text to a ChatGPT.</summary>
internal interface IChatStage
{
    /// <summary>Its name, and that of its folder.</summary>
    string Name { get; }

    /// <summary>Its time on two cores.</summary>
    double Minutes { get; }

    /// <summary>What is done in it, in a line.</summary>
    string Title(Texts texts);

    /// <summary>Does it, or goes on where it was interrupted.</summary>
    /// <returns>Its entry in the ledger.</returns>
    /// <exception cref="OperationCanceledException">It was interrupted; all that is needed to go on is saved.</exception>
    LedgerEntry Execute(ChatJourney journey);
}
