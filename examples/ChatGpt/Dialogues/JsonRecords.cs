using System.Text.Json;
using System.Text.Unicode;
using TensorCore.Examples.Cli;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.ChatGpt.Dialogues;

/// <summary>
/// Files of JSON objects, one a line or all in one array, plain or compressed with gzip. A file is read whole or not at all: nobody should train on
/// the half of it that stood before a mistake.
/// </summary>
internal static class JsonRecords
{
    // A key given twice would be read as its last value: in data that people edit it is a mistake.
    private static readonly JsonDocumentOptions _options = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a file and makes a value of each object in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="texts">The language of errors.</param>
    /// <param name="parse">Makes the value; throws what <see cref="JsonRecord.Fail"/> gives for an object that it has no use for.</param>
    /// <param name="skipped">If given, objects that <paramref name="parse"/> has no use for are left out and told here, instead of ending the reading. A file that is no JSON always ends it.</param>
    /// <param name="tornEnd">Whether a last line without a line break that is no JSON is what a writer left that was killed, and is passed over.</param>
    /// <exception cref="UserErrorException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no such file; the message names it, the line, and what was expected.</exception>
    public static List<T> Read<T>(string path, Texts texts, Func<JsonRecord, T> parse, ICollection<string>? skipped = null, bool tornEnd = false)
    {
        if (!File.Exists(path))
            throw new UserErrorException(texts.Pick($"o arquivo '{path}' não existe", $"the file '{path}' does not exist"));
        byte[] content = Corpus.ReadFile(path, texts);
        int lastLine = content.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (tornEnd && IsTorn(content.AsSpan(lastLine)))
            content = content[..lastLine];
        List<T> values = [];
        Action<int, JsonElement> take = (line, value) =>
        {
            JsonRecord record = new(path, line, value, texts);
            try
            {
                if (value.ValueKind != JsonValueKind.Object)
                    throw record.Fail($"esperava um objeto JSON, não {record.Kind(value)}", $"expected a JSON object, not {record.Kind(value)}");
                values.Add(parse(record));
            }
            catch (InvalidDataException e) when (skipped is not null)
            {
                skipped.Add(e.Message);
            }
        };
        if (content.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..])
            ReadArray(path, content, texts, take);
        else
            ReadLines(path, content, texts, take);
        return tornEnd || values.Count + (skipped?.Count ?? 0) > 0
            ? values
            : throw new InvalidDataException(texts.Pick($"{path}: o arquivo está vazio: esperava objetos JSON, um por linha ou numa lista", $"{path}: the file is empty: expected JSON objects, one a line or in one array"));
    }

    /// <summary>Whether the last line of a file, which has no line break, is a part of an object.</summary>
    public static bool IsTorn(ReadOnlySpan<byte> tail)
    {
        if (tail.Trim(" \t\r"u8).IsEmpty)
            return false;
        try
        {
            Utf8JsonReader reader = new(tail);
            while (reader.Read())
            {
            }
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static void ReadLines(string path, byte[] content, Texts texts, Action<int, JsonElement> take)
    {
        int line = 0;
        for (int start = 0, end; start < content.Length; start = end + 1)
        {
            line++;
            int length = content.AsSpan(start).IndexOf((byte)'\n');
            end = length < 0 ? content.Length : start + length;
            ReadOnlyMemory<byte> text = content.AsMemory(start, end - start);
            if (text.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            CheckUtf8(path, line, text.Span, texts);
            using JsonDocument document = Try(path, line, texts, () => JsonDocument.Parse(text, _options));
            take(line, document.RootElement);
        }
    }

    private static void ReadArray(string path, byte[] content, Texts texts, Action<int, JsonElement> take)
    {
        int line = 1, counted = 0;
        foreach (Range range in content.AsSpan().Split((byte)'\n'))
            CheckUtf8(path, line++, content.AsSpan(range), texts);
        line = 1;
        Utf8JsonReader reader = new(content);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                int at = (int)reader.TokenStartIndex;
                line += content.AsSpan(counted, at - counted).Count((byte)'\n');
                counted = at;
                Utf8JsonReader end = reader;
                end.Skip();
                using JsonDocument document = JsonDocument.Parse(content.AsMemory(at, (int)end.BytesConsumed - at), _options);
                reader = end;
                take(line, document.RootElement);
            }
            reader.Read(); // nothing may follow the array
        }
        catch (JsonException e)
        {
            // Where the reader of the whole file stopped is told by the line in the file, where that of an element did by the line in the element.
            int stopped = reader.TokenStartIndex > counted ? (int)(e.LineNumber ?? 0) + 1 : line + (int)(e.LineNumber ?? 0);
            throw NotJson(path, Math.Max(line, stopped), texts, e);
        }
        catch (InvalidOperationException e)
        {
            throw NotJson(path, line, texts, e);
        }
    }

    private static T Try<T>(string path, int line, Texts texts, Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for a key with half a surrogate pair
        {
            throw NotJson(path, line, texts, e);
        }
    }

    private static InvalidDataException NotJson(string path, int line, Texts texts, Exception e)
    {
        // The reason without the position, which counts lines from 0 and within the line only.
        string reason = e.Message.Split(" LineNumber:")[0].Trim().TrimEnd('.');
        return new($"{path}:{line}: " + texts.Pick($"esperava um objeto JSON por linha, ou uma lista deles: {reason}", $"expected one JSON object a line, or an array of them: {reason}"), e);
    }

    private static void CheckUtf8(string path, int line, ReadOnlySpan<byte> text, Texts texts)
    {
        if (!Utf8.IsValid(text))
            throw new InvalidDataException($"{path}:{line}: " + texts.Pick("esperava texto em UTF-8, e há bytes que não são", "expected text in UTF-8, and there are bytes that are not"));
    }
}
