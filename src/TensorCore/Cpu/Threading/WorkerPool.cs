using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace TensorCore.Cpu;

/// <summary>
/// Persistent background threads that share the pieces of a job.
/// <para>
/// Determinism: the caller cuts the work by the problem's size, never by <see cref="Threads"/>, and a piece does the same
/// arithmetic whoever runs it; so results have the same bits for any number of threads.
/// </para>
/// <para>
/// Cost: pieces are handed out by one atomic decrement, a spinning worker starts within about half a microsecond, and a call
/// allocates nothing: the job stays on the caller's stack and travels as a pointer with a function pointer per job type.
/// </para>
/// </summary>
public static unsafe class WorkerPool
{
    /// <summary>The largest number of threads that can be asked for.</summary>
    public const int MaxThreads = 1024;

    // A worker that finds no work spins this long before it parks: the gap between two kernels of a training step is
    // shorter, and waking a parked thread costs 10 µs to milliseconds.
    private const int SpinMicroseconds = 50;

    private static readonly long _spinTicks = Stopwatch.Frequency * SpinMicroseconds / 1_000_000;
    private static readonly Lock _configuration = new();
    private static readonly object _gate = new();
    private static readonly List<Worker> _workers = [];

    private static int _threads;        // 0: not set yet
    private static int _started;        // workers running
    private static int _busy;           // 1 while a caller owns the fields below
    private static int _sleepers;       // workers parked on _gate

    // The job in progress. A worker claims a piece first and reads these after: a claimed piece keeps the job from
    // completing, hence the fields and the caller's stack from changing, until the worker has reported it done.
    private static delegate*<void*, int, void> _drain;
    private static void* _job;
    private static int _pieces;
    private static Exception? _failure;
    private static Counters _counters;

    [ThreadStatic]
    private static bool t_insideJob;

    /// <summary>
    /// Threads that work on a job, the caller included: at least 1. At the start the environment variable
    /// TENSORCORE_THREADS, else the processors this process may use. Can be changed at any time, also while jobs run:
    /// it takes effect with the next job.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 1 or above <see cref="MaxThreads"/>.</exception>
    /// <exception cref="InvalidOperationException">TENSORCORE_THREADS is not a number in that range.</exception>
    public static int Threads
    {
        get
        {
            int threads = Volatile.Read(ref _threads);
            return threads != 0 ? threads : InitializeThreads();
        }

        set
        {
            if (value is < 1 or > MaxThreads)
                throw new ArgumentOutOfRangeException(nameof(value), value, $"WorkerPool.Threads must be 1 to {MaxThreads}");
            lock (_configuration)
            {
                Volatile.Write(ref _threads, value);
                StopSurplus(value - 1);
            }
        }
    }

    /// <summary>
    /// Runs pieces 0 … <paramref name="pieces"/> − 1 of <paramref name="job"/> and returns when all are done; the caller works too.
    /// Runs them one after another on the caller's thread when there is one piece or one thread, when called from inside a job,
    /// or when another thread's job holds the workers.
    /// </summary>
    /// <param name="job">The job; every thread reads this very instance.</param>
    /// <param name="pieces">How many pieces; 0 or less does nothing.</param>
    /// <exception cref="Exception">
    /// The first exception that a piece threw, rethrown once no piece is running; the pieces not yet started are skipped.
    /// </exception>
    public static void Run<TJob>(ref TJob job, int pieces)
        where TJob : struct, IJob
    {
        if (pieces <= 1 || t_insideJob || Threads == 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int piece = 0; piece < pieces; piece++) job.Execute(piece);
            return;
        }

