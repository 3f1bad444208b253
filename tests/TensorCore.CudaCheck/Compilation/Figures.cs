using System.Diagnostics;

namespace TensorCore.CudaCheck;

/// <summary>Compiles what the cache lacks and takes its figures, on all cores.</summary>
internal sealed class Figures(NvidiaTools tools, FigureCache cache, IReadOnlyList<KernelProgram> catalog)
{
    // Programs to one start of the disassembler (a quarter of a second); few enough that all cores have work to the end.
    private const int BatchSize = 24;

    private readonly Disassembler _disassembler = new(tools.Disassembler);

    /// <summary>Fills the cache; returns the errors.</summary>
    public IReadOnlyList<string> MakeMissing(IEnumerable<(int Program, Architecture Architecture)> wanted)
    {
        (Architecture Architecture, int[] Programs)[] batches =
        [
            .. wanted.Where(w => cache.Find(catalog[w.Program], w.Architecture) is null)
                .GroupBy(w => w.Architecture, w => w.Program)
                .SelectMany(missing => missing.Chunk(BatchSize).Select(programs => (missing.Key, programs))),
        ];
        if (batches.Length == 0) return [];

        int total = batches.Sum(b => b.Programs.Length), done = 0;
        Console.WriteLine($"compiling {total} programs for {string.Join(", ", batches.Select(b => b.Architecture).Distinct())}");
        List<string> errors = [];
        Stopwatch clock = Stopwatch.StartNew();
        Parallel.ForEach(batches, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, batch =>
        {
            List<string> wrong = Make(batch.Architecture, [.. batch.Programs.Select(i => catalog[i])]);
            lock (errors)
            {
                errors.AddRange(wrong);
                int before = done;
                done += batch.Programs.Length;
                if (done * 10 / total != before * 10 / total) Console.WriteLine($"  {done} of {total}");
            }
        });
        Console.WriteLine($"{total} programs compiled in {clock.Elapsed.TotalSeconds:F0} s");
        return errors;
    }

    private List<string> Make(Architecture architecture, KernelProgram[] programs)
    {
        List<string> errors = [];
        List<(KernelProgram Program, Cubin Cubin, Dictionary<string, KernelResources> Kernels)> compiled = [];
        List<byte[]> code = [];
        foreach (KernelProgram program in programs)
        {
            try
            {
                CompiledProgram result = Compiler.Compile(program, architecture);
                Cubin cubin = new(result.Cubin);
                Dictionary<string, KernelResources> kernels = ResourceLog.Parse(result.Log);
                compiled.Add((program, cubin, kernels));
                code.AddRange(kernels.Keys.Select(k => cubin.Code(k).ToArray()));
            }
            catch (CompilationException e)
            {
                errors.Add(e.Message);
            }
        }
        if (code.Count == 0) return errors;
        int at = 0;
        List<Instruction[]> instructions = _disassembler.Disassemble(architecture, code);
        foreach ((KernelProgram program, Cubin cubin, Dictionary<string, KernelResources> kernels) in compiled)
            cache.Add(program, architecture, [.. kernels.Select(k => KernelFigures.Of(k.Key, cubin.MaxThreads(k.Key), k.Value, instructions[at++]))]);
        return errors;
    }
}
