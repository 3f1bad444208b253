using System.Globalization;
using System.Text;

namespace TensorCore.Examples.Cli;

/// <summary>
/// Shows how a training goes: the share done, the loss, items a second, the time left. On a terminal one line is drawn
/// again and again, at most ten times a second; elsewhere (a file, a CI log) a plain line appears now and then.
/// Not for use by several threads at a time.
/// </summary>
public sealed class TrainingProgress : IDisposable
{
    private static readonly TimeSpan _redraw = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _plainInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _rateWindow = TimeSpan.FromSeconds(15);

    private readonly TextWriter _out;
    private readonly Texts _texts;
    private readonly string _unit;
    private readonly bool _terminal;
    private readonly Func<int>? _width;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Queue<(TimeSpan At, long Items)> _recent = new();
    private TimeSpan _lastShown = TimeSpan.MinValue;
    private int _lastTenth;
    private int _drawn; // characters of the line that stands on the terminal
    private (double Fraction, long Items, double Loss, string? Note)? _pending;
    private bool _shown; // whether the pending report was written

    /// <summary>A progress display that writes to <paramref name="output"/>.</summary>
    /// <param name="output">Where to write.</param>
    /// <param name="texts">The language.</param>
    /// <param name="unit">What is counted, in the plural: "tokens".</param>
    /// <param name="terminal">Whether a carriage return goes back to the start of the line there.</param>
    /// <param name="width">The terminal's width in characters, asked each time; 100 by default.</param>
    /// <param name="time">The clock; the system's by default.</param>
    public TrainingProgress(TextWriter output, Texts texts, string unit, bool terminal, Func<int>? width = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(unit);
        (_out, _texts, _unit, _terminal, _width, _time) = (output, texts, unit, terminal, width, time ?? TimeProvider.System);
        _start = _time.GetTimestamp();
        _recent.Enqueue((TimeSpan.Zero, 0));
    }

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_start);

    /// <summary>Items a second over the last quarter of a minute; 0 before the first report.</summary>
    public double Rate { get; private set; }

    /// <summary>
    /// Says that the share <paramref name="fraction"/> of the work is done (of the steps, or of the minutes), with <paramref name="items"/> items so far
    /// and this loss. <paramref name="note"/> is appended: "validation 2.31". Cheap enough for every step.
    /// </summary>
    public void Report(double fraction, long items, double loss, string? note = null)
    {
        TimeSpan now = Elapsed;
        while (_recent.Count > 1 && now - _recent.Peek().At > _rateWindow)
            _recent.Dequeue();
        (TimeSpan at, long before) = _recent.Peek();
        if (now > at)
            Rate = Math.Max(0, items - before) / (now - at).TotalSeconds;
        // Steps of a microsecond must not fill the queue: a tenth of a second is fine enough for a rate.
        if (now - _recent.Last().At >= _redraw)
            _recent.Enqueue((now, items));
        _pending = (double.IsNaN(fraction) ? 0 : Math.Clamp(fraction, 0, 1), items, loss, note);
        _shown = false;
        int tenth = (int)(_pending.Value.Fraction * 10);
        bool first = _lastShown == TimeSpan.MinValue;
        if (_terminal ? first || now - _lastShown >= _redraw : first || now - _lastShown >= _plainInterval || (tenth > _lastTenth && now - _lastShown >= TimeSpan.FromSeconds(1)))
            Show(now, tenth);
    }

    /// <summary>Writes a line above the bar: a sample, a saved checkpoint.</summary>
    public void WriteLine(string text)
    {
        Erase();
        _out.WriteLine(text);
        if (_terminal && _pending is not null)
            Show(Elapsed, _lastTenth);
        _out.Flush();
    }

    /// <summary>Shows the last report for good.</summary>
    public void Dispose()
    {
        if (_pending is null)
            return;
        if (_terminal || !_shown)
            Show(Elapsed, _lastTenth);
        if (_terminal)
            _out.WriteLine();
        _drawn = 0;
        _pending = null;
        _out.Flush();
    }

    private void Show(TimeSpan now, int tenth)
    {
        _shown = true;
        (_lastShown, _lastTenth) = (now, tenth);
        if (!_terminal)
        {
            _out.WriteLine(Line(now, bar: 0));
            _out.Flush();
            return;
        }
        int width = Math.Clamp(_width?.Invoke() ?? 100, 20, 400) - 1; // a full last column would wrap
        string plain = Line(now, bar: 0);
        int bar = Math.Clamp(width - plain.Length - 1, 0, 30);
        string line = bar >= 8 ? Line(now, bar) : plain;
        line = line.Length <= width ? line : line[..width];
        _out.Write('\r');
        _out.Write(line.PadRight(Math.Min(_drawn, width)));
        _drawn = line.Length;
        _out.Flush();
    }

    private void Erase()
    {
        if (_drawn == 0)
            return;
        _out.Write('\r');
        _out.Write(new string(' ', _drawn));
        _out.Write('\r');
        _drawn = 0;
    }

    private string Line(TimeSpan now, int bar)
    {
        (double fraction, long items, double loss, string? note) = _pending!.Value;
        StringBuilder line = new();
        if (bar > 0)
        {
            int full = (int)(fraction * bar);
            line.Append('█', full).Append('░', bar - full).Append(' ');
        }
        line.Append(CultureInfo.InvariantCulture, $"{fraction * 100,3:0}%  {_texts.Pick("perda", "loss")} {loss:0.0000}  {Compact(Rate)} {_unit}/s  ");
        line.Append(fraction >= 1 || fraction <= 0
            ? $"{Compact(items)} {_unit} {_texts.Pick("em", "in")} {Clock(now)}"
            : $"{_texts.Pick("faltam", "left")} {Clock(TimeSpan.FromSeconds(Math.Min(1e7, now.TotalSeconds * (1 - fraction) / fraction)))}");
        if (!string.IsNullOrEmpty(note))
            line.Append("  ").Append(note);
        return line.ToString();
    }

    /// <summary>Three significant digits with k, M or G: 12.3k.</summary>
    internal static string Compact(double value)
    {
        (double scaled, string suffix) = value switch
        {
            >= 999.5e6 => (value / 1e9, "G"),
            >= 999.5e3 => (value / 1e6, "M"),
            >= 999.5 => (value / 1e3, "k"),
            _ => (value, ""),
        };
        return scaled.ToString(scaled >= 99.95 ? "0" : scaled >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture) + suffix;
    }

    /// <summary>4:07, 1:02:03.</summary>
    internal static string Clock(TimeSpan time)
    {
        TimeSpan whole = TimeSpan.FromSeconds(Math.Round(Math.Max(0, time.TotalSeconds)));
        return whole.TotalHours >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{(int)whole.TotalHours}:{whole.Minutes:00}:{whole.Seconds:00}")
            : string.Create(CultureInfo.InvariantCulture, $"{whole.Minutes}:{whole.Seconds:00}");
    }
}
