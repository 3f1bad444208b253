namespace TensorCore.CudaCheck;

/// <summary>The command line.</summary>
internal sealed record Options
{
    public bool DriverOnly { get; private init; }

    public bool Update { get; private init; }

    public bool Require { get; private init; }

    public string? DocumentPath { get; private init; }

    public string? Only { get; private init; }

    public IReadOnlyList<Architecture> Architectures { get; private init; } = Architecture.All;

    /// <summary>Whether a part of the kernels is looked at, so that nothing can be said about all of them.</summary>
    public bool IsPartial => Only is not null || Architectures.Count < Architecture.All.Count;

    /// <summary>The options, or null if they make no sense.</summary>
    public static Options? Parse(string[] args)
    {
        Options options = new();
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i], value)
            {
                case ("driver", _): options = options with { DriverOnly = true }; continue;
                case ("--update", _): options = options with { Update = true }; continue;
                case ("--require", _): options = options with { Require = true }; continue;
                case ("--docs", not null): options = options with { DocumentPath = value }; break;
                case ("--only", not null): options = options with { Only = value }; break;
                case ("--arch", not null) when Architectures(value) is { Count: > 0 } chosen: options = options with { Architectures = chosen }; break;
                default: return null;
            }
            i++;
        }
        return options.IsPartial && (options.Update || options.DocumentPath is not null) ? null : options;

        static List<Architecture> Architectures(string list) => [.. Architecture.All.Where(a => list.Split(',').Contains($"{a.Number}"))];
    }
}
