using System.Runtime.InteropServices;
using TensorCore.Cuda;
using TensorCore.Optim;

namespace TensorCore;

// Optimizers: all parameters of a step in one launch for each rule. A table on the device lists them with their constants.
internal sealed partial class CudaBackend
{
    // As in update.cu and norm_of_many.cu.
    private const int UpdatePerBlock = 4096, NormPerBlock = 8192, MaxConstants = 12;

    private readonly Dictionary<DType, Dictionary<int[], GeneratedProgram>> _updates = [];
    [ThreadStatic] private static UpdateQueue? t_queue;

    public void Update<TRule>(TRule rule, Tensor p, Tensor g, Tensor? s, Tensor? t)
        where TRule : struct, IUpdateRule
    {
        if (p.Count == 0) return;
        FormulaTrace trace = Trace(new UpdateBody<TRule>(rule), p.DType);
        if (trace.Constants.Count > MaxConstants) throw new NotSupportedException($"{typeof(TRule)}: a rule with {trace.Constants.Count} constants: the kernel takes {MaxConstants}");
        GeneratedProgram program = UpdateProgram<TRule>(trace, p.DType);
        UpdateEntry entry = new(p, g, s, t, [.. trace.Constants]);
        if (t_queue is { } queue) queue.Add(program, entry);
        else LaunchUpdates(program, p.DType, [entry]);
    }

    public void UpdateTogether(Action updates)
    {
        UpdateQueue queue = Collect(updates);
        List<(GeneratedProgram Program, Tensor Table)> captured = [];
        foreach ((GeneratedProgram program, List<UpdateEntry> entries) in queue.ByProgram)
        {
            DType type = entries[0].P.DType;
            if (device.Capturing is not { } graph)
            {
                LaunchUpdates(program, type, entries);
                continue;
            }
            Tensor table = graph.Persistent([entries.Count, UpdateEntry.Size(type)], DType.Bool);
            LaunchUpdates(program, type, entries, table);
            captured.Add((program, table));
        }
        // The steps' numbers and rates go on with each replay: the table is written again.
        device.Capturing?.OnReplay(
            static () => { },
            () =>
            {
                using (Autograd.NoGrad())
                {
                    UpdateQueue next = Collect(updates);
                    foreach ((GeneratedProgram program, Tensor table) in captured) UpdateEntry.Upload(device, table, next.ByProgram[program]);
                }
            });
    }

    public Tensor SumOfSquares(ReadOnlySpan<Tensor> xs)
    {
        Tensor sum = Tensor.Empty([], DType.Float64, xs[0].Device);
        Tensor? partial = null;
        long blocks = 0;
        foreach ((DType type, Tensor table, int count, long part) in PartTables(xs))
        {
            // One dtype is the rule; sums of several are joined in the order of the dtypes.
            Tensor own = Tensor.Empty([checked((int)part)], DType.Float64, xs[0].Device);
            Kernel("norm_of_many.cu", "sum_of_squares", type).Launch(part, 256, 0, table, count, own);
            using (Autograd.NoGrad()) partial = partial is null ? own : Tensor.Cat([partial, own]);
            blocks += part;
        }
        if (partial is null) Fill(sum, 0);
        else Kernel("norm_of_many.cu", "total", DType.Float32).Launch(1, 256, 0, partial, blocks, sum);
        return sum;
    }

    public void ScaleToNorm(ReadOnlySpan<Tensor> xs, Tensor sumOfSquares, double limit)
    {
        foreach ((DType type, Tensor table, int count, long blocks) in PartTables(xs))
            Kernel("norm_of_many.cu", "scale_to_norm", type).Launch(blocks, 256, 0, table, count, sumOfSquares, limit);
    }

    /// <summary>For each dtype a table of (address, elements, first block).</summary>
    private static List<(DType Type, Tensor Table, int Count, long Blocks)> PartTables(ReadOnlySpan<Tensor> xs)
    {
        List<(DType, Tensor, int, long)> tables = [];
        foreach (IGrouping<DType, Tensor> group in xs.ToArray().Where(x => x.Count > 0).GroupBy(x => x.DType).OrderBy(g => g.Key))
        {
            List<long> values = [];
            long blocks = 0;
            foreach (Tensor x in group)
            {
                unsafe
                {
                    values.AddRange([(long)x.Pointer, x.Count, blocks]);
                }
                blocks += CudaLaunch.Blocks(x.Count, NormPerBlock);
            }
            tables.Add((group.Key, Tensor.From<long>(CollectionsMarshal.AsSpan(values), [values.Count], xs[0].Device), values.Count / 3, blocks));
        }
        return tables;
    }

