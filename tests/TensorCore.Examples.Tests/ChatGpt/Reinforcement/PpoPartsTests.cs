using TensorCore.Examples.ChatGpt.Reinforcement;
using TensorCore.Examples.Gpt;

namespace TensorCore.Examples.Tests.ChatGpt.Reinforcement;

public class PpoPartsTests
{
    [Theory]
    [InlineData(1, 0.95)]
    [InlineData(0.9, 0.5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    public void AdvantagesAreTheDirectSumOfSurprises(double gamma, double lambda)
    {
        Random random = new(5);
        double[] r = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.5)], v = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble() - 0.5)];
        (double[] advantages, double[] returns) = Gae.Estimate(r, v, gamma, lambda);
        for (int t = 0; t < r.Length; t++)
        {
            double sum = 0;
            for (int k = t; k < r.Length; k++)
                sum += Math.Pow(gamma * lambda, k - t) * (r[k] + (gamma * (k + 1 < r.Length ? v[k + 1] : 0)) - v[k]);
            Assert.Equal(sum, advantages[t], 12);
            Assert.Equal(sum + v[t], returns[t], 12);
        }
        if (lambda == 1 && gamma == 1) // nothing but what came
            Assert.Equal(r.Sum(), returns[0], 12);
    }

    [Fact]
    public void WhiteningGivesMeanZeroAndVarianceOne()
    {
        double[] x = [3, 5, 5, 100, -7];
        Moments m = Moments.Of(x), white = Moments.Of([.. x.Select(m.Whiten)]);
        Assert.Equal(0, white.Mean, 9);
        Assert.Equal(1, white.Deviation, 6);
        Assert.Equal(0, Moments.Of([2.0, 2, 2]).Whiten(2));
        Assert.Equal(1, Moments.Correlation([1, 2, 3], [5, 7, 9]), 12);
        Assert.Equal(0, Moments.Correlation([1, 2, 3], [4, 4, 4]));
    }

    [Fact]
    public void TheControllerMakesDistanceDearerOrCheaperALittleAtATime()
    {
        KlController controller = new(0.1, target: 6, horizon: 1000);
        controller.Update(6, 100);
        Assert.Equal(0.1, controller.Coefficient, 12);
        controller.Update(6.6, 100); // 10 % too far, a tenth of the horizon
        Assert.Equal(0.1 * 1.01, controller.Coefficient, 12);
        controller.Restore(0.1);
        controller.Update(1000, 100); // never more than 20 %
        Assert.Equal(0.1 * 1.02, controller.Coefficient, 12);
        controller.Restore(0.1);
        controller.Update(-5, 100);
        Assert.Equal(0.1 * 0.98, controller.Coefficient, 12);
        KlController still = new(0.02, null, 1000);
        still.Update(1000, 100);
        Assert.Equal(0.02, still.Coefficient);
    }

    [Fact]
    public void AClippedRatioHasNoGradientWhereTheChangeWentFarTheRightWay()
    {
        // ln ρ and A: near; too far up, good; too far down, good; too far up, bad; too far down, bad.
        Tensor change = Tensor.From((double[])[0.1, 0.5, -0.5, 0.5, -0.5]).RequireGrad();
        Tensor advantages = Tensor.From((double[])[2, 2, 2, -2, -2]);
        Tensor loss = PpoLoss.Policy(change, Tensor.Zeros([5], DType.Float64), advantages, 0.2);
        double[] expected = [-2 * Math.Exp(0.1), -2 * 1.2, -2 * Math.Exp(-0.5), 2 * Math.Exp(0.5), 2 * 0.8];
        Assert.Equal(expected, loss.Detach().ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
        loss.Sum().Backward();
        double[] gradient = change.Grad!.ToArray<double>();
        Assert.Equal(-2 * Math.Exp(0.1), gradient[0], 9);
        Assert.Equal(0, gradient[1]); // enough
        Assert.NotEqual(0, gradient[2]); // back up
        Assert.NotEqual(0, gradient[3]); // back down
        Assert.Equal(0, gradient[4]); // enough
        GradCheck.Check(x => PpoLoss.Policy(x[0], x[1], advantages, 0.2), [change, Tensor.Zeros([5], DType.Float64)]);
    }

    [Fact]
    public void TheValueDoesNotGainByGoingFarFromWhereItWas()
    {
        Tensor values = Tensor.From((double[])[0.1, 0.9, -0.9]).RequireGrad(), old = Tensor.Zeros([3], DType.Float64), returns = Tensor.From((double[])[1, 1, 1]);
        double[] loss = PpoLoss.Value(values, old, returns, 0.2).Detach().ToArray<double>();
        Assert.Equal(0.5 * 0.81, loss[0], 12);
        Assert.Equal(0.5 * 0.64, loss[1], 12); // as if it had stopped at 0.2
        Assert.Equal(0.5 * 1.9 * 1.9, loss[2], 12);
        GradCheck.Check(x => PpoLoss.Value(x[0], old, returns, 0.2), [values]);
    }

    [Fact]
    public void ABatchKnowsWhereTheAnswersTokensAre()
    {
        AnswerBatch batch = new([(new[] { 1, 2, 3 }, new[] { 4, 5 }), (new[] { 6 }, new[] { 7, 8, 9, 10 })]);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], batch.Ids.ToArray<long>());
        Assert.Equal([2, 3, 5, 6, 7, 8], batch.Places.ToArray<long>()); // one before each token
        Assert.Equal([4, 5, 7, 8, 9, 10], batch.Tokens.ToArray<long>());
        Assert.Equal([4, 9], batch.Ends.ToArray<long>());
        Assert.Equal([9, 34], batch.SumByAnswer(batch.Tokens.To(DType.Float32)).ToArray<float>());
        Assert.Equal([[4, 5], [7, 8, 9, 10]], batch.ByAnswer(batch.Tokens));
        AnswerBatch padded = new([(new[] { 1 }, new[] { 2 }), (new[] { 3, 4 }, new[] { 5, 6 })]);
        Assert.Equal([1, 2, 0, 0, 3, 4, 5, 6], padded.Ids.ToArray<long>());
        Assert.Throws<ArgumentException>(() => new AnswerBatch([(new[] { 1 }, Array.Empty<int>())]));
    }

    [Fact]
    public void LogProbabilitiesAreThoseOfTheRowAloneAndOfTheWholeDistribution()
    {
        GptModel model = Toy.Model(), other = Toy.Model(8);
        (int[], int[])[] rows = [(new[] { 1, Toy.Ask }, new[] { 4, 5, Toy.End }), (new[] { 2, 3, 1, Toy.Ask }, new[] { 7, 7, 7, 7, 7, Toy.End })];
        AnswerBatch batch = new(rows);
        Tensor logits = Policy.Logits(model, batch, 0.7), reference = Policy.Logits(other, batch, 0.7);
        double[][] logp = batch.ByAnswer(Policy.LogProbabilities(logits, batch));
        for (int b = 0; b < 2; b++)
        {
            (int[] prompt, int[] answer) = rows[b];
            for (int t = 0; t < answer.Length; t++)
            {
                long[] text = [.. prompt.Concat(answer[..t]).Select(i => (long)i)];
                float[] z = model.NextLogits(Tensor.From(text, [1, text.Length])).Detach().ToArray<float>();
                double sum = Math.Log(z.Sum(s => Math.Exp(s / 0.7)));
                Assert.Equal((z[answer[t]] / 0.7) - sum, logp[b][t], 5);
            }
        }
        float[] entropy = Policy.Entropy(logits).ToArray<float>(), divergence = Policy.Divergence(logits, reference).ToArray<float>();
        double[,] p = Probabilities(logits), q = Probabilities(reference);
        for (int i = 0; i < entropy.Length; i++)
        {
            Assert.Equal(Enumerable.Range(0, 12).Sum(v => -p[i, v] * Math.Log(p[i, v])), entropy[i], 5);
            Assert.Equal(Enumerable.Range(0, 12).Sum(v => p[i, v] * Math.Log(p[i, v] / q[i, v])), divergence[i], 5);
            Assert.True(divergence[i] >= 0);
        }
        Assert.All(Policy.Divergence(logits, logits).ToArray<float>(), d => Assert.Equal(0, d));

        static double[,] Probabilities(Tensor logits)
        {
            double[,] z = logits.Detach().To(DType.Float64).ToArray2D<double>();
            for (int i = 0; i < z.GetLength(0); i++)
            {
                double sum = Enumerable.Range(0, z.GetLength(1)).Sum(v => Math.Exp(z[i, v]));
                for (int v = 0; v < z.GetLength(1); v++)
                    z[i, v] = Math.Exp(z[i, v]) / sum;
            }
            return z;
        }
    }

    [Fact]
    public void RolloutsKnowTheProbabilitiesThatTheyWereDrawnWith()
    {
        GptModel model = Toy.Model();
        model.Eval();
        Rollout[] rollouts = Rollouts.Sample(model, Toy.Many(20), new(Toy.End, 8, 1.3), seed: 4, step: 9, slots: 16);
        Observation[] seen = Observation.Of(rollouts, b => (Policy.Logits(model, b, 1.3), null), model, 1.3);
        Assert.All(rollouts.Zip(seen), p => Assert.Equal(p.Second.LogProbabilities, p.First.LogProbabilities, (a, b) => Math.Abs(a - b) < 1e-5));
        Assert.All(rollouts, r => Assert.Equal(r.Finished, r.Answer[^1] == Toy.End));
        Assert.All(rollouts, r => Assert.True(r.Answer.Length <= 8 && (r.Finished || r.Answer.Length == 8)));
        Assert.Contains(rollouts, r => r.Finished);
        Assert.Contains(rollouts, r => !r.Finished);
        // The same numbers again, other ones in another step.
        Rollout[] again = Rollouts.Sample(model, Toy.Many(20), new(Toy.End, 8, 1.3), seed: 4, step: 9, slots: 16), next = Rollouts.Sample(model, Toy.Many(20), new(Toy.End, 8, 1.3), seed: 4, step: 10, slots: 16);
        Assert.Equal(rollouts.SelectMany(r => r.Answer), again.SelectMany(r => r.Answer));
        Assert.NotEqual(rollouts.SelectMany(r => r.Answer), next.SelectMany(r => r.Answer));
        Assert.Throws<ArgumentException>(() => Rollouts.Sample(model, [new int[16]], new(Toy.End, 8), 1, 0));
        // A full context ends an answer.
        Rollout cut = Rollouts.Sample(model, [[.. Enumerable.Repeat(1, 14)]], new(-1, 50), 1, 0)[0];
        Assert.Equal((false, 2), (cut.Finished, cut.Answer.Length));
    }

    [Fact]
    public void ADeckDealsAllBeforeAnyAgain()
    {
        PromptDeck<int> deck = new([.. Enumerable.Range(0, 10)], 3);
        int[] dealt = [.. Enumerable.Range(0, 5).SelectMany(n => deck.Deal(4, n))];
        Assert.Equal(Enumerable.Range(0, 10), dealt[..10].Order());
        Assert.Equal(Enumerable.Range(0, 10), dealt[10..].Order());
        Assert.NotEqual(dealt[..10], dealt[10..]);
        Assert.Equal(dealt[8..12], new PromptDeck<int>([.. Enumerable.Range(0, 10)], 3).Deal(4, 2)); // of the number alone
        Assert.Throws<ArgumentException>(() => new PromptDeck<int>([], 3));
    }
}
