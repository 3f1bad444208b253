namespace TensorCore;

/// <summary>Index expressions for the samples of the indexing ops.</summary>
internal static class IndexSamples
{
    /// <summary>Integers, ranges, stepped slices both ways, new axes and an ellipsis.</summary>
    public static TensorIndex[] Basic(SampleGenerator g, Shape shape)
    {
        List<TensorIndex> indices = [];
        int axes = g.Choose(shape.Rank + 1);
        bool fromEnd = g.Chance(3);
        if (fromEnd) indices.Add(TensorIndex.Ellipsis);
        for (int i = 0; i < axes; i++)
        {
            if (g.Chance(5)) indices.Add(TensorIndex.NewAxis);
            indices.Add(OfAxis(g, shape.Span[fromEnd ? shape.Rank - axes + i : i]));
        }
        return [.. indices];
    }

    private static TensorIndex OfAxis(SampleGenerator g, int n)
    {
        int low = g.Choose(n + 1), high = low + g.Choose(n - low + 1);
        switch (g.Choose(6))
        {
            case 0: return ..;
            case 1: return low..high;
            case 2: return ^(n - low)..;
            case 3: return TensorIndex.Slice(g.Chance() ? null : low, null, 1 + g.Choose(3));
            case 4: return TensorIndex.Slice(g.Chance() ? null : high, g.Chance() ? null : low - 1 - n, -1 - g.Choose(3));
            default: return n == 0 ? .. : g.Chance() ? g.Choose(n) : ^(1 + g.Choose(n));
        }
    }

    /// <summary>One to three index tensors that broadcast, or a mask, among basic indices.</summary>
    public static TensorIndex[] Advanced(SampleGenerator g, Shape shape)
    {
        if (shape.Rank == 0) return Basic(g, shape);
        List<TensorIndex> indices = [];
        int[] picked = [g.PositiveSize(3), g.PositiveSize(3)];
        int tensors = 0;
        for (int i = 0; i < shape.Rank && tensors < 3; i++)
        {
            int n = shape.Span[i];
            switch (g.Choose(4))
            {
                case 0 when n > 0 || tensors == 0:
                    // An empty axis has no index to name: an empty list of them, which broadcasts with no other list.
                    indices.Add(n == 0 ? g.Indices([0], 1) : g.Indices(g.BroadcastableTo(picked), n));
                    tensors++;
                    if (n == 0) return [.. indices];
                    break;
                case 1 when tensors == 0:
                    int rank = Math.Min(1 + g.Choose(2), shape.Rank - i);
                    indices.Add(g.Mask(shape.Span.Slice(i, rank)));
                    return [.. indices];
                default:
                    indices.Add(OfAxis(g, n));
                    break;
            }
        }
        return [.. indices];
    }
}
