using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace TensorCore.Examples.Tests;

/// <summary>One run of an example's command line, with a folder of its own for pictures.</summary>
internal sealed class ExampleRun : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("example-").FullName;

    public int Code { get; private set; }

    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The JSON object on the last line of the output.</summary>
    public JsonObject Json => JsonNode.Parse(Output.TrimEnd().Split('\n')[^1])!.AsObject();

    public static async Task<ExampleRun> Start(Func<string[], TextWriter?, TextWriter?, Task<int>> app, params string[] args)
    {
        ExampleRun run = new();
        await run.Again(app, [.. args, "--out", run.Folder]);
        return run;
    }

    public async Task Again(Func<string[], TextWriter?, TextWriter?, Task<int>> app, params string[] args)
    {
        using StringWriter output = new(), error = new();
        Code = await app(args, output, error);
        (Output, Error) = (output.ToString(), error.ToString());
    }

    /// <summary>The picture parses as XML and has a root of kind svg; returns its text content.</summary>
    public string Picture(string name)
    {
        XElement root = XDocument.Load(Path.Combine(Folder, name)).Root!;
        Assert.Equal("svg", root.Name.LocalName);
        return root.Value;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
