using System.Globalization;

namespace TensorCore.Examples.ChatGpt.Reinforcement;

/// <summary>The signs by which <see cref="PpoDoctor"/> knows an illness: each looks at the whole course and says what it finds, or null.</summary>
internal static class PpoSigns
{
    // What is 0 but for the rounding of float32, summed over an answer.
    private const double Rounding = 1e-4;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Func<IReadOnlyList<PpoMetrics>, Finding?>> All { get; } =
    [
        NotANumber, WrongMask, RatioNotOne, KlNotZeroAtStart, KlStuckAtZero, KlNegative, KlRewarded, RewardConstant, RewardNotNormalized, AnswersCutOff,
        AdvantagesNotWhitened, LearningRateTooHigh, NothingLearnt, RewardFalls, KlExplodes, ValueCollapsed, EntropyCollapsed, LengthHacked, RewardHacked,
    ];

    private static Finding? NotANumber(IReadOnlyList<PpoMetrics> course)
    {
        foreach (PpoMetrics m in course)
        {
            if (m.Values.Where(v => !double.IsFinite(v.Value)).Select(v => v.Key).FirstOrDefault() is string name)
            {
                return new(Illness.NotANumber, m.Step,
                    $"'{name}' não é um número: veja a recompensa e a taxa de aprendizado do passo anterior",
                    $"'{name}' is not a number: look at the reward and the learning rate of the step before");
            }
        }
        return null;
    }

    private static Finding? WrongMask(IReadOnlyList<PpoMetrics> course) =>
        course.FirstOrDefault(m => m.WrongTokens > 0 || Math.Abs(m.TrainedTokens - 1) > 1e-9) is not { } first ? null : new(Illness.WrongMask, first.Step,
            $"{Percent(first.WrongTokens)} dos tokens na perda não foram sorteados pela política ou são de outra posição, e a perda conta {Percent(first.TrainedTokens)} dos sorteados: a máscara das respostas está deslocada",
            $"{Percent(first.WrongTokens)} of the tokens in the loss were not drawn by the policy or are of another place, and the loss counts {Percent(first.TrainedTokens)} of those drawn: the answers' mask is shifted");

    private static Finding? RatioNotOne(IReadOnlyList<PpoMetrics> course) =>
        course.FirstOrDefault(m => m.FirstRatioError > Rounding) is not { } first ? null : new(Illness.RatioNotOne, first.Step,
            $"antes da primeira atualização a razão π/π_old difere de 1 em até {Number(first.FirstRatioError)}: as probabilidades guardadas são velhas, ou de outra temperatura, ou há dropout",
            $"before the first update the ratio π/π_old is off 1 by up to {Number(first.FirstRatioError)}: the stored probabilities are stale, or of another temperature, or there is dropout");

    private static Finding? KlNotZeroAtStart(IReadOnlyList<PpoMetrics> course) =>
        course[0] is not { Step: 1, KlFull: > Rounding } first ? null : new(Illness.KlNotZeroAtStart, 1,
            $"no começo KL(política‖referência) é {Number(first.KlFull)}, não 0: a referência não é o modelo de que a política partiu",
            $"at the start KL(policy‖reference) is {Number(first.KlFull)}, not 0: the reference is not the model that the policy began as");

    private static Finding? KlStuckAtZero(IReadOnlyList<PpoMetrics> course)
    {
        PpoMetrics[] moved = [.. course.Where(m => m.ApproximateKl > 1e-6)];
        return moved.Length < 3 || course.Any(m => Math.Abs(m.KlFull) > 1e-9) ? null : new(Illness.KlStuckAtZero, moved[0].Step,
            "a política muda, mas KL(política‖referência) fica em 0: a referência muda junto; ela tem de ser uma cópia congelada",
            "the policy changes, but KL(policy‖reference) stays 0: the reference moves along; it has to be a frozen copy");
    }

