using System.Text;
using TensorCore.IO;

namespace TensorCore.Tests.IO;

public class SafetensorsMalformedTests
{
    // JSON of the header, bytes of data behind it, what the message must say.
    public static TheoryData<string, int, string> Headers => new()
    {
        { "", 0, "must be a JSON object and begin with '{', but it is empty" },
        { " {}", 0, "begins with byte 0x20" },
        { "[]", 0, "begins with byte 0x5B" },
        { "{", 0, "not valid JSON" },
        { "{}x", 0, "not valid JSON" },
        { "{}{}", 0, "not valid JSON" },
        { """{"a":}""", 0, "not valid JSON" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}""", 4, "not valid JSON" },
        { """{"a":1}""", 0, "tensor 'a' must be an object with dtype, shape and data_offsets, not 1" },
        { """{"a":null}""", 0, "not null" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'a' appears twice" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "tensor 'a' appears twice" },
        { """{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a': the field dtype is missing" },
        { """{"a":{"dtype":"F32","data_offsets":[0,4]}}""", 4, "tensor 'a': the field shape is missing" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "tensor 'a': the field data_offsets is missing" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"stride":[1]}}""", 4, "tensor 'a': unknown field 'stride'" },
        { """{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a': repeated field 'shape'" },
        { """{"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a': dtype must be a string, not 32" },
        { """{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}""", 4, "tensor 'a': shape must be an array of whole numbers, not 1" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "shape must hold whole numbers from 0 to 2^63 - 1, but element 0 is -1" },
        { """{"a":{"dtype":"F32","shape":[1,1.0],"data_offsets":[0,4]}}""", 4, "but element 1 is 1.0" },
        { """{"a":{"dtype":"F32","shape":[1e9],"data_offsets":[0,4]}}""", 4, "but element 0 is 1e9" },
        { """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "but element 0 is 99999999999999999999" },
        { """{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "but element 0 is a string" },
        { """{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}""", 4, "but element 0 is an array" },
        { """{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "shape [4611686018427387904, 4] has too many elements" },
        { """{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "has too many elements" },
        { """{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}}""", 0, "has too many elements" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "data_offsets must be [begin, end], but has 1 numbers" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 4, "data_offsets must be [begin, end], but has 3 numbers" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "data_offsets must hold whole numbers" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "data_offsets [4, 0] end before they begin" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "data_offsets [0, 8] run past the 4 bytes of data" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]}}""", 4, "run past the 4 bytes of data" },
        { """{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "F32 of shape [3] takes 12 bytes, but data_offsets [0, 8] hold 8" },
        { """{"a":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}""", 8, "F32 of shape [] takes 4 bytes" },
        { """{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}""", 1, "F4 of shape [3] takes 1.5 bytes" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "tensors 'a' [0, 8) and 'b' [4, 12) overlap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "overlap" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}""", 8, "overlap" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "no tensor covers the 4 bytes of data before tensor 'b' [8, 12)" },
        { """{"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""", 5, "no tensor covers the 1 bytes of data before tensor 'b'" },
        { """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 7, "3 trailing bytes follow the last tensor" },
        { "{}", 1, "1 trailing bytes" },
        { """{"__metadata__":[]}""", 0, "__metadata__ must be an object of strings, not an array" },
        { """{"__metadata__":{"a":1}}""", 0, "the value of 'a' must be a string, not 1" },
        { """{"__metadata__":{"a":{}}}""", 0, "the value of 'a' must be a string, not an object" },
        { """{"__metadata__":{"a":"1","a":"2"}}""", 0, "key 'a' appears twice" },
        { """{"__metadata__":{},"__metadata__":{}}""", 0, "__metadata__ appears twice" },
        { """{"\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "a tensor's name, at byte 1 of the header, is not valid Unicode" },
        { """{"__metadata__":{"a":"\udc00"}}""", 0, "is not valid Unicode" },
        { """{"a":{"dtype":"\udc00","shape":[1],"data_offsets":[0,4]}}""", 4, "tensor 'a': dtype, at byte 14 of the header, is not valid Unicode" },
        { """{"a":{"\ud83d":"F32"}}""", 0, "is not valid Unicode" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public void Says_what_is_wrong(string json, int dataBytes, string expected) => AssertRejected(Malformed.Bytes(json, new byte[dataBytes]), expected);

    [Fact]
    public void Lengths_beyond_the_file_are_refused_before_anything_is_allocated()
    {
        AssertRejected([], "the file has 0 bytes, too few for the 8");
        AssertRejected([2, 0, 0, 0, 0, 0, 0], "the file has 7 bytes");
        AssertRejected([3, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'], "the header's length is 3 bytes, but only 2 follow");
        AssertRejected([0x80, 0xF0, 0xFA, 2, 0, 0, 0, 0, (byte)'{', (byte)'}'], "the header's length is 50000000 bytes, but only 2 follow");
        AssertRejected([1, 0xE1, 0xF5, 5, 0, 0, 0, 0, (byte)'{', (byte)'}'], "the header's length is 100000001 bytes, above the format's limit of 100000000");
        AssertRejected([255, 255, 255, 255, 255, 255, 255, 255], "the header's length is 18446744073709551615 bytes");
        AssertRejected([0, 0, 0, 0, 0, 0, 0, 0x80, 0], "the header's length is 9223372036854775808 bytes");
    }

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"__metadata__":{"k":"v#"}}""");
        foreach (byte bad in new byte[] { 0x80, 0xC0, 0xFF, 0xED })
        {
            byte[] broken = [.. json];
            broken[Array.IndexOf(broken, (byte)'#')] = bad;
            AssertRejected(Malformed.Bytes(broken, []), "the header is not valid UTF-8");
        }
    }

    [Fact]
    public void Deep_nesting_and_long_ranks_are_refused()
    {
        AssertRejected(Malformed.Bytes("""{"a":""" + new string('[', 5_000_000), []), "tensor 'a' must be an object");
        AssertRejected(Malformed.Bytes("""{"a":{"x":""" + string.Concat(Enumerable.Repeat("""{"x":""", 1_000_000)), []), "unknown field 'x'");
        AssertRejected(Malformed.Bytes("""{"a":{"dtype":"F32","data_offsets":[0,4],"shape":[""" + string.Join(',', Enumerable.Repeat("1", 65)) + "]}}", new byte[4]), "shape has more than 64 numbers");
    }

    [Fact]
    public void Long_names_are_shortened_and_control_characters_shown()
    {
        string name = "a\\u0007" + new string('b', 100_000);
        string message = AssertRejected(Malformed.Bytes($$"""{"{{name}}":1}""", []), "tensor 'a\\u0007bbb");
        Assert.InRange(message.Length, 1, 1000);
    }

    [Fact]
    public void Missing_files_and_folders_are_the_usual_io_errors()
    {
        using var scratch = new ScratchFolder();
        Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(scratch["absent"]));
        Assert.Throws<UnauthorizedAccessException>(() => SafetensorsFile.Open(scratch.Path));
        Assert.Throws<ArgumentException>(() => SafetensorsFile.Open(""));
    }

    private static string AssertRejected(byte[] bytes, string expected)
    {
        using var scratch = new ScratchFolder();
        string path = scratch["bad.safetensors"];
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 + (4L * bytes.Length));
        Assert.StartsWith(path + ": ", e.Message);
        Assert.Contains(expected, e.Message);
        File.Delete(path); // a rejected file is closed at once, on Windows too
        return e.Message;
    }
}
