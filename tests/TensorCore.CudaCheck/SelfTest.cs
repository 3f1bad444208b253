namespace TensorCore.CudaCheck;

/// <summary>Samples worked out by hand for what this program computes itself; looked at before each run.</summary>
internal static class SelfTest
{
    // The loop at 0x50 is inside that at 0x20. The code at 0xc0 was moved behind the end: its jump back makes no loop of its own, but belongs to the inner one.
    private const string Sass = """
                /*0000*/                   MOV R1, c[0x0][0x28] ;                /* 0x00000a0000017a02 */
                /*0010*/                   HFMA2.MMA R11, -RZ, RZ, 0, 0 ;
                /*0020*/              @!P0 LDG.E.128.CONSTANT R4, [R2.64] ;
                /*0030*/                   LDG.E R5, [R2.64] ;
                /*0040*/                   LDGSTS.E.BYPASS.128 [R5], [R2.64] ;
                /*0050*/                   FFMA R0, R1, R2, R3 ;
                /*0060*/              @!P0 BRA 0xc0 ;
                /*0070*/                   FFMA.FTZ R0, R1, R2, R3 ;
                /*0080*/               @P1 BRA 0x50 ;
                /*0090*/                   BRA P2, 0x20 ;
                /*00a0*/                   STG.E.128 [R2.64], R4 ;
                /*00b0*/                   EXIT ;
                /*00c0*/                   LD.E.128 R4, [R2.64] ;
                /*00d0*/                   BRA 0x70 ;
                /*00e0*/                   BRA 0xe0;
        """;

    private const string Log = """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'sample' for 'sm_80'
        ptxas info    : Function properties for helper
            64 bytes stack frame, 64 bytes spill stores, 64 bytes spill loads
        ptxas info    : Function properties for sample
            40 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads
        ptxas info    : Used 33 registers, 1024 bytes smem, 400 bytes cmem[0]
        """;

    /// <exception cref="InvalidOperationException">A sample came out otherwise.</exception>
    public static void Run()
    {
        Occupancies();
        Equal("resources", new KernelResources(33, 1024, 40, 20), ResourceLog.Parse(Log)["sample"]);
        Instruction[] code = [.. Instruction.Parse(Sass.Split('\n'))];
        Equal("instructions", 15, code.Length);
        // Of the inner loop's 6 instructions 2 are multiply-adds. HFMA2.MMA is no tensor core's, the copy to shared memory no load.
        Equal("counts", new CodeFigures(Loads128: 2, Stores128: 1, Copies128: 1, Tensor: 0, LoopInstructions: 6, LoopMultiplyAdds: 2), CodeFigures.Of(code));
        Equal("loops", 2, new ControlFlow(code).Loops.Count(l => l.MultiplyAdds > 0 || l.Instructions.Count > 1));
        Equal("variants", "T=float N=1, from 75; T=float N=2, from 75; T=bf16, from 75, before 80", string.Join("; ", ProgramCatalog.Declared("cast.cu", "// arch: 75\n// variants: T=float N=1,2\n// variants before sm_80: T=bf16\n")
            .Select(p => $"{p.Variant}, from {p.From}{(p.Before < int.MaxValue ? $", before {p.Before}" : "")}")));
        Equal("mirrors", "http://a/debian http://b/debian http://deb.debian.org/debian",
            string.Join(' ', AptArchive.MirrorsIn(["# deb http://no/debian x", "deb [signed-by=/k] http://a/debian stable main", "URIs: http://b/debian/", "URIs: http://b/debian-security"])));
        Budgets();
    }

    private static void Occupancies()
    {
        // (architecture, threads, registers, shared bytes) → percent.
        foreach ((int number, int threads, int registers, int shared, int percent) in ((int, int, int, int, int)[])
        [
            (80, 256, 32, 0, 100), (80, 256, 128, 0, 25), (80, 256, 64, 0, 50),
            (80, 256, 33, 0, 75),         // 40 registers are given out: 12 warps a partition, 6 blocks of 8
            (80, 256, 32, 64 << 10, 25),  // two blocks of 65 KiB fit in 164
            (80, 128, 255, 0, 12),        // 2 warps a partition
            (80, 32, 16, 0, 50),          // 32 blocks at most
            (75, 256, 32, 0, 100), (75, 256, 32, 32 << 10, 50), (75, 1024, 64, 0, 100), (75, 32, 16, 0, 50),
            (70, 256, 32, 48 << 10, 25), (86, 256, 32, 0, 100), (86, 1024, 32, 0, 66), (89, 64, 32, 0, 100), (90, 256, 32, 113 << 10, 25), (90, 1024, 65, 0, 0),
            (75, 256, 32, 65 << 10, 0),   // more than a block can have
        ])
        {
            Equal($"occupancy on sm_{number} of {threads} threads, {registers} registers, {shared} bytes", percent, (int)(100 * Occupancy.Of(Architecture.Get(number), threads, registers, shared).Share));
        }
    }

    /// <summary>A budget holds against itself, also when written and read, and each kind of fault is found.</summary>
    private static void Budgets()
    {
        Line found = Sample(72, 40);
        Budget budget = Budget.Today("NVRTC", [found]);
        string text = budget.ToString();
        Equal("budget", true, text.Contains("\"T=float\": { \"registers\": 72, \"shared\": 1024, \"occupancy\": 37, \"loads128\": 4, \"mainLoop\": 40, \"sm_70\": { \"registers\": 80 } }", StringComparison.Ordinal));
        Equal("read", text, Budget.Read(text).ToString());
        Equal("nothing broken", 0, budget.Breaches([found]).Count());
        Equal("registers", "registers 72 73", string.Join("; ", budget.Breaches([Sample(73, 40)]).Select(b => $"{b.Metric.Name} {b.Bound} {b.Value}")));
        Equal("main loop", "mainLoop 40 39", string.Join("; ", budget.Breaches([Sample(72, 39)]).Select(b => $"{b.Metric.Name} {b.Bound} {b.Value}")));
        Equal("missing", 1, Budget.Empty.Missing([found]).Count());
        Equal("stale", 1, budget.Stale([]).Count());
        Equal("differences", 2, budget.DifferencesTo(Budget.Today("NVRTC", [Sample(71, 40)])).Count());
    }

    private static Line Sample(int registers, int loop)
    {
        KernelProgram program = new("sample.cu", "T=float", "");
        return Line.Of([Of(70, 80, null), Of(80, 64, new(4, 0, 0, 0, 100, 50)), Of(90, registers, new(5, 0, 0, 0, 100, loop))]).Single();

        Measurement Of(int architecture, int registers, CodeFigures? code) => new(program, Architecture.Get(architecture), new KernelFigures("sample", 256, new KernelResources(registers, 1024, 0, 0), code));
    }

    private static void Equal<T>(string what, T expected, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found)) throw new InvalidOperationException($"self-test: {what}: {expected} expected, {found} found");
    }
}
