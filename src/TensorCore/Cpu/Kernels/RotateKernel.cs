using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void Rotate(Tensor x, Tensor table, long[] positions, bool interleaved, bool inverse, Tensor y)
    {
        if (y.Count == 0) return;
        RotateKernel kernel = new()
        {
            X = AttentionRows.Read(x),
            Y = y,
            Table = table,
            Positions = positions,
            Rows = x.Sizes[^2],
            D = x.Sizes[^1],
            Interleaved = interleaved,
            Sign = inverse ? -1 : 1,
        };
        Launch.Rows(ref kernel, y.DType, y.Count / kernel.D, kernel.D);
    }

    private unsafe struct RotateKernel : IKernel
    {
        public AttentionRows X;
        public Operand Y, Table;
        public long[] Positions;
        public int Rows, D;
        public bool Interleaved;
        public double Sign;

        public readonly void Run<V>(long begin, long end)
            where V : struct, ISimd<V>
        {
            int lane = V.LaneSize;
            for (long item = begin; item < end; item++)
            {
                (long head, long row) = Math.DivRem(item, Rows);
                byte* x = X.At(head, row, lane), y = (byte*)Y.P + (item * D * lane);
                byte* cos = (byte*)Table.P + (Positions[Positions.Length == Rows ? row : item] * D * lane);
                if (!Interleaved) Halves<V>(x, cos, y);
                else if (lane == 4) Pairs((float*)x, (float*)cos, (float*)y);
                else Pairs((double*)x, (double*)cos, (double*)y);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Halves<V>(byte* x, byte* table, byte* y)
            where V : struct, ISimd<V>
        {
            V sign = V.Const(Sign);
            int half = D / 2, i = 0;
            for (; i <= half - V.Count; i += V.Count)
            {
                V a = V.Load(x, i), b = V.Load(x, half + i), cos = V.Load(table, i), sin = sign * V.Load(table, half + i);
                V.Store(V.Fma(a, cos, -(b * sin)), y, i);
                V.Store(V.Fma(a, sin, b * cos), y, half + i);
            }
            int n = half - i;
            if (n == 0) return;
            V c = V.LoadPartial(x, i, n), d = V.LoadPartial(x, half + i, n), cosine = V.LoadPartial(table, i, n), sine = sign * V.LoadPartial(table, half + i, n);
            V.StorePartial(V.Fma(c, cosine, -(d * sine)), y, i, n);
            V.StorePartial(V.Fma(c, sine, d * cosine), y, half + i, n);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Pairs(float* x, float* table, float* y)
        {
            int half = D / 2;
            float sign = (float)Sign;
            for (int i = 0; i < half; i++)
            {
                float a = x[2 * i], b = x[(2 * i) + 1], cos = table[i], sin = sign * table[half + i];
                y[2 * i] = (a * cos) - (b * sin);
                y[(2 * i) + 1] = (a * sin) + (b * cos);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Pairs(double* x, double* table, double* y)
        {
            int half = D / 2;
            for (int i = 0; i < half; i++)
            {
                double a = x[2 * i], b = x[(2 * i) + 1], cos = table[i], sin = Sign * table[half + i];
                y[2 * i] = (a * cos) - (b * sin);
                y[(2 * i) + 1] = (a * sin) + (b * cos);
            }
        }
    }
}
