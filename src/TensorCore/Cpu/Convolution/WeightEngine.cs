using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// A weight gradient as a matrix product (outputs × positions) · (positions × terms), or its transpose. A unit of positions is multiplied at a
/// time: dy is transposed into panels, x is copied with its channels innermost, so that the patches' panels are gathered in whole runs.
/// </summary>
internal static unsafe class WeightEngine<V>
    where V : struct, ISimd<V>
{
    private static int MR => MicroKernel<V>.MR;

    private static int NR => MicroKernel<V>.NR;

    public static void Run(in WeightCorrelation c)
    {
        WeightPlan plan = new(c, NR, V.Count, V.LaneSize);
        if (plan.Chunks == 0)
        {
            new Span<byte>(c.DWeight.P, checked(c.Groups * c.Outputs * c.Terms * V.LaneSize)).Clear();
            return;
        }
        long partials = (long)plan.Chunks * c.Groups * plan.PartialRows * plan.PartialColumns;
        PieceJob job = new() { C = c, Plan = plan, Partial = PackBuffer.Shared(checked((nint)partials * V.LaneSize) + 128) };
        WorkerPool.Run(ref job, checked(plan.Chunks * c.Groups * plan.OutputParts));
        SumJob sum = new() { Pieces = job };
        sum.RowsPerPiece = Math.Clamp((1 << 15) / (plan.Chunks * plan.PartialColumns), 1, plan.PartialRows);
        sum.RowParts = (plan.PartialRows + sum.RowsPerPiece - 1) / sum.RowsPerPiece;
        WorkerPool.Run(ref sum, checked(c.Groups * sum.RowParts));
    }

    /// <summary>A piece: a chunk of the positions, one group, some output channels.</summary>
    private struct PieceJob : IJob
    {
        public WeightCorrelation C;
        public WeightPlan Plan;
        public byte* Partial;

        public readonly byte* Sums(int chunk, int group) =>
            Partial + ((nint)((chunk * C.Groups) + group) * Plan.PartialRows * Plan.PartialColumns * V.LaneSize);

        public readonly void Execute(int piece)
        {
            (int rest, int part) = Math.DivRem(piece, Plan.OutputParts);
            (int chunk, int group) = Math.DivRem(rest, C.Groups);
            int output = part * Plan.OutputsPerPart, unit = chunk * Plan.UnitsPerChunk;
            int outputs = Math.Min(Plan.OutputsPerPart, C.Outputs - output), end = Math.Min(unit + Plan.UnitsPerChunk, Plan.Units);
            Piece p = new() { C = C, Plan = Plan, Group = group, Output = output, Outputs = outputs, Sums = Sums(chunk, group) };
            for (int i = unit; i < end; i++)
            {
                (int imagePart, int rowPart) = Math.DivRem(i, Plan.RowParts);
                p.Image = imagePart * Plan.ImagesPerUnit;
                p.Images = Math.Min(Plan.ImagesPerUnit, C.Images - p.Image);
                p.Row = rowPart * Plan.RowsPerUnit;
                p.Rows = Math.Min(Plan.RowsPerUnit, C.H.Count - p.Row);
                p.Run(add: i > unit);
            }
        }
    }

    private ref struct Piece
    {
        public WeightCorrelation C;
        public WeightPlan Plan;
        public byte* Sums;
        public int Group, Output, Outputs, Image, Images, Row, Rows;
        private PixelWindow _window;
        private nint* _rows;
        private byte* _left, _right;

        private readonly int Positions => Images * Rows * C.W.Count;

        private readonly nint DyPlane => (nint)C.H.Count * C.W.Count * V.LaneSize;

        private readonly byte* Dy(int image, int output) =>
            (byte*)C.Dy.P + (((((nint)(Image + image) * C.Groups) + Group) * C.Outputs + output) * DyPlane) + ((nint)Row * C.W.Count * V.LaneSize);

        public void Run(bool add)
        {
            if (Plan.Direct) Direct(add);
            else Blocked(add);
        }

        private void Blocked(bool add)
        {
            _window = new PixelWindow
            {
                LaneSize = V.LaneSize,
                FirstImage = Image,
                Images = Images,
                TotalChannels = C.Groups * C.Channels,
                FirstChannel = Group * C.Channels,
                Channels = C.Channels,
                Height = C.Height,
                Width = C.Width,
                Top = (Row * C.H.Step) + C.H.Low,
                Rows = C.H.Extent(Rows),
                Left = C.W.Low,
                Columns = C.W.Extent(C.W.Count),
            };
            int positions = Positions, leftRows = Plan.Turned ? C.Terms : Outputs, panels = (leftRows + MR - 1) / MR;
            nint rowBytes = ((nint)positions * sizeof(nint) + 63) & ~63, windowBytes = (_window.Bytes + 63) & ~63;
            nint leftBytes = ((nint)leftRows * positions * V.LaneSize + (panels * 128) + 63) & ~63;
            byte* local = PackBuffer.Local(rowBytes + windowBytes + leftBytes + ((nint)positions * NR * V.LaneSize) + 128);
            _rows = (nint*)local;
            _window.Origin = local + rowBytes;
            _left = _window.Origin + windowBytes;
            _right = _left + leftBytes;
            _window.Fill<V>((byte*)C.X.P);
            FindRows();
            Multiply(leftRows, panels, add);
        }

        private readonly void FindRows()
        {
            int k = 0;
            for (int image = 0; image < Images; image++)
                for (int row = 0; row < Rows; row++)
                    for (int column = 0; column < C.W.Count; column++) _rows[k++] = _window.At(image, row * C.H.Step, column * C.W.Step);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Multiply(int leftRows, int panels, bool add)
        {
            int positions = Positions, height = leftRows / panels, taller = leftRows % panels;
            int firstColumn = Plan.Turned ? Output : 0, columns = Plan.Turned ? Outputs : C.Terms;
            byte* left = _left;
            for (int panel = 0, row = 0; panel < panels; panel++)
            {
                int rows = height + (panel < taller ? 1 : 0);
                if (Plan.Turned) Patches(row, rows, left, rows);
                else Gradients(Output + row, rows, left, rows);
                left += Panel(rows, positions);
                row += rows;
            }
            TileArguments t = default;
            t.K = positions;
            t.B = _right;
            t.BStep = (nint)NR * V.LaneSize;
            t.Ldc = (nint)Plan.PartialColumns * V.LaneSize;
            t.Add = add;
            for (int column = 0; column < columns; column += NR)
            {
                int cols = Math.Min(NR, columns - column);
                if (Plan.Turned) Gradients(Output + column, cols, _right, NR);
                else Patches(column, cols, _right, NR);
                t.A = _left;
                for (int panel = 0, row = Plan.Turned ? 0 : Output; panel < panels; panel++)
                {
                    int rows = height + (panel < taller ? 1 : 0);
                    t.AStep = (nint)rows * V.LaneSize;
                    t.Ahead = t.A + Panel(rows, positions);
                    t.AheadStep = t.AStep;
                    t.C = Sums + ((((nint)row * Plan.PartialColumns) + firstColumn + column) * V.LaneSize);
                    MicroKernel<V>.Run(rows, cols > V.Count ? 2 : 1, t);
                    t.A += Panel(rows, positions);
                    row += rows;
                }
            }
        }

        // Patches are copied in whole vectors: a panel has slack at its end.
        private static nint Panel(int rows, int positions) => ((nint)rows * positions * V.LaneSize) + 128;

        /// <summary>dy of some output channels, position by position.</summary>
        private readonly void Gradients(int output, int count, byte* to, int step)
        {
            int each = Rows * C.W.Count;
            for (int image = 0; image < Images; image++, to += (nint)each * step * V.LaneSize)
                Packing<V>.Transpose(Dy(image, output), DyPlane, count, each, to, step);
        }

        /// <summary>The terms [first, first + count) of each position's patch, in the order kernel row, kernel column, channel.</summary>
        private readonly void Patches(int first, int count, byte* to, int step)
        {
            VectorCopy* copies = stackalloc VectorCopy[PanelCopy<V>.MaxCopies];
            int copyCount = 0;
            // Without dilation the columns of one kernel row are neighbours, channels and all.
            int dilation = C.Kernel.Width == 1 ? 1 : C.W.Taps[1] - C.W.Taps[0];
            int whole = dilation == 1 ? C.Channels * C.Kernel.Width : C.Channels;
            for (int lane = 0; lane < count;)
            {
                (int tap, int channel) = Math.DivRem(first + lane, C.Channels);
                (int h, int w) = Math.DivRem(tap, C.Kernel.Width);
                int run = Math.Min(count - lane, whole - ((first + lane) % whole));
                nint from = _window.At(0, C.H.Taps[h] - C.H.Low, C.W.Taps[w] - C.W.Low) + ((nint)channel * V.LaneSize);
                PanelCopy<V>.AddRun(copies, ref copyCount, from, lane, run);
                lane += run;
            }
            PanelCopy<V>.Run(_window.Origin, _rows, Positions, copies, copyCount, to, (nint)step * V.LaneSize);
        }

        private readonly void Direct(bool add)
        {
            SourceWindow.Request request = new()
            {
                Source = (byte*)C.X.P,
                SourceCount = C.XCount,
                LaneSize = V.LaneSize,
                Slack = V.Count,
                FirstImage = Image,
                Images = Images,
                TotalChannels = C.Groups * C.Channels,
                FirstChannel = Group * C.Channels,
                Channels = C.Channels,
                Height = C.Height,
                Width = C.Width,
                Top = (Row * C.H.Step) + C.H.Low,
                Rows = C.H.Extent(Rows),
                Left = C.W.Low,
                Columns = C.W.Extent(C.W.Count),
                Step = C.W.Step,
            };
            SourceWindow window = SourceWindow.Open(request, PackBuffer.Local(request.CopyBytes));
            nint* taps = stackalloc nint[4];
            for (int output = 0; output < Outputs; output++)
            {
                for (int channel = 0; channel < C.Channels; channel++)
                {
                    for (int first = 0; first < C.Taps; first += 4)
                    {
                        for (int i = 0; i < 4; i++)
                        {
                            (int h, int w) = Math.DivRem(Math.Min(first + i, C.Taps - 1), C.Kernel.Width);
                            taps[i] = window.Channel(channel) + window.At(C.H.Taps[h] - C.H.Low, C.W.Taps[w] - C.W.Low);
                        }
                        Dot(window, Output + output, taps, out V a, out V b, out V c, out V d);
                        for (int i = 0; i < Math.Min(4, C.Taps - first); i++)
                        {
                            int term = ((first + i) * C.Channels) + channel;
                            byte* sum = Sums + ((nint)(Plan.Turned ? (term * Plan.PartialColumns) + Output + output : ((Output + output) * Plan.PartialColumns) + term) * V.LaneSize);
                            V value = V.Const(V.Sum(i switch { 0 => a, 1 => b, 2 => c, _ => d }));
                            V.StorePartial(add ? V.LoadPartial(sum, 0, 1) + value : value, sum, 0, 1);
                        }
                    }
                }
            }
        }

        /// <summary>Σ over the unit's positions of dy·x for four taps.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Dot(in SourceWindow window, int output, nint* taps, out V a, out V b, out V c, out V d)
        {
            V p = V.Zero, q = p, r = p, s = p;
            int width = C.W.Count;
            for (int image = 0; image < Images; image++)
            {
                byte* dy = Dy(image, output);
                for (int row = 0; row < Rows; row++, dy += width * V.LaneSize)
                {
                    byte* x = window.Origin + window.Image(image) + window.At(row * C.H.Step, 0);
                    int j = 0;
                    for (; j <= width - V.Count; j += V.Count)
                    {
                        V y = V.Load(dy, j);
                        p = V.Fma(y, V.Load(x + taps[0], j), p);
                        q = V.Fma(y, V.Load(x + taps[1], j), q);
                        r = V.Fma(y, V.Load(x + taps[2], j), r);
                        s = V.Fma(y, V.Load(x + taps[3], j), s);
                    }
                    if (j == width) continue;
                    int rest = width - j;
                    V tail = V.LoadPartial(dy, j, rest);
                    p = V.Fma(tail, V.LoadPartial(x + taps[0], j, rest), p);
                    q = V.Fma(tail, V.LoadPartial(x + taps[1], j, rest), q);
                    r = V.Fma(tail, V.LoadPartial(x + taps[2], j, rest), r);
                    s = V.Fma(tail, V.LoadPartial(x + taps[3], j, rest), s);
                }
            }
            (a, b, c, d) = (p, q, r, s);
        }
    }

    /// <summary>Adds the chunks' partial sums in order and brings them into the weight's own order of channel, kernel row, kernel column.</summary>
    private struct SumJob : IJob
    {
        public PieceJob Pieces;
        public int RowsPerPiece, RowParts;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int piece)
        {
            WeightCorrelation c = Pieces.C;
            WeightPlan plan = Pieces.Plan;
            (int group, int part) = Math.DivRem(piece, RowParts);
            int first = part * RowsPerPiece, end = Math.Min(first + RowsPerPiece, plan.PartialRows);
            int columns = plan.Turned ? c.Outputs : c.Terms;
            for (int row = first; row < end; row++)
            {
                nint at = (nint)row * plan.PartialColumns * V.LaneSize;
                byte* sum = Pieces.Sums(0, group) + at;
                for (int chunk = 1; chunk < plan.Chunks; chunk++) Add(Pieces.Sums(chunk, group) + at, sum, columns);
                for (int column = 0; column < columns; column++)
                {
                    (int output, int term) = plan.Turned ? (column, row) : (row, column);
                    (int tap, int channel) = Math.DivRem(term, c.Channels);
                    nint to = ((nint)((group * c.Outputs) + output) * c.Terms) + ((nint)channel * c.Taps) + tap;
                    if (V.LaneSize == 4) ((int*)c.DWeight.P)[to] = ((int*)sum)[column];
                    else ((long*)c.DWeight.P)[to] = ((long*)sum)[column];
                }
            }
        }

        private static void Add(byte* from, byte* to, int count)
        {
            int j = 0;
            for (; j <= count - V.Count; j += V.Count) V.Store(V.Load(to, j) + V.Load(from, j), to, j);
            if (j < count) V.StorePartial(V.LoadPartial(to, j, count - j) + V.LoadPartial(from, j, count - j), to, j, count - j);
        }
    }
}
