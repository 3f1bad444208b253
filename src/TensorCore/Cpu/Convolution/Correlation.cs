namespace TensorCore.Cpu;

/// <summary>
/// target[n, m, positions] = bias[m] + Σ over channels and taps of weight·source: a convolution, or one residue of a transposed one. Tensors are contiguous.
/// </summary>
internal struct Correlation
{
    /// <summary>Source (N, groups·channels, height, width), weight, bias and target (N, groups·rows, height, width).</summary>
    public Operand Source, Weight, Bias, Target;

    public long SourceCount;
    public int Images, Groups;

    /// <summary>Source channels and target channels in a group.</summary>
    public int Channels, Rows;

    public int SourceHeight, SourceWidth, TargetHeight, TargetWidth;
    public AxisMap H, W;

    /// <summary>Elements from one weight to the next along group, target channel and source channel; and in a kernel's row.</summary>
    public long WeightGroup, WeightRow, WeightChannel;

    public int KernelWidth;

    /// <summary>True if the weights of one target channel lie in the order of the product's steps: channel, kernel row, kernel column.</summary>
    public bool WeightInOrder;

    /// <summary>Terms of the sum without the bias.</summary>
    public readonly int Taps => H.Taps.Length * W.Taps.Length;

    public readonly int Terms => checked(Channels * Taps);

    /// <summary>Steps of the product: the bias is a last one, with a row of ones in place of the source.</summary>
    public readonly int Steps => Terms + (Bias.Exists ? 1 : 0);
}

/// <summary>How a correlation is cut into pieces: by its sizes and the vector width alone.</summary>
internal readonly struct CorrelationPlan
{
    // A copied window shares the 2 MiB of L2 with the panels.
    private const long WindowBytes = 512 << 10;

    // A piece below this many multiply-adds (about 12 µs) costs more to hand out than it brings.
    private const long MinPiece = 1 << 20;

    // Enough pieces to share evenly between up to a dozen threads.
    private const int TargetPieces = 24;

    // 1,024 float steps: C is read and written once a block, a panel of 32 columns is 128 KiB.
    private const int MaxBlockBytes = 4096;

    // Up to this many target channels a panel would serve too few rows to pay for its packing: see CorrelationEngine.Direct.
    private const int DirectRows = 3;

    public CorrelationPlan(in Correlation c, int mr, int nr, int laneSize)
    {
        int steps = c.Steps;
        Direct = c.Rows <= DirectRows;
        int blocks = Direct ? 1 : Math.Max(1, (steps + (MaxBlockBytes / laneSize) - 1) / (MaxBlockBytes / laneSize));
        Block = (steps + blocks - 1) / blocks;
        Panels = (c.Rows + mr - 1) / mr;

        long positions = (long)c.H.Count * c.W.Count;
        long work = Math.Max(1, positions * c.Rows * steps);
        long imageBytes = Math.Max(1, (long)c.Channels * c.H.Extent(c.H.Count) * c.W.Extent(c.W.Count) * laneSize);
        // Several small images together: less handing out, and panels that run across images are fuller. Eight panels, so that the last, perhaps
        // nearly empty one costs little: 512 channels of 7×7 at 2 images a piece (3.06 panels) idled a quarter of the lanes.
        long wanted = Math.Max(MinPiece / work, (8 * nr) / Math.Max(1, positions));
        wanted = Math.Min(wanted, WindowBytes / imageBytes);
        ImagesPerPiece = (int)Math.Clamp(wanted, 1, Math.Max(1, c.Images));
        long pieces = (long)c.Groups * ((c.Images + ImagesPerPiece - 1) / ImagesPerPiece);

        // Parts of large images: to fit the cache, or because there are few.
        RowsPerPiece = c.H.Count;
        if (ImagesPerPiece == 1)
        {
            long byWindow = (imageBytes + WindowBytes - 1) / WindowBytes;
            long byPieces = Math.Min(TargetPieces / pieces, Math.Min(work / MinPiece, positions / (4 * nr)));
            long parts = Math.Clamp(Math.Max(byWindow, byPieces), 1, c.H.Count);
            RowsPerPiece = (int)((c.H.Count + parts - 1) / parts);
        }
        pieces *= (c.H.Count + RowsPerPiece - 1) / RowsPerPiece;

        // Parts of the target channels last: each packs the same panels again.
        PanelsPerPiece = Panels;
        if (!Direct && pieces < TargetPieces / 2)
        {
            long parts = Math.Clamp(Math.Min(TargetPieces / 2 / pieces, work * c.Images * c.Groups / MinPiece / pieces), 1, Math.Max(1, Panels / 4));
            PanelsPerPiece = (int)((Panels + parts - 1) / parts);
        }

        ImageParts = (c.Images + ImagesPerPiece - 1) / ImagesPerPiece;
        RowParts = (c.H.Count + RowsPerPiece - 1) / RowsPerPiece;
        ChannelParts = (Panels + PanelsPerPiece - 1) / PanelsPerPiece;
        Pieces = checked(ImageParts * c.Groups * RowParts * ChannelParts);
    }

    /// <summary>Few target channels: no panels, each output vector is summed straight from the source.</summary>
    public bool Direct { get; }

    /// <summary>Steps of the product between two visits to a tile of the target.</summary>
    public int Block { get; }

    /// <summary>Panels of target channels in a group.</summary>
    public int Panels { get; }

    public int ImagesPerPiece { get; }

    public int RowsPerPiece { get; }

    public int PanelsPerPiece { get; }

    public int ImageParts { get; }

    public int RowParts { get; }

    public int ChannelParts { get; }

    public int Pieces { get; }
}
