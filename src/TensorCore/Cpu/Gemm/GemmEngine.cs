using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// The blocked matrix product for one vector type, after Goto and van de Geijn, "Anatomy of High-Performance Matrix
/// Multiplication" (2008), and the BLIS papers, with two changes: tile heights are balanced instead of padded, and only the
/// smaller operand is packed in advance; the other one is packed by the thread that is about to use it, panel by panel, so
/// that it goes from memory to L2 once and is prefetched while the panel before is multiplied.
/// </summary>
internal static unsafe class GemmEngine<V>
    where V : struct, ISimd<V>
{
    // Panels that a piece packs together. Of B: read side by side, 512 contiguous bytes per row instead of 128.
    // Of A: each panel of shared B, coming from L3, then serves 8 tiles.
    private const int GroupN = 4;
    private const int GroupM = 8;

    // Where the source runs along the panels' width, all panels of a group copy this many rows before the next: a row is
    // another page, and is then translated once, not once per panel.
    private const int CopyRows = 32;

    private static int MR => MicroKernel<V>.MR;

    private static int NR => MicroKernel<V>.NR;

    public static void Run(in Product p)
    {
        if (p.M == 0 || p.N == 0) return;
        if (p.K == 0 || p.Alpha == 0)
        {
            if (p.Beta != 1) Finish<V>.Scale(p.C, p.Ldc, p.M, p.N, p.Beta);
            if (!p.Epilogue.IsEmpty) Finish<V>.Apply(p.Epilogue, p.C, p.Ldc, 0, 0, p.M, p.N);
            return;
        }

        if (p.M == 1 || p.N == 1)
        {
            MatrixVector<V>.Run(p);
            return;
        }

        Blocked(p);
    }

    private static void Blocked(in Product p)
    {
        GemmPlan plan = new(p.M, p.N, p.K, MR, NR, V.LaneSize);
        int panels = plan.SharedIsB ? plan.PanelsN : plan.PanelsM;
        int width = plan.SharedIsB ? NR : MR;
        // Few uses do not pay for packing an operand whose layout the kernel can walk as it is.
        bool direct = plan.SharedIsB ? !p.TransB && plan.PanelsM <= 3 && p.N % NR == 0 : p.TransA && plan.PanelsN <= 2;
        byte* packed = direct ? null : PackBuffer.Shared((nint)plan.RoundPanels * width * plan.RoundK * V.LaneSize);

        for (int k0 = 0; k0 < p.K; k0 += plan.RoundK)
        {
            for (int panel0 = 0; panel0 < panels; panel0 += plan.RoundPanels)
            {
                Round round = new()
                {
                    P = p,
                    Plan = plan,
                    Packed = packed,
                    K0 = k0,
                    K1 = Math.Min(k0 + plan.RoundK, p.K),
                    Panel0 = panel0,
                    Panel1 = Math.Min(panel0 + plan.RoundPanels, panels),
                };
                if (plan.SharedIsB)
                {
                    if (!direct) PackB(ref round);
                    RowJob job = new() { Round = round };
                    WorkerPool.Run(ref job, plan.Pieces);
                }
                else
                {
                    if (!direct) PackA(ref round);
                    ColumnJob job = new() { Round = round };
                    WorkerPool.Run(ref job, plan.Pieces);
                }
            }
        }
    }

    private static void PackA(ref Round round)
    {
        PackAJob job = new() { Round = round };
        WorkerPool.Run(ref job, PackPieces(round));
    }

    private static void PackB(ref Round round)
    {
        PackBJob job = new() { Round = round };
        WorkerPool.Run(ref job, PackPieces(round));
    }

    // About 64 KiB of panels per piece of packing.
    private static int PackPieces(in Round round) => (round.Panel1 - round.Panel0 + round.PackGroup - 1) / round.PackGroup;

    /// <summary>One round: the shared operand's panels [Panel0, Panel1), steps [K0, K1), packed; then the pieces.</summary>
    private struct Round
    {
        public Product P;
        public GemmPlan Plan;
        public byte* Packed;
        public int K0, K1, Panel0, Panel1;

        public readonly int PackGroup => Math.Max(1, (64 << 10) / ((K1 - K0) * V.LaneSize * (Plan.SharedIsB ? NR : MR)));

        /// <summary>Packed A of one row panel from step <paramref name="k"/> on: blocks of Kc, in each the panels one after another.</summary>
        public readonly byte* PackedA(int panel, int k, int kc)
        {
            int first = Plan.Row(Panel0), rows = Plan.Row(Panel1) - first;
            return Packed + ((nint)(k - K0) * rows + (nint)(Plan.Row(panel) - first) * kc) * V.LaneSize;
        }

        public readonly byte* PackedB(int panel, int k, int kc) =>
            Packed + ((nint)(k - K0) * (Panel1 - Panel0) + (nint)(panel - Panel0) * kc) * NR * V.LaneSize;

        public readonly int Columns(int panel) => Math.Min(NR, P.N - panel * NR);

        public readonly int Rows(int panel) => Plan.Row(panel + 1) - Plan.Row(panel);

        /// <summary>Packs row panels of A, steps [k, k + kc), to their places in the shared buffer or one after another to <paramref name="local"/>.</summary>
        public readonly void PackPanelsA(int first, int end, int k, int kc, byte* local, nint panelBytes)
        {
            int chunk = P.TransA ? CopyRows : kc;
            for (int p = 0; p < kc; p += chunk)
            {
                for (int panel = first; panel < end; panel++)
                {
                    int i = Plan.Row(panel), rows = Rows(panel), steps = Math.Min(chunk, kc - p);
                    byte* to = (local == null ? PackedA(panel, k, kc) : local + (panel - first) * panelBytes) + (nint)p * rows * V.LaneSize;
                    byte* from = P.AtA(i, k + p, V.LaneSize);
                    if (P.TransA) Packing<V>.Copy(from, P.Lda, rows, steps, to, rows);
                    else Packing<V>.Transpose(from, P.Lda, rows, steps, to, rows);
                }
            }
        }

        /// <summary>The same for column panels of B.</summary>
        public readonly void PackPanelsB(int first, int end, int k, int kc, byte* local, nint panelBytes)
        {
            int chunk = P.TransB ? kc : CopyRows;
            for (int p = 0; p < kc; p += chunk)
            {
                for (int panel = first; panel < end; panel++)
                {
                    int cols = Columns(panel), steps = Math.Min(chunk, kc - p);
                    byte* to = (local == null ? PackedB(panel, k, kc) : local + (panel - first) * panelBytes) + (nint)p * NR * V.LaneSize;
                    byte* from = P.AtB(k + p, panel * NR, V.LaneSize);
                    if (P.TransB) Packing<V>.Transpose(from, P.Ldb, cols, steps, to, NR);
                    else Packing<V>.Copy(from, P.Ldb, cols, steps, to, NR);
                }
            }
        }

        // alpha·A·B is a sum over k, so beta·C goes in before the first block of k and the epilogue after the last.
        public readonly void ScaleC(int i0, int i1, int j0, int j1)
        {
            if (K0 != 0 || P.Beta is 0 or 1) return;
            Finish<V>.Scale(P.AtC(i0, j0, V.LaneSize), P.Ldc, i1 - i0, Math.Min(j1, P.N) - j0, P.Beta);
        }

        /// <summary>One tile of C: the micro-kernel straight into C where that is allowed, else by way of a buffer; then the epilogue.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Tile(ref TileArguments t, int panelM, int panelN, int k, byte* scratch)
        {
            int i0 = Plan.Row(panelM), j0 = panelN * NR, rows = Rows(panelM), cols = Columns(panelN);
            int width = cols > V.Count ? 2 : 1;
            byte* c = P.AtC(i0, j0, V.LaneSize);
            bool add = k > 0 || P.Beta != 0;
            if (cols == width * V.Count && P.Alpha == 1)
            {
                t.C = c;
                t.Ldc = P.Ldc;
                t.Add = add;
                MicroKernel<V>.Run(rows, width, t);
            }
            else
            {
                t.C = scratch;
                t.Ldc = (nint)NR * V.LaneSize;
                t.Add = false;
                MicroKernel<V>.Run(rows, width, t);
                Finish<V>.Merge(scratch, t.Ldc, c, P.Ldc, rows, cols, P.Alpha, add);
            }

            if (k + t.K == P.K && !P.Epilogue.IsEmpty) Finish<V>.Apply(P.Epilogue, c, P.Ldc, i0, j0, rows, cols);
        }
    }

    private struct PackAJob : IJob
    {
        public Round Round;

        public readonly void Execute(int piece)
        {
            int first = Round.Panel0 + piece * Round.PackGroup, end = Math.Min(first + Round.PackGroup, Round.Panel1);
            for (int k = Round.K0; k < Round.K1; k += Round.Plan.Kc)
            {
                int kc = Math.Min(Round.Plan.Kc, Round.K1 - k);
                Round.PackPanelsA(first, end, k, kc, null, 0);
            }
        }
    }

    private struct PackBJob : IJob
    {
        public Round Round;

        public readonly void Execute(int piece)
        {
            int first = Round.Panel0 + piece * Round.PackGroup, end = Math.Min(first + Round.PackGroup, Round.Panel1);
            for (int k = Round.K0; k < Round.K1; k += Round.Plan.Kc)
            {
                int kc = Math.Min(Round.Plan.Kc, Round.K1 - k);
                Round.PackPanelsB(first, end, k, kc, null, 0);
            }
        }
    }

    /// <summary>A piece owns some columns of C; A is packed already.</summary>
    private struct ColumnJob : IJob
    {
        public Round Round;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            GemmPlan plan = Round.Plan;
            int first = piece * plan.OwnPanels, end = Math.Min(first + plan.OwnPanels, plan.PanelsN);
            Round.ScaleC(plan.Row(Round.Panel0), plan.Row(Round.Panel1), first * NR, end * NR);
            byte* scratch = stackalloc byte[14 * 2 * 64];
            nint panelBytes = (nint)plan.Kc * NR * V.LaneSize;
            byte* local = PackBuffer.Local(GroupN * panelBytes);
            // A few rows of tiles do not pay for packing B where whole vectors lie side by side already.
            bool direct = !Round.P.TransB && Round.Panel1 - Round.Panel0 <= 3;

            for (int group = first; group < end; group += GroupN)
            {
                int groupEnd = Math.Min(group + GroupN, end);
                for (int k = Round.K0; k < Round.K1; k += plan.Kc)
                {
                    int kc = Math.Min(plan.Kc, Round.K1 - k);
                    // Even then the last panel is packed if its vectors are not whole.
                    int packFrom = !direct ? group : Round.Columns(groupEnd - 1) % V.Count == 0 ? groupEnd : groupEnd - 1;
                    Round.PackPanelsB(packFrom, groupEnd, k, kc, local + (packFrom - group) * panelBytes, panelBytes);

                    // While this block is multiplied, the next one's source is fetched, one line per step of k.
                    bool deeper = k + plan.Kc < Round.K1;
                    int nextK = deeper ? k + plan.Kc : Round.K0, nextGroup = deeper ? group : groupEnd;
                    Multiply(group, groupEnd, k, kc, local, panelBytes, scratch, direct, nextK, nextGroup, end);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(
            int group, int groupEnd, int k, int kc, byte* local, nint panelBytes, byte* scratch, bool direct, int nextK, int nextGroup, int end)
        {
            TileArguments t = default;
            t.K = kc;
            for (int panelM = Round.Panel0; panelM < Round.Panel1; panelM++)
            {
                int rows = Round.Rows(panelM), line = panelM - Round.Panel0;
                t.A = Round.Packed == null ? Round.P.AtA(Round.Plan.Row(panelM), k, V.LaneSize) : Round.PackedA(panelM, k, kc);
                t.AStep = Round.Packed == null ? Round.P.Lda : rows * V.LaneSize;
                for (int panel = group; panel < groupEnd; panel++)
                {
                    bool unpacked = direct && Round.Columns(panel) % V.Count == 0;
                    t.B = unpacked ? Round.P.AtB(k, panel * NR, V.LaneSize) : local + (panel - group) * panelBytes;
                    t.BStep = unpacked ? Round.P.Ldb : (nint)NR * V.LaneSize;
                    int next = nextGroup + (panel - group);
                    if (line < 2 && next < end && !Round.P.TransB)
                    {
                        t.Ahead = Round.P.AtB(nextK, next * NR, V.LaneSize) + line * 64;
                        t.AheadStep = Round.P.Ldb;
                    }
                    else
                    {
                        t.Ahead = t.A + kc * t.AStep;
                        t.AheadStep = panel == group ? t.AStep : 0;
                    }

                    Round.Tile(ref t, panelM, panel, k, scratch);
                }
            }
        }
    }

    /// <summary>A piece owns some rows of C; B is packed already.</summary>
    private struct RowJob : IJob
    {
        public Round Round;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            GemmPlan plan = Round.Plan;
            int first = piece * plan.OwnPanels, end = Math.Min(first + plan.OwnPanels, plan.PanelsM);
            Round.ScaleC(plan.Row(first), plan.Row(end), Round.Panel0 * NR, Round.Panel1 * NR);
            byte* scratch = stackalloc byte[14 * 2 * 64];
            nint panelBytes = (nint)plan.Kc * MR * V.LaneSize;
            byte* local = PackBuffer.Local(GroupM * panelBytes);
            bool direct = Round.P.TransA && Round.Panel1 - Round.Panel0 <= 2;

            for (int group = first; group < end; group += GroupM)
            {
                int groupEnd = Math.Min(group + GroupM, end);
                for (int k = Round.K0; k < Round.K1; k += plan.Kc)
                {
                    int kc = Math.Min(plan.Kc, Round.K1 - k);
                    if (!direct) Round.PackPanelsA(group, groupEnd, k, kc, local, panelBytes);
                    Multiply(group, groupEnd, k, kc, local, panelBytes, scratch, direct);
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(int group, int groupEnd, int k, int kc, byte* local, nint panelBytes, byte* scratch, bool direct)
        {
            TileArguments t = default;
            t.K = kc;
            for (int panelN = Round.Panel0; panelN < Round.Panel1; panelN++)
            {
                t.B = Round.Packed == null ? Round.P.AtB(k, panelN * NR, V.LaneSize) : Round.PackedB(panelN, k, kc);
                t.BStep = Round.Packed == null ? Round.P.Ldb : (nint)NR * V.LaneSize;
                for (int panel = group; panel < groupEnd; panel++)
                {
                    t.A = direct ? Round.P.AtA(Round.Plan.Row(panel), k, V.LaneSize) : local + (panel - group) * panelBytes;
                    t.AStep = direct ? Round.P.Lda : Round.Rows(panel) * V.LaneSize;
                    // The next panel of B comes from L3: the first two tiles fetch it into L2, every second line each.
                    int line = panel - group;
                    t.Ahead = t.B + kc * t.BStep + line * 64;
                    t.AheadStep = line < 2 ? t.BStep : 0;
                    Round.Tile(ref t, panel, panelN, k, scratch);
                }
            }
        }
    }
}
