namespace TensorCore.Tests.IO;

/// <summary>A fact about a file under <c>shared/</c>, the folder of fixtures beside the repository (or beside its work trees); skipped where it is absent.</summary>
internal sealed class SharedFixtureFactAttribute : FactAttribute
{
    public SharedFixtureFactAttribute(string path)
    {
        if (Find(path) is null) Skip = $"shared/{path} is not beside this repository";
    }

    /// <summary>The full path of a file under <c>shared/</c>, or null.</summary>
    public static string? Find(string path)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "TensorCore.sln"))) root = root.Parent;
        for (DirectoryInfo? folder = root?.Parent; folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", path);
            if (File.Exists(candidate)) return candidate;
        }

        return null;
    }
}