        Exception? failure;
        t_insideJob = true;
        try
        {
            // `fixed` because nothing forbids a job inside a heap object. References in a job are safe as well: the
            // collector updates them in place, in the caller's frame.
            fixed (byte* p = &Unsafe.As<TJob, byte>(ref job))
            {
                Publish(p, &Drain<TJob>, pieces);
                if (TryClaim(out int first)) Drain<TJob>(p, first);
                AwaitPending();
                failure = _failure;
                _failure = null;
            }
        }
        finally
        {
            t_insideJob = false;
            Volatile.Write(ref _busy, 0);
        }

        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
    }

    private static int InitializeThreads()
    {
        string? text = Environment.GetEnvironmentVariable("TENSORCORE_THREADS");
        int threads = Math.Min(Environment.ProcessorCount, MaxThreads);
        if (!string.IsNullOrWhiteSpace(text) && (!int.TryParse(text, out threads) || threads is < 1 or > MaxThreads))
            throw new InvalidOperationException($"TENSORCORE_THREADS={text}: use a number from 1 to {MaxThreads}");
        Interlocked.CompareExchange(ref _threads, threads, 0);
        return Volatile.Read(ref _threads);
    }

    private static void Publish(void* job, delegate*<void*, int, void> drain, int pieces)
    {
        if (Volatile.Read(ref _started) < Threads - 1) StartMissing();
        _job = job;
        _drain = drain;
        _pieces = pieces;
        _counters.Pending = pieces;
        // Publishes the fields above, and orders this write before the read of _sleepers: see Worker.Park.
        Interlocked.Exchange(ref _counters.Remaining, pieces);
        if (Volatile.Read(ref _sleepers) == 0) return;
        lock (_gate) Monitor.PulseAll(_gate);
    }

    // Late claims only push Remaining below zero; the next Publish overwrites it. A claim that succeeds belongs to
    // the job of the moment, whichever that is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryClaim(out int piece)
    {
        piece = 0;
        if (Volatile.Read(ref _counters.Remaining) <= 0) return false;
        int left = Interlocked.Decrement(ref _counters.Remaining);
        if (left < 0) return false;
        piece = _pieces - 1 - left;
        return true;
    }

    // Runs the claimed piece and as many more as it can claim, then reports them all at once.
    private static void Drain<TJob>(void* p, int piece)
        where TJob : struct, IJob
    {
        ref TJob job = ref Unsafe.AsRef<TJob>(p);
        int done = 0;
        do
        {
            done++;
            if (Volatile.Read(ref _failure) is not null) continue;
            try
            {
                job.Execute(piece);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, e, null);
            }
        }
        while (TryClaim(out piece));
        Interlocked.Add(ref _counters.Pending, -done);
    }

    // The last pieces of other threads are usually done within microseconds; when the machine is oversubscribed the
    // thread that holds one may not even be running, so give it the processor.
    private static void AwaitPending()
    {
        long start = 0;
        while (Volatile.Read(ref _counters.Pending) != 0)
        {
            Thread.SpinWait(8);
            long now = Stopwatch.GetTimestamp();
            if (start == 0) start = now;
            else if (now - start > _spinTicks) Thread.Yield();
        }
    }

    private static void StartMissing()
    {
        lock (_configuration)
        {
            int wanted = Threads - 1;
            while (_workers.Count < wanted)
            {
                Worker worker = new();
                Thread thread = new(worker.Loop) { IsBackground = true, Name = $"TensorCore worker {_workers.Count + 1}" };
                thread.UnsafeStart();
                _workers.Add(worker);
                Volatile.Write(ref _started, _workers.Count);
            }
        }
    }

    private static void StopSurplus(int wanted)
    {
        if (_workers.Count <= wanted) return;
        for (int i = wanted; i < _workers.Count; i++) _workers[i].Stop();
        _workers.RemoveRange(wanted, _workers.Count - wanted);
        Volatile.Write(ref _started, _workers.Count);
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private sealed class Worker
    {
        private volatile bool _stopped;

        public void Stop() => _stopped = true;

        public void Loop()
        {
            t_insideJob = true; // a job started from inside a piece runs inline
            while (!_stopped)
            {
                if (TryClaim(out int piece)) _drain(_job, piece);
                else if (!SpinForWork()) Park();
            }
        }

        private bool SpinForWork()
        {
            long start = Stopwatch.GetTimestamp();
            do
            {
                for (int i = 0; i < 16; i++)
                {
                    if (Volatile.Read(ref _counters.Remaining) > 0 || _stopped) return true;
                    Thread.SpinWait(2);
                }
            }
            while (Stopwatch.GetTimestamp() - start < _spinTicks);
            return false;
        }

        // Publish writes Remaining, then reads _sleepers; here _sleepers is written, then Remaining is read, each with a
        // full fence between: one of the two sees the other, so no wake-up is lost.
        private void Park()
        {
            lock (_gate)
            {
                Interlocked.Increment(ref _sleepers);
                while (Volatile.Read(ref _counters.Remaining) <= 0 && !_stopped) Monitor.Wait(_gate);
                Interlocked.Decrement(ref _sleepers);
            }
        }
    }

    // Each counter on its own cache line (128 bytes: the prefetcher moves lines in pairs).
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Counters
    {
        [FieldOffset(128)]
        public int Remaining;

        [FieldOffset(256)]
        public int Pending;
    }
}
