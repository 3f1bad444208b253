using System.Text;

namespace TensorCore.Text;

/// <summary>Reads lists of merges in GPT-2's <c>vocab.bpe</c> format.</summary>
internal static class BpeMergesFile
{
    public static BpeVocabulary Load(string path, ReadOnlySpan<string> specialTokens)
    {
        string text = ReadText(path);
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (byte value in ByteLevelAlphabet.Gpt2ByteOrder) ids.Add(ByteLevelAlphabet.GetString([value]), ids.Count);

        var merges = new List<(int, int)>();
        int number = 0;
        foreach (ReadOnlySpan<char> ended in text.AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = ended;
            if (line.IsEmpty || (number == 1 && line.StartsWith("#version"))) continue;
            int space = line.IndexOf(' ');
            if (space <= 0 || space == line.Length - 1 || line[(space + 1)..].Contains(' '))
                throw Malformed(path, number, line, "a merge is two tokens separated by one space");
            string left = line[..space].ToString(), right = line[(space + 1)..].ToString();
            int leftId = Find(left), rightId = Find(right);
            if (!ids.TryAdd(left + right, ids.Count)) throw Malformed(path, number, line, $"'{left + right}' is a token already");
            merges.Add((leftId, rightId));

            int Find(string token) => ids.TryGetValue(token, out int id) ? id
                : throw Malformed(path, number, $"{left} {right}", $"'{token}' is neither a byte nor made by a line before");
        }

        return BpeVocabulary.FromMerges(merges, ByteOrder.Gpt2, specialTokens);
    }

    private static string ReadText(string path)
    {
        byte[] content = TokenFile.ReadAllBytes(path);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"{path}: not a list of merges: byte {e.Index} is not UTF-8", e);
        }
    }

    private static InvalidDataException Malformed(string path, int number, ReadOnlySpan<char> line, string reason)
    {
        string shown = line.Length <= 60 ? line.ToString() : $"{line[..60]}…";
        return new InvalidDataException($"{path}, line {number}: '{shown}': {reason}");
    }
}
