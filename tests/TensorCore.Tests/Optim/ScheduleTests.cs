using TensorCore.Optim;

namespace TensorCore.Tests.Optim;

/// <summary>Learning rates at steps whose values are known.</summary>
public sealed class ScheduleTests
{
    [Fact]
    public void Constant_and_step_decay()
    {
        Assert.Equal(0.2, new ConstantRate(0.2).At(1000));
        StepDecay decay = new(0.8, 10, 0.5);
        Assert.Equal([0.8, 0.8, 0.4, 0.4, 0.2], new long[] { 0, 9, 10, 19, 20 }.Select(decay.At));
    }

    [Fact]
    public void Cosine_falls_to_half_in_the_middle_and_stays_at_its_end()
    {
        CosineDecay cosine = new(100, 1, 0.2);
        Assert.Equal(1, cosine.At(0), 12);
        Assert.Equal(0.6, cosine.At(50), 12);
        Assert.Equal(0.2 + (0.8 * 0.5 * (1 + Math.Sqrt(0.5))), cosine.At(25), 12);
        Assert.Equal(0.2, cosine.At(100), 12);
        Assert.Equal(0.2, cosine.At(5000), 12);
    }

    [Fact]
    public void Warm_up_rises_evenly_and_meets_the_cosine()
    {
        WarmupCosine schedule = new(4, 24, 1, 0.1);
        Assert.Equal([0.2, 0.4, 0.6, 0.8], Enumerable.Range(0, 4).Select(i => Math.Round(schedule.At(i), 12)));
        Assert.Equal(1, schedule.At(4), 12);
        Assert.Equal(0.55, schedule.At(14), 12);
        Assert.Equal(0.1, schedule.At(24), 12);
        Assert.Equal(1, new WarmupCosine(0, 10, 1).At(0), 12);
        Assert.Equal(0.1, new WarmupCosine(3, 3, 1, 0.1).At(3), 12);
        Assert.Throws<ArgumentException>(() => new WarmupCosine(5, 4, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => schedule.At(-1));
    }

    [Fact]
    public void One_cycle_starts_peaks_and_ends_where_it_should()
    {
        OneCycle cycle = new(100, 0.5);
        Assert.Equal(0.02, cycle.At(0), 12);
        Assert.Equal(0.5, cycle.At(29), 12);
        Assert.Equal(0.02 / 1e4, cycle.At(99), 12);
        Assert.Equal(0.02 / 1e4, cycle.At(1000), 12);
        Assert.Equal((0.02 + 0.5) / 2, (cycle.At(14) + cycle.At(15)) / 2, 12); // symmetric about the middle of the rise
        Assert.All(Enumerable.Range(0, 29), i => Assert.True(cycle.At(i) < cycle.At(i + 1)));
        Assert.All(Enumerable.Range(29, 70), i => Assert.True(cycle.At(i) > cycle.At(i + 1)));
        Assert.True(double.IsFinite(new OneCycle(1, 0.5).At(0)));
    }

    [Fact]
    public void Applied_to_an_optimizer_it_sets_the_next_steps_rate()
    {
        Tensor p = Tensor.Zeros([1]).RequireGrad();
        Sgd sgd = new([p], 9);
        StepDecay decay = new(1, 2, 0.5);
        List<double> moves = [];
        for (int i = 0; i < 5; i++)
        {
            double before = p.Item();
            p.Grad = Tensor.Ones([1]);
            decay.Apply(sgd);
            sgd.Step();
            moves.Add(before - p.Item());
        }
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], moves);
    }

    [Fact]
    public void Plateau_waits_reduces_and_can_be_saved()
    {
        ReduceOnPlateau plateau = new(1, 0.5, patience: 1, threshold: 0.1, minRate: 0.3);
        Assert.Equal(1, plateau.Report(10));
        Assert.Equal(1, plateau.Report(8.9)); // below 10 − 1: an improvement
        Assert.Equal(1, plateau.Report(8.5)); // within 10 % of the best: none
        ReduceOnPlateau saved = new(7, 0.5, patience: 1, threshold: 0.1, minRate: 0.3) { State = plateau.State };
        foreach (ReduceOnPlateau p in (ReduceOnPlateau[])[plateau, saved])
        {
            Assert.Equal(0.5, p.Report(double.NaN));
            Assert.Equal(0.5, p.Report(8.9));
            Assert.Equal(0.3, p.Report(8.9));
            Assert.Equal(0.3, p.Report(1));
            Assert.Equal(1, p.Best);
        }
        Assert.Equal(0.1, new ReduceOnPlateau(0.1, 0.5, 0, minRate: 0.3).Report(double.NaN)); // already below: never raised
    }
}
