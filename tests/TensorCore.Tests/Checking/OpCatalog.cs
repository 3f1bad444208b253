using System.Reflection;

namespace TensorCore.Tests;

/// <summary>Every op of the library, found by itself: the types that implement <see cref="IOp"/>.</summary>
public static class OpCatalog
{
    public sealed record Entry(string Name, Type Type, Func<SampleGenerator, OpSample> Sample)
    {
        public override string ToString() => Name;
    }

    public static IReadOnlyList<Entry> All { get; } = Find();

    /// <summary>xunit's theory data: one row an op.</summary>
    public static IEnumerable<object[]> Names => All.Select(e => new object[] { e.Name });

    public static Entry Get(string name) => All.Single(e => e.Name == name);

    private static List<Entry> Find()
    {
        List<Entry> entries = [];
        foreach (Type type in typeof(Tensor).Assembly.GetTypes())
        {
            // Elementwise functions are entries of their own; UnaryOp<T> and BinaryOp<T> only put them on the tape.
            if (type.IsInterface || type.IsAbstract || type.IsGenericTypeDefinition || !typeof(IOp).IsAssignableFrom(type)) continue;
            MethodInfo read = typeof(OpCatalog).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type);
            entries.Add((Entry)read.Invoke(null, null)!);
        }
        return [.. entries.OrderBy(e => e.Name, StringComparer.Ordinal)];
    }

    private static Entry Read<T>()
        where T : IOp => new(T.OpName, typeof(T), T.Sample);
}
