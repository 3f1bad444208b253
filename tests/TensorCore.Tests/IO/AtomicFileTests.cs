using TensorCore.IO;

namespace TensorCore.Tests.IO;

public class AtomicFileTests
{
    [Fact]
    public void Writes_text_and_bytes_over_the_old_file()
    {
        using var scratch = new ScratchFolder();
        AtomicFile.WriteAllText(scratch["a"], "old and longer");
        AtomicFile.WriteAllText(scratch["a"], "ação");
        Assert.Equal("ação"u8.ToArray(), File.ReadAllBytes(scratch["a"])); // no byte-order mark
        AtomicFile.WriteAllBytes(scratch["a"], []);
        Assert.Empty(File.ReadAllBytes(scratch["a"]));
        AtomicFile.Write(scratch["b"], stream => stream.Write("xyz"u8));
        Assert.Equal("xyz", File.ReadAllText(scratch["b"]));
        Assert.Equal(["a", "b"], scratch.Files);
    }

    [Fact]
    public void A_failure_leaves_the_old_file_and_no_temporary()
    {
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch["a"], "old");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(scratch["a"], stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidOperationException();
        }));
        Assert.Throws<System.Text.EncoderFallbackException>(() => AtomicFile.WriteAllText(scratch["a"], "\ud800"));
        Assert.Equal("old", File.ReadAllText(scratch["a"]));
        Assert.Equal(["a"], scratch.Files);
    }

    [Fact]
    public void Impossible_targets_are_clear_errors()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch["folder"]);
        Assert.Contains("is a folder", Assert.Throws<UnauthorizedAccessException>(() => AtomicFile.WriteAllText(scratch["folder"], "x")).Message);
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteAllText(Path.Combine(scratch["absent"], "a"), "x"));
        Assert.Empty(scratch.Files);
    }

    [Fact]
    public void The_longest_file_names_work()
    {
        using var scratch = new ScratchFolder();
        string name = new('n', 200);
        AtomicFile.WriteAllText(scratch[name], "x");
        Assert.Equal([name], scratch.Files);
    }

    [Fact]
    public void Links_are_followed_and_permissions_kept()
    {
        if (OperatingSystem.IsWindows()) return;
        using var scratch = new ScratchFolder();
        File.WriteAllText(scratch["target"], "old");
        File.SetUnixFileMode(scratch["target"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(scratch["link"], scratch["target"]);
        AtomicFile.WriteAllText(scratch["link"], "new");
        Assert.Equal("new", File.ReadAllText(scratch["target"]));
        Assert.Equal(scratch["target"], new FileInfo(scratch["link"]).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(scratch["target"]));
    }

    [Fact]
    public async Task Readers_see_the_old_or_the_new_file_never_a_part()
    {
        if (OperatingSystem.IsWindows()) return; // a reader's open handle can block the rename there
        using var scratch = new ScratchFolder();
        byte[] content = new byte[100_000];
        AtomicFile.WriteAllBytes(scratch["a"], content);
        var reader = Task.Run(() =>
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] seen = File.ReadAllBytes(scratch["a"]);
                Assert.Equal(content.Length, seen.Length);
                Assert.Equal(-1, seen.AsSpan().IndexOfAnyExcept(seen[0]));
            }
        });
        for (byte i = 1; !reader.IsCompleted; i++) AtomicFile.WriteAllBytes(scratch["a"], [.. Enumerable.Repeat(i, content.Length)]);
        await reader;
    }
}
