using TensorCore.IO;

namespace TensorCore.Tests.IO;

public unsafe class SafetensorsWriterTests
{
    [Fact]
    public void A_failing_callback_leaves_the_old_file_and_no_temporary()
    {
        using var scratch = new ScratchFolder();
        string path = scratch["model.safetensors"];
        new SafetensorsWriter().Add("x", [2], new[] { 1f, 2f }).Save(path);
        byte[] old = File.ReadAllBytes(path);

        SafetensorsWriter failing = new SafetensorsWriter().Add("big", [100_000], new float[100_000]).Add("x", DType.Float32, [2], _ => throw new InvalidOperationException("no data"));
        Assert.Equal("no data", Assert.Throws<InvalidOperationException>(() => failing.Save(path)).Message);
        Assert.Equal(old, File.ReadAllBytes(path));
        Assert.Equal(["model.safetensors"], scratch.Files);
    }

    [Theory]
    [InlineData(0, "'x' has 8 bytes, but its callback wrote 0")]
    [InlineData(7, "'x' has 8 bytes, but its callback wrote 7")]
    [InlineData(9, "'x' has 8 bytes, but its callback wrote at least 9")]
    public void A_callback_must_write_exactly_its_tensor(int bytes, string expected)
    {
        using var scratch = new ScratchFolder();
        SafetensorsWriter writer = new SafetensorsWriter().Add("x", DType.Float32, [2], stream =>
        {
            for (int i = 0; i < bytes; i++) stream.WriteByte(0);
        });
        Assert.Contains(expected, Assert.Throws<SafetensorsException>(() => writer.Save(scratch["a"])).Message);
        Assert.Empty(scratch.Files);
    }

    [Fact]
    public void Bad_tensors_are_refused_when_added()
    {
        var writer = new SafetensorsWriter();
        writer.Add("x", [1], new[] { 1f }).AddMetadata("k", "v");
        Assert.Contains("'x' was already added", Assert.Throws<ArgumentException>(() => writer.Add("x", [1], new[] { 1f })).Message);
        Assert.Contains("'k' was already added", Assert.Throws<ArgumentException>(() => writer.AddMetadata("k", "w")).Message);
        Assert.Contains("reserved key", Assert.Throws<ArgumentException>(() => writer.Add("__metadata__", [1], new[] { 1f })).Message);
        Assert.Contains("half a surrogate pair", Assert.Throws<ArgumentException>(() => writer.Add("\ud800", [1], new[] { 1f })).Message);
        Assert.Contains("half a surrogate pair", Assert.Throws<ArgumentException>(() => writer.AddMetadata("m", "a\udc00")).Message);
        Assert.Contains("'y' of shape [2, 3] needs 6 elements, but got 5", Assert.Throws<ArgumentException>(() => writer.Add("y", [2, 3], new float[5])).Message);
        Assert.Contains("shape [2, -1] has a negative size", Assert.Throws<ArgumentException>(() => writer.Add("y", [2, -1], Array.Empty<float>())).Message);
        Assert.Contains("has too many elements", Assert.Throws<ArgumentException>(() => writer.Add("y", DType.Float32, [long.MaxValue, 2, 0], _ => { })).Message);
        Assert.Contains("'y' has 4 bytes, but no data", Assert.Throws<ArgumentNullException>(() => writer.Add("y", DType.Int32, [], (void*)null)).Message);
        Assert.Throws<ArgumentException>(() => writer.Add("y", [1], new[] { 'c' }));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add("y", (DType)99, [1], _ => { }));
        using var scratch = new ScratchFolder();
        writer.Save(scratch["a"]);
        Assert.Equal(["x"], SafetensorsFile.Open(scratch["a"]).Entries.Keys); // none of the refused ones
    }

    [Fact]
    public void Saving_streams_without_a_copy_of_the_data()
    {
        using var scratch = new ScratchFolder();
        float[] data = [.. Enumerable.Range(0, 5 << 20).Select(i => i * 0.5f)]; // 20 MiB: more than one piece
        SafetensorsWriter writer = new SafetensorsWriter().Add("x", [data.Length], data).Add("y", [data.Length], data);
        long before = GC.GetAllocatedBytesForCurrentThread();
        writer.Save(scratch["a"]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.True(SafetensorsFile.Open(scratch["a"]).ToArray<float>("y").AsSpan().SequenceEqual(data));
        Assert.Equal(SafetensorsFile.Open(scratch["a"]).Entries["y"].Offset + (data.Length * 4L), new FileInfo(scratch["a"]).Length);
    }

    [Fact]
    public void A_writer_can_replace_the_file_that_is_open()
    {
        if (OperatingSystem.IsWindows()) return; // documented: an open file cannot be replaced there
        using var scratch = new ScratchFolder();
        new SafetensorsWriter().Add("x", [1], new[] { 1f }).Save(scratch["a"]);
        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        SafetensorsView view = file.View("x");
        new SafetensorsWriter().Add("x", [1], new[] { 2f }).Save(scratch["a"]);
        Assert.Equal([1f], file.ToArray<float>("x")); // the file as it was when opened
        Assert.Equal(1f, *(float*)view.Pointer);
        Assert.Equal([2f], SafetensorsFile.Open(scratch["a"]).ToArray<float>("x"));
        GC.KeepAlive(view);
    }
}
