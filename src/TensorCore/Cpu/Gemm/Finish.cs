using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// The passes over C outside the micro-kernel. They work on tiles that have just been written, so the data is in L1 and a pass
/// costs about half a percent of a product with k = 768.
/// </summary>
internal static unsafe class Finish<V>
    where V : struct, ISimd<V>
{
    /// <summary>C = alpha·tile + (add ? C : 0): for edge tiles, which must not touch what lies beside C, and for alpha ≠ 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Merge(byte* tile, nint ldTile, byte* c, nint ldc, int rows, int cols, double alpha, bool add)
    {
        V scale = V.Const(alpha);
        for (; rows > 0; rows--, tile += ldTile, c += ldc)
        {
            int j = 0;
            for (; j <= cols - V.Count; j += V.Count)
            {
                V x = scale * V.Load(tile, j);
                V.Store(add ? x + V.Load(c, j) : x, c, j);
            }

            if (j == cols) continue;
            V tail = scale * V.LoadPartial(tile, j, cols - j);
            V.StorePartial(add ? tail + V.LoadPartial(c, j, cols - j) : tail, c, j, cols - j);
        }
    }

    /// <summary>C = beta·C; with beta = 0 it writes zeros and reads nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(byte* c, nint ldc, int rows, int cols, double beta)
    {
        V scale = V.Const(beta);
        for (; rows > 0; rows--, c += ldc)
        {
            int j = 0;
            for (; j <= cols - V.Count; j += V.Count) V.Store(beta == 0 ? V.Zero : scale * V.Load(c, j), c, j);
            if (j == cols) continue;
            V.StorePartial(beta == 0 ? V.Zero : scale * V.LoadPartial(c, j, cols - j), c, j, cols - j);
        }
    }

    /// <summary>C = activation(C + bias) for the block of C that starts at row <paramref name="i0"/>, column <paramref name="j0"/>; keeps C + bias where asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply(in Epilogue epilogue, byte* c, nint ldc, int i0, int j0, int rows, int cols)
    {
        byte* bias = epilogue.Bias == 0 ? null : (byte*)epilogue.Bias + (nint)j0 * V.LaneSize;
        nint ldPre = (nint)epilogue.LdPreActivation * V.LaneSize;
        byte* pre = epilogue.PreActivation == 0 ? null : (byte*)epilogue.PreActivation + i0 * ldPre + (nint)j0 * V.LaneSize;
        for (; rows > 0; rows--, c += ldc)
        {
            int j = 0;
            for (; j <= cols - V.Count; j += V.Count)
            {
                V x = V.Load(c, j);
                if (bias != null) x += V.Load(bias, j);
                if (pre != null) V.Store(x, pre, j);
                V.Store(Activate(x, epilogue.Activation), c, j);
            }

            if (j < cols)
            {
                int n = cols - j;
                V x = V.LoadPartial(c, j, n);
                if (bias != null) x += V.LoadPartial(bias, j, n);
                if (pre != null) V.StorePartial(x, pre, j, n);
                V.StorePartial(Activate(x, epilogue.Activation), c, j, n);
            }

            if (pre != null) pre += ldPre;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Activate(V x, Activation activation)
    {
        if (activation == Activation.Relu) return V.Max(x, V.Zero);
        if (activation == Activation.GeluTanh) return default(GeluTanh).Forward(x);
        return x;
    }
}
