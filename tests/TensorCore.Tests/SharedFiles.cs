namespace TensorCore.Tests;

/// <summary>
/// Files that are too large for the repository or not ours to publish: under a folder <c>shared</c> in one of the folders above it. A fresh
/// clone does not have it; tests that need it say so with <see cref="SharedFactAttribute"/> and are skipped there.
/// </summary>
internal static class SharedFiles
{
    /// <summary>The full path of a file or folder under <c>shared</c>, or null if it is nowhere.</summary>
    public static string? Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = System.IO.Path.Combine(folder.FullName, "shared", path);
            if (System.IO.Path.Exists(candidate)) return candidate;
        }
        return null;
    }

    /// <summary>The full path; for tests marked <see cref="SharedFactAttribute"/>.</summary>
    public static string Path(string path) => Find(path) ?? throw new FileNotFoundException($"shared/{path} is not there: mark the test with [SharedFact(\"{path}\")]");
}

/// <summary>A test that needs a file of <see cref="SharedFiles"/> and is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string path)
    {
        if (SharedFiles.Find(path) is null) Skip = $"needs shared/{path}, which stands beside the repository on the developers' machines only";
    }
}
