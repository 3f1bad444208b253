using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Reads comparisons in either form: rankings of the page (<see cref="RankingFile"/>), or pairs {"chosen", "rejected"} (<see cref="PreferenceFile"/>).</summary>
internal static class RankedFile
{
    /// <summary>All of a file.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or holds nothing.</exception>
    public static RankedAnswers[] Read(string path, ChatTemplate template, Texts texts)
    {
        RankedAnswers[] read = HasPairs(Corpus.ReadFile(path, texts))
            ? [.. PreferenceFile.Read(path, texts).Select(p => RankedAnswers.From(p, template))]
            : [.. RankingFile.Read(path, texts).Select(r => RankedAnswers.From(r, template))];
        return read.Length > 0 ? read : throw new InvalidDataException($"{path}: {texts.Pick("não há comparações", "there are no comparisons")}");
    }

    // The first object tells: nobody writes these words between quotes of their own in a text, where quotes are escaped.
    private static bool HasPairs(ReadOnlySpan<byte> content)
    {
        int pairs = content.IndexOf("\"chosen\""u8), rankings = content.IndexOf("\"answers\""u8);
        return rankings < 0 || (pairs >= 0 && pairs < rankings);
    }
}
