using System.Numerics;
using System.Runtime.InteropServices;
using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string AttentionFile = "attention.cu", AttentionTiledFile = "attention_tiled.cu", AttentionTensorFile = "attention_tensor.cu", AttentionFewFile = "attention_few.cu";

    // As in the kernels: rows and columns of the general kernels' tiles, their features and threads; threads of the others; queries of a block, for each 16 of a warp; keys of a tile.
    private const int AttentionSide = 32, AttentionFeatures = 128, AttentionGeneralThreads = 256, AttentionThreads = 128, AttentionTensorQueries = 64, AttentionTensorKeys = 64;

    public unsafe void Attention(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp)
    {
        if (logSumExp.Count == 0) return;
        AttentionCall call = new(device, q, k, v, mask, causal, scale, y, logSumExp);
        if (call.IsFew)
        {
            AttentionFew(call, y);
            return;
        }
        int width = call.Width;
        (string Name, int Value)[] defines = [("HEAD_DIM", width), ("HAS_MASK", mask is null ? 0 : 1)];
        for (int i = 0; i < call.Count; i++)
        {
            AttentionArguments a = call.At(i);
            KernelArgument arguments = KernelArgument.OfStructure(&a);
            if (call.Kind == AttentionKind.Tensor)
            {
                int rowTiles = RowTiles(call, width, mask is not null), shared = ((AttentionTensorQueries * rowTiles) + (2 * AttentionTensorKeys)) * width * sizeof(ushort);
                Kernel(AttentionTensorFile, "attention_forward", y.DType, [defines[0], ("ROW_TILES", rowTiles), defines[1]])
                    .Launch(call.Heads * CudaLaunch.Blocks(a.Queries, AttentionTensorQueries * rowTiles), AttentionThreads, shared, arguments);
            }
            else if (call.Kind == AttentionKind.Tiled)
            {
                // 64 queries; the weights take the place of the keys.
                int keys = width <= 64 ? 64 : 32, shared = ((64 * width) + (keys * Math.Max(64, width)) + (keys * width)) * sizeof(float);
                Kernel(AttentionTiledFile, "attention_forward", y.DType, defines).Launch(call.Heads * CudaLaunch.Blocks(a.Queries, 64), AttentionThreads, shared, arguments);
            }
            else
            {
                Kernel(AttentionFile, "attention_forward", y.DType)
                    .Launch((call.Heads * CudaLaunch.Blocks(a.Queries, AttentionSide), Math.Max(1, CudaLaunch.Blocks(a.E, AttentionFeatures))), AttentionGeneralThreads, 0, arguments);
            }
        }
        call.KeepAlive();
    }

    // Keys of a part, of which there are at most 64, and the threads that read them: as many as there are 16 bytes in a row.
    private const int AttentionPart = 128, AttentionParts = 64;

    /// <summary>A few queries, as in decoding: the keys in parts, so that every head keeps several multiprocessors busy.</summary>
    private unsafe void AttentionFew(AttentionCall call, Tensor y)
    {
        int vector = 16 / y.DType.Size(), lanes = Math.Max(4, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(call.D, call.E)) / vector);
        int length = AttentionPart * (int)Math.Max(1, CudaLaunch.Blocks(call.Keys, AttentionPart * AttentionParts)), splits = (int)Math.Max(1, CudaLaunch.Blocks(call.Keys, length));
        long rows = call.Heads * call.Queries;
        Tensor? parts = splits == 1 ? null : Tensor.Empty([checked((int)(rows * splits)), (lanes * vector) + 4], DType.Float32, y.Device);
        (string, int)[] defines = [("LANES", lanes), ("QUERIES", call.Queries == 1 ? 1 : AttentionCall.FewQueries)];
        for (int i = 0; i < call.Count; i++)
        {
            AttentionArguments a = call.At(i);
            KernelArgument arguments = KernelArgument.OfStructure(&a);
            Kernel(AttentionFewFile, "attention_few", y.DType, defines).Launch(call.Heads * splits, AttentionThreads, 0, arguments, parts, splits, length);
            if (parts is not null)
                Kernel(AttentionFewFile, "attention_few_combine", y.DType, defines).Launch(CudaLaunch.Blocks(rows, AttentionThreads / lanes), AttentionThreads, 0, arguments, parts, splits, rows);
        }
        call.KeepAlive();
    }

    /// <summary>
    /// 2 where 32 queries for each warp pay: on the GPUs whose shared memory is slow beside their tensor cores and large enough (A100, H100), if blocks of 128 queries suffice for two on each multiprocessor.
    /// </summary>
    private int RowTiles(AttentionCall call, int width, bool masked)
    {
        bool server = device.ComputeCapability is 80 or >= 90;
        if (width > 64 && !server) return 1;
        if (width == 128 && masked) return 1; // there are not enough registers
        return call.Heads * CudaLaunch.Blocks(call.Queries, 2 * AttentionTensorQueries) >= 2 * device.Multiprocessors ? 2 : 1;
    }
}

