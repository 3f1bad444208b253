using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using TensorCore.IO;

namespace TensorCore.Tests.IO;

public unsafe class SafetensorsRoundTripTests
{
    [Fact]
    public void Every_dtype_and_shape_comes_back_bit_for_bit()
    {
        using var scratch = new ScratchFolder();
        float[] f32 = [0f, -0f, 1.5f, float.NaN, float.PositiveInfinity, float.Epsilon];
        double[] f64 = [Math.PI, -double.MaxValue];
        int[] i32 = [int.MinValue, 0, int.MaxValue];
        long[] i64 = [long.MinValue, long.MaxValue];
        bool[] flags = [true, false, true];
        ushort[] bf16 = [0x3F80, 0xC000, 0x7FC0];
        fixed (ushort* p = bf16)
        {
            new SafetensorsWriter()
                .AddMetadata("format", "pt")
                .AddMetadata("título", "ação \"entre aspas\"\n")
                .Add("flags", [3], flags)
                .Add("f32", [2, 3], f32)
                .Add("bf16", DType.BFloat16, [3, 1], p)
                .Add("f64", [1, 2, 1], f64)
                .Add("i32", [3], i32)
                .Add("i64", [2], i64)
                .Add("scalar", [], new[] { 7f })
                .Add("empty", [4, 0, 2], Array.Empty<double>())
                .Add("peso.ção.重み", [1], new[] { 1 })
                .Save(scratch["a.safetensors"]);
        }

        SafetensorsFile file = SafetensorsFile.Open(scratch["a.safetensors"]);
        Assert.Equal(["flags", "f32", "bf16", "f64", "i32", "i64", "scalar", "empty", "peso.ção.重み"], file.Entries.Keys);
        Assert.Equal([new("format", "pt"), new("título", "ação \"entre aspas\"\n")], file.Metadata.ToArray());
        Assert.Equal(MemoryMarshal.AsBytes(f32.AsSpan()).ToArray(), MemoryMarshal.AsBytes(file.ToArray<float>("f32").AsSpan()).ToArray());
        Assert.Equal(f64, file.ToArray<double>("f64"));
        Assert.Equal(i32, file.ToArray<int>("i32"));
        Assert.Equal(i64, file.ToArray<long>("i64"));
        Assert.Equal(flags, file.ToArray<bool>("flags"));
        Assert.Equal([7f], file.ToArray<float>("scalar"));
        Assert.Empty(file.ToArray<double>("empty"));
        Assert.Equal([1], file.ToArray<int>("peso.ção.重み"));
        ushort[] back = new ushort[3];
        fixed (ushort* p = back) file.CopyTo("bf16", DType.BFloat16, p, 6);
        Assert.Equal(bf16, back);

        Assert.Equal((long[])[2, 3], file.Entries["f32"].Shape);
        Assert.Equal(DType.BFloat16, file.Entries["bf16"].DType);
        Assert.Empty(file.Entries["scalar"].Shape);
        Assert.Equal(1, file.Entries["scalar"].ElementCount);
        Assert.Equal((long[])[4, 0, 2], file.Entries["empty"].Shape);
        Assert.Equal(0, file.Entries["empty"].ByteLength);
        Assert.Equal("f64: F64 [1, 2, 1]", file.Entries["f64"].ToString());
    }

    [Fact]
    public void Views_see_the_same_bytes_and_outlive_the_file_object()
    {
        using var scratch = new ScratchFolder();
        float[] data = [.. Enumerable.Range(0, 5000).Select(i => (float)i)];
        new SafetensorsWriter().Add("x", [5000], data).Add("none", [0], Array.Empty<float>()).Save(scratch["a"]);

        SafetensorsView view = OpenView(scratch["a"]);
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(20000, view.Length);
        Assert.Equal(data, MemoryMarshal.Cast<byte, float>(view.Slice(0, 20000)).ToArray());
        Assert.Equal(data[4999], Unsafe.ReadUnaligned<float>(view.Pointer + 19996));
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = view.Slice(19997, 4); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = view.Slice(-1, 1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = view.Slice(long.MaxValue, int.MaxValue); });

