using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace TensorCore.Data;

/// <summary>
/// Where a loader stands: the next batch starts at sample <see cref="Position"/> of the order that (<see cref="Seed"/>, <see cref="Epoch"/>) give. Save it with a checkpoint.
/// </summary>
/// <param name="Epoch">Passes completed.</param>
/// <param name="Position">Samples of this pass already handed out.</param>
/// <param name="Seed">The seed of the orders.</param>
public readonly record struct DataLoaderState(long Epoch, int Position, ulong Seed);

/// <summary>Makes data loaders.</summary>
public static class DataLoader
{
    /// <summary>Batches of a <see cref="TensorDataset"/>: for each of its tensors the rows of the batch.</summary>
    /// <inheritdoc cref="Create{TSample, TBatch}"/>
    public static DataLoader<Tensor[]> Create(TensorDataset dataset, int batchSize, bool shuffle = false, ulong seed = 0, bool dropLast = false, int prefetch = 0) =>
        new(dataset.Count, batchSize, indices => dataset.Batch(indices), shuffle, seed, dropLast, prefetch);

    /// <summary>Batches of any dataset, put together by <paramref name="collate"/>.</summary>
    /// <param name="dataset">The samples.</param>
    /// <param name="batchSize">Samples in a batch; the last of a pass may have fewer.</param>
    /// <param name="collate">Makes a batch of samples, such as by <c>Tensor.Stack</c>.</param>
    /// <param name="shuffle">A new order for each pass, from (seed, pass).</param>
    /// <param name="seed">The seed of the orders.</param>
    /// <param name="dropLast">Leaves out a last batch that is not full.</param>
    /// <param name="prefetch">Batches made ahead on a background thread; 0 makes each when it is asked for. The batches are the same.</param>
    /// <exception cref="ArgumentOutOfRangeException">A batch size below 1, or a negative prefetch.</exception>
    public static DataLoader<TBatch> Create<TSample, TBatch>(IDataset<TSample> dataset, int batchSize, Func<IReadOnlyList<TSample>, TBatch> collate,
        bool shuffle = false, ulong seed = 0, bool dropLast = false, int prefetch = 0) =>
        new(dataset.Count, batchSize, indices => collate(Array.ConvertAll(indices, i => dataset[i])), shuffle, seed, dropLast, prefetch);
}

/// <summary>
/// Hands out a dataset in batches. One <c>foreach</c> gives the rest of the current pass (all of it, unless <see cref="State"/> says otherwise or an earlier loop
/// was left early) and ends at the next pass's start; <see cref="Endless"/> goes on from pass to pass. The order depends only on the seed
/// and the pass, never on threads.
/// </summary>
/// <typeparam name="TBatch">A batch.</typeparam>
public sealed class DataLoader<TBatch> : IEnumerable<TBatch>
{
    private readonly Func<int[], TBatch> _load;
    private readonly bool _shuffle, _dropLast;
    private readonly int _prefetch;
    private DataLoaderState _state;
    private int _reading;

    internal DataLoader(int count, int batchSize, Func<int[], TBatch> load, bool shuffle, ulong seed, bool dropLast, int prefetch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(prefetch);
        (SampleCount, BatchSize, _load, _shuffle, _dropLast, _prefetch) = (count, batchSize, load, shuffle, dropLast, prefetch);
        _state = new DataLoaderState(0, 0, seed);
    }

    /// <summary>Samples in a pass, before a last batch is left out.</summary>
    public int SampleCount { get; }

    /// <summary>Samples in a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Batches in a whole pass.</summary>
    public int BatchCount => (int)(((long)SampleCount + (_dropLast ? 0 : BatchSize - 1)) / BatchSize);

    /// <summary>Where the next batch comes from. Batches made ahead do not count: what was not handed out comes again after resuming.</summary>
    /// <exception cref="ArgumentException">A position that is no batch's start, such as after the batch size changed.</exception>
    /// <exception cref="InvalidOperationException">Set while a loop is reading.</exception>
    public DataLoaderState State
    {
        get => _state;
        set
        {
            if (Volatile.Read(ref _reading) != 0) throw new InvalidOperationException("data loader: its state cannot be set while a loop is reading from it");
            if (value.Epoch < 0 || value.Position < 0 || value.Position > SampleCount || (value.Position % BatchSize != 0 && value.Position != SampleCount))
                throw new ArgumentException($"data loader: pass {value.Epoch}, sample {value.Position} is not the start of a batch of {BatchSize} among {SampleCount} samples");
            _state = value;
        }
    }

    /// <summary>Batches without end, pass after pass: for training by steps.</summary>
    /// <exception cref="InvalidOperationException">A pass has no batch.</exception>
    public IEnumerable<TBatch> Endless()
    {
        if (BatchCount == 0) throw new InvalidOperationException($"data loader: {SampleCount} samples give no batch of {BatchSize}{(_dropLast ? " (a last batch that is not full is left out)" : "")}");
        return Read(endless: true);
    }

    /// <inheritdoc/>
    public IEnumerator<TBatch> GetEnumerator() => Read(endless: false).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<TBatch> Read(bool endless)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0) throw new InvalidOperationException("data loader: another loop is reading from it");
        try
        {
            IEnumerable<(DataLoaderState Next, TBatch Batch)> batches = Batches(_state, endless);
            if (_prefetch > 0) batches = Ahead(batches);
            foreach ((DataLoaderState next, TBatch batch) in batches)
            {
                _state = next;
                yield return batch;
            }
            if (_state.Position > 0 || BatchCount == 0) _state = new DataLoaderState(_state.Epoch + 1, 0, _state.Seed);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>The batches from a state on, each with the state after it. After the last one of a pass that is the next pass's start.</summary>
    private IEnumerable<(DataLoaderState Next, TBatch Batch)> Batches(DataLoaderState at, bool endless)
    {
        do
        {
            int[]? order = _shuffle ? Philox.Permutation(SampleCount, at.Seed, (ulong)at.Epoch) : null;
            int end = _dropLast ? SampleCount / BatchSize * BatchSize : SampleCount;
            for (int position = at.Position; position < end;)
            {
                int[] indices = new int[Math.Min(BatchSize, end - position)];
                for (int i = 0; i < indices.Length; i++) indices[i] = order is null ? position + i : order[position + i];
                position += indices.Length;
                TBatch batch = _load(indices);
                DataLoaderState next = position < end ? at with { Position = position } : new DataLoaderState(at.Epoch + 1, 0, at.Seed);
                yield return (next, batch);
            }
            at = new DataLoaderState(at.Epoch + 1, 0, at.Seed);
        }
        while (endless);
    }

    /// <summary>The same items, made on a thread that stays up to <see cref="_prefetch"/> ahead. An exception there comes out here, in its place.</summary>
    private IEnumerable<(DataLoaderState Next, TBatch Batch)> Ahead(IEnumerable<(DataLoaderState Next, TBatch Batch)> source)
    {
        using BlockingCollection<(DataLoaderState Next, TBatch Batch)> queue = new(_prefetch);
        using CancellationTokenSource stop = new();
        ExceptionDispatchInfo? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                foreach ((DataLoaderState Next, TBatch Batch) item in source) queue.Add(item, stop.Token);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // The reader left its loop.
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                queue.CompleteAdding();
            }
        })
        { IsBackground = true, Name = "TensorCore data loader" };
        thread.Start();
        try
        {
            foreach ((DataLoaderState, TBatch) item in queue.GetConsumingEnumerable()) yield return item;
            failure?.Throw();
        }
        finally
        {
            stop.Cancel();
            thread.Join();
        }
    }
}
