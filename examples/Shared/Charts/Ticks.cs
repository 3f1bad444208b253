using System.Globalization;
using System.Text;

namespace TensorCore.Examples.Charts;

/// <summary>Round values to mark along an axis, and their texts.</summary>
internal static class Ticks
{
    public readonly record struct Tick(double Value, string Label, bool Major);

    public static IReadOnlyList<Tick> For(AxisScale scale, int target)
    {
        if (scale.Axis.Categories is { } names)
            return [.. names.Select((name, i) => new Tick(i, name, true))];
        return scale.Axis.Log ? Logarithmic(scale.Min, scale.Max, target) : Linear(scale.Min, scale.Max, target);
    }

    /// <summary>Multiples of 1, 2 or 5 times a power of ten, about <paramref name="target"/> of them.</summary>
    public static IReadOnlyList<Tick> Linear(double min, double max, int target)
    {
        double step = NiceStep((max / 2 - min / 2) / Math.Max(1, target) * 2);
        if (!double.IsFinite(step) || step <= 0)
            return [];
        List<Tick> ticks = [];
        double first = Math.Ceiling(min / step - 1e-9);
        for (int i = 0; i <= 4 * target + 4; i++)
        {
            double value = (first + i) * step;
            if (value > max + step * 1e-9)
                break;
            ticks.Add(new(value, Label(value, step), true));
        }
        return ticks;
    }

    /// <summary>Powers of ten; over less than two decades also 2 and 5 times them, over many only every second, third, … power.</summary>
    public static IReadOnlyList<Tick> Logarithmic(double min, double max, int target)
    {
        int low = (int)Math.Floor(Math.Log10(min) + 1e-9), high = (int)Math.Ceiling(Math.Log10(max) - 1e-9);
        double decades = Math.Log10(max) - Math.Log10(min);
        if (decades < 0.7)
            return Linear(min, max, target);
        int every = Math.Max(1, (int)Math.Ceiling(decades / Math.Max(2, target)));
        bool plain = low >= -3 && high <= 4;
        List<Tick> ticks = [];
        for (int power = low; power <= high; power++)
        {
            for (int digit = 1; digit <= (every == 1 ? 9 : 1); digit++)
            {
                double value = digit * Math.Pow(10, power);
                if (value < min * (1 - 1e-9) || value > max * (1 + 1e-9))
                    continue;
                bool major = digit == 1 ? power % every == 0 : decades < 2 && digit is 2 or 5;
                ticks.Add(new(value, digit == 1 && !plain ? PowerOfTen(power) : Number(value), major));
            }
        }
        return ticks;
    }

    /// <summary>A number for people: at most <paramref name="digits"/> significant digits, narrow spaces between thousands, powers of ten where zeros would crowd.</summary>
    public static string Number(double value, int digits = 4)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
        double size = Math.Abs(value);
        if (size != 0 && (size >= 1e6 || size < 1e-3))
            return Scientific(value, digits);
        int decimals = size == 0 ? 0 : Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(size)), 0, 9);
        return Fixed(value, decimals, trim: true);
    }

    /// <summary>The value with exactly <paramref name="decimals"/> decimals; zero is "0".</summary>
    public static string Rounded(double value, int decimals) =>
        !double.IsFinite(value) || Math.Abs(value) >= 1e6 ? Number(value, 3) : value == 0 ? "0" : Fixed(value, decimals, trim: false);

    private static double NiceStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double fraction = rough / power;
        return power * (fraction <= 1.0001 ? 1 : fraction <= 2.0001 ? 2 : fraction <= 5.0001 ? 5 : 10);
    }

    // All labels of an axis show the same decimals, those of its step.
    private static string Label(double value, double step)
    {
        double size = Math.Max(Math.Abs(value), step);
        if (step >= 1e6 || step < 1e-4 || size >= 1e9)
            return Math.Abs(value) < step / 2 ? "0" : Scientific(value, Math.Clamp(1 + Magnitude(size) - Magnitude(step), 1, 15));
        return Fixed(value, Math.Max(0, (int)-Math.Floor(Math.Log10(step) + 1e-9)), trim: false);
    }

    private static int Magnitude(double value) => (int)Math.Floor(Math.Log10(value) + 1e-9);

    private static string Fixed(double value, int decimals, bool trim)
    {
        string digits = Math.Abs(value).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        if (trim && digits.Contains('.', StringComparison.Ordinal))
            digits = digits.TrimEnd('0').TrimEnd('.');
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        StringBuilder text = new(digits);
        // From 10 000 on; four digits read well without a gap.
        for (int i = point < 0 ? digits.Length : point; i > 3 && (point < 0 ? digits.Length : point) > 4;)
        {
            i -= 3;
            if (i > 0)
                text.Insert(i, '\u202f');
        }
        bool zero = digits.All(c => c is '0' or '.');
        return value < 0 && !zero ? "−" + text : text.ToString();
    }

    private static string Scientific(double value, int digits)
    {
        string text = value.ToString("E" + (Math.Max(1, digits) - 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int e = text.IndexOf('E', StringComparison.Ordinal);
        string mantissa = text[..e];
        if (mantissa.Contains('.', StringComparison.Ordinal))
            mantissa = mantissa.TrimEnd('0').TrimEnd('.');
        string power = PowerOfTen(int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        return mantissa switch { "1" => power, "-1" => "−" + power, _ => mantissa.Replace('-', '−') + "·" + power };
    }

    private static string PowerOfTen(int exponent)
    {
        const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
        string digits = string.Concat(Math.Abs(exponent).ToString(CultureInfo.InvariantCulture).Select(c => Superscripts[c - '0']));
        return "10" + (exponent < 0 ? "⁻" : "") + digits;
    }
}
