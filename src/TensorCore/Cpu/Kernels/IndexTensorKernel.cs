using System.Collections;

namespace TensorCore;

internal sealed unsafe partial class CpuBackend
{
    public Tensor WrapIndices(Tensor indices, int n, Func<long, long, Exception> outOfRange)
    {
        Tensor y = Tensor.EmptyLike(indices);
        long* p = (long*)indices.Pointer, q = (long*)y.Pointer;
        for (long i = 0; i < y.Count; i++)
        {
            long at = p[i] < 0 ? p[i] + n : p[i];
            if ((ulong)at >= (ulong)n) throw outOfRange(p[i], i);
            q[i] = at;
        }
        GC.KeepAlive(indices);
        GC.KeepAlive(y);
        return y;
    }

    public void JoinIndices(Tensor into, Tensor positions, int size)
    {
        long* p = (long*)into.Pointer, q = (long*)positions.Pointer;
        for (long i = 0; i < into.Count; i++) p[i] = (p[i] * size) + q[i];
        GC.KeepAlive(into);
        GC.KeepAlive(positions);
    }

    public Tensor[] TruePositions(Tensor mask)
    {
        byte* m = (byte*)mask.Pointer;
        int count = 0;
        for (long i = 0; i < mask.Count; i++) count = checked(count + (m[i] != 0 ? 1 : 0));
        Tensor[] result = new Tensor[mask.Rank];
        for (int axis = 0; axis < result.Length; axis++)
        {
            result[axis] = Tensor.Empty([count], DType.Int64, mask.Device);
            long* p = (long*)result[axis].Pointer;
            long inner = Shape.ElementCount(mask.Sizes[(axis + 1)..]), n = mask.Sizes[axis];
            for (long i = 0; i < mask.Count; i++)
                if (m[i] != 0) *p++ = i / inner % n;
            GC.KeepAlive(result[axis]);
        }
        GC.KeepAlive(mask);
        return result;
    }

    public Tensor? LastNamed(Tensor positions, long n)
    {
        Tensor winners = Tensor.Empty(positions.Sizes, DType.Bool, positions.Device);
        BitArray taken = new(checked((int)n));
        long* p = (long*)positions.Pointer;
        byte* w = (byte*)winners.Pointer;
        bool twice = false;
        for (long i = positions.Count - 1; i >= 0; i--)
        {
            int at = (int)p[i];
            twice |= taken[at];
            w[i] = (byte)(taken[at] ? 0 : 1);
            taken[at] = true;
        }
        GC.KeepAlive(positions);
        GC.KeepAlive(winners);
        return twice ? winners : null;
    }
}
