namespace TensorCore;

/// <summary>
/// Hands out streams of one seed: every random operation takes the next and draws from it with <see cref="Philox"/>. The state is two numbers, so
/// a checkpoint stores it and training goes on with the same randomness. Safe to use from several threads; which of them gets which stream is
/// then up to their order.
/// </summary>
public sealed class Generator
{
    private readonly Lock _lock = new();
    private ulong _seed;
    private ulong _stream;

    /// <summary>The generator of the whole process, which random operations use where none is passed. Its seed is 0 until set: a program gives the same numbers each time.</summary>
    public static Generator Default { get; } = new(0);

    /// <summary>A generator of this seed, at its first stream.</summary>
    public Generator(ulong seed)
    {
        _seed = seed;
    }

    /// <summary>The seed: Philox's key.</summary>
    public ulong Seed
    {
        get
        {
            lock (_lock) return _seed;
        }
    }

    /// <summary>The seed and the stream that <see cref="NextStream"/> returns next: all there is to save and restore.</summary>
    public (ulong Seed, ulong Stream) State
    {
        get
        {
            lock (_lock) return (_seed, _stream);
        }

        set
        {
            lock (_lock) (_seed, _stream) = value;
        }
    }

    /// <summary>Starts again at the first stream of <paramref name="seed"/>.</summary>
    public void SetSeed(ulong seed) => State = (seed, 0);

    /// <summary>A stream that this generator has not given out before.</summary>
    public ulong NextStream()
    {
        return NextDraw().Stream;
    }

    /// <summary>The seed and a new stream, read together: another thread may set the seed in between.</summary>
    internal (ulong Seed, ulong Stream) NextDraw()
    {
        lock (_lock)
        {
            CudaGraph.Recording?.Drew(this, _seed, _stream);
            return (_seed, _stream++);
        }
    }
}
