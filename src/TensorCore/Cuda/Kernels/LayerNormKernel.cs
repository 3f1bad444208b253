using TensorCore.Cuda;

namespace TensorCore;

internal sealed partial class CudaBackend
{
    private const string NormFile = "norm.cu";

    private static readonly string[] s_normRows = ["norm_rows_0", "norm_rows_1", "norm_rows_2", "norm_rows_3"];

    public void NormForward(Tensor x, Tensor? weight, Tensor? bias, Tensor y, Tensor? mean, Tensor rstd, double eps)
    {
        if (x.Count == 0) return;
        long rows = rstd.Count;
        int n = checked((int)(x.Count / rows));
        KernelArgument epsilon = KernelArgument.Real(eps, x.DType);
        if (RowsInRegisters.For(x.DType, rows, n) is { } r)
            Kernel(NormFile, s_normRows[r.Size], x.DType).Launch(r.Blocks, r.Threads, 0, x, weight, bias, y, mean, rstd, rows, n, r.Lanes, epsilon);
        else
            Kernel(NormFile, "norm_long", x.DType).Launch(rows, 1024, 0, x, weight, bias, y, mean, rstd, n, epsilon);
    }

    // The parts that dw and db are summed in: enough for every multiprocessor, few enough to add up.
    private const long NormParts = 512, NormPartsOfShortRows = 1024, NormPartsOfLongRows = 64;

    // The elements of at most four bytes that a thread of norm_backward_rows_0 and _1 holds, and its most threads for a row.
    private const int NormElements = 8, NormMoreElements = 16, NormThreads = 512;

    public void NormBackward(Tensor x, Tensor? weight, Tensor? mean, Tensor rstd, Tensor dy, Tensor? dx, Tensor? dweight, Tensor? dbias)
    {
        if (x.Count == 0)
        {
            if (dweight is not null) Fill(dweight, 0);
            if (dbias is not null) Fill(dbias, 0);
            return;
        }
        long rows = rstd.Count;
        int n = checked((int)(x.Count / rows)), elements = x.DType == DType.Float64 ? NormElements / 2 : NormElements;
        bool warps = n <= Warp * elements, more = n > NormThreads * elements;
        if (more) elements *= NormMoreElements / NormElements;
        if (n > NormThreads * elements)
        {
            if (dx is not null) Kernel(NormFile, "norm_backward_long", x.DType).Launch(rows, 1024, 0, x, weight, mean, rstd, dy, dx, n);
            if (dweight is null && dbias is null) return;
            int perLongPart = (int)Math.Max(16, CudaLaunch.Blocks(rows, NormPartsOfLongRows)), longParts = (int)CudaLaunch.Blocks(rows, perLongPart);
            (Tensor? partsW, Tensor? partsB) = (Parts(dweight, longParts), Parts(dbias, longParts));
            Kernel(NormFile, "norm_backward_columns", x.DType).Launch((CudaLaunch.Blocks(n, 256), longParts), 256, 0, x, mean, rstd, dy, partsW, partsB, rows, perLongPart, n);
            AddParts(partsW, partsB, dweight, dbias, longParts, n);
            return;
        }
        int lanes = warps ? LanesFor(CudaLaunch.Blocks(n, elements)) : WholeWarps(CudaLaunch.Blocks(n, elements)), threads = warps ? 128 : lanes, groups = threads / lanes;
        // A whole number of turns of the block's groups, four at least.
        int perPart = checked((int)(groups * Math.Max(4, CudaLaunch.Blocks(rows, groups * (warps ? NormPartsOfShortRows : NormParts)))));
        int parts = checked((int)CudaLaunch.Blocks(rows, perPart));
        (Tensor? sumsW, Tensor? sumsB) = (Parts(dweight, parts), Parts(dbias, parts));
        int shared = groups > 1 && (dweight ?? dbias) is not null ? groups * n * Tensor.StatisticsType(x.DType).Size() : 0;
        Kernel(NormFile, more ? "norm_backward_rows_1" : "norm_backward_rows_0", x.DType).Launch(parts, threads, shared, x, weight, mean, rstd, dy, dx, sumsW, sumsB, rows, perPart, n, lanes);
        AddParts(sumsW, sumsB, dweight, dbias, parts, n);

        Tensor? Parts(Tensor? gradient, int count) => gradient is null ? null : Tensor.Empty([count, n], Tensor.StatisticsType(x.DType), x.Device);
    }

    private void AddParts(Tensor? sumsW, Tensor? sumsB, Tensor? dweight, Tensor? dbias, int parts, int n)
    {
        if ((dweight ?? dbias) is not { } any) return;
        int threads = Warp * LanesFor(CudaLaunch.Blocks(parts, 8)); // a warp for every eight parts
        Kernel(NormFile, "norm_column_sums", any.DType).Launch((CudaLaunch.Blocks(n, Warp), 2), threads, 0, sumsW, sumsB, dweight, dbias, parts, n);
    }
}