/// <summary>Which kernels compute an attention.</summary>
internal enum AttentionKind
{
    /// <summary>Any size and type.</summary>
    General,

    /// <summary>float32 arithmetic from tiles in shared memory.</summary>
    Tiled,

    /// <summary>bfloat16 on tensor cores.</summary>
    Tensor,
}

/// <summary>Rows of each head, as attention.cuh has them; strides in elements.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionHeads
{
    public nint Data;
    public long Batch, Head, Row;
}

/// <summary>The arguments of all attention kernels, as attention.cuh has them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AttentionArguments
{
    public AttentionHeads Q, K, V, Y, Dy, Dq, Dk, Dv, Mask;
    public nint LogSumExp, Statistics;
    public int Padded, Heads, Queries, Keys, D, E, Causal, Packed;
    public float ScoreScale;
    public double Scale;
}

/// <summary>
/// An attention as the kernels take it: rows with contiguous features, copied where they are not; the mask with contiguous keys.
/// </summary>
internal sealed unsafe class AttentionCall
{
    /// <summary>Up to this many queries are a few.</summary>
    public const int FewQueries = 4;

    private const double Log2E = 1.4426950408889634;

    private readonly Tensor?[] _tensors; // in the order of the arguments
    private readonly LeadingAxes _axes;
    private readonly int _elementBytes, _statisticsBytes;
    private readonly AttentionArguments _arguments;

    public AttentionCall(CudaDevice device, Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal, double scale, Tensor y, Tensor logSumExp, Tensor? dy = null, Tensor? dq = null, Tensor? dk = null, Tensor? dv = null)
    {
        (Queries, Keys, D, E) = (q.Sizes[^2], k.Sizes[^2], q.Sizes[^1], v.Sizes[^1]);
        (_elementBytes, _statisticsBytes) = (y.DType.Size(), logSumExp.DType.Size());
        ScoreScale = (float)(mask is null ? scale * Log2E : scale);
        Kind = Choose(device, y.DType);
        Tensor?[] rows = [Rows(q), Rows(k), Rows(v), Rows(y), dy is null ? null : Rows(dy), dq, dk, dv];
        _tensors = [.. rows, mask is null ? null : MaskRows(mask)];
        _axes = new LeadingAxes(_tensors);
        AttentionHeads Of(int i) => _tensors[i] is not { } x ? default : new() { Data = (nint)x.Pointer, Batch = _axes.Batch(i), Head = _axes.Head(i), Row = LeadingAxes.RowStep(x) };
        _arguments = new AttentionArguments()
        {
            Q = Of(0),
            K = Of(1),
            V = Of(2),
            Y = Of(3),
            Dy = Of(4),
            Dq = Of(5),
            Dk = Of(6),
            Dv = Of(7),
            Mask = Of(8),
            LogSumExp = (nint)logSumExp.Pointer,
            Padded = checked((Queries + 127) / 128 * 128), // whole blocks of all kernels
            Heads = _axes.Heads,
            Queries = Queries,
            Keys = Keys,
            D = D,
            E = E,
            Causal = causal ? 1 : 0,
            Packed = LeadingAxes.AreMultiples(16 / _elementBytes, 16, rows) && D * _elementBytes % 16 == 0 && E * _elementBytes % 16 == 0 ? 1 : 0,
            ScoreScale = ScoreScale,
            Scale = scale,
        };
    }

