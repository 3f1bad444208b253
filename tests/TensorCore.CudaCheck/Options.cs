namespace TensorCore.CudaCheck;

/// <summary>The command line.</summary>
internal sealed record Options
{
    public const string Usage = """
        cuda-check [--update] [--docs] [--only TEXT] [--arch LIST] [--require] [--self-test]
          --update     enters the figures into kernels/budget.json and shows what changes
          --docs       writes docs/cuda-kernels.md
          --only TEXT  shows the figures of the programs with this in their name: matmul.cu, T=bf16, 'gelu T=float'
          --arch LIST  shows the figures for these architectures alone: 80,90
          --require    fails where NVIDIA's tools cannot be fetched; without it that is a message
          --self-test  tests this program alone
        """;

    public bool Update { get; private init; }

    public bool Docs { get; private init; }

    public bool Require { get; private init; }

    public bool SelfTest { get; private init; }

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
            switch (args[i])
            {
                case "--update": options = options with { Update = true }; break;
                case "--docs": options = options with { Docs = true }; break;
                case "--require": options = options with { Require = true }; break;
                case "--self-test": options = options with { SelfTest = true }; break;
                case "--only" when value is not null: options = options with { Only = args[++i] }; break;
                case "--arch" when value is not null && Listed(value) is { Count: > 0 } chosen: (options, i) = (options with { Architectures = chosen }, i + 1); break;
                default: return null;
            }
        }
        return options.IsPartial && (options.Update || options.Docs) ? null : options;
    }

    private static List<Architecture> Listed(string list) => [.. Architecture.All.Where(a => list.Split(',').Contains($"{a.Number}"))];
}