        SafetensorsView empty = SafetensorsFile.Open(scratch["a"]).View("none");
        Assert.Equal(0, empty.Length);
        Assert.True(empty.Pointer is null);
        Assert.Equal(0, empty.Slice(0, 0).Length);
    }

    [Fact]
    public void Layout_is_aligned_deterministic_and_in_the_order_given()
    {
        using var scratch = new ScratchFolder();
        foreach (string name in new[] { "a", "b" })
        {
            new SafetensorsWriter().Add("z", [3], new[] { true, false, true }).Add("y", [1], new[] { 1f }).Add("x", [1], new[] { 1.0 }).Add("w", [1], new[] { 2f }).Save(scratch[name]);
        }

        byte[] bytes = File.ReadAllBytes(scratch["a"]);
        Assert.Equal(bytes, File.ReadAllBytes(scratch["b"]));
        const string Json = """{"z":{"dtype":"BOOL","shape":[3],"data_offsets":[16,19]},"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"x":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""";
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(Json, Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal(8 + length + 19, bytes.Length);
        foreach (SafetensorsEntry entry in SafetensorsFile.Open(scratch["a"]).Entries.Values) Assert.Equal(0, entry.Offset % entry.DType!.Value.Size());
    }

    [Fact]
    public void A_file_without_tensors_is_valid()
    {
        using var scratch = new ScratchFolder();
        new SafetensorsWriter().AddMetadata("k", "v").Save(scratch["a"]);
        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        Assert.Empty(file.Entries);
        Assert.Equal("v", file.Metadata["k"]);
    }

    [Fact]
    public void Dtypes_we_lack_are_listed_copied_as_bytes_and_F16_converts()
    {
        using var scratch = new ScratchFolder();
        Half[] halves = [(Half)1, (Half)(-2.5), Half.Epsilon, Half.MaxValue, Half.NaN, Half.NegativeInfinity, (Half)0.1];
        string json = """{"h":{"dtype":"F16","shape":[7],"data_offsets":[0,14]},"u":{"dtype":"U8","shape":[2],"data_offsets":[14,16]},"q":{"dtype":"NEW9","shape":[5],"data_offsets":[16,19]},"n":{"dtype":"F4","shape":[3,2],"data_offsets":[19,22]}}""";
        Malformed.Write(scratch["a"], json, [.. MemoryMarshal.AsBytes(halves.AsSpan()), .. "ABCDEFGH"u8]);

        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        Assert.Equal(["F16", "U8", "NEW9", "F4"], file.Entries.Values.Select(e => e.DTypeName));
        Assert.All(file.Entries.Values, e => Assert.Null(e.DType));
        Assert.Equal(halves.Select(h => (float)h), file.ToArray<float>("h"));
        byte[] raw = new byte[3];
        fixed (byte* p = raw) file.CopyTo("q", p, 3);
        Assert.Equal("CDE"u8.ToArray(), raw);
        Assert.Contains("'u' is stored as U8, not as int32", Assert.Throws<SafetensorsException>(() => file.ToArray<int>("u")).Message);
        Assert.Contains("'h' is stored as F16, not as float64", Assert.Throws<SafetensorsException>(() => file.ToArray<double>("h")).Message);
    }

    [Fact]
    public void An_unknown_dtype_of_absurd_shape_allocates_nothing()
    {
        using var scratch = new ScratchFolder();
        Malformed.Write(scratch["a"], """{"q":{"dtype":"NEW9","shape":[2000000000],"data_offsets":[0,1]}}""", [1]);
        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<SafetensorsException>(() => file.ToArray<long>("q"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Large_F16_tensors_convert_piecewise_and_unaligned_data_are_read()
    {
        using var scratch = new ScratchFolder();
        const int N = 40_001;
        Half[] halves = [.. Enumerable.Range(0, N).Select(i => (Half)(i % 2048))];
        string json = $$$"""{"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"h":{"dtype":"F16","shape":[{{{N}}}],"data_offsets":[1,{{{1 + (2 * N)}}}]}}""";
        Malformed.Write(scratch["a"], json, [1, .. MemoryMarshal.AsBytes(halves.AsSpan())]);
        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        Assert.Equal(halves.Select(h => (float)h), file.ToArray<float>("h"));
        Assert.Equal(MemoryMarshal.AsBytes(halves.AsSpan()).ToArray(), file.View("h").Slice(0, 2 * N).ToArray());
    }

    [Fact]
    public void Tensors_above_2_GiB_are_reached_through_the_pointer()
    {
        if (!OperatingSystem.IsLinux()) return; // needs a file system where the gap takes no room
        using var scratch = new ScratchFolder();
        const long Elements = 3L << 28; // 3 GiB
        Malformed.Write(scratch["a"], $$$"""{"x":{"dtype":"I32","shape":[{{{Elements}}}],"data_offsets":[0,{{{4 * Elements}}}]}}""", []);
        long start = new FileInfo(scratch["a"]).Length;
        using (FileStream stream = File.OpenWrite(scratch["a"]))
        {
            stream.SetLength(start + (4 * Elements));
            stream.Position = start + (4 * Elements) - 4;
            stream.Write([1, 2, 3, 4]);
        }

        SafetensorsView view = SafetensorsFile.Open(scratch["a"]).View("x");
        Assert.Equal(4 * Elements, view.Length);
        Assert.Equal(0x04030201, Unsafe.ReadUnaligned<int>(view.Pointer + view.Length - 4));
        Assert.Equal([0, 1, 2, 3, 4], view.Slice(view.Length - 5, 5).ToArray());
        GC.KeepAlive(view);
    }

    [Fact]
    public void Copies_go_through_in_pieces()
    {
        using var scratch = new ScratchFolder();
        const int N = (2 * SafetensorsFile.ChunkBytes) + 1000;
        byte[] data = new byte[N];
        for (int i = 0; i < N; i++) data[i] = (byte)(i % 251);
        Malformed.Write(scratch["a"], $$$"""{"x":{"dtype":"U8","shape":[{{{N}}}],"data_offsets":[0,{{{N}}}]}}""", data);
        byte[] copy = new byte[N];
        fixed (byte* p = copy) SafetensorsFile.Open(scratch["a"]).CopyTo("x", p, N);
        Assert.True(copy.AsSpan().SequenceEqual(data));

        data.AsSpan().Clear();
        data[N - 3] = 7;
        Malformed.Write(scratch["a2"], $$$"""{"x":{"dtype":"BOOL","shape":[{{{N}}}],"data_offsets":[0,{{{N}}}]}}""", data);
        Assert.Contains($"element {N - 3} of a BOOL is 7", Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(scratch["a2"]).ToArray<bool>("x")).Message);
    }

    [Fact]
    public void Wrong_requests_say_what_was_wrong()
    {
        using var scratch = new ScratchFolder();
        Malformed.Write(scratch["a"], """{"b":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}""", [0, 1, 2, 0]);
        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);
        Assert.Contains("element 2 of a BOOL is 2, neither 0 nor 1", Assert.Throws<SafetensorsException>(() => file.ToArray<bool>("b")).Message);
        Assert.Contains("there is no tensor 'x' among the 1 ('b')", Assert.Throws<SafetensorsException>(() => file.View("x")).Message);
        Assert.Contains("takes 4 bytes, but the destination has 3", Assert.Throws<ArgumentException>(() => file.CopyTo("b", null, 3)).Message);
        Assert.Throws<ArgumentNullException>(() => file.CopyTo("b", null, 4));
    }

    [Fact]
    public void A_file_cut_short_while_open_is_an_error_not_a_crash()
    {
        if (OperatingSystem.IsWindows()) return; // Windows does not let anyone shorten an open file
        using var scratch = new ScratchFolder();
        new SafetensorsWriter().Add("x", [1000], new float[1000]).Save(scratch["a"]);
        SafetensorsFile file = SafetensorsFile.Open(scratch["a"]);

        // A program that ignores .NET's advisory locks, as most do.
        using var truncate = System.Diagnostics.Process.Start("truncate", ["-s", "1000", scratch["a"]]);
        truncate.WaitForExit();
        Assert.Equal(0, truncate.ExitCode);

        Assert.Contains("now ends at byte 1000", Assert.Throws<SafetensorsException>(() => file.ToArray<float>("x")).Message);
        Assert.Contains("now ends at byte 1000", Assert.Throws<SafetensorsException>(() => file.View("x")).Message);
    }

    [SharedFact("fixtures/gpt-tiny/model.safetensors")]
    public void Files_of_the_reference_implementation_open()
    {
        SafetensorsFile model = SafetensorsFile.Open(SharedFiles.Path("fixtures/gpt-tiny/model.safetensors"));
        Assert.Equal(28, model.Entries.Count);
        Assert.Empty(model.Metadata);
        Assert.Equal("wte.weight", model.Entries.Keys.First());
        Assert.Equal((long[])[97, 32], model.Entries["wte.weight"].Shape);
        Assert.Equal((long[])[32, 96], model.Entries["h.1.attn.c_attn.weight"].Shape);
        Assert.All(model.Entries.Values, e => Assert.Equal(DType.Float32, e.DType));
        Assert.All(model.ToArray<float>("wte.weight"), x => Assert.InRange(x, -1f, 1f));

        SafetensorsFile batches = SafetensorsFile.Open(SharedFiles.Path("fixtures/gpt-tiny/batches.safetensors"));
        Assert.Equal(["input_ids: I64 [10, 3, 24]", "targets: I64 [10, 3, 24]"], batches.Entries.Values.Select(e => e.ToString()));
        Assert.All(batches.ToArray<long>("input_ids"), id => Assert.InRange(id, 0, 96));

        SafetensorsFile expected = SafetensorsFile.Open(SharedFiles.Path("fixtures/gpt-tiny/expected.safetensors"));
        Assert.Equal(58, expected.Entries.Count);
        Assert.Equal((long[])[3, 24, 97], expected.Entries["logits"].Shape);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static SafetensorsView OpenView(string path) => SafetensorsFile.Open(path).View("x");
}