    private static Finding? KlNegative(IReadOnlyList<PpoMetrics> course)
    {
        // Drawn from the policy, the mean of ln π − ln π_ref is KL ≥ 0; what is below must be chance, and chance averages out.
        double[] kl = [.. course.Select(m => m.Kl)];
        Moments moments = Moments.Of(kl);
        bool below = kl.Length >= 5 && moments.Mean < -0.02 && moments.Mean < -4 * Math.Sqrt(moments.Variance / kl.Length);
        return !below && course.All(m => !(m.KlFull < -Rounding)) ? null : new(Illness.KlNegative, course.First(m => m.Kl < 0 || m.KlFull < 0).Step,
            $"KL é negativo ({Number(moments.Mean)} em média), o que não existe: as respostas não são sorteadas da política que é treinada (temperatura, top-p, pesos antigos)",
            $"KL is negative ({Number(moments.Mean)} on average), which cannot be: the answers are not drawn from the policy that is trained (temperature, top-p, old weights)");
    }

    private static Finding? KlRewarded(IReadOnlyList<PpoMetrics> course)
    {
        PpoMetrics[] telling = [.. course.Where(m => Math.Abs(m.KlCoefficient * m.Kl) > 1e-4)];
        PpoMetrics[] wrong = [.. telling.Where(m => Math.Abs(m.Penalty + (m.KlCoefficient * m.Kl)) > 0.01 * Math.Abs(m.KlCoefficient * m.Kl))];
        return wrong.Length < 3 || wrong.Length < telling.Length / 2 ? null : new(Illness.KlRewarded, wrong[0].Step,
            $"o que se desconta por KL é {Number(wrong[^1].Penalty)} e devia ser −β·KL = {Number(-wrong[^1].KlCoefficient * wrong[^1].Kl)}: sinal ou coeficiente errado",
            $"what is charged for KL is {Number(wrong[^1].Penalty)} and should be −β·KL = {Number(-wrong[^1].KlCoefficient * wrong[^1].Kl)}: a wrong sign or coefficient");
    }

    private static Finding? RewardConstant(IReadOnlyList<PpoMetrics> course)
    {
        // At the start: a reward that all answers get later may have been earned.
        PpoMetrics[] start = [.. course.TakeWhile(m => m.RewardDeviation < 1e-6)];
        return start.Length < 3 ? null : new(Illness.RewardConstant, start[0].Step,
            $"todas as respostas recebem {Number(start[0].Reward)}: não há o que aprender; o modelo de recompensa lê o último token da resposta?",
            $"all answers get {Number(start[0].Reward)}: there is nothing to learn; does the reward model read the answer's last token?");
    }

    private static Finding? RewardNotNormalized(IReadOnlyList<PpoMetrics> course)
    {
        PpoMetrics[] start = [.. course.Where(m => m.Step <= 3)];
        if (start.Length == 0)
            return null;
        double mean = start.Average(m => m.Reward), deviation = start.Average(m => m.RewardDeviation);
        return Math.Abs(mean) <= 2 && deviation is <= 3 and (>= 0.05 or < 1e-6) ? null : new(Illness.RewardNotNormalized, start[0].Step,
            $"no começo a recompensa é {Number(mean)} ± {Number(deviation)}, em vez de cerca de 0 ± 1: normalize o modelo de recompensa nas respostas do modelo de partida",
            $"at the start the reward is {Number(mean)} ± {Number(deviation)} instead of about 0 ± 1: normalise the reward model on the answers of the model that it starts from");
    }

    private static Finding? AnswersCutOff(IReadOnlyList<PpoMetrics> course)
    {
        double finished = Mean(Late(course), m => m.Finished);
        return !(finished < 0.5) ? null : new(Illness.AnswersCutOff, course.First(m => m.Finished < 0.5).Step,
            $"só {Percent(finished)} das respostas terminam sozinhas: o limite de tokens é curto, ou a marca de fim nunca é aprendida",
            $"only {Percent(finished)} of the answers end by themselves: the limit of tokens is short, or the end mark is never learnt");
    }

    private static Finding? AdvantagesNotWhitened(IReadOnlyList<PpoMetrics> course) =>
        // A deviation near 0 is a constant reward, which whitening cannot help.
        course.FirstOrDefault(m => m.AdvantageDeviation > 1e-3 && (Math.Abs(m.AdvantageMean) > 0.01 || Math.Abs(m.AdvantageDeviation - 1) > 0.01)) is not { } first ? null : new(Illness.AdvantagesNotWhitened, first.Step,
            $"as vantagens têm média {Number(first.AdvantageMean)} e desvio {Number(first.AdvantageDeviation)} em vez de 0 e 1: o passo depende da escala da recompensa",
            $"advantages have mean {Number(first.AdvantageMean)} and deviation {Number(first.AdvantageDeviation)} instead of 0 and 1: the step depends on the scale of the reward");

