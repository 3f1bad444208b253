using TensorCore.Examples.Gpt.World;

namespace TensorCore.Examples.ChatGpt.World;

/// <summary>
/// Draws an order that is near the true one: P(order) ∝ φ^(number of pairs the wrong way round), 0 ≤ φ &lt; 1 (Mallows, "Non-null ranking models", 1957).
/// <para>
/// Two that stand d places apart in the true order keep theirs with probability h(d+1) − h(d), h(k) = k/(1 − φ^k) (Busa-Fekete, Hüllermeier and Szörényi,
/// "Preference-based rank elicitation", 2014): 1/(1+φ) for neighbours, more for those farther apart. φ is found by halving so that the mean over
/// all pairs is the error rate asked for.
/// </para>
/// </summary>
internal static class Mallows
{
    /// <summary>At one half the order would be drawn from all alike, and φ would be 1.</summary>
    public const double LargestErrorRate = 0.49;

    /// <summary>The place of each level in an order drawn.</summary>
    /// <param name="sizes">How many answers share each level, the best level first: pairs of large levels weigh more in the error rate.</param>
    /// <param name="errorRate">The mean share of pairs the wrong way round.</param>
    /// <param name="random">Draws.</param>
    public static int[] Draw(ReadOnlySpan<int> sizes, double errorRate, SplitMix64 random)
    {
        double phi = Phi(sizes, errorRate);
        // Repeated insertion: level i goes to place j ≤ i of those already placed with P ∝ φ^(i − j), as it passes i − j better ones.
        List<int> order = [];
        for (int i = 0; i < sizes.Length; i++)
        {
            double total = 0, power = 1;
            for (int passed = 0; passed <= i; passed++, power *= phi)
                total += power;
            double at = random.Uniform() * total;
            int passes = 0;
            for (power = 1; passes < i && at >= power; passes++, power *= phi)
                at -= power;
            order.Insert(i - passes, i);
        }
        int[] places = new int[sizes.Length];
        for (int place = 0; place < places.Length; place++)
            places[order[place]] = place;
        return places;
    }

    /// <summary>The φ whose mean over all pairs of answers on different levels is the error rate.</summary>
    public static double Phi(ReadOnlySpan<int> sizes, double errorRate)
    {
        if (errorRate == 0 || sizes.Length < 2)
            return 0;
        double low = 0, high = 0.9999;
        for (int i = 0; i < 60; i++)
        {
            double phi = (low + high) / 2;
            if (MeanError(sizes, phi) < errorRate)
                low = phi;
            else
                high = phi;
        }
        return low;
    }

    private static double MeanError(ReadOnlySpan<int> sizes, double phi)
    {
        double wrong = 0, all = 0;
        for (int i = 0; i < sizes.Length; i++)
        {
            for (int j = i + 1; j < sizes.Length; j++)
            {
                double pairs = (double)sizes[i] * sizes[j];
                all += pairs;
                wrong += pairs * (1 - (H(j - i + 1, phi) - H(j - i, phi)));
            }
        }
        return wrong / all;
    }

    // By multiplication, whose result is the same on every machine; Math.Pow's need not be.
    private static double H(int k, double phi)
    {
        double power = 1;
        for (int i = 0; i < k; i++)
            power *= phi;
        return k / (1 - power);
    }
}
