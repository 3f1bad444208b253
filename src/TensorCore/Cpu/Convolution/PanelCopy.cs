using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>One vector to copy: offsets in bytes from the start of the source's row and of the panel's row.</summary>
internal record struct VectorCopy(nint From, nint To);

/// <summary>
/// Gathers the columns of an image's patches straight into the panels that the matrix product's micro-kernel reads: the matrix of all
/// patches (im2col), KH·KW times as large as the image, never exists. A row of a panel is a few runs of neighbouring elements, and a run is copied in
/// whole vectors: what a vector writes too much is overwritten by the next run or the next row, so source and panel need a vector of slack at their ends.
/// </summary>
internal static unsafe class PanelCopy<V>
    where V : struct, ISimd<V>
{
    /// <summary>The most copies a panel of two vectors needs: a run may be a single element.</summary>
    public const int MaxCopies = 64;

    /// <summary>Appends the copies of a run of <paramref name="length"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddRun(VectorCopy* copies, ref int count, nint from, int lane, int length)
    {
        for (int j = 0; j < length; j += V.Count)
            copies[count++] = new(from + ((nint)j * V.LaneSize), (nint)(lane + j) * V.LaneSize);
    }

    /// <summary>For each row r: the vectors at <c>from + rows[r] + copies[i].From</c> to <c>to + r·step + copies[i].To</c>, in order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(byte* from, nint* rows, int rowCount, VectorCopy* copies, int count, byte* to, nint step)
    {
        VectorCopy a = copies[0], b = copies[Math.Min(1, count - 1)], c = copies[Math.Min(2, count - 1)], d = copies[Math.Min(3, count - 1)];
        switch (count)
        {
            case 1:
                for (int r = 0; r < rowCount; r++, to += step) Copy(from + rows[r], to, a);
                break;
            case 2:
                for (int r = 0; r < rowCount; r++, to += step)
                {
                    byte* row = from + rows[r];
                    Copy(row, to, a);
                    Copy(row, to, b);
                }
                break;
            case 3:
                for (int r = 0; r < rowCount; r++, to += step)
                {
                    byte* row = from + rows[r];
                    Copy(row, to, a);
                    Copy(row, to, b);
                    Copy(row, to, c);
                }
                break;
            case 4:
                for (int r = 0; r < rowCount; r++, to += step)
                {
                    byte* row = from + rows[r];
                    Copy(row, to, a);
                    Copy(row, to, b);
                    Copy(row, to, c);
                    Copy(row, to, d);
                }
                break;
            default:
                for (int r = 0; r < rowCount; r++, to += step)
                {
                    byte* row = from + rows[r];
                    for (int i = 0; i < count; i++) Copy(row, to, copies[i]);
                }
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* row, byte* to, VectorCopy copy) => V.Store(V.Load(row + copy.From, 0), to + copy.To, 0);
}
