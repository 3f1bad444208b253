using TensorCore.Examples.ChatGpt.Dialogues;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>Reads comparisons in either form: rankings of the page (<see cref="RankingFile"/>), or pairs {"chosen", "rejected"} (<see cref="PreferenceFile"/>).</summary>
internal static class RankedFile
{
    /// <summary>All of a file.</summary>
    /// <exception cref="InvalidDataException">It is malformed, or holds nothing.</exception>
    public static RankedAnswers[] Read(string path, ChatTemplate template, Texts texts)
    {
        RankedAnswers[] read = HasPairs(path)
            ? [.. PreferenceFile.Read(path, texts).Select(p => RankedAnswers.From(p, template))]
            : [.. RankingFile.Read(path, texts).Select(r => RankedAnswers.From(r, template))];
        return read.Length > 0 ? read : throw new InvalidDataException($"{path}: {texts.Pick("não há comparações", "there are no comparisons")}");
    }

    // The first object tells; a file of either form says so near its beginning.
    private static bool HasPairs(string path)
    {
        using FileStream file = File.OpenRead(path);
        using Stream text = path.EndsWith(".gz", StringComparison.Ordinal) ? new System.IO.Compression.GZipStream(file, System.IO.Compression.CompressionMode.Decompress) : file;
        using StreamReader reader = new(text);
        string first = reader.ReadLine() ?? "";
        return first.Contains("\"chosen\"", StringComparison.Ordinal) || !first.Contains("\"answers\"", StringComparison.Ordinal);
    }
}
