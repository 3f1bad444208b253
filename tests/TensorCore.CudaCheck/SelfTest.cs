namespace TensorCore.CudaCheck;

/// <summary>Samples worked out by hand for what this program computes itself; looked at before each run.</summary>
internal static class SelfTest
{
    // The innermost loop is .L_x_1: 2 FFMA of 5 instructions; .L_x_0 is around it. .L_x_3 was moved behind the end: its jump back makes no loop of its own.
    private const string Loops = """
        	.section	.text.sample,"ax",@progbits
        .text.sample:
                /*0000*/                   MOV R1, c[0x0][0x28] ;
                /*0010*/                   HFMA2.MMA R11, -RZ, RZ, 0, 0 ;
        .L_x_0:
                /*0020*/              @!P0 LDG.E.128.CONSTANT R4, [R2.64] ;
                /*0030*/                   LDG.E R5, [R2.64] ;
                /*0040*/                   LDGSTS.E.BYPASS.128 [R5], [R2.64] ;
        .L_x_1:
                /*0050*/                   FFMA R0, R1, R2, R3 ;
                /*0060*/              @!P0 BRA `(.L_x_3) ;
        .L_x_2:
                /*0070*/                   FFMA R0, R1, R2, R3 ;
                /*0080*/               @P1 BRA `(.L_x_1) ;
                /*0090*/               @P2 BRA `(.L_x_0) ;
                /*00a0*/                   STG.E.128 [R2.64], R4 ;
                /*00b0*/                   EXIT ;
        .L_x_3:
                /*00c0*/                   BRA `(.L_x_2) ;
        """;

    /// <exception cref="InvalidOperationException">A sample came out otherwise.</exception>
    public static void Run()
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
        ])
        {
            Equal($"occupancy on sm_{number} of {threads} threads, {registers} registers, {shared} bytes", percent, (int)(100 * Architecture.Get(number).Occupancy(threads, registers, shared)));
        }

        Assembly sample = Assembly.Parse(Loops).Single();
        Equal("name", "sample", sample.Kernel);
        Equal("instructions", 13, sample.Instructions.Count);
        Equal("128-bit loads", 1, sample.Instructions.Count(i => i.Is128("LDG")));
        Equal("128-bit copies", 1, sample.Instructions.Count(i => i.Is128("LDGSTS")));
        Equal("128-bit stores", 1, sample.Instructions.Count(i => i.Is128("STG")));
        Equal("tensor-core instructions", 0, sample.Instructions.Count(i => i.IsTensor));
        // The way through .L_x_3 belongs to the loop: 2 of 5.
        Equal("main loop", 0.4, sample.MainLoopShare());

        Budgets();
        Equal("variants", "T=float N=1; T=float N=2; T=bf16 N=1; T=bf16 N=2", string.Join("; ", Catalogue.Combinations("T=float,bf16 N=1,2").Select(v => string.Join(' ', v))));
    }

    /// <summary>A budget holds against itself, and each kind of fault is found.</summary>
    private static void Budgets()
    {
        CheckedProgram program = new("sample.cu", "T=float", "sample", "", [80, 90], true, 1);
        program.Figures[80] = [new KernelFigures("sample", 64, 0, 1024, 256, 4, 1, 0, 0, 0.874)];
        program.Figures[90] = [new KernelFigures("sample", 72, 0, 1024, 256, 4, 1, 0, 0, 0.9)];
        Budget found = Budget.Of("NVRTC", [program]);
        BudgetLine line = found.Kernels.Single();
        Equal("budget", new BudgetLine("sample.cu", "sample", "T=float", 72, 0, 1024, 37, 4, 0, 0, 85), line);
        Equal("nothing broken", 0, found.Broken(found).Count);
        foreach ((string what, BudgetLine tighter) in ((string, BudgetLine)[])
        [
            ("registers", line with { Registers = 71 }), ("shared memory", line with { Shared = 1023 }), ("occupancy", line with { Occupancy = 38 }),
            ("loads", line with { Loads128 = 5 }), ("tensor cores", line with { Tensor = 1 }), ("main loop", line with { LoopShare = 90 }),
        ])
        {
            Equal(what, 1, (found with { Kernels = [tighter] }).Broken(found).Count);
        }
        Equal("looser", 0, (found with { Kernels = [line with { Registers = 80, Occupancy = 25, Loads128 = 1 }] }).Broken(found).Count);
        Equal("missing", 1, (found with { Kernels = [] }).Broken(found).Count);
        Equal("stale", 1, (found with { Kernels = [line, line with { Kernel = "gone" }] }).Broken(found).Count);
        Equal("page", true, Report.Page(found, [program]).Contains("| sample | T=float | 256 | 64 / 72 | 0 | 1024 | 50 / 37 | 4 | 1 |  |  | 87 / 90 |", StringComparison.Ordinal));
    }

    private static void Equal<T>(string what, T expected, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, found)) throw new InvalidOperationException($"self-test: {what}: {expected} expected, {found} found");
    }
}
