using TensorCore.Data;

namespace TensorCore.Tests.Data;

/// <summary>Order, batches, resuming and prefetching of the data loader.</summary>
public sealed class DataLoaderTests
{
    private static DataLoader<int[]> Loader(int count = 10, int batch = 3, bool shuffle = true, bool dropLast = false, int prefetch = 0, ulong seed = 7) =>
        DataLoader.Create(Dataset.From(count, i => i), batch, b => b.ToArray(), shuffle, seed, dropLast, prefetch);

    [Fact]
    public void In_order_the_batches_are_the_samples_cut_up()
    {
        Assert.Equal([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]], Loader(shuffle: false));
        Assert.Equal([[0, 1, 2], [3, 4, 5], [6, 7, 8]], Loader(shuffle: false, dropLast: true));
        Assert.Equal((4, 3), (Loader().BatchCount, Loader(dropLast: true).BatchCount));
    }

    [Fact]
    public void Each_pass_is_a_new_order_of_all_samples_that_the_seed_decides()
    {
        DataLoader<int[]> a = Loader(), b = Loader(), other = Loader(seed: 8);
        int[] first = [.. a.SelectMany(x => x)], second = [.. a.SelectMany(x => x)];
        Assert.Equal(Enumerable.Range(0, 10), first.Order());
        Assert.Equal(Enumerable.Range(0, 10), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, b.SelectMany(x => x));
        Assert.Equal(second, b.SelectMany(x => x));
        Assert.NotEqual(first, other.SelectMany(x => x));
        Assert.Equal(new DataLoaderState(2, 0, 7), a.State);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(5, false)]
    public void Resuming_anywhere_gives_exactly_the_remaining_batches(int prefetch, bool dropLast)
    {
        int[][] all = [.. Loader(dropLast: dropLast).Endless().Take(13)];
        for (int stop = 0; stop <= 12; stop++)
        {
            DataLoader<int[]> first = Loader(prefetch: prefetch, dropLast: dropLast), second = Loader(prefetch: prefetch, dropLast: dropLast, seed: 99);
            Assert.Equal(all[..stop], first.Endless().Take(stop));
            second.State = first.State;
            Assert.Equal(all[stop..], second.Endless().Take(13 - stop));
        }
    }

    [Fact]
    public void A_loop_left_early_goes_on_where_it_was()
    {
        DataLoader<int[]> loader = Loader(shuffle: false, prefetch: 2);
        foreach (int[] batch in loader)
            if (batch[0] == 3) break;
        Assert.Equal(new DataLoaderState(0, 6, 7), loader.State);
        Assert.Equal([[6, 7, 8], [9]], loader);
        Assert.Equal([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]], loader);
    }

    [Fact]
    public void Batches_are_made_ahead_but_not_too_far_and_the_thread_ends_with_the_loop()
    {
        int made = 0;
        DataLoader<int> loader = DataLoader.Create(Dataset.From(100, i => { Interlocked.Increment(ref made); return i; }), 1, b => b[0], prefetch: 3);
        using (IEnumerator<int> e = loader.GetEnumerator())
        {
            Assert.True(e.MoveNext());
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref made) >= 4, 10_000));
            Thread.Sleep(50);
            Assert.InRange(Volatile.Read(ref made), 4, 5); // one taken, three waiting, at most one more that finds no room
        }
        int stopped = Volatile.Read(ref made);
        Thread.Sleep(50);
        Assert.Equal(stopped, Volatile.Read(ref made));
        Assert.Equal(Enumerable.Range(1, 99), loader);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void An_exception_comes_out_in_its_place_and_the_loader_still_works(int prefetch)
    {
        bool broken = true;
        DataLoader<int> loader = DataLoader.Create(Dataset.From(6, i => i == 3 && broken ? throw new InvalidDataException("sample 3") : i), 1, b => b[0], prefetch: prefetch);
        List<int> seen = [];
        Assert.Equal("sample 3", Assert.Throws<InvalidDataException>(() => seen.AddRange(loader)).Message);
        Assert.Equal(3, loader.State.Position);
        broken = false;
        Assert.Equal([3, 4, 5], loader);
    }

    [Fact]
    public void Tensors_are_gathered_row_by_row()
    {
        Tensor x = Near.Wave([5, 2, 3]), y = Tensor.From(new long[] { 10, 11, 12, 13, 14 });
        TensorDataset data = new(x, y.Transpose(0, 0));
        double[] v = Near.Values(x);
        DataLoader<Tensor[]> loader = DataLoader.Create(data, 2, shuffle: true, seed: 3);
        List<long> labels = [];
        foreach (Tensor[] batch in loader)
        {
            long[] rows = batch[1].ToArray<long>();
            labels.AddRange(rows);
            Assert.Equal([rows.Length, 2, 3], batch[0].Shape.ToArray());
            Near.Equal([.. rows.SelectMany(r => v[(int)((r - 10) * 6)..(int)((r - 9) * 6)])], batch[0], 0);
        }
        Assert.Equal([10, 11, 12, 13, 14], labels.Order());
        Assert.Equal([2, 3], data[4][0].Shape.ToArray());
        Assert.Equal(14, data[4][1].Item());
        Assert.Contains("5 samples, tensor 0 has 4", Assert.Throws<ShapeException>(() => new TensorDataset(Tensor.Zeros([4]), y)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => data[5]);
    }

    [Fact]
    public void Empty_data_and_wrong_settings()
    {
        DataLoader<int[]> empty = Loader(count: 0);
        Assert.Empty(empty);
        Assert.Equal(1, empty.State.Epoch);
        Assert.Throws<InvalidOperationException>(() => empty.Endless());
        Assert.Throws<InvalidOperationException>(() => Loader(count: 2, dropLast: true).Endless());
        Assert.Throws<ArgumentOutOfRangeException>(() => Loader(batch: 0));
        Assert.Contains("not the start of a batch", Assert.Throws<ArgumentException>(() => Loader().State = new(0, 4, 7)).Message);
        DataLoader<int[]> loader = Loader();
        foreach (int[] _ in loader)
        {
            Assert.Throws<InvalidOperationException>(() => loader.State = default);
            Assert.Throws<InvalidOperationException>(() => loader.First());
            break;
        }
    }
}
