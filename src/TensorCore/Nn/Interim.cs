namespace TensorCore.Nn;

/// <summary>Stands in for a member that another branch brings, which takes precedence as soon as it is there.</summary>
internal static class Interim
{
    private static readonly Generator s_default = new(0);

    extension(Generator)
    {
        public static Generator Default => s_default;
    }
}
