using System.Runtime.CompilerServices;

namespace TensorCore.Cpu;

/// <summary>
/// How a product is cut, decided by its shape and the vector width alone, never by the number of threads: so every element of
/// C is summed in the same order, and has the same bits, however many threads work.
/// </summary>
internal readonly struct GemmPlan
{
    // Deep blocks: C is read and written once per block, and that costs more than panels leaving L1. A tile of 14 × 32 reads
    // 13 bytes a cycle, which L2 delivers. Interleaved on AVX-512 with 2 MiB of L2, Kc 384 against 1024: 1024×768×3072
    // 151 → 171 GF/s, 256×768×2304 147 → 156, 1024×3072×768 142 → 165 (one thread, machine shared).
    private const int MaxKcBytes = 1024 * 4;

    // Packed panels that all threads share: more than this and the product is done in several rounds.
    private const long SharedBytes = 32 << 20;

    // A piece below this many multiply-adds (about 12 µs at 170 GF/s) costs more to hand out than it brings.
    private const long MinPiece = 1 << 20;

    // Pieces of a large product: enough to share evenly between up to a dozen threads.
    private const int TargetPieces = 24;

    public GemmPlan(int m, int n, int k, int mr, int nr, int laneSize)
    {
        PanelsM = (m + mr - 1) / mr;
        _height = m / PanelsM;
        _taller = m % PanelsM;
        PanelsN = (n + nr - 1) / nr;

        int maxKc = MaxKcBytes / laneSize;
        int blocks = (k + maxKc - 1) / maxKc;
        Kc = ((k + blocks - 1) / blocks + 7) & ~7;

        // The shared operand is packed once, the other one piece by piece, by the thread that uses it. Sharing the smaller one
        // keeps it in cache.
        SharedIsB = m > n;
        long shared = SharedIsB ? n : m, rowBytes = (long)k * laneSize;
        RoundK = k;
        if (shared * rowBytes > SharedBytes)
        {
            int deepest = (int)Math.Max(Kc, SharedBytes / 4 / (laneSize * Math.Min(shared, 1024)) / Kc * Kc);
            RoundK = Math.Min(k, deepest);
        }

        int unit = SharedIsB ? nr : mr;
        long panels = Math.Max(1, SharedBytes / ((long)RoundK * laneSize * unit));
        RoundPanels = (int)Math.Min(panels, SharedIsB ? PanelsN : PanelsM);

        int own = SharedIsB ? PanelsM : PanelsN;
        long work = (long)m * n * k;
        int pieces = (int)Math.Clamp(work / MinPiece, 1, Math.Min(TargetPieces, own));
        OwnPanels = (own + pieces - 1) / pieces;
        Pieces = (own + OwnPanels - 1) / OwnPanels;
    }

    private readonly int _height, _taller;

    /// <summary>Row panels: as equal in height as possible (m = 16 is 8 + 8, not 14 + 2, whose second tile would idle the FMA ports).</summary>
    public int PanelsM { get; }

    /// <summary>Column panels of two vectors; the last may be narrower.</summary>
    public int PanelsN { get; }

    /// <summary>Steps of k between two visits to a tile of C.</summary>
    public int Kc { get; }

    /// <summary>True when B is packed once for all threads and each piece packs its rows of A; false for the mirror image.</summary>
    public bool SharedIsB { get; }

    /// <summary>Steps of k that are packed at a time, a multiple of <see cref="Kc"/> or k.</summary>
    public int RoundK { get; }

    /// <summary>Panels of the shared operand that are packed at a time.</summary>
    public int RoundPanels { get; }

    /// <summary>Panels of the other operand in one piece.</summary>
    public int OwnPanels { get; }

    /// <summary>Pieces of one round.</summary>
    public int Pieces { get; }

    /// <summary>The first row of row panel <paramref name="panel"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Row(int panel) => panel * _height + Math.Min(panel, _taller);
}
