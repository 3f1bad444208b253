using System.Globalization;
using System.Text;

namespace TensorCore.Examples.ChatGpt.Serving.Metering;

/// <summary>Writes numbers in Prometheus's text format, version 0.0.4: <c># HELP</c> and <c># TYPE</c> once, then a line for each set of labels.</summary>
public sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    /// <summary>Something that only grows.</summary>
    public PrometheusText Counter(string name, string help, params IEnumerable<((string Name, string Value)[] Labels, double Value)> values) => Write(name, "counter", help, values);

    /// <summary>Something that rises and falls.</summary>
    public PrometheusText Gauge(string name, string help, params IEnumerable<((string Name, string Value)[] Labels, double Value)> values) => Write(name, "gauge", help, values);

    /// <summary>Histograms, one for each set of labels.</summary>
    public PrometheusText Histogram(string name, string help, params IEnumerable<((string Name, string Value)[] Labels, Histogram Value)> values)
    {
        Head(name, "histogram", help);
        foreach (((string, string)[] labels, Histogram histogram) in values)
        {
            (long[] cumulative, double sum) = histogram.Read();
            for (int i = 0; i < cumulative.Length; i++)
                Line(name + "_bucket", [.. labels, ("le", i < histogram.Bounds.Count ? Number(histogram.Bounds[i]) : "+Inf")], cumulative[i]);
            Line(name + "_sum", labels, sum);
            Line(name + "_count", labels, cumulative[^1]);
        }
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private PrometheusText Write(string name, string type, string help, IEnumerable<((string Name, string Value)[] Labels, double Value)> values)
    {
        Head(name, type, help);
        foreach (((string, string)[] labels, double value) in values) Line(name, labels, value);
        return this;
    }

    private void Head(string name, string type, string help) =>
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private void Line(string name, (string Name, string Value)[] labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
            _text.Append('{').AppendJoin(',', labels.Select(l => $"{l.Name}=\"{Escape(l.Value)}\"")).Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escape(string value) => value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}
