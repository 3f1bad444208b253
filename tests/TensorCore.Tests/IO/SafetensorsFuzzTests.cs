using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using TensorCore.IO;
using Xunit.Abstractions;

namespace TensorCore.Tests.IO;

/// <summary>Mutated valid files: only <see cref="SafetensorsException"/> may come out, memory stays in proportion to the file, and what is accepted can be read.</summary>
public unsafe partial class SafetensorsFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] _tokens =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "null", "true", "-1", "0", "1", "4", "8", "1e400", "0.5", "-0", "9223372036854775807",
        "18446744073709551616", "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"__metadata__\"", "\"F32\"", "\"F16\"", "\"F4\"", "\"BOOL\"", "\"XX\"", "[]", "{}", " ", "\n", "\"a\"", "é", "\"\\ud800\"", "\"\\u0064type\"", "\"\\n\"",
    ];

    private static readonly byte[][] _seeds =
    [
        Malformed.Bytes("{}", []),
        Malformed.Bytes("""{"__metadata__":{"format":"pt","x":"\u00e9"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"I64","shape":[],"data_offsets":[16,24]}}  """, new byte[24]),
        Malformed.Bytes("""{"a":{"dtype":"BOOL","shape":[3],"data_offsets":[8,11]},"h":{"dtype":"F16","shape":[4],"data_offsets":[0,8]},"e":{"dtype":"F64","shape":[0,7],"data_offsets":[8,8]},"q":{"dtype":"F4","shape":[2],"data_offsets":[11,12]}}""", new byte[12]),
    ];

    [Fact]
    public void Mutated_headers_are_rejected_cleanly_or_read()
    {
        const int Cases = 40_000;
        var random = new Random(20240511);
        int accepted = 0;
        for (int i = 0; i < Cases; i++)
        {
            byte[] bytes = Mutate(random, _seeds[random.Next(_seeds.Length)]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            SafetensorsHeader? header = Parse(bytes, i);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + (20L * bytes.Length));
            if (header is null) continue;
            accepted++;
            Assert.All(header.Entries.Values, e => Assert.True(e.Offset >= 8 && e.ByteLength >= 0 && e.Offset + e.ByteLength <= bytes.Length, $"case {i}: {e}"));
        }

        output.WriteLine($"{accepted} of {Cases} mutated headers were still valid");
        Assert.InRange(accepted, Cases / 100, Cases / 2); // neither rejects everything nor changes nothing
    }

    [Fact]
    public void Mutated_files_are_rejected_cleanly_or_read()
    {
        const int Cases = 500;
        using var scratch = new ScratchFolder();
        var random = new Random(7);
        int accepted = 0;
        for (int i = 0; i < Cases; i++)
        {
            string path = scratch[$"{i}"];
            byte[] bytes = Mutate(random, _seeds[random.Next(_seeds.Length)]);
            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ReadAll(SafetensorsFile.Open(path), bytes);
                accepted++;
            }
            catch (SafetensorsException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000 + (20L * bytes.Length));
        }

        Assert.InRange(accepted, Cases / 100, Cases / 2);
    }

    private static SafetensorsHeader? Parse(byte[] bytes, int number)
    {
        try
        {
            int length = SafetensorsHeader.CheckLength(bytes.AsSpan(0, Math.Min(8, bytes.Length)), bytes.Length, "fuzz");
            return SafetensorsHeader.Parse(bytes.AsSpan(8, length), bytes.Length, "fuzz");
        }
        catch (SafetensorsException e)
        {
            Assert.StartsWith("fuzz: ", e.Message);
            Assert.InRange(e.Message.Length, 10, 3000);
            return null;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"case {number} let {e.GetType()} out: {Convert.ToBase64String(bytes)}", e);
        }
    }

    private static void ReadAll(SafetensorsFile file, byte[] bytes)
    {
        foreach (SafetensorsEntry entry in file.Entries.Values)
        {
            byte[] copy = new byte[entry.ByteLength];
            fixed (byte* p = copy) file.CopyTo(entry.Name, p, copy.Length);
            Assert.True(bytes.AsSpan((int)entry.Offset, copy.Length).SequenceEqual(copy));
            SafetensorsView view = file.View(entry.Name);
            Assert.True(view.Slice(0, copy.Length).SequenceEqual(copy));
            try
            {
                _ = entry.DType switch
                {
                    DType.Float64 => file.ToArray<double>(entry.Name).Length,
                    DType.Int32 => file.ToArray<int>(entry.Name).Length,
                    DType.Int64 => file.ToArray<long>(entry.Name).Length,
                    DType.Bool => file.ToArray<bool>(entry.Name).Length,
                    _ => file.ToArray<float>(entry.Name).Length,
                };
            }
            catch (SafetensorsException) when (entry.DType is null or DType.BFloat16 or DType.Bool)
            {
            }
        }
    }

    // One to three mutations: of bytes anywhere (the length and the data too), or of JSON tokens with the length put right again.
    private static byte[] Mutate(Random random, byte[] seed)
    {
        byte[] bytes = seed;
        for (int n = random.Next(1, 4); n > 0; n--) bytes = random.Next(2) == 0 ? MutateBytes(random, bytes) : MutateJson(random, bytes);
        return bytes;
    }

    private static byte[] MutateBytes(Random random, byte[] bytes)
    {
        int at = random.Next(bytes.Length + 1);
        int end = Math.Min(bytes.Length, at + random.Next(1, 9));
        byte[] copy = [.. bytes];
        switch (random.Next(4))
        {
            case 0 when at < copy.Length:
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
            case 1:
                byte[] inserted = new byte[random.Next(1, 9)];
                random.NextBytes(inserted);
                return [.. bytes[..at], .. inserted, .. bytes[at..]];
            case 2:
                return [.. bytes[..at], .. bytes[end..]];
            default:
                return bytes[..at];
        }
    }

    private static byte[] MutateJson(Random random, byte[] bytes)
    {
        if (bytes.Length < 8) return bytes;
        ulong length = Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes), (ulong)bytes.Length - 8);
        string[] tokens = [.. Token().Matches(Encoding.UTF8.GetString(bytes, 8, (int)length)).Select(m => m.Value)];
        if (tokens.Length == 0) return bytes;
        int a = random.Next(tokens.Length), b = random.Next(tokens.Length);
        string replacement = _tokens[random.Next(_tokens.Length)];
        switch (random.Next(5))
        {
            case 0:
                tokens[a] = replacement;
                break;
            case 1:
                tokens[a] = "";
                break;
            case 2:
                tokens[a] += replacement;
                break;
            case 3:
                (tokens[a], tokens[b]) = (tokens[b], tokens[a]);
                break;
            default: // a number a little off: the likeliest to slip through
                int number = Array.FindIndex(tokens, a, t => char.IsAsciiDigit(t[0]));
                if (number >= 0 && long.TryParse(tokens[number], out long value)) tokens[number] = (value + random.Next(-2, 3)).ToString();
                break;
        }

        return Malformed.Bytes(string.Concat(tokens), bytes[(8 + (int)length)..]);
    }

    [GeneratedRegex("""[0-9]+|"[^"]*"|.""", RegexOptions.Singleline)]
    private static partial Regex Token();
}