    private static Finding? LearningRateTooHigh(IReadOnlyList<PpoMetrics> course)
    {
        // Three steps in a row: a single large one happens.
        for (int i = 2; i < course.Count; i++)
        {
            PpoMetrics[] three = [course[i - 2], course[i - 1], course[i]];
            (double clip, double distance) = (Mean(three, m => m.PolicyClipFraction), Mean(three, m => m.ApproximateKl));
            if (clip > 0.4 || distance > 0.1)
            {
                return new(Illness.LearningRateTooHigh, three[0].Step,
                    $"a cada passo {Percent(clip)} dos tokens são cortados e a política anda {Number(distance)} nats por token: diminua a taxa de aprendizado ou as épocas",
                    $"in each step {Percent(clip)} of the tokens are clipped and the policy goes {Number(distance)} nats per token: lower the learning rate or the epochs");
            }
        }
        return null;
    }

    private static Finding? NothingLearnt(IReadOnlyList<PpoMetrics> course) =>
        course.Count < 3 || course.Any(m => !(m.ApproximateKl < 1e-9)) || Mean(course, m => m.RewardDeviation) < 1e-6 ? null : new(Illness.NothingLearnt, course[0].Step,
            "a política não muda: a taxa de aprendizado é 0, ou os gradientes não chegam a ela",
            "the policy does not change: the learning rate is 0, or the gradients do not reach it");

    private static Finding? RewardFalls(IReadOnlyList<PpoMetrics> course)
    {
        if (course.Count < 8)
            return null;
        PpoMetrics[] early = [.. course.Take(Window(course))], late = Late(course);
        double fall = Mean(early, m => m.Reward) - Mean(late, m => m.Reward), trend = Moments.Correlation([.. course.Select(m => (double)m.Step)], [.. course.Select(m => m.Reward)]);
        return !(fall > 0.25 * Mean(early, m => m.RewardDeviation)) || trend > -0.4 ? null : new(Illness.RewardFalls, course[0].Step,
            $"a recompensa cai {Number(fall)}: o sinal das vantagens ou da nota está trocado, ou β é grande demais",
            $"the reward falls by {Number(fall)}: the sign of the advantages or of the score is wrong, or β is too large");
    }

    private static Finding? KlExplodes(IReadOnlyList<PpoMetrics> course)
    {
        // Without a target: a nat and a half for each token is a policy that the reference would hardly ever have followed.
        PpoMetrics? first = course.FirstOrDefault(m => m.KlFull > (m["kl_target"] is var t && t > 0 ? Math.Max(3 * t, 1) : 1.5 * m.Length));
        return first is null ? null : new(Illness.KlExplodes, first.Step,
            $"KL(política‖referência) chega a {Number(course.Max(m => m.KlFull))} nats por resposta: aumente β ou diminua a taxa de aprendizado",
            $"KL(policy‖reference) reaches {Number(course.Max(m => m.KlFull))} nats per answer: raise β or lower the learning rate");
    }

    private static Finding? ValueCollapsed(IReadOnlyList<PpoMetrics> course)
    {
        if (course.Count < 10)
            return null;
        // Over the second half together: where all answers got the same, there was nothing to explain.
        PpoMetrics[] late = [.. course.Skip(course.Count / 2)];
        double variance = Mean(late, m => m["return_std"] * m["return_std"]), error = Mean(late, m => (1 - m.ExplainedVariance) * m["return_std"] * m["return_std"]);
        double explained = 1 - (error / Math.Max(variance, 1e-12)), values = Mean(late, m => m["value_std"]), returns = Math.Sqrt(variance);
        bool alike = values < 0.02 * returns, harmful = explained < -0.5;
        return returns < 0.02 || !(alike || harmful) ? null : new(Illness.ValueCollapsed, late[0].Step,
            $"os valores explicam {Percent(explained)} da variação dos retornos (desvio {Number(values)} contra {Number(returns)}): a função de valor não aprende; veja seu coeficiente e seu corte",
            $"the values explain {Percent(explained)} of the returns' variance (deviation {Number(values)} against {Number(returns)}): the value function does not learn; look at its coefficient and its clipping");
    }

