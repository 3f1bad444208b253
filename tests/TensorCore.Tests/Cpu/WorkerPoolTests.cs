using System.Diagnostics;
using TensorCore.Cpu;

namespace TensorCore.Tests.Cpu;

/// <summary>The collection of tests that change process-wide settings (threads, SIMD level): they never run beside others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWideSettings
{
    public const string Name = "process-wide settings";
}

[Collection(ProcessWideSettings.Name)]
public sealed class WorkerPoolTests : IDisposable
{
    private readonly int _threads = WorkerPool.Threads;

    public void Dispose() => WorkerPool.Threads = _threads;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(7)]
    public void EveryPieceRunsExactlyOnce(int threads)
    {
        WorkerPool.Threads = threads;
        for (int round = 0; round < 3000; round++)
        {
            int pieces = round % 67;
            int[] hits = new int[pieces];
            CountJob job = new() { Hits = hits };
            WorkerPool.Run(ref job, pieces);
            Assert.All(hits, static h => Assert.Equal(1, h));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void NoPiecesDoNothing(int pieces)
    {
        ThrowJob job = new() { Bad = 0 };
        WorkerPool.Run(ref job, pieces);
    }

    [Fact]
    public void ManyThreadsTakePart()
    {
        WorkerPool.Threads = 3;
        ThreadIdJob job = new() { Ids = new int[64] };
        WorkerPool.Run(ref job, 64);
        Assert.True(job.Ids.Distinct().Count() >= 2, "pieces of 1 ms all ran on one thread");
    }

    [Fact]
    public void ParkedWorkersWakeUp()
    {
        WorkerPool.Threads = 2;
        for (int round = 0; round < 20; round++)
        {
            Thread.Sleep(3); // far above the spinning time
            ThreadIdJob job = new() { Ids = new int[16] };
            WorkerPool.Run(ref job, 16);
            Assert.DoesNotContain(0, job.Ids);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void AnExceptionReachesTheCallerAndThePoolStaysUsable(int threads)
    {
        WorkerPool.Threads = threads;
        for (int round = 0; round < 200; round++)
        {
            ThrowJob bad = new() { Bad = round % 40 };
            InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => WorkerPool.Run(ref bad, 40));
            Assert.Equal($"piece {round % 40}", e.Message);
            Assert.Contains(nameof(ThrowJob), e.StackTrace);

            int[] hits = new int[33];
            CountJob good = new() { Hits = hits };
            WorkerPool.Run(ref good, 33);
            Assert.All(hits, static h => Assert.Equal(1, h));
        }
    }

    [Fact]
    public void AJobInsideAJobRunsInlineOnTheSameThread()
    {
        WorkerPool.Threads = 4;
        NestedJob job = new() { Sums = new long[100] };
        WorkerPool.Run(ref job, 100);
        Assert.All(job.Sums, static s => Assert.Equal(10, s));
    }

    [Fact]
    public void ConcurrentCallersAreSafe()
    {
        WorkerPool.Threads = 3;
        Exception? failure = null;
        Thread[] callers = [.. Enumerable.Range(0, 4).Select(seed => new Thread(() =>
        {
            try
            {
                for (int round = 0; round < 1500; round++)
                {
                    int[] hits = new int[1 + (round * 7 + seed) % 50];
                    CountJob job = new() { Hits = hits };
                    WorkerPool.Run(ref job, hits.Length);
                    if (hits.Any(static h => h != 1)) throw new InvalidOperationException($"caller {seed}, round {round}: a piece did not run once");
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        }))];
        foreach (Thread t in callers) t.Start();
        foreach (Thread t in callers) t.Join();
        Assert.Null(failure);
    }

    [Fact]
    public void TheNumberOfThreadsChangesWhileJobsRun()
    {
        using CancellationTokenSource stop = new();
        Thread changer = new(() =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                WorkerPool.Threads = 1 + i % 5;
                Thread.Sleep(1);
            }
        });
        changer.Start();
        try
        {
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 400)
            {
                int[] hits = new int[41];
                CountJob job = new() { Hits = hits };
                WorkerPool.Run(ref job, 41);
                Assert.All(hits, static h => Assert.Equal(1, h));
            }
        }
        finally
        {
            stop.Cancel();
            changer.Join();
        }
    }

    [Fact]
    public void OneThreadMeansTheCallersThread()
    {
        WorkerPool.Threads = 6;
        ThreadIdJob wide = new() { Ids = new int[24] };
        WorkerPool.Run(ref wide, 24);
        WorkerPool.Threads = 1;
        ThreadIdJob narrow = new() { Ids = new int[8] };
        WorkerPool.Run(ref narrow, 8);
        Assert.All(narrow.Ids, static id => Assert.Equal(Environment.CurrentManagedThreadId, id));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(WorkerPool.MaxThreads + 1)]
    public void AnImpossibleThreadCountIsRefused(int threads)
    {
        ArgumentOutOfRangeException e = Assert.Throws<ArgumentOutOfRangeException>(() => WorkerPool.Threads = threads);
        Assert.Contains("1 to 1024", e.Message);
        Assert.Equal(_threads, WorkerPool.Threads);
    }

    [Fact]
    public void ACallAllocatesNothing()
    {
        WorkerPool.Threads = 2;
        CountJob job = new() { Hits = new int[32] };
        for (int i = 0; i < 100; i++) WorkerPool.Run(ref job, 32);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) WorkerPool.Run(ref job, 32);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void AJobInAHeapObjectSurvivesCompaction()
    {
        WorkerPool.Threads = 2;
        for (int round = 0; round < 20; round++)
        {
            Box box = new() { Job = new CollectingJob { Sums = new long[16] } };
            WorkerPool.Run(ref box.Job, 16);
            Assert.All(box.Job.Sums, static s => Assert.Equal(120, s));
        }
    }

    private struct CountJob : IJob
    {
        public int[] Hits;

        public readonly void Execute(int piece) => Interlocked.Increment(ref Hits[piece]);
    }

    private struct ThreadIdJob : IJob
    {
        public int[] Ids;

        public readonly void Execute(int piece)
        {
            Ids[piece] = Environment.CurrentManagedThreadId;
            long start = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 1) Thread.SpinWait(20);
        }
    }

    private struct ThrowJob : IJob
    {
        public int Bad;

        public readonly void Execute(int piece)
        {
            if (piece == Bad) throw new InvalidOperationException($"piece {piece}");
        }
    }

    private struct NestedJob : IJob
    {
        public long[] Sums;

        public readonly void Execute(int piece)
        {
            int thread = Environment.CurrentManagedThreadId;
            ThreadIdsJob inner = new() { Ids = new int[10] };
            WorkerPool.Run(ref inner, 10);
            if (inner.Ids.Any(id => id != thread)) throw new InvalidOperationException("a nested job left its thread");
            Sums[piece] = inner.Ids.Length;
        }
    }

    private struct ThreadIdsJob : IJob
    {
        public int[] Ids;

        public readonly void Execute(int piece) => Ids[piece] = Environment.CurrentManagedThreadId;
    }

    private struct CollectingJob : IJob
    {
        public long[] Sums;

        public readonly void Execute(int piece)
        {
            for (int i = 0; i < 16; i++)
            {
                if (i == 8 && piece % 8 == 0) GC.Collect(0, GCCollectionMode.Forced, blocking: true, compacting: true);
                _ = new byte[256];
                Sums[piece] += i;
            }
        }
    }

    private sealed class Box
    {
        public CollectingJob Job;
    }
}
