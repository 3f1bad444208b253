using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TensorCore.Examples.ChatGpt.Serving.Page.Training;

/// <summary>A file of JSON lines that another program may be writing: only whole lines are read, from the first on and then what is new.</summary>
/// <param name="path">The file; it may not exist yet.</param>
internal sealed class JsonLines(string path)
{
    private long _read;

    /// <summary>All objects of a file; a last line that is still being written, or was cut short by a kill, is left out.</summary>
    public static IReadOnlyList<JsonObject> All(string path) => new JsonLines(path).Next();

    /// <summary>The objects since the last call. A file that has become shorter was begun anew and is read from its start.</summary>
    public IReadOnlyList<JsonObject> Next()
    {
        if (!File.Exists(path))
            return [];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length < _read)
            _read = 0;
        byte[] bytes = new byte[file.Length - _read];
        file.Position = _read;
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        int end = bytes.AsSpan(0, length).LastIndexOf((byte)'\n') + 1;
        _read += end;
        return [.. Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<JsonObject>()];
    }

    private static JsonObject? Parse(string line)
    {
        try
        {
            return JsonNode.Parse(line) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
