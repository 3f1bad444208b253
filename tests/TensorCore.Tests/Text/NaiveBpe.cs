using TensorCore.Text;

namespace TensorCore.Tests.Text;

/// <summary>Byte-pair encoding as its definition reads, without any of the library's data structures.</summary>
internal static class NaiveBpe
{
    /// <summary>Merges the leftmost pair of the lowest rank until there is none.</summary>
    public static int[] Encode(BpeTokenizer tokenizer, ReadOnlySpan<byte> utf8)
    {
        int[] idOfByte = new int[256];
        for (int id = tokenizer.VocabularySize - 1; id >= 0; id--)
        {
            if (tokenizer.TokenBytes(id) is [var value] && !tokenizer.IsSpecialToken(id)) idOfByte[value] = id;
        }

        var ranks = tokenizer.Merges.Select((merge, rank) => (merge, rank)).ToDictionary(x => (x.merge.Left, x.merge.Right), x => (x.rank, x.merge.Merged));
        var ids = new List<int>();
        foreach (ReadOnlySpan<byte> piece in PreTokenizer.Split(utf8))
        {
            var tokens = new List<int>();
            foreach (byte value in piece) tokens.Add(idOfByte[value]);
            while (true)
            {
                int best = -1, bestRank = int.MaxValue;
                for (int i = 0; i + 1 < tokens.Count; i++)
                {
                    if (ranks.TryGetValue((tokens[i], tokens[i + 1]), out (int Rank, int) found) && found.Rank < bestRank) (best, bestRank) = (i, found.Rank);
                }

                if (best < 0) break;
                tokens[best] = ranks[(tokens[best], tokens[best + 1])].Merged;
                tokens.RemoveAt(best + 1);
            }

            ids.AddRange(tokens);
        }

        return [.. ids];
    }

    /// <summary>Counts all pairs anew before each merge.</summary>
    public static List<(int Left, int Right)> Train(IEnumerable<byte[]> texts, int mergeCount, long minimumCount)
    {
        var pieces = new List<List<int>>();
        foreach (byte[] text in texts)
        {
            foreach (ReadOnlySpan<byte> piece in PreTokenizer.Split(text))
            {
                var symbols = new List<int>();
                foreach (byte value in piece) symbols.Add(value);
                pieces.Add(symbols);
            }
        }

        List<string> spellings = [.. Enumerable.Range(0, 256).Select(value => $"{value:X2}")];
        var merges = new List<(int, int)>();
        while (merges.Count < mergeCount)
        {
            var counts = new Dictionary<(int Left, int Right), long>();
            foreach (List<int> piece in pieces)
            {
                foreach ((int, int) pair in piece.Zip(piece.Skip(1))) counts[pair] = counts.GetValueOrDefault(pair) + 1;
            }

            (int Left, int Right)[] candidates = [.. counts
                .Where(entry => entry.Value >= minimumCount && !spellings.Contains(spellings[entry.Key.Left] + spellings[entry.Key.Right]))
                .OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key.Left).ThenBy(entry => entry.Key.Right)
                .Select(entry => entry.Key)];
            if (candidates.Length == 0) break;
            (int left, int right) = candidates[0];
            int merged = spellings.Count;
            spellings.Add(spellings[left] + spellings[right]);
            merges.Add((left, right));
            foreach (List<int> piece in pieces)
            {
                for (int i = 0; i + 1 < piece.Count; i++)
                {
                    if (piece[i] != left || piece[i + 1] != right) continue;
                    piece[i] = merged;
                    piece.RemoveAt(i + 1);
                }
            }
        }

        return merges;
    }
}
