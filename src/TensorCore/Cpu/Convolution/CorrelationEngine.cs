using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// Correlation as a matrix product (target channels × terms) · (terms × positions). The weights are packed once. Each piece gathers the source's
/// patches for a panel of 2 vectors of positions, and multiplies it with all panels of weights while it is in the cache. Every output element
/// is summed in the order of the terms, whatever the cut: the bits do not depend on the number of threads.
/// </summary>
internal static unsafe class CorrelationEngine<V>
    where V : struct, ISimd<V>
{
    // A panel of patches up to this size stays in the L1 cache (48 KiB) while the panels of weights stream past it; larger ones go four at a time,
    // so that each panel of weights, coming from L2 or L3, serves four tiles.
    private const int SmallPanel = 40 << 10;
    private const int GroupedPanels = 4;
    private const int TileBytes = 14 * 2 * 64;

    private static int MR => MicroKernel<V>.MR;

    private static int NR => MicroKernel<V>.NR;

    public static void Run(in Correlation c)
    {
        CorrelationPlan plan = new(c, MR, NR, V.LaneSize);
        byte* packed = PackBuffer.Shared(((nint)c.Groups * c.Rows * c.Steps * V.LaneSize) + 64);
        PackJob pack = new() { C = c, Plan = plan, Packed = packed, Height = c.Rows / plan.Panels, Taller = c.Rows % plan.Panels };
        int panels = checked(c.Groups * plan.Panels);
        pack.PerPiece = Math.Clamp((1 << 14) / Math.Max(1, (c.Rows / plan.Panels) * c.Steps), 1, panels);
        WorkerPool.Run(ref pack, (panels + pack.PerPiece - 1) / pack.PerPiece);
        PieceJob job = new() { Pack = pack };
        WorkerPool.Run(ref job, plan.Pieces);
    }

    /// <summary>
    /// Packs the weights: for each group, for each block of steps, the panels one after another; in a panel, each step's rows side by side.
    /// </summary>
    private struct PackJob : IJob
    {
        public Correlation C;
        public CorrelationPlan Plan;
        public byte* Packed;
        public int Height, Taller, PerPiece;

        public readonly int Row(int panel) => (panel * Height) + Math.Min(panel, Taller);

        public readonly byte* At(int group, int panel, int step, int block) =>
            Packed + ((((nint)group * C.Rows * C.Steps) + ((nint)step * C.Rows) + ((nint)Row(panel) * block)) * V.LaneSize);

        public readonly void Execute(int piece)
        {
            int end = Math.Min((piece + 1) * PerPiece, C.Groups * Plan.Panels);
            for (int i = piece * PerPiece; i < end; i++)
            {
                (int group, int panel) = Math.DivRem(i, Plan.Panels);
                int terms = C.Terms, steps = C.Steps;
                for (int step = 0; step < steps; step += Plan.Block)
                {
                    int block = Math.Min(Plan.Block, steps - step);
                    Pack(group, panel, step, Math.Min(block, terms - step), At(group, panel, step, block));
                }
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Pack(int group, int panel, int step, int count, byte* to)
        {
            int row = Row(panel), rows = Row(panel + 1) - row;
            byte* from = (byte*)C.Weight.P + (((group * C.WeightGroup) + (row * C.WeightRow)) * V.LaneSize);
            if (C.WeightInOrder)
            {
                if (count > 0) Packing<V>.Transpose(from + ((nint)step * V.LaneSize), (nint)C.WeightRow * V.LaneSize, rows, count, to, rows);
            }
            else
            {
                Gather(from, step, count, rows, to);
            }
            // The bias is the last step of the last block.
            if (!C.Bias.Exists || step + count != C.Terms || step + Plan.Block < C.Steps) return;
            byte* last = to + ((nint)count * rows * V.LaneSize), bias = (byte*)C.Bias.P + ((((nint)group * C.Rows) + row) * V.LaneSize);
            Buffer.MemoryCopy(bias, last, rows * V.LaneSize, rows * V.LaneSize);
        }

        private readonly void Gather(byte* from, int step, int count, int rows, byte* to)
        {
            for (int k = 0; k < count; k++, to += rows * V.LaneSize)
            {
                (int channel, int tap) = Math.DivRem(step + k, C.Taps);
                (int h, int w) = Math.DivRem(tap, C.W.Taps.Length);
                long at = (channel * C.WeightChannel) + (C.H.Kernel[h] * C.KernelWidth) + C.W.Kernel[w];
                if (V.LaneSize == 4)
                {
                    int* source = (int*)from + at;
                    for (int i = 0; i < rows; i++) ((int*)to)[i] = source[i * C.WeightRow];
                }
                else
                {
                    long* source = (long*)from + at;
                    for (int i = 0; i < rows; i++) ((long*)to)[i] = source[i * C.WeightRow];
                }
            }
        }
    }

    /// <summary>A piece: some images, one group, some rows of positions, some panels of target channels.</summary>
    private struct PieceJob : IJob
    {
        public PackJob Pack;

        public readonly void Execute(int piece)
        {
            CorrelationPlan plan = Pack.Plan;
            (int rest, int channelPart) = Math.DivRem(piece, plan.ChannelParts);
            (rest, int rowPart) = Math.DivRem(rest, plan.RowParts);
            (int imagePart, int group) = Math.DivRem(rest, Pack.C.Groups);
            int image = imagePart * plan.ImagesPerPiece, row = rowPart * plan.RowsPerPiece, panel = channelPart * plan.PanelsPerPiece;
            Piece p = new()
            {
                Pack = Pack,
                C = Pack.C,
                Group = group,
                Image = image,
                Images = Math.Min(plan.ImagesPerPiece, Pack.C.Images - image),
                Row = row,
                Rows = Math.Min(plan.RowsPerPiece, Pack.C.H.Count - row),
                Panel = panel,
                PanelEnd = Math.Min(panel + plan.PanelsPerPiece, plan.Panels),
            };
            p.Run();
        }
    }

    private ref struct Piece
    {
        public PackJob Pack;
        public Correlation C;
        public int Group, Image, Images, Row, Rows, Panel, PanelEnd;
        private SourceWindow _window;
        private nint* _terms;
        private byte* _panels;

        public void Run()
        {
            int terms = C.Terms, block = Pack.Plan.Block;
            SourceWindow.Request request = new()
            {
                Source = (byte*)C.Source.P,
                SourceCount = C.SourceCount,
                LaneSize = V.LaneSize,
                Slack = V.Count,
                FirstImage = Image,
                Images = Images,
                TotalChannels = C.Groups * C.Channels,
                FirstChannel = Group * C.Channels,
                Channels = C.Channels,
                Height = C.SourceHeight,
                Width = C.SourceWidth,
                Top = (Row * C.H.Step) + C.H.Low,
                Rows = C.H.Extent(Rows),
                Left = C.W.Low,
                Columns = C.W.Extent(C.W.Count),
                Step = C.W.Step,
            };
            bool small = (long)block * NR * V.LaneSize <= SmallPanel;
            int grouped = small ? 1 : GroupedPanels;
            nint termBytes = ((nint)terms * sizeof(nint) + 63) & ~63, panelBytes = PanelBytes(block);
            nint windowBytes = terms == 0 || request.IsInside ? 0 : (request.CopyBytes + 63) & ~63;
            byte* local = PackBuffer.Local(termBytes + windowBytes + (grouped * panelBytes));
            _terms = (nint*)local;
            _panels = local + termBytes + windowBytes;
            if (terms > 0)
            {
                _window = SourceWindow.Open(request, local + termBytes);
                FindTerms();
            }
            if (Pack.Plan.Direct) Direct();
            else Blocked(grouped, panelBytes);
        }

        private static nint PanelBytes(int block) => ((nint)block * NR * V.LaneSize) + 128;

        private readonly void FindTerms()
        {
            int k = 0;
            for (int channel = 0; channel < C.Channels; channel++)
                foreach (int h in C.H.Taps)
                    foreach (int w in C.W.Taps) _terms[k++] = _window.Channel(channel) + _window.At(h - C.H.Low, w - C.W.Low);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Blocked(int grouped, nint panelBytes)
        {
            int positions = checked(Images * Rows * C.W.Count), steps = C.Steps, fullBlock = Pack.Plan.Block;
            byte* scratch = stackalloc byte[TileBytes];
            for (int group = 0; group < positions; group += grouped * NR)
            {
                for (int step = 0; step < steps; step += fullBlock)
                {
                    int block = Math.Min(fullBlock, steps - step), groupEnd = Math.Min(positions, group + (grouped * NR));
                    byte* to = _panels;
                    for (int q = group; q < groupEnd; q += NR, to += panelBytes) Gather(q, Math.Min(NR, positions - q), step, block, to);
                    TileArguments t = default;
                    t.K = block;
                    for (int panel = Panel; panel < PanelEnd; panel++)
                    {
                        int rows = Pack.Row(panel + 1) - Pack.Row(panel);
                        t.A = Pack.At(Group, panel, step, block);
                        t.AStep = (nint)rows * V.LaneSize;
                        t.Ahead = t.A + (block * t.AStep);
                        t.AheadStep = t.AStep;
                        t.B = _panels;
                        t.BStep = (nint)NR * V.LaneSize;
                        for (int q = group; q < groupEnd; q += NR, t.B += panelBytes) Tile(ref t, panel, rows, q, Math.Min(NR, positions - q), step > 0, scratch);
                    }
                }
            }
        }

        /// <summary>Packs the patches of positions [q, q + cols): one row of the panel for each of the steps.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Gather(int q, int cols, int step, int block, byte* to)
        {
            VectorCopy* copies = stackalloc VectorCopy[PanelCopy<V>.MaxCopies];
            int count = 0;
            for (int lane = 0; lane < cols;)
            {
                (int row, int column) = Math.DivRem(q + lane, C.W.Count);
                (int image, row) = Math.DivRem(row, Rows);
                int run = Math.Min(C.W.Count - column, cols - lane);
                if (C.Terms > 0) PanelCopy<V>.AddRun(copies, ref count, _window.Image(image) + _window.At(row * C.H.Step, column * C.W.Step), lane, run);
                lane += run;
            }
            int terms = Math.Min(block, C.Terms - step);
            nint bytes = (nint)NR * V.LaneSize;
            if (terms > 0) PanelCopy<V>.Run(_window.Origin, _terms + step, terms, copies, count, to, bytes);
            if (terms == block) return;
            to += terms * bytes;
            V.Store(V.One, to, 0);
            V.Store(V.One, to, V.Count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Tile(ref TileArguments t, int panel, int rows, int q, int cols, bool add, byte* scratch)
        {
            int width = cols > V.Count ? 2 : 1, positions = Rows * C.W.Count;
            nint plane = (nint)C.TargetHeight * C.TargetWidth * V.LaneSize;
            (int image, int at) = Math.DivRem(q, positions);
            byte* target = (byte*)C.Target.P + (((((nint)(Image + image) * C.Groups) + Group) * C.Rows + Pack.Row(panel)) * plane);
            bool dense = C.H.Stride == 1 && C.W.Stride == 1 && C.W.Count == C.TargetWidth;
            bool oneImage = dense && at + cols <= positions;
            if (oneImage) target += (((nint)Row * C.TargetWidth) + at) * V.LaneSize;
            if (oneImage && cols == width * V.Count)
            {
                t.C = target;
                t.Ldc = plane;
                t.Add = add;
                MicroKernel<V>.Run(rows, width, t);
                return;
            }
            t.C = scratch;
            t.Ldc = (nint)NR * V.LaneSize;
            t.Add = false;
            MicroKernel<V>.Run(rows, width, t);
            if (oneImage) Finish<V>.Merge(scratch, t.Ldc, target, plane, rows, cols, 1, add);
            else Scatter(scratch, panel, rows, q, cols, add);
        }

        /// <summary>Brings a tile to positions that are not neighbours in the target: run by run.</summary>
        private readonly void Scatter(byte* tile, int panel, int rows, int q, int cols, bool add)
        {
            nint plane = (nint)C.TargetHeight * C.TargetWidth * V.LaneSize;
            for (int lane = 0; lane < cols;)
            {
                (int row, int column) = Math.DivRem(q + lane, C.W.Count);
                (int image, row) = Math.DivRem(row, Rows);
                int run = Math.Min(C.W.Count - column, cols - lane);
                byte* target = (byte*)C.Target.P + (((((nint)(Image + image) * C.Groups) + Group) * C.Rows + Pack.Row(panel)) * plane)
                    + ((((nint)(C.H.First + ((Row + row) * C.H.Stride)) * C.TargetWidth) + C.W.First + (column * C.W.Stride)) * V.LaneSize);
                if (C.W.Stride == 1) Finish<V>.Merge(tile + (lane * V.LaneSize), (nint)NR * V.LaneSize, target, plane, rows, run, 1, add);
                else for (int i = 0; i < rows; i++) Spread(tile + (((i * NR) + lane) * V.LaneSize), target + (i * plane), run, C.W.Stride, add);
                lane += run;
            }
        }

        private static void Spread(byte* from, byte* to, int count, int stride, bool add)
        {
            if (V.LaneSize == 4)
            {
                float* x = (float*)from, y = (float*)to;
                for (int i = 0; i < count; i++) y[(nint)i * stride] = add ? y[(nint)i * stride] + x[i] : x[i];
            }
            else
            {
                double* x = (double*)from, y = (double*)to;
                for (int i = 0; i < count; i++) y[(nint)i * stride] = add ? y[(nint)i * stride] + x[i] : x[i];
            }
        }

        /// <summary>
        /// Few target channels: four output vectors at a time (the latency of a multiply-add is four steps), each term read straight from the window.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Direct()
        {
            DirectVector* vectors = stackalloc DirectVector[4];
            for (int m = 0; m < C.Rows; m++)
            {
                byte* weights = Pack.At(Group, 0, 0, C.Steps) + (m * V.LaneSize);
                int waiting = 0;
                for (int image = 0; image < Images; image++)
                {
                    nint plane = (((((nint)(Image + image) * C.Groups) + Group) * C.Rows) + m) * C.TargetHeight;
                    for (int row = 0; row < Rows; row++)
                    {
                        nint source = C.Terms == 0 ? 0 : _window.Image(image) + _window.At(row * C.H.Step, 0);
                        nint target = ((plane + C.H.First + ((nint)(Row + row) * C.H.Stride)) * C.TargetWidth) + C.W.First;
                        for (int column = 0; column < C.W.Count; column += V.Count)
                        {
                            vectors[waiting++] = new DirectVector(
                                source + ((nint)column * V.LaneSize),
                                (byte*)C.Target.P + ((target + ((nint)column * C.W.Stride)) * V.LaneSize),
                                Math.Min(V.Count, C.W.Count - column));
                            if (waiting < 4) continue;
                            Sum(weights, vectors, 4);
                            waiting = 0;
                        }
                    }
                }
                if (waiting > 0) Sum(weights, vectors, waiting);
            }
        }

        /// <summary>An output vector: where its source starts in the window, where it goes, and how many of its lanes.</summary>
        private readonly struct DirectVector(nint source, byte* target, int lanes)
        {
            public readonly nint Source = source;
            public readonly byte* Target = target;
            public readonly int Lanes = lanes;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Sum(byte* weights, DirectVector* v, int count)
        {
            // Fewer than four: the first stands in for the others.
            byte* p = _window.Origin + v[0].Source, q = count > 1 ? _window.Origin + v[1].Source : p;
            byte* r = count > 2 ? _window.Origin + v[2].Source : p, s = count > 3 ? _window.Origin + v[3].Source : p;
            V w = V.Zero, x = w, y = w, z = w;
            int terms = C.Terms;
            nint step = C.Rows, i = 0;
            for (int k = 0; k < terms; k++, i += step)
            {
                nint term = _terms[k];
                V weight = V.Broadcast(weights, i);
                w = V.Fma(weight, V.Load(p + term, 0), w);
                x = V.Fma(weight, V.Load(q + term, 0), x);
                y = V.Fma(weight, V.Load(r + term, 0), y);
                z = V.Fma(weight, V.Load(s + term, 0), z);
            }
            V bias = C.Bias.Exists ? V.Broadcast(weights, i) : V.Zero;
            Write(w + bias, v[0]);
            if (count > 1) Write(x + bias, v[1]);
            if (count > 2) Write(y + bias, v[2]);
            if (count > 3) Write(z + bias, v[3]);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly void Write(V value, DirectVector v)
        {
            if (C.W.Stride == 1) V.StorePartial(value, v.Target, 0, v.Lanes);
            else WriteSpread(value, v);
        }

        private readonly void WriteSpread(V value, DirectVector v)
        {
            byte* lanes = stackalloc byte[64]; // one register, at most 64 bytes
            V.Store(value, lanes, 0);
            Spread(lanes, v.Target, v.Lanes, C.W.Stride, add: false);
        }
    }
}
