using System.Collections.Concurrent;
using System.Diagnostics;
using TensorCore.Cuda;
using TensorCore.Cuda.Interop;

namespace TensorCore.CudaCheck;

/// <summary>The figures of programs: from the cache, or from NVIDIA's compiler, called as the library calls it, and disassembler, on all cores.</summary>
internal sealed class Figures
{
    // Programs whose code is held in memory, and cut into as many pieces as there are cores for the disassembler. Figures enter the cache as they come, so an interrupted run is not lost.
    private const int BatchSize = 128;

    // A report of the resources, which leaves the code as it is.
    private const string Verbose = " --ptxas-options=--verbose";

    private readonly Disassembler _disassembler;
    private readonly FigureCache _cache;

    public Figures(NvidiaTools tools)
    {
        Environment.SetEnvironmentVariable(NativeLibraries.FoldersVariable, tools.CompilerFolder);
        NativeLibraries.Register();
        Nvrtc.Check(Nvrtc.nvrtcVersion(out int major, out int minor), nameof(Nvrtc.nvrtcVersion));
        Compiler = $"NVRTC {major}.{minor}";
        _disassembler = new Disassembler(tools.Disassembler);
        _cache = new FigureCache(CacheFolder.Path, $"{major}.{minor}");
    }

    /// <summary>The compiler and its version.</summary>
    public string Compiler { get; }

    /// <summary>The figures of each program for each architecture that it is for, in the order of the programs.</summary>
    /// <exception cref="CudaException">A program does not compile; the message has the compiler's errors.</exception>
    public List<(KernelProgram Program, Architecture Architecture, KernelFigures[] Kernels)> Of(IReadOnlyList<KernelProgram> programs, IReadOnlyList<Architecture> architectures)
    {
        Job[] jobs = [.. from program in programs from a in architectures where program.IsFor(a) select new Job(program, a) { Figures = _cache.Find(program, a) }];
        Make([.. jobs.Where(j => j.Figures is null)]);
        return [.. jobs.Select(j => (j.Program, j.Architecture, j.Figures!))];
    }

    private void Make(Job[] missing)
    {
        if (missing.Length == 0) return;
        Console.WriteLine($"compiling {missing.Select(j => j.Program).Distinct().Count()} programs, {missing.Length} times");
        Stopwatch clock = Stopwatch.StartNew();
        int done = 0;
        // One architecture after the other: the disassembler takes code of one.
        foreach (Job[] batch in missing.GroupBy(j => j.Architecture).SelectMany(a => a.Chunk(BatchSize)))
        {
            // The longest first, so that no core waits for another's last.
            InParallel(batch.OrderByDescending(j => j.Program.Text.Length), Compile);
            InParallel(Pieces([.. batch.Where(j => j.Figures is null)]), Disassemble);
            foreach (Job job in batch) _cache.Add(job.Program, job.Architecture, job.Figures!);
            done += batch.Length;
            Console.WriteLine($"  {batch[0].Architecture}: {done} of {missing.Length} after {clock.Elapsed.TotalSeconds:F0} s");
        }
    }

    private static void Compile(Job job)
    {
        byte[] image = KernelCache.Compile(job.Program.Text, job.Program.Title, job.Architecture.CompilerOptions + Verbose, out string log);
        job.Cubin = new Cubin(image);
        job.Resources = ResourceLog.Parse(log);
        if (!job.Program.IsDisassembledFor(job.Architecture)) job.Finish(() => null);
    }

    private void Disassemble(Job[] jobs)
    {
        Queue<Instruction[]> code = new(_disassembler.Disassemble(jobs[0].Architecture, [.. jobs.SelectMany(j => j.Resources.Keys.Select(kernel => j.Cubin.Code(kernel)))]));
        foreach (Job job in jobs) job.Finish(() => CodeFigures.Of(code.Dequeue()));
    }

    private static IEnumerable<Job[]> Pieces(Job[] jobs) => jobs.Length == 0 ? [] : jobs.Chunk((jobs.Length + Environment.ProcessorCount - 1) / Environment.ProcessorCount);

    private static void InParallel<T>(IEnumerable<T> items, Action<T> action)
    {
        try
        {
            Parallel.ForEach(Partitioner.Create(items, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, action);
        }
        catch (AggregateException e) when (e.InnerExceptions.OfType<CudaException>().FirstOrDefault() is CudaException first)
        {
            throw first;
        }
    }

    private sealed record Job(KernelProgram Program, Architecture Architecture)
    {
        public Cubin Cubin { get; set; } = null!;

        public IReadOnlyDictionary<string, KernelResources> Resources { get; set; } = null!;

        public KernelFigures[]? Figures { get; set; }

        public void Finish(Func<CodeFigures?> code)
        {
            Figures = [.. Resources.Select(r => new KernelFigures(r.Key, Cubin.MaxThreads(r.Key), r.Value, code()))];
            Cubin = null!;
        }
    }
}
