using System.Runtime.CompilerServices;
using TensorCore.Cpu;

namespace TensorCore;

internal sealed partial class CpuBackend
{
    public void ArgSort(Tensor x, Tensor y, long rows, long n, bool descending) =>
        RunSort(new() { X = x, Y = y, DType = x.DType, Rows = rows, N = checked((int)n), K = (int)n, Descending = descending });

    public void ArgTopK(Tensor x, Tensor y, long rows, long n, long k, bool largest) =>
        RunSort(new() { X = x, Y = y, DType = x.DType, Rows = rows, N = checked((int)n), K = (int)k, Descending = largest });

    private static void RunSort(SortJob job)
    {
        job.RowsPerPiece = Math.Max(1, (1 << 12) / Math.Max(1, job.N));
        WorkerPool.Run(ref job, checked((int)((job.Rows + job.RowsPerPiece - 1) / job.RowsPerPiece)));
    }

    /// <summary>A key whose unsigned order is the wanted order, and the position it came from.</summary>
    private readonly record struct Ranked(ulong Key, int At) : IComparable<Ranked>
    {
        public int CompareTo(Ranked other) => Key != other.Key ? Key.CompareTo(other.Key) : At.CompareTo(other.At);
    }

    private unsafe struct SortJob : IJob
    {
        // Insertion sort beats eight histograms of 256 up to about here.
        private const int Short = 48;

        public Operand X, Y;
        public DType DType;
        public long Rows, RowsPerPiece;
        public int N, K;
        public bool Descending;

        public readonly void Execute(int piece)
        {
            long begin = piece * RowsPerPiece, end = Math.Min(Rows, begin + RowsPerPiece);
            // A heap of k costs log k per element in the worst case; from a quarter of the row on, sorting all is no dearer.
            bool heap = K < N / 4;
            Ranked[] items = new Ranked[heap ? K : N], spare = heap || N <= Short ? [] : new Ranked[N];
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<Ranked> sorted = heap ? Smallest(row, items) : SortRow(row, items, spare);
                long* y = (long*)Y.P + (row * K);
                for (int i = 0; i < K; i++) y[i] = sorted[i].At;
            }
        }

        private readonly Ranked[] SortRow(long row, Ranked[] items, Ranked[] spare)
        {
            for (int i = 0; i < N; i++) items[i] = new(Key((row * N) + i), i);
            if (N > Short) return RadixSort(items, spare);
            for (int i = 1; i < N; i++)
            {
                Ranked item = items[i];
                int j = i - 1;
                for (; j >= 0 && items[j].Key > item.Key; j--) items[j + 1] = items[j];
                items[j + 1] = item;
            }
            return items;
        }

        // By bytes from the lowest; each pass keeps the order of equal bytes, so the whole is stable. A byte that all keys share needs no pass:
        // 32-bit types take at most four.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly Ranked[] RadixSort(Ranked[] items, Ranked[] spare)
        {
            int* counts = stackalloc int[8 * 256];
            new Span<int>(counts, 8 * 256).Clear();
            foreach (Ranked item in items)
                for (int b = 0; b < 8; b++) counts[(b * 256) + (int)((item.Key >> (8 * b)) & 255)]++;
            for (int b = 0; b < 8; b++)
            {
                int* starts = counts + (b * 256);
                if (starts[(int)((items[0].Key >> (8 * b)) & 255)] == N) continue;
                for (int v = 0, at = 0; v < 256; v++) (starts[v], at) = (at, at + starts[v]);
                foreach (Ranked item in items) spare[starts[(int)((item.Key >> (8 * b)) & 255)]++] = item;
                (items, spare) = (spare, items);
            }
            return items;
        }

