using System.Buffers.Binary;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using TensorCore.Examples.Data;

namespace TensorCore.Examples.Tests.Shared;

public sealed class IdxFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("idx").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsWhatWasWritten(bool gzip)
    {
        byte[] data = [.. Enumerable.Range(0, 2 * 3 * 4).Select(i => (byte)(i * 11))];
        IdxFile file = IdxFile.Read(Write("x", Idx([2, 3, 4], data), gzip));
        Assert.Equal([2, 3, 4], file.Shape);
        Assert.Equal(data, file.Bytes);
    }

    [Fact]
    public void ReadsALargeCompressibleFile()
    {
        // All zeros: close to deflate's best ratio, which must not be mistaken for an absurd claim.
        IdxFile file = IdxFile.Read(Write("zeros", Idx([5000, 28, 28], new byte[5000 * 784]), gzip: true));
        Assert.Equal(5000 * 784, file.Bytes.Length);
    }

    [Theory]
    [InlineData(new byte[] { }, "header")]
    [InlineData(new byte[] { 0, 0, 8 }, "header")]
    [InlineData(new byte[] { 1, 0, 8, 1, 0, 0, 0, 0 }, "01 00")]
    [InlineData(new byte[] { 0, 0, 0x0d, 1, 0, 0, 0, 0 }, "0x0d")]
    [InlineData(new byte[] { 0, 0, 8, 0 }, "0 dimensions")]
    [InlineData(new byte[] { 0, 0, 8, 200 }, "200 dimensions")]
    [InlineData(new byte[] { 0, 0, 8, 2, 0, 0, 0, 1 }, "dimension 2 of 2")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 3, 1, 2 }, "truncated")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 1, 2 }, "more data")]
    [InlineData(new byte[] { 0, 0, 8, 1, 255, 255, 255, 255, 1 }, "4294967295")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 255, 255 }, "more than")]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 255, 0, 0, 1 }, "cannot hold")]
    public void MalformedFilesAreNamedWithTheirFault(byte[] bytes, string fault)
    {
        foreach (bool gzip in (bool[])[false, true])
        {
            string path = Write("bad", bytes, gzip);
            InvalidDataException e = Assert.Throws<InvalidDataException>(() => IdxFile.Read(path));
            Assert.Contains(path, e.Message);
            // What a gzip file holds is known only after reading: there the same fault may be "truncated".
            Assert.True(e.Message.Contains(fault) || (gzip && e.Message.Contains("truncated")), e.Message);
        }
    }

    [Fact]
    public void AnAbsurdClaimCostsNoMemory()
    {
        string path = Write("huge", Idx([1 << 29], []), gzip: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<InvalidDataException>(() => IdxFile.Read(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void DamagedFilesEitherReadOrAreReported()
    {
        byte[] plain = Idx([3, 4, 5], [.. Enumerable.Range(0, 60).Select(i => (byte)i)]), zipped = Zip(plain);
        Gen<(bool Gzip, int Keep, (int At, int Value)[] Changes, int Extra)> damages =
            from gzip in Gen.Elements(true, false)
            let length = gzip ? zipped.Length : plain.Length
            from keep in Gen.Frequency((1, Gen.Choose(0, length)), (2, Gen.Constant(length)))
            from count in Gen.Choose(0, 3)
            from at in Gen.Choose(0, length - 1).ArrayOf(count)
            from value in Gen.Choose(0, 255).ArrayOf(count)
            from extra in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 9)))
            select (gzip, keep, at.Zip(value).ToArray(), extra);
        Prop.ForAll(Arb.From(damages), damage =>
        {
            byte[] bytes = [.. damage.Gzip ? zipped : plain];
            foreach ((int at, int value) in damage.Changes)
                bytes[at] = (byte)value;
            string path = Path.Combine(_folder, "damaged");
            File.WriteAllBytes(path, [.. bytes.Take(damage.Keep), .. new byte[damage.Extra]]);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                IdxFile file = IdxFile.Read(path);
                if (file.Bytes.LongLength != file.Shape.Aggregate(1L, (a, b) => a * b))
                    return false;
            }
            catch (InvalidDataException e)
            {
                if (!e.Message.Contains(path, StringComparison.Ordinal) || e.Message.Contains('\n'))
                    return false;
            }
            return GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte")]
    [InlineData("train-images.idx3-ubyte")]
    [InlineData("train-images-idx3-ubyte.gz")]
    [InlineData("train-images.idx3-ubyte.gz")]
    public void ADataSetIsFoundUnderItsSpellings(string spelling)
    {
        bool gzip = spelling.EndsWith(".gz", StringComparison.Ordinal), dot = spelling.Contains(".idx3", StringComparison.Ordinal);
        WriteSet("train", 5, gzip, dot);
        WriteSet("t10k", 3, gzip, dot);
        Assert.True(File.Exists(Path.Combine(_folder, spelling)));
        ImageDataset set = ImageDataset.Load(_folder);
        Assert.Equal((5, 3, 2, 3, 5), (set.Train.Count, set.Test.Count, set.Height, set.Width, set.Classes));
        Assert.Equal([6, 7, 8, 9, 10, 11], set.Train.Image(1).ToArray());
        Assert.Equal([0, 1, 2], set.Test.Labels);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Test.Image(3).Length);
    }

    [Fact]
    public void MissingAndUnfittingFilesAreNamed()
    {
        Assert.Throws<DirectoryNotFoundException>(() => ImageDataset.Load(Path.Combine(_folder, "no")));
        WriteSet("train", 5, gzip: false, dot: false);
        Assert.Contains("t10k-images-idx3-ubyte", Assert.Throws<FileNotFoundException>(() => ImageDataset.Load(_folder)).Message);
        WriteSet("t10k", 3, gzip: false, dot: false);
        Write("t10k-labels-idx1-ubyte", Idx([4], new byte[4]), gzip: false);
        Assert.Contains("3 images but", Assert.Throws<InvalidDataException>(() => ImageDataset.Load(_folder)).Message);
        Write("t10k-labels-idx1-ubyte", Idx([3], new byte[3]), gzip: false);
        Write("t10k-images-idx3-ubyte", Idx([3, 3, 3], new byte[27]), gzip: false);
        Assert.Contains("training 2×3, test 3×3", Assert.Throws<InvalidDataException>(() => ImageDataset.Load(_folder)).Message);
        Write("t10k-images-idx3-ubyte", Idx([0, 2, 3], []), gzip: false);
        Assert.Contains("0×2×3", Assert.Throws<InvalidDataException>(() => ImageDataset.Load(_folder)).Message);
    }

    private void WriteSet(string name, int count, bool gzip, bool dot)
    {
        string separator = dot ? "." : "-", end = gzip ? ".gz" : "";
        Write($"{name}-images{separator}idx3-ubyte{end}", Idx([count, 2, 3], [.. Enumerable.Range(0, count * 6).Select(i => (byte)i)]), gzip);
        Write($"{name}-labels{separator}idx1-ubyte{end}", Idx([count], [.. Enumerable.Range(0, count).Select(i => (byte)i)]), gzip);
    }

    private string Write(string name, byte[] bytes, bool gzip)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, gzip ? Zip(bytes) : bytes);
        return path;
    }

    private static byte[] Idx(int[] shape, byte[] data)
    {
        byte[] bytes = new byte[4 + 4 * shape.Length + data.Length];
        (bytes[2], bytes[3]) = (8, (byte)shape.Length);
        for (int i = 0; i < shape.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4 + 4 * i), shape[i]);
        data.CopyTo(bytes, 4 + 4 * shape.Length);
        return bytes;
    }

    private static byte[] Zip(byte[] bytes)
    {
        using MemoryStream zipped = new();
        using (GZipStream gzip = new(zipped, CompressionLevel.Optimal))
            gzip.Write(bytes);
        return zipped.ToArray();
    }
}
