using FsCheck;
using FsCheck.Fluent;

namespace TensorCore.Tests;

/// <summary>Runs a check over generated lists of choices, which FsCheck draws and shrinks to the simplest failing one.</summary>
public static class Cases
{
    /// <summary>True under <c>./build.sh test long</c>.</summary>
    public static bool Long { get; } = Environment.GetEnvironmentVariable("TENSORCORE_TEST_MODE") == "long";

    /// <summary>Cases of each op: 1,000 in the long mode; TENSORCORE_CASES overrides.</summary>
    public static int Count(int normal) => int.TryParse(Environment.GetEnvironmentVariable("TENSORCORE_CASES"), out int n) ? n : Long ? 1000 : normal;

    /// <summary>Calls <paramref name="check"/> with lists of random choices; the first is empty: the simplest case. A failure is shrunk and reported with its choices.</summary>
    public static void Check(int count, Action<int[]> check, ulong seed = 20261122)
    {
        check([]);
        Arbitrary<int[]> lists = Arb.From(Gen.Choose(0, 1 << 20).ArrayOf(48), Shrink);
        Config config = Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(seed, 1);
        Prop.ForAll(lists, check).Check(config);
    }

    /// <summary>Shorter lists first, then smaller numbers: both make simpler samples.</summary>
    private static IEnumerable<int[]> Shrink(int[] list)
    {
        for (int keep = list.Length / 2; keep < list.Length; keep += Math.Max(1, (list.Length - keep) / 2)) yield return list[..keep];
        for (int i = 0; i < list.Length; i++)
        {
            if (list[i] == 0) continue;
            yield return [.. list[..i], 0, .. list[(i + 1)..]];
            if (list[i] > 1) yield return [.. list[..i], list[i] / 2, .. list[(i + 1)..]];
        }
    }
}
