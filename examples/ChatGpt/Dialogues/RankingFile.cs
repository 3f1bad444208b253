using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using TensorCore.Examples.Cli;
using TensorCore.IO;

namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>
/// Rankings as they come in, one JSON object a line: <c>{"prompt": [{"role", "content"}], "answers": […], "ranks": [0, 1, 1], "source": "page", "at": "2026-01-31T12:00:00Z"}</c>.
/// <para>
/// A line is appended with one write, so it is there whole or, if the machine died in it, as a last line without an end. Such a torn line was never
/// confirmed to anybody: reading passes over it, and the next append cuts it off.
/// </para>
/// </summary>
public static class RankingFile
{
    private const int LockTries = 100, LockWait = 20; // milliseconds: two seconds in all

    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }; // "não", not "n\u00E3o"

    /// <summary>Adds a ranking at the end of a file, which is made if it is missing. On return it is on the disk.</summary>
    /// <exception cref="ArgumentException">It is no ranking: fewer than two answers, another number of ranks, a rank out of range.</exception>
    /// <exception cref="IOException">The file cannot be written, or another program keeps it open.</exception>
    public static void Append(string path, Ranking ranking)
    {
        ReadOnlyMemory<byte> line = Line(ranking);
        using FileStream file = OpenAlone(path);
        long end = EndOfWholeLines(file);
        file.SetLength(end);
        file.Position = end;
        file.Write(line.Span);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Writes a file of many rankings, all or none; an old one is replaced.</summary>
    /// <exception cref="ArgumentException">One is no ranking.</exception>
    /// <exception cref="IOException">It cannot be written; an old one stays as it is.</exception>
    public static void Write(string path, IReadOnlyList<Ranking> rankings)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        ReadOnlyMemory<byte>[] lines = [.. rankings.Select(Line)];
        AtomicFile.Write(path, file =>
        {
            foreach (ReadOnlyMemory<byte> line in lines)
                file.Write(line.Span);
        });
    }

    /// <summary>All rankings of a file, or an error: nothing is half read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">The language of errors.</param>
    /// <param name="skipped">If given, what is JSON but no ranking is left out and told here.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The message names the file, the line, and what was expected there.</exception>
    public static IReadOnlyList<Ranking> Read(string path, Texts texts = default, ICollection<string>? skipped = null) =>
        JsonRecords.Read(path, texts, Parse, skipped, tornEnd: true);

    private static Ranking Parse(JsonRecord record)
    {
        List<Message> prompt = record.Messages(record.Get("prompt"), "prompt");
        if (prompt.Count == 0)
            throw record.Fail("esperava ao menos uma mensagem em \"prompt\"", "expected at least one message in \"prompt\"");
        List<string> answers = [.. record.List(record.Get("answers"), "answers").Select((a, i) => record.Text(a, $"answers[{i}]"))];
        List<int> ranks = [.. record.List(record.Get("ranks"), "ranks").Select((r, i) => r.ValueKind == JsonValueKind.Number && r.TryGetInt32(out int rank)
            ? rank
            : throw record.Fail($"esperava um número inteiro em \"ranks[{i}]\"", $"expected \"ranks[{i}]\" to be a whole number"))];
        if (Problem(answers.Count, ranks) is { } problem)
            throw record.Fail(problem.Pt, problem.En);
        string at = record.Text("at");
        return DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? new(prompt, answers, ranks, record.Text("source"), time)
            : throw record.Fail($"esperava uma data como 2026-01-31T12:00:00Z em \"at\", não \"{at}\"", $"expected \"at\" to be a time like 2026-01-31T12:00:00Z, not \"{at}\"");
    }

    private static (string Pt, string En)? Problem(int answers, IReadOnlyList<int> ranks)
    {
        if (answers < 2)
            return ($"esperava ao menos duas respostas em \"answers\", não {answers}", $"expected at least two answers in \"answers\", not {answers}");
        if (ranks.Count != answers)
            return ($"esperava tantos números em \"ranks\" quantas respostas: {answers}, não {ranks.Count}", $"expected as many numbers in \"ranks\" as answers: {answers}, not {ranks.Count}");
        int wrong = ranks.FirstOrDefault(r => r < 0 || r >= answers);
        return wrong == 0 ? null : ($"esperava em \"ranks\" números de 0 (o melhor) a {answers - 1}, não {wrong}", $"expected \"ranks\" to be numbers from 0 (the best) to {answers - 1}, not {wrong}");
    }

    private static ReadOnlyMemory<byte> Line(Ranking ranking)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        if (Problem(ranking.Answers.Count, ranking.Ranks) is { } problem)
            throw new ArgumentException(problem.En, nameof(ranking));
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter json = new(line, _options))
        {
            json.WriteStartObject();
            json.WriteStartArray("prompt");
            foreach (Message message in ranking.Prompt)
            {
                json.WriteStartObject();
                json.WriteString("role", message.Role switch { Role.System => "system", Role.User => "user", _ => "assistant" });
                json.WriteString("content", message.Content);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("answers");
            foreach (string answer in ranking.Answers)
                json.WriteStringValue(answer);
            json.WriteEndArray();
            json.WriteStartArray("ranks");
            foreach (int rank in ranking.Ranks)
                json.WriteNumberValue(rank);
            json.WriteEndArray();
            json.WriteString("source", ranking.Source);
            json.WriteString("at", ranking.At.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        return line.WrittenMemory;
    }

    /// <summary>Two that append at once take turns; a file that stays open elsewhere is an error after a while.</summary>
    private static FileStream OpenAlone(string path)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && attempt < LockTries)
            {
                Thread.Sleep(LockWait);
            }
        }
    }

    /// <summary>Where the next line begins: behind the last line break, or, after a whole object to which somebody gave none, behind that, with one added.</summary>
    private static long EndOfWholeLines(FileStream file)
    {
        long start = file.Length; // of the last line
        for (byte[] one = [0]; start > 0; start--)
        {
            file.Position = start - 1;
            file.ReadExactly(one);
            if (one[0] == (byte)'\n')
                break;
        }
        byte[] tail = new byte[file.Length - start];
        file.Position = start;
        file.ReadExactly(tail);
        if (JsonRecords.IsTorn(tail))
            return start;
        file.Write(tail.Length == 0 ? [] : "\n"u8);
        return file.Length;
    }
}
