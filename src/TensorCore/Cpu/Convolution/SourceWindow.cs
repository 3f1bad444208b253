using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// The part of some images that a piece of a correlation reads, laid out so that neighbouring positions are neighbours in memory: the image
/// itself where the stride is 1 and nothing lies outside, else a copy with zeros around it and, for a stride s, the columns sorted by their
/// residue modulo s. All steps in bytes.
/// </summary>
internal unsafe struct SourceWindow
{
    private nint _image, _channel, _row, _residue, _size;
    private int _step;

    /// <summary>The first element of the window.</summary>
    public byte* Origin;

    /// <summary>What the window is cut from.</summary>
    public struct Request
    {
        public byte* Source;
        public long SourceCount;
        public int LaneSize, Slack;
        public int FirstImage, Images, TotalChannels, FirstChannel, Channels, Height, Width;

        /// <summary>The window in source coordinates, which may lie outside of the image; <see cref="Step"/> is the stride along a row.</summary>
        public int Top, Rows, Left, Columns, Step;

        public readonly int ResidueLength => (Columns + Step - 1) / Step;

        /// <summary>Room for a copy, with a vector of slack.</summary>
        public readonly nint CopyBytes => ((nint)Images * Channels * Rows * ResidueLength * Step * LaneSize) + 128;

        public readonly bool IsInside
        {
            get
            {
                if (Step != 1 || Top < 0 || Left < 0 || Top + Rows > Height || Left + Columns > Width) return false;
                // Whole vectors are read: they must not pass the end of the tensor.
                long lastChannel = ((long)(FirstImage + Images - 1) * TotalChannels) + FirstChannel + Channels - 1;
                return (((lastChannel * Height) + Top + Rows - 1) * Width) + Left + Columns + Slack <= SourceCount;
            }
        }
    }

    /// <summary>The window of a request, copied to <paramref name="scratch"/> where it must be.</summary>
    public static SourceWindow Open(in Request r, byte* scratch)
    {
        nint size = r.LaneSize;
        SourceWindow w = new() { _size = size, _step = r.Step };
        if (r.IsInside)
        {
            w._row = r.Width * size;
            w._channel = w._row * r.Height;
            w._image = w._channel * r.TotalChannels;
            w.Origin = r.Source + (r.FirstImage * w._image) + (r.FirstChannel * w._channel) + (r.Top * w._row) + (r.Left * size);
            return w;
        }
        w._residue = r.ResidueLength * size;
        w._row = w._residue * r.Step;
        w._channel = w._row * r.Rows;
        w._image = w._channel * r.Channels;
        w.Origin = scratch;
        w.Copy(r);
        return w;
    }

    /// <summary>Where a source coordinate relative to the window's corner lies.</summary>
    public readonly nint At(int row, int column) => (row * _row) + (column % _step * _residue) + (column / _step * _size);

    public readonly nint Image(int image) => image * _image;

    public readonly nint Channel(int channel) => channel * _channel;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Copy(in Request r)
    {
        int before = Math.Clamp(-r.Left, 0, r.Columns);
        int inside = Math.Max(0, Math.Min(r.Width, r.Left + r.Columns) - Math.Max(0, r.Left));
        byte* to = Origin;
        for (int image = 0; image < r.Images; image++)
        {
            for (int channel = 0; channel < r.Channels; channel++)
            {
                byte* plane = r.Source + ((((nint)(r.FirstImage + image) * r.TotalChannels) + r.FirstChannel + channel) * r.Height * r.Width * _size);
                for (int row = 0; row < r.Rows; row++, to += _row)
                {
                    int h = r.Top + row;
                    if (h < 0 || h >= r.Height || inside == 0)
                    {
                        new Span<byte>(to, (int)_row).Clear();
                        continue;
                    }
                    byte* from = plane + ((((nint)h * r.Width) + Math.Max(0, r.Left)) * _size);
                    if (r.Step == 1) CopyRow(from, to, before, inside, r.Columns);
                    else SortRow(from, to, before, inside, r);
                }
            }
        }
    }

    private readonly void CopyRow(byte* from, byte* to, int before, int inside, int columns)
    {
        new Span<byte>(to, before * (int)_size).Clear();
        Buffer.MemoryCopy(from, to + (before * _size), inside * _size, inside * _size);
        new Span<byte>(to + ((before + inside) * _size), (columns - before - inside) * (int)_size).Clear();
    }

    // Column c of the window, residue c mod s, comes after the columns of the residues below its own.
    private readonly void SortRow(byte* from, byte* to, int before, int inside, in Request r)
    {
        new Span<byte>(to, (int)_row).Clear();
        for (int residue = 0; residue < r.Step; residue++)
        {
            int first = before + ((((residue - before) % r.Step) + r.Step) % r.Step);
            byte* target = to + (residue * _residue);
            if (_size == 4)
            {
                for (int c = first; c < before + inside; c += r.Step) ((int*)target)[c / r.Step] = ((int*)from)[c - before];
            }
            else
            {
                for (int c = first; c < before + inside; c += r.Step) ((long*)target)[c / r.Step] = ((long*)from)[c - before];
            }
        }
    }
}