    public AttentionKind Kind { get; }

    /// <summary>True for a few queries of rows that a warp reads at once, forward.</summary>
    public bool IsFew => Queries <= FewQueries && _elementBytes < 8 && _arguments.Packed != 0 && _arguments.Dy.Data == 0 && Math.Max(D, E) * _elementBytes <= 32 * 16;

    /// <summary>The head sizes up to which the kernels that are chosen compute: 32, 64, 96 or 128.</summary>
    public int Width => Math.Max(1, (Math.Max(D, E) + 31) / 32) * 32;

    public int Queries { get; }

    public int Keys { get; }

    public int D { get; }

    public int E { get; }

    /// <summary>Heads of a launch, those of all batches together.</summary>
    public long Heads => (long)_axes.Batches * _axes.Heads;

    /// <summary>The factor that the fast kernels multiply scores by: to powers of 2, but not with a mask.</summary>
    public float ScoreScale { get; }

    /// <summary>The number of launches.</summary>
    public int Count => _axes.Launches;

    /// <summary>The arguments of a launch.</summary>
    public AttentionArguments At(int launch)
    {
        AttentionArguments a = _arguments;
        a.LogSumExp += (nint)(launch * Heads * Queries * _statisticsBytes);
        Span<AttentionHeads> heads = MemoryMarshal.CreateSpan(ref a.Q, _tensors.Length);
        for (int i = 0; i < heads.Length; i++) heads[i].Data += (nint)(_axes.Offset(i, launch) * _elementBytes);
        return a;
    }

    /// <summary>Tensors that were copied live until here, when all is queued.</summary>
    public void KeepAlive() => GC.KeepAlive(_tensors);

    private AttentionKind Choose(CudaDevice device, DType dtype)
    {
        // The fast kernels take the largest score before they multiply.
        bool plain = ScoreScale > 0 && float.IsFinite(ScoreScale);
        if (dtype == DType.Float64 || Math.Max(D, E) > 128 || !plain) return AttentionKind.General;
        if (dtype == DType.BFloat16 && device.ComputeCapability >= 80) return AttentionKind.Tensor;
        return device.MaxSharedBytes >= TiledBytes(Width) ? AttentionKind.Tiled : AttentionKind.General;
    }

    /// <summary>Shared memory of attention_tiled.cu's backward kernels, which need most: two tiles of rows, two of columns, weights.</summary>
    public static int TiledBytes(int width)
    {
        (int rows, int columns) = TiledSizes(width);
        return ((2 * (rows + columns) * width) + (rows * columns)) * sizeof(float);
    }

    /// <summary>Rows and columns of a block of those kernels.</summary>
    public static (int Rows, int Columns) TiledSizes(int width) => (width <= 96 ? 64 : 32, width <= 64 ? 64 : 32);

    private static Tensor Rows(Tensor x) => x.Sizes[^1] <= 1 || x.Strides[^1] == 1 ? x : x.Contiguous();

