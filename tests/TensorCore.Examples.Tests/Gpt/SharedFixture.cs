namespace TensorCore.Examples.Tests.Gpt;

/// <summary>A test about a folder or file under <c>shared/</c>, which stands beside the repository (or its work trees) on the developers' machines only; skipped elsewhere.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFixtureFactAttribute : FactAttribute
{
    public SharedFixtureFactAttribute(string path)
    {
        if (SharedFixture.Find(path) is null)
            Skip = $"needs shared/{path}, which stands beside the repository on the developers' machines only";
    }
}

internal static class SharedFixture
{
    /// <summary>The full path of a file or folder under <c>shared/</c>, or null.</summary>
    public static string? Find(string path)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", path);
            if (Path.Exists(candidate))
                return candidate;
        }
        return null;
    }
}
