using System.Reflection;
using System.Runtime.Intrinsics;
using TensorCore.Cpu;

namespace TensorCore.Tests.Cpu;

/// <summary>The widths under test, by name, and the call of a generic test method on one of them.</summary>
internal static class SimdWidths
{
    private static readonly Dictionary<string, (Type Vector, Type Lane, bool Accelerated)> _all = new()
    {
        ["F512"] = (typeof(F512), typeof(float), Vector512.IsHardwareAccelerated),
        ["F256"] = (typeof(F256), typeof(float), Vector256.IsHardwareAccelerated),
        ["F128"] = (typeof(F128), typeof(float), Vector128.IsHardwareAccelerated),
        ["F1"] = (typeof(F1), typeof(float), true),
        ["D512"] = (typeof(D512), typeof(double), Vector512.IsHardwareAccelerated),
        ["D256"] = (typeof(D256), typeof(double), Vector256.IsHardwareAccelerated),
        ["D128"] = (typeof(D128), typeof(double), Vector128.IsHardwareAccelerated),
        ["D1"] = (typeof(D1), typeof(double), true),
    };

    public static IEnumerable<string> Names => _all.Keys;

    /// <summary>False where the width would run as emulation: correct, but too slow for sweeps.</summary>
    public static bool Accelerated(string width) => _all[width].Accelerated;

    /// <summary>Calls <paramref name="test"/>.<paramref name="method"/>&lt;V, T&gt;(arguments) for the struct V with lanes T.</summary>
    public static object? Call(object test, string method, string width, params object?[] arguments)
    {
        (Type vector, Type lane, _) = _all[width];
        MethodInfo definition = test.GetType().GetMethod(method, BindingFlags.Instance | BindingFlags.Static | BindingFlags.NonPublic)!;
        return definition.MakeGenericMethod(vector, lane).Invoke(test, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
