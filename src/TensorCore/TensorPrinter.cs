using System.Globalization;
using System.Text;

namespace TensorCore;

/// <summary>
/// Writes a tensor's values as NumPy prints arrays: nested brackets, columns aligned by a format that all shown numbers have in common, long axes shortened
/// to their ends.
/// </summary>
internal sealed class TensorPrinter
{
    private readonly Tensor _tensor; // detached
    private readonly PrintOptions _options;
    private readonly bool _shortened;
    private readonly Func<double, string> _format;

    // Exponent form is chosen where plain digits would be long: from 10⁸ up, below 10⁻⁴, or where the largest is over 1,000 times the smallest.
    private const double LargestPlain = 1e8, SmallestPlain = 1e-4, WidestPlain = 1000;

    private TensorPrinter(Tensor tensor, PrintOptions options)
    {
        _tensor = tensor;
        _options = options;
        _shortened = tensor.Count > options.Threshold;
        _format = tensor.DType.IsFloat() ? FloatFormat() : (_ => "");
    }

    public static string Print(Tensor tensor, PrintOptions options)
    {
        using (Autograd.NoGrad())
        {
            tensor = tensor.Detach();
            if (tensor.DType == DType.BFloat16) tensor = tensor.To(DType.Float32);
            if (tensor.Rank == 0) return Scalar(tensor);
            return tensor.Count == 0 ? "[]" : new TensorPrinter(tensor, options).Print();
        }
    }

    /// <summary>The first values in one line, for the debugger.</summary>
    public static string FirstValues(Tensor tensor, int count)
    {
        using (Autograd.NoGrad())
        {
            tensor = tensor.Detach();
            List<string> values = [];
            int[] at = new int[tensor.Rank];
            for (int i = 0; i < Math.Min(count, tensor.Count); i++)
            {
                long rest = i;
                for (int axis = at.Length - 1; axis >= 0; axis--) (rest, at[axis]) = ((int)Math.DivRem(rest, tensor.Sizes[axis], out long digit), (int)digit);
                TensorIndex[] index = [.. at.Select(a => (TensorIndex)a)];
                values.Add(Scalar(tensor[index]));
            }
            return tensor.Rank == 0 ? values[0] : $"[{string.Join(", ", values)}{(tensor.Count > count ? ", …" : "")}]";
        }
    }

    // A single number stands for itself: 1.0, 0.1, 1e-05.
    private static string Scalar(Tensor t)
    {
        switch (t.DType)
        {
            case DType.Bool: return t.Item() != 0 ? "True" : "False";
            case DType.Int32 or DType.Int64: return t.To(DType.Int64).ToArray<long>()[0].ToString(CultureInfo.InvariantCulture);
        }
        bool single = t.DType != DType.Float64;
        double v = t.Item();
        if (!double.IsFinite(v)) return NonFinite(v);
        double size = Math.Abs(v);
        if (size != 0 && size is < 1e-4 or >= 1e16)
        {
            (string mantissa, string exponent) = Scientific(v, single, 17);
            return $"{mantissa.TrimEnd('.')}e{exponent}";
        }
        string text = Plain(v, single, 17);
        return text.EndsWith('.') ? text + "0" : text;
    }

    private static string NonFinite(double v) => double.IsNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";

    private string Print()
    {
        List<string> words = [];
        Collect(_tensor, words);
        if (!_tensor.DType.IsFloat())
        {
            int width = words.Max(w => w.Length);
            words = [.. words.Select(w => w.PadLeft(width))];
        }
        int next = 0;
        return Nested(0, " ", _options.LineWidth, words, ref next);
    }

    private bool Shortens(int axis) => _shortened && _tensor.Sizes[axis] > 2 * _options.EdgeItems;

    /// <summary>The shown elements' texts in order.</summary>
    private void Collect(Tensor t, List<string> words)
    {
        Tensor shown = Shown(t);
        switch (t.DType)
        {
            case DType.Bool: words.AddRange(shown.ToArray<bool>().Select(b => b ? " True" : "False")); break;
            case DType.Int32 or DType.Int64: words.AddRange(shown.To(DType.Int64).ToArray<long>().Select(v => v.ToString(CultureInfo.InvariantCulture))); break;
            default: words.AddRange(shown.To(DType.Float64).ToArray<double>().Select(_format)); break;
        }
    }

    /// <summary>The tensor without the middles that are left out.</summary>
    private Tensor Shown(Tensor t)
    {
        int edge = _options.EdgeItems;
        for (int axis = 0; axis < t.Rank; axis++)
            if (Shortens(axis)) t = Tensor.Cat([t.Narrow(axis, 0, edge), t.Narrow(axis, t.Sizes[axis] - edge, edge)], axis);
        return t;
    }

