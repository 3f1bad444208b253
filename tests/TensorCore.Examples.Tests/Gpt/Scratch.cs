namespace TensorCore.Examples.Tests.Gpt;

/// <summary>A folder of its own for one test, deleted afterwards.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tensorcore-gpt-");

    public string Root => _folder.FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
