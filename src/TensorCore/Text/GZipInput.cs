using System.IO.Compression;
using System.Security.Cryptography;

namespace TensorCore.Text;

/// <summary>
/// Decompresses gzip and throws if the data is cut short: <see cref="GZipStream"/> alone takes the end of the file for the end of the text. Gzip data
/// may consist of several members, so one more is put behind the file, holding a random marker. If the file is whole, the marker comes out as
/// the last bytes and is dropped; if not, its bytes are taken for the rest of the broken member and it does not.
/// </summary>
internal sealed class GZipInput : ReadOnlyStream
{
    private const int MarkerLength = 16;
    private readonly byte[] _marker = RandomNumberGenerator.GetBytes(MarkerLength);
    private readonly GZipStream _decompressed;
    private readonly byte[] _buffer = new byte[(1 << 16) + MarkerLength];
    private int _start;
    private int _end;

    public GZipInput(Stream compressed)
    {
        var member = new MemoryStream();
        using (var gzip = new GZipStream(member, CompressionLevel.NoCompression, leaveOpen: true)) gzip.Write(_marker);
        _decompressed = new GZipStream(new Continued(compressed, member.ToArray()), CompressionMode.Decompress);
    }

    /// <exception cref="InvalidDataException">The data is damaged or cut short.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        // The last bytes read so far are held back: they may be the marker.
        while (_end - _start <= MarkerLength)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            int read = _decompressed.Read(_buffer.AsSpan(_end));
            if (read == 0) return _buffer.AsSpan(0, _end).SequenceEqual(_marker) ? 0 : throw new InvalidDataException("the gzip data is cut short or damaged at its end");
            _end += read;
        }

        int count = Math.Min(buffer.Length, _end - _start - MarkerLength);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _decompressed.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>A stream and some bytes behind its end.</summary>
    private sealed class Continued(Stream first, byte[] then) : ReadOnlyStream
    {
        private int _given;

        public override int Read(Span<byte> buffer)
        {
            int count = first.Read(buffer);
            if (count > 0 || buffer.IsEmpty) return count;
            count = Math.Min(buffer.Length, then.Length - _given);
            then.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) first.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>A stream that can only be read from beginning to end.</summary>
internal abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