    private static UpdateQueue Collect(Action updates)
    {
        UpdateQueue queue = new();
        t_queue = queue;
        try
        {
            updates();
        }
        finally
        {
            t_queue = null;
        }
        return queue;
    }

    private GeneratedProgram UpdateProgram<TRule>(FormulaTrace trace, DType type)
    {
        lock (_updates)
        {
            ref Dictionary<int[], GeneratedProgram>? programs = ref CollectionsMarshal.GetValueRefOrAddDefault(_updates, type, out _);
            programs ??= new(new StepsComparer());
            var bySteps = programs.GetAlternateLookup<ReadOnlySpan<int>>();
            if (!bySteps.TryGetValue(trace.Steps, out GeneratedProgram? program))
            {
                string title = $"{typeof(TRule).DeclaringType?.Name ?? typeof(TRule).Name} ({KernelSource.TypeName(type)})";
                bySteps[trace.Steps] = program = new GeneratedProgram(device.Kernels, title, ElementwiseProgram.Update(type, trace.Steps, trace.Constants.Count));
            }
            return program;
        }
    }

    private void LaunchUpdates(GeneratedProgram program, DType type, List<UpdateEntry> entries, Tensor? captured = null)
    {
        Tensor table = captured ?? Tensor.Empty([entries.Count, UpdateEntry.Size(type)], DType.Bool, entries[0].P.Device);
        if (captured is null) UpdateEntry.Upload(device, table, entries);
        program.Kernel("update").Launch(entries.Sum(e => CudaLaunch.Blocks(e.P.Count, UpdatePerBlock)), 256, 0, table, entries.Count);
    }

    /// <summary>The updates of a step, by the kernel that does them.</summary>
    private sealed class UpdateQueue
    {
        public Dictionary<GeneratedProgram, List<UpdateEntry>> ByProgram { get; } = [];

        public void Add(GeneratedProgram program, UpdateEntry entry)
        {
            ref List<UpdateEntry>? entries = ref CollectionsMarshal.GetValueRefOrAddDefault(ByProgram, program, out _);
            (entries ??= []).Add(entry);
        }
    }

    /// <summary>One parameter's line in the table.</summary>
    private sealed record UpdateEntry(Tensor P, Tensor G, Tensor? S, Tensor? T, double[] Constants)
    {
        private const int Header = 6 * sizeof(long);

        /// <summary>Bytes of a line: struct Update of update.cu.</summary>
        public static int Size(DType type) => Header + (MaxConstants * (type == DType.Float64 ? sizeof(double) : sizeof(float)));

        public static unsafe void Upload(CudaDevice device, Tensor table, List<UpdateEntry> entries)
        {
            DType type = entries[0].P.DType;
            byte[] bytes = new byte[entries.Count * Size(type)];
            long block = 0;
            for (int i = 0; i < entries.Count; i++)
            {
                (Tensor p, Tensor g, Tensor? s, Tensor? t, double[] constants) = entries[i];
                Span<byte> line = bytes.AsSpan(i * Size(type), Size(type));
                Span<long> header = MemoryMarshal.Cast<byte, long>(line[..Header]);
                header[0] = (long)p.Pointer;
                header[1] = (long)g.Pointer;
                header[2] = s is null ? 0 : (long)s.Pointer;
                header[3] = t is null ? 0 : (long)t.Pointer;
                header[4] = p.Count;
                header[5] = block;
                block += CudaLaunch.Blocks(p.Count, UpdatePerBlock);
                for (int k = 0; k < constants.Length; k++)
                {
                    if (type == DType.Float64) MemoryMarshal.Cast<byte, double>(line[Header..])[k] = constants[k];
                    else MemoryMarshal.Cast<byte, float>(line[Header..])[k] = (float)constants[k];
                }
            }
            fixed (byte* source = bytes) device.Staging.Upload((nint)table.Pointer, source, bytes.Length);
            GC.KeepAlive(table);
        }
    }
}
