using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const int RotateThreads = 256; // as in rotate.cu

    // The tables that were used, on the device; they go when the op forgets its own.
    private readonly ConditionalWeakTable<Tensor, Tensor> _rotaryTables = [];

    /// <summary>The arguments of rotate.cu.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Rotation
    {
        public nint X;
        public long Batch, Head, Row;
        public nint Y, Table, Positions;
        public long First, Count;
        public Divider PerRow, Rows, Heads;
        public int Half, Each, Inverse;
    }

    public unsafe void Rotate(Tensor x, Tensor table, long[] positions, bool interleaved, bool inverse, Tensor y)
    {
        if (y.Count == 0) return;
        DType computed = Tensor.StatisticsType(x.DType);
        if (x.Strides[^1] != 1 && x.Sizes[^1] > 1) x = x.Contiguous();
        Tensor values = RotaryTable(table, computed);
        int rows = x.Sizes[^2], half = x.Sizes[^1] / 2, size = x.DType.Size();
        // Consecutive positions, the usual case, need no upload.
        bool consecutive = positions.Length == rows && AreConsecutive(positions);
        Tensor? places = consecutive ? null : Tensor.From<long>(positions, [positions.Length], x.Device);

        LeadingAxes axes = new([x, y]);
        bool vectors = half % (16 / size) == 0 && LeadingAxes.AreMultiples(16 / size, 16, [x, y]);
        int perRow = half / (vectors ? 16 / size : 1);
        long heads = axes.Heads * axes.Batches, lines = heads * rows;
        CudaKernel kernel = Kernel("rotate.cu", $"rotate_{(interleaved ? "pairs" : "halves")}{(vectors ? "_vector" : "")}", x.DType);
        for (int i = 0; i < axes.Launches; i++)
        {
            Rotation r = new()
            {
                X = (nint)x.Pointer + (nint)(axes.Offset(0, i) * size),
                Batch = axes.Batch(0),
                Head = axes.Head(0),
                Row = LeadingAxes.RowStep(x),
                Y = (nint)y.Pointer + (nint)(axes.Offset(1, i) * size),
                Table = (nint)values.Pointer,
                Positions = places is null ? 0 : (nint)places.Pointer + (positions.Length == rows ? 0 : (nint)(i * lines * sizeof(long))),
                First = positions[0],
                Count = lines * perRow,
                PerRow = new Divider(perRow),
                Rows = new Divider(rows),
                Heads = new Divider(axes.Heads),
                Half = half,
                Each = positions.Length == rows ? 0 : 1,
                Inverse = inverse ? 1 : 0,
            };
            kernel.Launch(CudaLaunch.Blocks(r.Count, RotateThreads), RotateThreads, 0, KernelArgument.OfStructure(&r));
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        GC.KeepAlive(values);
        GC.KeepAlive(places);
    }

    private static bool AreConsecutive(long[] positions)
    {
        for (int i = 1; i < positions.Length; i++)
            if (positions[i] != positions[0] + i) return false;
        return true;
    }

    /// <summary>The table on the device, in the type that the kernel computes in.</summary>
    private Tensor RotaryTable(Tensor table, DType type)
    {
        if (_rotaryTables.TryGetValue(table, out Tensor? kept)) return kept;
        Tensor copy = table.To(type).To(TensorCore.Device.Cuda(device.Index));
        // What is uploaded while a graph is captured is there only when the graph runs.
        if (device.Capturing is not null) return copy;
        TensorScope.Forget(copy);
        return _rotaryTables.GetValue(table, _ => copy);
    }
}
