using System.Globalization;
using TensorCore.Examples.Cli;

namespace TensorCore.Examples.Gpt;

/// <summary>Numbers as people write them in either language.</summary>
internal static class Wording
{
    private static readonly NumberFormatInfo _portuguese = new() { NumberGroupSeparator = ".", NumberDecimalSeparator = "," };

    /// <summary>842.496 or 842,496.</summary>
    public static string Count(this Texts texts, long number) => number.ToString("N0", Format(texts));

    /// <summary>1,234 or 1.234, with so many decimals.</summary>
    public static string Number(this Texts texts, double number, int decimals) => number.ToString("F" + decimals, Format(texts));

    /// <summary>Three digits with G, M or k: 174,6 G.</summary>
    public static string Short(this Texts texts, double number)
    {
        (double scaled, string unit) = number switch
        {
            >= 1e12 => (number / 1e12, " T"),
            >= 1e9 => (number / 1e9, " G"),
            >= 1e6 => (number / 1e6, " M"),
            >= 1e3 => (number / 1e3, " k"),
            _ => (number, ""),
        };
        return scaled.ToString(scaled < 10 ? "0.##" : "0.#", Format(texts)) + unit;
    }

    private static NumberFormatInfo Format(Texts texts) => texts.Language == Cli.Language.English ? NumberFormatInfo.InvariantInfo : _portuguese;
}
