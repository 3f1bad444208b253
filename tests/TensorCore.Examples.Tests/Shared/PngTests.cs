using FsCheck;
using FsCheck.Fluent;
using TensorCore.Examples.Charts;

namespace TensorCore.Examples.Tests.Shared;

public class PngTests
{
    [Fact]
    public void AnyImageComesBackByteForByte()
    {
        Arbitrary<(int Width, int Height, int Channels, int Seed, bool Flat)> images = Arb.From(
            from width in Gen.Choose(1, 40)
            from height in Gen.Choose(1, 40)
            from channels in Gen.Elements(1, 3)
            from seed in Gen.Choose(0, int.MaxValue)
            from flat in Gen.Elements(true, false)
            where channels == 1 || width * height > 0
            select (width, height, channels, seed, flat));
        Prop.ForAll(images, image =>
        {
            byte[] pixels = new byte[image.Width * image.Height * image.Channels];
            if (!image.Flat)
                new System.Random(image.Seed).NextBytes(pixels);
            PngDecoder.Image back = PngDecoder.Decode(Png.Encode(image.Width, image.Height, pixels));
            return back.Width == image.Width && back.Height == image.Height && back.Channels == image.Channels && back.Pixels.AsSpan().SequenceEqual(pixels);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void RepeatedRowsCompressTogether()
    {
        byte[] row = new byte[300], pixels = new byte[300 * 100];
        new System.Random(1).NextBytes(row);
        for (int i = 0; i < 100; i++)
            row.CopyTo(pixels, i * 300);
        Assert.InRange(Png.Encode(300, 100, pixels).Length, 300, 700);
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, -1, 1)]
    public void SizesMustBePositive(int width, int height, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Png.Encode(width, height, new byte[count]));

    [Fact]
    public void AWrongNumberOfPixelsIsNamed()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(() => Png.Encode(4, 3, new byte[13]));
        Assert.Contains("4×3", e.Message);
        Assert.Contains("13", e.Message);
    }
}