    /// <summary>
    /// The mask with contiguous keys; for the tensor cores' kernels, which read two keys at once, at even places and with one more where their number is odd. A copy is made of its distinct part only.
    /// </summary>
    private Tensor MaskRows(Tensor mask)
    {
        int keys = mask.Sizes[^1];
        bool pairs = Kind == AttentionKind.Tensor;
        if ((keys <= 1 || mask.Strides[^1] == 1) && (!pairs || (keys % 2 == 0 && LeadingAxes.AreMultiples(2, 2 * _elementBytes, [mask])))) return mask;
        int[] distinct = mask.Shape.ToArray();
        for (int i = 0; i < mask.Rank - 1; i++)
            if (mask.Strides[i] == 0) distinct[i] = Math.Min(1, distinct[i]);
        Tensor copy = Tensor.Zeros([.. distinct[..^1], keys + (keys % 2)], mask.DType, mask.Device);
        Tensor part = copy.ViewAs(distinct, copy.Strides.ToArray(), 0);
        mask.Device.Backend.Copy(mask.ViewAs(distinct, mask.Strides.ToArray(), mask.Offset), part);
        return part.Expand(mask.Shape);
    }
}

/// <summary>
/// The axes before the last two, which some tensors share, as kernels take them: neighbours that lie evenly in all tensors as one, then the last two as batch and head, and a launch for each index
/// of those that are left.
/// </summary>
internal sealed unsafe class LeadingAxes
{
    private readonly List<(int Size, long[] Strides)> _axes = [];

    public LeadingAxes(ReadOnlySpan<Tensor?> tensors)
    {
        int[] lead = tensors[0]!.Sizes[..^2].ToArray();
        for (int axis = 0; axis < lead.Length; axis++)
        {
            if (lead[axis] == 1) continue;
            long[] strides = new long[tensors.Length];
            for (int i = 0; i < strides.Length; i++) strides[i] = tensors[i] is { } x ? x.Strides[axis] : 0;
            if (_axes.Count > 0 && Joins(_axes[^1].Strides, strides, lead[axis])) _axes[^1] = (checked(_axes[^1].Size * lead[axis]), strides);
            else _axes.Add((lead[axis], strides));
        }
        while (_axes.Count < 2) _axes.Insert(0, (1, new long[tensors.Length]));
        Launches = 1;
        foreach ((int size, _) in _axes[..^2]) Launches = checked(Launches * size);
    }

    public int Batches => _axes[^2].Size;

    public int Heads => _axes[^1].Size;

    /// <summary>A tensor's elements from one batch to the next.</summary>
    public long Batch(int tensor) => _axes[^2].Strides[tensor];

    /// <summary>A tensor's elements from one head to the next.</summary>
    public long Head(int tensor) => _axes[^1].Strides[tensor];

    public int Launches { get; }

    /// <summary>A tensor's elements from its first to the first of a launch.</summary>
    public long Offset(int tensor, int launch)
    {
        long offset = 0;
        for (int axis = _axes.Count - 3, rest = launch; axis >= 0; axis--)
        {
            (rest, int at) = Math.DivRem(rest, _axes[axis].Size);
            offset += at * _axes[axis].Strides[tensor];
        }
        return offset;
    }

    /// <summary>A tensor's elements from one row to the next.</summary>
    public static long RowStep(Tensor x) => x.Sizes[^2] <= 1 ? 0 : x.Strides[^2];

    /// <summary>Whether every row of the tensors starts a multiple of <paramref name="elements"/> from an address that is one of <paramref name="bytes"/>.</summary>
    public static bool AreMultiples(int elements, int bytes, ReadOnlySpan<Tensor?> tensors)
    {
        foreach (Tensor? x in tensors)
        {
            if (x is null) continue;
            if ((nint)x.Pointer % bytes != 0) return false;
            for (int i = 0; i < x.Rank - 1; i++)
                if (x.Sizes[i] > 1 && x.Strides[i] % elements != 0) return false;
        }
        return true;
    }

    private static bool Joins(long[] outer, long[] inner, int size)
    {
        for (int i = 0; i < outer.Length; i++)
            if (outer[i] != inner[i] * size) return false;
        return true;
    }
}