        /// <summary>The k smallest by a heap whose root is the largest of them: most elements fail one comparison with it.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly Ranked[] Smallest(long row, Ranked[] heap)
        {
            for (int i = 0; i < K; i++) heap[i] = new(Key((row * N) + i), i);
            for (int i = (K / 2) - 1; i >= 0; i--) SiftDown(heap, i);
            for (int i = K; i < N && K > 0; i++)
            {
                // Of equal keys the earlier one stays.
                ulong key = Key((row * N) + i);
                if (key >= heap[0].Key) continue;
                heap[0] = new(key, i);
                SiftDown(heap, 0);
            }
            Array.Sort(heap);
            return heap;
        }

        private static void SiftDown(Ranked[] heap, int at)
        {
            Ranked item = heap[at];
            while (true)
            {
                int child = (2 * at) + 1;
                if (child >= heap.Length) break;
                if (child + 1 < heap.Length && heap[child + 1].CompareTo(heap[child]) > 0) child++;
                if (item.CompareTo(heap[child]) >= 0) break;
                heap[at] = heap[child];
                at = child;
            }
            heap[at] = item;
        }

        private readonly ulong Key(long i)
        {
            // The sign bit flips for numbers from 0 up, all bits below: unsigned order is then the numbers' order. NaN is above all, −0 is 0.
            ulong key = DType switch
            {
                DType.Float32 => OfFloat(((float*)X.P)[i]),
                DType.Float64 => OfDouble(((double*)X.P)[i]),
                DType.Int32 => (uint)((int*)X.P)[i] ^ 0x8000_0000u,
                DType.Int64 => (ulong)((long*)X.P)[i] ^ 0x8000_0000_0000_0000ul,
                _ => ((byte*)X.P)[i],
            };
            return Descending ? ~key : key;
        }

        private static uint OfFloat(float v)
        {
            if (float.IsNaN(v)) return uint.MaxValue;
            uint bits = v == 0 ? 0 : BitConverter.SingleToUInt32Bits(v);
            return (bits & 0x8000_0000u) != 0 ? ~bits : bits | 0x8000_0000u;
        }

        private static ulong OfDouble(double v)
        {
            if (double.IsNaN(v)) return ulong.MaxValue;
            ulong bits = v == 0 ? 0 : BitConverter.DoubleToUInt64Bits(v);
            return (bits & 0x8000_0000_0000_0000ul) != 0 ? ~bits : bits | 0x8000_0000_0000_0000ul;
        }
    }

    public unsafe void Multinomial(Tensor weights, Tensor u, Tensor y, long rows, long n, long k, bool replacement)
    {
        if (replacement)
        {
            DrawJob job = new() { Weights = weights, U = u, Y = y, N = (int)n, K = k };
            WorkerPool.Run(ref job, checked((int)rows));
            return;
        }
        // The uniform numbers become times in place; a weight of 0 never comes: NaN is even after the infinity of a tiny weight.
        double* w = (double*)weights.Pointer, t = (double*)u.Pointer;
        for (long i = 0; i < rows * n; i++) t[i] = w[i] == 0 ? double.NaN : -Math.Log(1 - t[i]) / w[i];
        GC.KeepAlive(weights);
        ArgTopK(u, y, rows, n, k, largest: false);
    }

    private unsafe struct DrawJob : IJob
    {
        public Operand Weights, U, Y;
        public int N;
        public long K;

        public readonly void Execute(int piece)
        {
            double* w = (double*)Weights.P + ((long)piece * N);
            double[] sums = new double[N];
            double sum = 0;
            int last = 0;
            for (int i = 0; i < N; i++)
            {
                sums[i] = sum += w[i];
                if (w[i] > 0) last = i;
            }
            for (long k = 0; k < K; k++)
            {
                // The first position whose running sum is above u: positions of weight 0 repeat the sum before and are passed over.
                double at = ((double*)U.P)[(piece * K) + k] * sum;
                int low = 0, high = last;
                while (low < high)
                {
                    int middle = (low + high) / 2;
                    if (sums[middle] > at) high = middle;
                    else low = middle + 1;
                }
                ((long*)Y.P)[(piece * K) + k] = low;
            }
        }
    }
}