    private static Finding? EntropyCollapsed(IReadOnlyList<PpoMetrics> course)
    {
        double first = Mean([.. course.Take(Window(course))], m => m.Entropy), last = Mean(Late(course), m => m.Entropy);
        return course.Count < 5 || first < 0.05 || !(last < 0.1 * first) ? null : new(Illness.EntropyCollapsed, course.First(m => m.Entropy < 0.1 * first).Step,
            $"a entropia caiu de {Number(first)} para {Number(last)} nats por token: a política já não experimenta nada; aumente β ou o bônus de entropia",
            $"the entropy fell from {Number(first)} to {Number(last)} nats per token: the policy no longer tries anything; raise β or the entropy bonus");
    }

    private static Finding? LengthHacked(IReadOnlyList<PpoMetrics> course)
    {
        if (course.Count < 8)
            return null;
        PpoMetrics[] early = [.. course.Take(Window(course))], late = Late(course);
        // Steps in which all answers got the same say nothing of what the reward pays for.
        double variance = Math.Max(1e-12, course.Sum(m => m.RewardDeviation * m.RewardDeviation));
        double before = course[0].Length, after = Mean(late, m => m.Length), correlation = course.Sum(m => m.LengthCorrelation * m.RewardDeviation * m.RewardDeviation) / variance;
        bool earned = Mean(late, m => m.Reward) > Mean(early, m => m.Reward);
        bool hacked = earned && ((after > 1.4 * before && correlation > 0.4) || (after < before / 1.4 && correlation < -0.4));
        return !hacked ? null : new(Illness.LengthHacked, course[0].Step,
            $"as respostas passaram de {Number(before)} a {Number(after)} tokens, e a recompensa acompanha o comprimento (correlação {Number(correlation)}): ela paga pelo comprimento, não pela resposta",
            $"answers went from {Number(before)} to {Number(after)} tokens, and the reward goes with the length (correlation {Number(correlation)}): it pays for length, not for the answer");
    }

    private static Finding? RewardHacked(IReadOnlyList<PpoMetrics> course)
    {
        int w = Window(course);
        if (course.Count < 3 * w || !course.All(m => double.IsFinite(m.TrueReward)))
            return null;
        double[] truth = Smooth(m => m.TrueReward), learnt = Smooth(m => m.Reward);
        int peak = Array.IndexOf(truth, truth.Max());
        Moments last = Moments.Of([.. Late(course).Select(m => m.TrueReward)]);
        double fall = truth[peak] - last.Mean, chance = 3 * Math.Sqrt(2 * last.Variance / w);
        return !(fall > Math.Max(0.05, chance)) || learnt[^1] <= learnt[peak] ? null : new(Illness.RewardHacked, course[peak + w - 1].Step,
            $"desde o passo {course[peak + w - 1].Step} a recompensa aprendida sobe e a verdadeira cai {Number(fall)} (KL {Number(course[^1].KlFull)}): a política achou os erros do modelo de recompensa; pare antes ou aumente β",
            $"since step {course[peak + w - 1].Step} the learnt reward has risen and the true one fallen by {Number(fall)} (KL {Number(course[^1].KlFull)}): the policy has found the reward model's mistakes; stop earlier or raise β");

        double[] Smooth(Func<PpoMetrics, double> number) => [.. Enumerable.Range(0, course.Count - w + 1).Select(i => Enumerable.Range(i, w).Average(k => number(course[k])))];
    }

    // A tenth of the course, but at least four steps: one step of 64 answers is noise.
    private static int Window(IReadOnlyList<PpoMetrics> course) => Math.Min(course.Count, Math.Max(4, course.Count / 10));

    private static PpoMetrics[] Late(IReadOnlyList<PpoMetrics> course) => [.. course.TakeLast(Window(course))];

    private static double Mean(IReadOnlyList<PpoMetrics> steps, Func<PpoMetrics, double> number) => steps.Average(number);

    private static string Number(double x) => x.ToString("0.###", CultureInfo.InvariantCulture);

    private static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture) + " %";
}
