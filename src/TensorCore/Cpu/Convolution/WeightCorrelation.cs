namespace TensorCore.Cpu;

/// <summary>
/// dweight[o, c, p, q] = Σ over images and positions of dy·x: what a weight gradient is computed from. Tensors are contiguous.
/// </summary>
internal struct WeightCorrelation
{
    /// <summary>x (N, groups·channels, H, W), dy (N, groups·outputs, OH, OW), dweight (groups·outputs, channels, KH, KW).</summary>
    public Operand X, Dy, DWeight;

    public DType DType;
    public long XCount;
    public int Images, Groups, Channels, Outputs, Height, Width;
    public Size2d Kernel;
    public AxisMap H, W;

    public readonly int Taps => Kernel.Height * Kernel.Width;

    /// <summary>Weights of one output channel.</summary>
    public readonly int Terms => checked(Channels * Taps);
}

/// <summary>
/// How a weight gradient is cut, by its sizes and the vector width alone: the positions into units, the units into chunks, each chunk with partial
/// sums of its own that are added in order afterwards.
/// </summary>
internal readonly struct WeightPlan
{
    private const long WindowBytes = 512 << 10;
    private const long PartialBytes = 8 << 20;
    private const long MinPiece = 1 << 20;
    private const int TargetPieces = 16;

    // Positions multiplied at a time: panels of 14 × 384 and 384 × 32 floats are 21 and 48 KiB.
    private const int UnitPositions = 384;

    // Up to this many weights in a group are summed one by one: see WeightEngine.Direct.
    private const int DirectWeights = 4;

    public WeightPlan(in WeightCorrelation c, int nr, int lanes, int laneSize)
    {
        long positions = Math.Max(1, (long)c.H.Count * c.W.Count);
        Direct = c.Outputs * c.Channels <= DirectWeights;
        // The matrix product wants whole vectors along its columns: of the two ways round, the one with less idle lanes.
        long upright = (long)c.Outputs * ((c.Terms + lanes - 1) / lanes), turned = (long)c.Terms * ((c.Outputs + lanes - 1) / lanes);
        Turned = turned < upright;

        long rowBytes = Math.Max(1, (long)c.Channels * c.W.Extent(c.W.Count) * c.H.Step * laneSize);
        RowsPerUnit = (int)Math.Clamp(Math.Min(UnitPositions / Math.Max(1, c.W.Count), WindowBytes / rowBytes), 1, c.H.Count);
        RowParts = (c.H.Count + RowsPerUnit - 1) / RowsPerUnit;
        RowsPerUnit = (c.H.Count + RowParts - 1) / RowParts;
        RowParts = (c.H.Count + RowsPerUnit - 1) / RowsPerUnit;
        ImagesPerUnit = RowParts > 1 ? 1 : (int)Math.Clamp(Math.Min(UnitPositions / positions, WindowBytes / (rowBytes * c.H.Count)), 1, Math.Max(1, c.Images));
        Units = checked((c.Images + ImagesPerUnit - 1) / ImagesPerUnit * RowParts);

        long weights = Math.Max(1, (long)c.Groups * c.Outputs * c.Terms);
        long work = Math.Max(1, c.Images * positions * c.Outputs * c.Terms * c.Groups);
        long pieces = Math.Clamp(work / MinPiece, 1, TargetPieces);
        long chunks = Math.Clamp(Math.Min((pieces + c.Groups - 1) / c.Groups, PartialBytes / (weights * laneSize)), 1, Math.Max(1, Units));
        UnitsPerChunk = (int)((Units + chunks - 1) / chunks);
        Chunks = UnitsPerChunk == 0 ? 0 : (Units + UnitsPerChunk - 1) / UnitsPerChunk;

        // Parts of the output channels: each packs the same patches again, so not below 64.
        long parts = Math.Clamp(pieces / Math.Max(1, (long)Chunks * c.Groups), 1, Math.Max(1, c.Outputs / 64));
        OutputsPerPart = (int)((c.Outputs + parts - 1) / parts);
        OutputsPerPart = Math.Min((OutputsPerPart + nr - 1) / nr * nr, 256);
        OutputParts = (c.Outputs + OutputsPerPart - 1) / OutputsPerPart;

        PartialRows = Turned ? c.Terms : c.Outputs;
        int columns = Turned ? c.Outputs : c.Terms;
        // Whole tiles are written: the partial sums have room for the columns beyond the last.
        PartialColumns = Direct ? columns : (columns + nr - 1) / nr * nr;
    }

    /// <summary>A few weights a group (depthwise): each is a dot product over the positions.</summary>
    public bool Direct { get; }

    /// <summary>The partial sums are (terms, outputs) instead of (outputs, terms).</summary>
    public bool Turned { get; }

    public int RowsPerUnit { get; }

    public int RowParts { get; }

    public int ImagesPerUnit { get; }

    public int Units { get; }

    public int UnitsPerChunk { get; }

    public int Chunks { get; }

    public int OutputsPerPart { get; }

    public int OutputParts { get; }

    public int PartialRows { get; }

    public int PartialColumns { get; }
}
