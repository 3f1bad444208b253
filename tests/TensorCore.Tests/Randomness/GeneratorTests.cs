namespace TensorCore.Tests.Randomness;

public class GeneratorTests
{
    [Fact]
    public void Streams_are_never_handed_out_twice_even_to_many_threads()
    {
        var generator = new Generator(9);
        ulong[][] taken = new ulong[8][];
        Thread[] threads = [.. Enumerable.Range(0, taken.Length).Select(t => new Thread(() => taken[t] = [.. Enumerable.Range(0, 20_000).Select(_ => generator.NextStream())]))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Equal(Enumerable.Range(0, 160_000).Select(i => (ulong)i), taken.SelectMany(s => s).Order());
        Assert.Equal((9UL, 160_000UL), generator.State);
    }

    [Fact]
    public void A_restored_state_goes_on_where_it_was_saved()
    {
        var generator = new Generator(ulong.MaxValue);
        Assert.Equal(0UL, generator.NextStream());
        (ulong Seed, ulong Stream) saved = generator.State;
        ulong[] ahead = [generator.NextStream(), generator.NextStream()];
        var other = new Generator(1) { State = saved };
        Assert.Equal(ulong.MaxValue, other.Seed);
        Assert.Equal(ahead, (ulong[])[other.NextStream(), other.NextStream()]);
    }
}
