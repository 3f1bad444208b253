using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    // As in gather.cu and index_add.cu.
    private const int GatherThreads = 256, GatherPerThread = 4;

    /// <summary>Elements (o, k, i) around an indexed axis, as gather.cu takes them by value.</summary>
    private readonly struct GatherPicks(long outer, long n, long inner, long picks)
    {
        private readonly long _count = outer * picks * inner, _n = n;
        private readonly Divider _slice = new(picks * inner), _inner = new(inner);
    }

    public unsafe void Gather(Tensor x, Tensor index, Tensor y, long outer, long n, long inner, long picks)
    {
        if (y.Count == 0) return;
        GatherPicks p = new(outer, n, inner, picks);
        Kernel("gather.cu", $"gather_{y.DType.Size()}", DType.Bool).Launch(CudaLaunch.Blocks(y.Count, GatherThreads * GatherPerThread), GatherThreads, 0,
            x, index, y, KernelArgument.OfStructure(&p));
    }

    public unsafe void Scatter(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks)
    {
        if (s.Count == 0) return;
        Tensor? last = picks == 1 ? null : Claim(index, y.Count, outer, n, inner, picks);
        GatherPicks p = new(outer, n, inner, picks);
        Kernel("gather.cu", $"scatter_{y.DType.Size()}", DType.Bool).Launch(CudaLaunch.Blocks(s.Count, GatherThreads), GatherThreads, 0, s, index, last, y, KernelArgument.OfStructure(&p));
    }

    /// <summary>For each place of (outer, n, inner) the last k that names it, plus 1; 0 where none does.</summary>
    private unsafe Tensor Claim(Tensor index, long places, long outer, long n, long inner, long picks)
    {
        Tensor last = Scratch(places, DType.Int32, index.Device);
        Fill(last, 0);
        GatherPicks p = new(outer, n, inner, picks);
        Kernel("gather.cu", "claim", DType.Bool).Launch(CudaLaunch.Blocks(index.Count, GatherThreads), GatherThreads, 0, index, last, KernelArgument.OfStructure(&p));
        return last;
    }

    /// <summary>Unset memory for at least <paramref name="count"/> elements; more than an axis can count are two axes.</summary>
    private static Tensor Scratch(long count, DType type, Device on)
    {
        const int Line = 1 << 20;
        return count <= int.MaxValue ? Tensor.Empty([(int)count], type, on) : Tensor.Empty([checked((int)CudaLaunch.Blocks(count, Line)), Line], type, on);
    }

    // A thread of a few picks looks through the others: at 64 about as long as a load from memory takes.
    private const int FewScatters = 64;

    /// <summary>With more picks, columns that are as many as keep a GPU busy sum for themselves; else the targets are sorted. Tests lower it.</summary>
    internal static long ManyColumns { get; set; } = 1 << 16;

    /// <summary>Elements (o, k, i), as index_add.cu takes them by value.</summary>
    private readonly struct ScatterPicks(long outer, long n, long inner, long picks)
    {
        private readonly long _count = outer * picks * inner, _n = n;
        private readonly Divider _picks = new(picks), _inner = new(inner);
    }

    public unsafe void ScatterAdd(Tensor s, Tensor index, Tensor y, long outer, long n, long inner, long picks)
    {
        if (s.Count == 0 || y.Count == 0) return;
        long columns = outer * inner;
        if (picks <= FewScatters)
        {
            ScatterPicks p = new(outer, n, inner, picks);
            Kernel("index_add.cu", "scatter_add_few", y.DType).Launch(CudaLaunch.Blocks(s.Count, GatherThreads), GatherThreads, 0, s, index, y, KernelArgument.OfStructure(&p));
            return;
        }
        if (columns < ManyColumns && s.Count < uint.MaxValue && y.Count < uint.MaxValue)
        {
            (Tensor keys, Tensor numbers) = SortTargets(index, n, picks * inner, inner, (uint)y.Count);
            AddSorted(s, keys, numbers, y, new(1, y.Count, 1, s.Count, 1), packs: false);
            return;
        }
        Tensor sum = y;
        if (y.DType == DType.BFloat16)
        {
            sum = Tensor.EmptyLike(y, DType.Float32);
            Cast(y, sum);
        }
        Divider divider = new(inner);
        Kernel("index_add.cu", "scatter_add_columns", y.DType).Launch(CudaLaunch.Blocks(columns, GatherThreads), GatherThreads, 0,
            s, index, sum, columns, n, picks, KernelArgument.OfStructure(&divider));
        if (!ReferenceEquals(sum, y)) Cast(sum, y);
    }
}