    private string Nested(int axis, string indent, int width, List<string> words, ref int next)
    {
        if (axis == _tensor.Rank) return words[next++];
        int n = _tensor.Sizes[axis], edge = _options.EdgeItems;
        bool shortens = Shortens(axis), row = axis == _tensor.Rank - 1;
        StringBuilder text = new();
        string line = indent;
        string lineEnd = new('\n', _tensor.Rank - 1 - axis);
        int items = shortens ? (2 * edge) + 1 : n;
        for (int i = 0; i < items; i++)
        {
            string item = shortens && i == edge ? "..." : Nested(axis + 1, indent + " ", width - 1, words, ref next);
            if (!row)
            {
                text.Append(indent).Append(item).Append(i < items - 1 ? lineEnd : "");
                continue;
            }
            // The closing bracket must still fit.
            if (line.Length > indent.Length && line.Length + item.Length > width - 1)
            {
                text.Append(line.TrimEnd()).Append('\n');
                line = indent;
            }
            line += item + (i < items - 1 ? " " : "");
        }
        if (row) text.Append(line);
        // The bracket takes the place of the first line's last space.
        return $"[{text.ToString()[indent.Length..]}]";
    }

    private Func<double, string> FloatFormat()
    {
        bool single = _tensor.DType != DType.Float64;
        double[] values = Shown(_tensor).To(DType.Float64).ToArray<double>();
        double[] finite = [.. values.Where(double.IsFinite)];
        double[] sizes = [.. finite.Where(v => v != 0).Select(Math.Abs)];
        double largest = sizes.DefaultIfEmpty(0).Max(), smallest = sizes.DefaultIfEmpty(0).Min();
        bool exponents = sizes.Length > 0 && (largest >= LargestPlain || smallest < SmallestPlain || largest / smallest > WidestPlain);

        int left = 0, right = 0, exponentDigits = 0;
        foreach (double v in finite)
        {
            string number = exponents ? Scientific(v, single, _options.Precision).Mantissa : Plain(v, single, _options.Precision);
            int point = number.IndexOf('.');
            left = Math.Max(left, point);
            right = Math.Max(right, number.Length - point - 1);
            if (exponents) exponentDigits = Math.Max(exponentDigits, Scientific(v, single, _options.Precision).Exponent.Length);
        }
        int fraction = right;
        if (exponents) right += 1 + exponentDigits;
        foreach (double v in values)
            if (!double.IsFinite(v)) left = Math.Max(left, NonFinite(v).Length - right - 1);
        int width = left + 1 + right;
        return v =>
        {
            if (!double.IsFinite(v)) return NonFinite(v).PadLeft(width);
            if (!exponents)
            {
                string plain = Plain(v, single, _options.Precision);
                return plain.PadLeft(plain.Length + left - plain.IndexOf('.')).PadRight(width);
            }
            // All mantissas and exponents get the digits of the longest.
            (string shortest, string exponent) = Scientific(v, single, _options.Precision);
            string digits = shortest.PadRight(shortest.IndexOf('.') + 1 + fraction, '0');
            string e = $"e{exponent[0]}{exponent[1..].PadLeft(exponentDigits - 1, '0')}";
            return (digits.PadLeft(width - e.Length) + e).PadLeft(width);
        };
    }

    /// <summary>The shortest digits that give the number back, with a point, cut to <paramref name="precision"/> digits after it: 1., 0.1, 3.14159265.</summary>
    private static string Plain(double v, bool single, int precision)
    {
        string text = Written(Shortest(v, single));
        int point = text.IndexOf('.');
        if (point < 0) return text + ".";
        if (text.Length - point - 1 > precision)
        {
            text = v.ToString("F" + precision, CultureInfo.InvariantCulture);
            text = precision == 0 ? text + "." : text.TrimEnd('0');
        }
        return text;
    }

    /// <summary>Digits with an exponent (1.5E+10) written out with zeros.</summary>
    private static string Written(string text)
    {
        int e = text.IndexOf('E');
        if (e < 0) return text;
        int exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = text[0] == '-' ? "-" : "", digits = text[sign.Length..e].Replace(".", "", StringComparison.Ordinal);
        if (exponent < 0) return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        return sign + (digits.Length <= exponent + 1 ? digits.PadRight(exponent + 1, '0') : digits.Insert(exponent + 1, "."));
    }

    /// <summary>Mantissa with a point and exponent with its sign and at least two digits: (1.5, -05).</summary>
    private static (string Mantissa, string Exponent) Scientific(double v, bool single, int precision)
    {
        // R gives the shortest digits; counting them gives the precision that E needs to repeat them.
        string digits = Shortest(v, single);
        int e = digits.IndexOf('E');
        string mantissaDigits = new([.. (e < 0 ? digits : digits[..e]).Where(char.IsAsciiDigit)]);
        int significant = Math.Max(1, mantissaDigits.TrimStart('0').TrimEnd('0').Length);
        string text = v.ToString("E" + Math.Min(significant - 1, precision), CultureInfo.InvariantCulture);
        e = text.IndexOf('E');
        string mantissa = text[..e];
        mantissa = mantissa.Contains('.', StringComparison.Ordinal) ? mantissa.TrimEnd('0') : mantissa + ".";
        string exponent = text[(e + 2)..].TrimStart('0').PadLeft(2, '0');
        return (mantissa, text[e + 1] + exponent);
    }

    private static string Shortest(double v, bool single) =>
        single ? ((float)v).ToString("R", CultureInfo.InvariantCulture) : v.ToString("R", CultureInfo.InvariantCulture);
}
