using TensorCore.Tests;
namespace TensorCore.Cuda.Tests;

/// <summary>Kernels over rows in every way that they spread a row over threads: part of a warp, a warp, a block with the row in registers, a walk; aligned and not.</summary>
public sealed class RowsTests
{
    // Around each limit of RowsInRegisters, and GPT-2's vocabulary. (rows, n, offset)
    public static readonly TheoryData<int, int, int> Rows = new()
    {
        { 131, 1, 0 }, { 67, 3, 0 }, { 33, 8, 0 }, { 9, 31, 0 }, { 9, 64, 1 }, { 5, 100, 0 }, { 5, 129, 0 }, { 3, 256, 0 }, { 3, 500, 0 }, { 3, 513, 0 }, { 2, 768, 0 }, { 2, 1024, 1 }, { 2, 1500, 0 },
        { 2, 2049, 0 }, { 1, 5000, 0 }, { 1, 8200, 0 }, { 1, 12300, 0 }, { 2, 16390, 0 }, { 2, 50257, 0 },
    };

    [GpuTheory]
    [MemberData(nameof(Rows))]
    public void Softmax(int rows, int n, int offset) => EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, tolerance, i =>
    {
        Tensor x = i.Values([rows, n], -4, 4, offset), dy = i.Values([rows, n]), y = i.Empty([rows, n]), log = i.Empty([rows, n], null, offset), dx = i.Empty([rows, n]), dlog = i.Empty([rows, n]);
        i.Backend.Softmax(x, y, n);
        i.Backend.SoftmaxBackward(y, dy, dx, n);
        i.Backend.LogSoftmax(x, log, n);
        i.Backend.LogSoftmaxBackward(log, dy, dlog, n);
        return [y, log, dx, dlog];
    }));

    [GpuTheory]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(700)]
    [InlineData(20000)]
    public void Softmax_of_infinities_and_NaN(int n) => EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, tolerance, i =>
    {
        double[] x = new double[6 * n];
        for (int k = 0; k < x.Length; k++) x[k] = k % 7 * 0.25;
        x.AsSpan(n, n).Fill(double.NegativeInfinity);
        x.AsSpan(2 * n, n - 1).Fill(double.NegativeInfinity);
        x[(3 * n) + (n / 2)] = double.NaN;
        x[(4 * n) + (n / 2)] = double.PositiveInfinity;
        x.AsSpan(5 * n, n).Fill(double.NaN);
        Tensor t = i.Of(x, [6, n]), y = i.Empty([6, n]), log = i.Empty([6, n]);
        i.Backend.Softmax(t, y, n);
        i.Backend.LogSoftmax(t, log, n);
        return [y, log];
    }));

    [GpuTheory]
    [MemberData(nameof(Rows))]
    public void Norm(int rows, int n, int offset) => EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, 4 * tolerance, i =>
    {
        Tensor x = i.Values([rows, n], 1, 3, offset), w = i.Values([n], 0.5, 1.5), b = i.Values([n]), y = i.Empty([rows, n]), rms = i.Empty([rows, n], null, offset);
        Tensor mean = i.EmptyStatistics(rows), rstd = i.EmptyStatistics(rows), rrms = i.EmptyStatistics(rows);
        i.Backend.NormForward(x, w, b, y, mean, rstd, 1e-3);
        i.Backend.NormForward(x, null, null, rms, null, rrms, 1e-3);
        return [y, rms, mean, rstd, rrms];
    }));

    [GpuTheory]
    [MemberData(nameof(Rows))]
    public void Norm_backward(int fewer, int n, int offset)
    {
        if (n > 4096 && Gpu.IsEmulated && !Cases.Long) return; // the emulated device takes a minute for the longest
        EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, 4 * tolerance, i =>
    {
        int rows = fewer + (n < 10000 ? 17 : 0); // several rows a block, and not as many in the last
        Tensor x = i.Values([rows, n], -1, 1, offset), w = i.Values([n], 0.5, 1.5), dy = i.Values([rows, n]), mean = i.Statistic([rows], -0.1, 0.1), rstd = i.Statistic([rows], 0.5, 1.5);
        Tensor dx = i.Empty([rows, n]), dw = i.Empty([n]), db = i.Empty([n]), dxOnly = i.Empty([rows, n]), dwOnly = i.Empty([n]);
        i.Backend.NormBackward(x, w, mean, rstd, dy, dx, dw, db);
        i.Backend.NormBackward(x, null, null, rstd, dy, dxOnly, null, null);
        i.Backend.NormBackward(x, w, null, rstd, dy, null, dwOnly, null);
        return [dx, dw, db, dxOnly, dwOnly];
    }));
    }

    [GpuFact]
    public void Norm_backward_of_many_rows() => RowsTwin.Compare(DType.Float32, 1e-5, i =>
    {
        Tensor x = i.Values([3000, 8], -1, 1), dy = i.Values([3000, 8]), mean = i.Statistic([3000], -0.1, 0.1), rstd = i.Statistic([3000], 0.5, 1.5), dw = i.Empty([8]), db = i.Empty([8]);
        i.Backend.NormBackward(x, null, mean, rstd, dy, null, dw, db);
        return [dw, db];
    });

    // (N, C, L): columns, packs, units of one element; one chunk and several.
    public static readonly TheoryData<int, int, int> Channels = new()
    {
        { 2, 1, 1 }, { 5, 40, 1 }, { 300, 33, 1 }, { 3, 5, 2 }, { 4, 3, 49 }, { 2, 7, 64 }, { 9, 2, 1024 }, { 3, 2, 4101 }, { 40, 3, 256 },
    };

    [GpuTheory]
    [MemberData(nameof(Channels))]
    public void Batch_norm(int n, int c, int l) => EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, 4 * tolerance, i =>
    {
        int[] shape = l == 1 ? [n, c] : [n, c, l];
        Tensor x = i.Values(shape, 1, 3), dy = i.Values(shape), w = i.Values([c], 0.5, 1.5), b = i.Values([c]), mean = i.EmptyStatistics(c), variance = i.EmptyStatistics(c);
        Tensor y = i.Empty(shape), plain = i.Empty(shape), dx = i.Empty(shape), fixedDx = i.Empty(shape), dw = i.Empty([c]), db = i.Empty([c]), rstd = i.Statistic([c], 0.5, 1.5), centre = i.Statistic([c], 1.5, 2.5);
        i.Backend.ChannelStatistics(x, mean, variance);
        i.Backend.BatchNorm(x, centre, rstd, w, b, y);
        i.Backend.BatchNorm(x, centre, rstd, null, null, plain);
        i.Backend.BatchNormBackward(x, centre, rstd, w, dy, dx, dw, db, training: true);
        i.Backend.BatchNormBackward(x, centre, rstd, null, dy, fixedDx, null, null, training: false);
        // Sums of n·l terms of either sign, in units of their number.
        return [mean, variance, y, plain, dx, fixedDx, dw / Math.Sqrt(n * l), db / Math.Sqrt(n * l)];
    }));

    [GpuFact]
    public void Variance_far_from_zero_does_not_cancel()
    {
        RowsTwin.Compare(DType.Float32, 1e-4, i =>
        {
            Tensor x = i.Values([64, 3, 200], 9999, 10001), mean = i.EmptyStatistics(3), variance = i.EmptyStatistics(3);
            i.Backend.ChannelStatistics(x, mean, variance);
            return [variance];
        });
    }

    // (rows, classes, offset)
    public static readonly TheoryData<int, int, int> Classes = new() { { 70, 2, 0 }, { 9, 10, 0 }, { 5, 65, 1 }, { 3, 1000, 0 }, { 3, 1025, 0 }, { 2, 4999, 0 }, { 2, 50257, 0 } };

    [GpuTheory]
    [MemberData(nameof(Classes))]
    public void Cross_entropy(int rows, int n, int offset) => EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, tolerance, i =>
    {
        Tensor x = i.Values([rows, n], -4, 4, offset), dy = i.Statistic([rows], 0.5, 1), losses = i.EmptyStatistics(rows), smooth = i.EmptyStatistics(rows), statistics = i.EmptyStatistics(rows, 3);
        Tensor targets = i.Integers([rows], 0, n), dx = i.Empty([rows, n], null, offset);
        i.Backend.CrossEntropy(x, targets, smooth, statistics, 0.1, 1);
        i.Backend.CrossEntropyBackward(x, targets, statistics, dy, dx, 0.1, 1);
        i.Backend.CrossEntropy(x, targets, losses, statistics, 0, -100);
        i.Backend.CrossEntropyBackward(x, targets, statistics, dy, x, 0, -100); // the gradient written over the logits
        return [losses, smooth, dx, x];
    }));

    [GpuTheory]
    [MemberData(nameof(Classes))]
    public void Soft_cross_entropy(int rows, int n, int offset) => EveryType((dtype, tolerance) => RowsTwin.Compare(dtype, tolerance, i =>
    {
        Tensor x = i.Values([rows, n], -4, 4, offset), q = i.Values([rows, n], 0, 2.0 / n), dy = i.Statistic([rows], 0.5, 1), losses = i.EmptyStatistics(rows), statistics = i.EmptyStatistics(rows, 3);
        Tensor dx = i.Empty([rows, n], null, offset), dq = i.Empty([rows, n]), dqOnly = i.Empty([rows, n]);
        i.Backend.SoftCrossEntropy(x, q, losses, statistics);
        i.Backend.SoftCrossEntropyBackward(x, q, statistics, dy, dx, dq);
        i.Backend.SoftCrossEntropyBackward(x, q, statistics, dy, null, dqOnly);
        return [losses, dx, dq, dqOnly];
    }));

    [GpuFact]
    public void Cross_entropy_of_impossible_classes_and_NaN() => RowsTwin.Compare(DType.Float32, 1e-5, i =>
    {
        double inf = double.PositiveInfinity;
        Tensor x = i.Of([-inf, 1, 2, -inf, -inf, -inf, 0, double.NaN, 1, inf, 0, 0], [4, 3]), q = i.Of([0, 0.5, 0.5, 0, 0, 1, 0, 0, 1, 0, 0, 1], [4, 3]);
        Tensor targets = Tensor.From([1L, 0, 0, 1], [4]).To(i.Device), losses = i.EmptyStatistics(4), soft = i.EmptyStatistics(4), statistics = i.EmptyStatistics(4, 3), dx = i.Empty([4, 3]);
        i.Backend.CrossEntropy(x, targets, losses, statistics, 0, -100);
        i.Backend.CrossEntropyBackward(x, targets, statistics, i.Statistic([4], 1, 2), dx, 0, -100);
        i.Backend.SoftCrossEntropy(x, q, soft, statistics);
        return [losses, soft, dx];
    });

    private static void EveryType(Action<DType, double> check)
    {
        foreach (DType dtype in (DType[])[DType.Float32, DType.BFloat16, DType.Float64]) check(dtype, RowsTwin.Tolerance(dtype));
    }
}
