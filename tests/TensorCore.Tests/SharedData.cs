namespace TensorCore.Tests;

/// <summary>
/// Data that is too large for the repository or not ours to publish: a folder <c>shared/data</c> in the repository or in one of the folders above it.
/// A fresh clone does not have it; tests that need it say so with <see cref="SharedDataFactAttribute"/> and are skipped there.
/// </summary>
internal static class SharedData
{
    /// <summary>The path of a file under <c>shared/data</c>, or null if it is nowhere.</summary>
    public static string? Find(string file)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = System.IO.Path.Combine(folder.FullName, "shared", "data", file);
            if (File.Exists(path)) return path;
        }

        return null;
    }

    /// <summary>The path of a file under <c>shared/data</c>; for tests marked <see cref="SharedDataFactAttribute"/>.</summary>
    public static string Path(string file) => Find(file) ?? throw new FileNotFoundException($"shared/data/{file} is not there: mark the test with [SharedDataFact(\"{file}\")]");
}

/// <summary>A test that needs a file of <see cref="SharedData"/> and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute(string file)
    {
        if (SharedData.Find(file) is null) Skip = $"needs shared/data/{file}, which stands beside the repository on the developers' machines only";
    }
}
