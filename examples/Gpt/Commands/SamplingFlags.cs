using System.CommandLine;
using TensorCore.Examples.Cli;
using TensorCore.Generation;

namespace TensorCore.Examples.Gpt.Commands;

/// <summary>The options that say how tokens are drawn.</summary>
internal sealed class SamplingFlags(CommandApp app)
{
    public Option<double> Temperature { get; } = app.Number("--temperature", 0.8, "0 escreve sempre o mais provável; perto de 1, mais variado; acima, mais arriscado", "0 always writes the likeliest; near 1 is more varied; above, more daring", min: 0.0, max: 100.0);

    public Option<int> TopK { get; } = app.Number("--top-k", 0, "sorteia só entre os K tokens mais prováveis; 0: todos", "draws among the K likeliest tokens only; 0: all", min: 0);

    public Option<double> TopP { get; } = app.Number("--top-p", 1.0, "sorteia só entre os mais prováveis que juntos somam P; 1: todos", "draws among the likeliest that together reach P only; 1: all", min: 1e-6, max: 1.0);

    public Option<double> Penalty { get; } = app.Number("--repetition-penalty", 1.0, "acima de 1, evita tokens que já estão no texto", "above 1, avoids tokens that stand in the text already", min: 0.01, max: 100.0);

    public Option<ulong> Seed { get; } = app.Number("--seed", 1UL, "a mesma semente escreve o mesmo texto", "the same seed writes the same text");

    public Option<int> MaxTokens { get; } = app.Number("--max-tokens", 200, "o máximo de tokens a escrever", "the most tokens to write", min: 1, max: 10_000_000);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Temperature, TopK, TopP, Penalty, Seed, MaxTokens])
            command.Add(option);
    }

    public SamplingOptions Read(CommandRun run) => new()
    {
        Temperature = run.Get(Temperature),
        TopK = run.Get(TopK),
        TopP = run.Get(TopP),
        RepetitionPenalty = run.Get(Penalty),
        Seed = run.Get(Seed),
    };
}
