using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using TensorCore.Examples.Charts;

namespace TensorCore.Examples.Tests.Shared;

public partial class ChartTests
{
    private static readonly XNamespace _svg = "http://www.w3.org/2000/svg";
    private static readonly double[] _rising = [0, 1, 2, 3, 4, 5];

    public static TheoryData<string> Kinds => [.. Panels().Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryKindOfPanelIsWellFormedAndScalable(string kind)
    {
        XElement svg = Parse(new Figure("título", "subtítulo").Add(Panels()[kind]()));
        Assert.Equal(_svg + "svg", svg.Name);
        double[] view = [.. svg.Attribute("viewBox")!.Value.Split(' ').Select(Number)];
        Assert.Equal([0, 0], view[..2]);
        Assert.True(view[2] > 100 && view[3] > 60);
        Assert.Equal("título", svg.Element(_svg + "title")!.Value);
        Assert.Contains(svg.Elements(_svg + "rect"), r => r.Attribute("fill")?.Value == Palette.Paper.Hex);
        CheckNumbersAndReferences(svg);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void DrawingIsRepeatable(string kind) =>
        Assert.Equal(new Figure().Add(Panels()[kind]()).ToSvg(), new Figure().Add(Panels()[kind]()).ToSvg());

    [Fact]
    public void PanelsSideBySideDoNotOverlap()
    {
        Figure figure = new("quatro") { Columns = 2, PanelWidth = 300, PanelHeight = 200 };
        for (int i = 0; i < 4; i++)
            figure.Add(new Plot($"painel {i}").Line<double>("série", _rising));
        XElement svg = Parse(figure);
        (double X, double Y)[] titles = [.. svg.Elements(_svg + "text").Where(t => t.Value.StartsWith("painel", StringComparison.Ordinal)).Select(t => (Attribute(t, "x"), Attribute(t, "y")))];
        Assert.Equal(4, titles.Length);
        Assert.Equal(titles[0].Y, titles[1].Y);
        Assert.Equal(titles[0].X, titles[2].X);
        Assert.True(titles[1].X - titles[0].X > 300 && titles[2].Y - titles[0].Y > 200);
    }

    [Fact]
    public void TextsAreEscapedAndUnprintableOnesReplaced()
    {
        string nasty = "<&>\"' \u0001\u0000 \ud800 ]]> ação \U0001f600";
        XElement svg = Parse(new Figure(nasty).Add(new Plot(nasty) { XAxis = { Label = nasty } }.Line<double>(nasty, _rising)));
        string[] texts = [.. svg.Descendants(_svg + "text").Select(t => t.Value).Where(t => t.StartsWith('<'))];
        Assert.Equal(4, texts.Length);
        Assert.All(texts, t => Assert.Equal("<&>\"' \ufffd\ufffd \ufffd ]]> ação \U0001f600", t));
    }

    [Fact]
    public void NumbersAreWrittenTheSameInEveryCulture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        string expected = Panels()["lines"]().ToSvgText();
        try
        {
            CultureInfo comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal(expected, Panels()["lines"]().ToSvgText());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void NonFiniteValuesLeaveAGapAndALonePointIsADot()
    {
        double[] ys = [1, 2, double.NaN, 3, double.PositiveInfinity, 2, 1, 0];
        XElement svg = Parse(new Figure().Add(new Plot().Line<double>("a", ys)));
        XElement curve = Curves(svg).Single();
        Assert.Equal(2, curve.Attribute("d")!.Value.Count(c => c == 'M'));
        Assert.Single(svg.Descendants(_svg + "circle"));
    }

    [Fact]
    public void ALogarithmicAxisLeavesOutWhatIsNotPositive()
    {
        double[] ys = [100, 10, 0, -5, 1, 0.1];
        XElement svg = Parse(new Figure().Add(new Plot { YAxis = { Log = true } }.Line<double>("a", ys)));
        XElement curve = Curves(svg).Single();
        double[] heights = [.. curve.Attribute("d")!.Value.Split('M', 'L').Skip(1).Select(p => Number(p.Split(' ')[1]))];
        Assert.Equal(4, heights.Length);
        Assert.Equal(heights[1] - heights[0], heights[3] - heights[2], 0.02); // one decade each
    }

    [Fact]
    public void ADivergentCurveIsCutAtTheLimitAndTheOthersStayReadable()
    {
        double[] good = [2.0, 1.0, 0.5, 0.25], bad = [2.0, 1e3, 1e30, double.PositiveInfinity];
        XElement svg = Parse(new Figure { PanelHeight = 300 }.Add(new Plot { YAxis = { Limit = 4 } }.Line<double>("boa", good).Line<double>("má", bad)));
        double[] heights = [.. Curves(svg).First().Attribute("d")!.Value.Split('M', 'L').Skip(1).Select(p => Number(p.Split(' ')[1]))];
        Assert.True(heights.Max() - heights.Min() > 80, "the good curve has become flat");
        // The arrow at the top edge.
        Assert.Contains(svg.Descendants(_svg + "path"), p => p.Attribute("fill")!.Value == Palette.Of(1).Hex && p.Attribute("d")!.Value.EndsWith('Z'));
    }

    [Fact]
    public void ALongCurveIsThinnedWithoutLosingItsExtremes()
    {
        double[] ys = new double[200_000];
        for (int i = 0; i < ys.Length; i++)
            ys[i] = Math.Sin(i * 1e-4);
        ys[77_777] = 9;
        ys[123_456] = -7;
        Figure figure = new();
        figure.Add(new Plot().Line<double>("a", ys));
        string text = figure.ToSvg();
        Assert.True(text.Length < 60_000, $"{text.Length} characters");
        double[] heights = [.. Curves(XElement.Parse(text)).Single().Attribute("d")!.Value.Split('M', 'L').Skip(1).Select(p => Number(p.Split(' ')[1]))];
        // 9 and −7 are 16 apart, the sine's ends 2: the drawn spikes keep that proportion.
        double[] sine = [.. heights.Order().Skip(2).SkipLast(2)];
        Assert.Equal(8, (heights.Max() - heights.Min()) / (sine.Max() - sine.Min()), 0.1);
    }

    [Fact]
    public void AnyDataGiveAWellFormedFile()
    {
        Gen<double> values = Gen.OneOf(
            Gen.Choose(-1000, 1000).Select(i => i / 7.0),
            Gen.Elements(double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue, double.Epsilon, -0.0, 0.0, 1e-300, 1e300));
        Gen<(double[], double[], bool, bool)> cases =
            from n in Gen.Choose(0, 12)
            from xs in values.ArrayOf(n)
            from ys in values.ArrayOf(n)
            from logX in Gen.Elements(true, false)
            from logY in Gen.Elements(true, false)
            select (xs, ys, logX, logY);
        Prop.ForAll(Arb.From(cases), c =>
        {
            (double[] xs, double[] ys, bool logX, bool logY) = c;
            Plot plot = new("x") { XAxis = { Log = logX }, YAxis = { Log = logY } };
            plot.Line<double, double>("a", xs, ys).Scatter<double, double>("b", xs, ys).Histogram<double>("h", ys, 5).SmoothedLine<double, double>("c", xs, ys, 3);
            plot.DecisionLines(null, xs.Zip(ys, (a, b) => new DecisionLine(a, b, 1)));
            Figure figure = new Figure("x").Add(plot).Add(new RankedBars("r", ys.Select(y => ("t", y)))).Add(new Plot().Bars([.. ys.Select(y => "c")], ("s", ys)));
            if (ys.Length > 0)
                figure.Add(new HeatMap("h", new double[,] { { ys[0], ys[^1] }, { xs[0], xs[^1] } }));
            CheckNumbersAndReferences(Parse(figure));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void RegionsShowTheDecidedClassAtEveryPoint()
    {
        // Class 1 in the upper right quarter only; y grows upwards, pixel rows downwards.
        DecisionGrid grid = new(-1, 1, -1, 1, 40, 40);
        float[] points = grid.Points();
        float[] p = [.. Enumerable.Range(0, grid.Count).Select(i => points[2 * i] > 0 && points[2 * i + 1] > 0 ? 1f : 0f)];
        PngDecoder.Image image = Images(Parse(new Figure().Add(new Plot().Regions<float>(grid, p)))).Single();
        Rgb At(double x, double y)
        {
            int pixel = 3 * ((int)((1 - y) / 2 * image.Height) * image.Width + (int)((x + 1) / 2 * image.Width));
            return new(image.Pixels[pixel], image.Pixels[pixel + 1], image.Pixels[pixel + 2]);
        }
        Rgb one = At(0.5, 0.5), zero = At(-0.5, -0.5);
        Assert.True(one.R > one.B, "class 1 is orange");
        Assert.True(zero.B > zero.R, "class 0 is blue");
        Assert.Equal(zero, At(-0.5, 0.5));
        Assert.Equal(zero, At(0.5, -0.5));
    }

    [Fact]
    public void ImagesKeepTheirPixels()
    {
        byte[] grey = [0, 50, 100, 150, 200, 250];
        PngDecoder.Image image = Images(Parse(new Figure().Add(new ImageGrid().Add(3, 2, grey, "x")))).Single();
        int factor = image.Width / 3;
        Assert.Equal((3 * factor, 2 * factor), (image.Width, image.Height));
        for (int i = 0; i < 6; i++)
            Assert.Equal(grey[i], image.Pixels[3 * (i / 3 * factor * image.Width + i % 3 * factor)]);
    }

    [Fact]
    public void ADecisionLineGoesThroughItsPointsAndItsArrowToThePositiveSide()
    {
        // x + y − 1 = 0 in the unit square of data: from the upper left to the lower right corner.
        Plot plot = new() { EqualAspect = true, XAxis = { Min = 0, Max = 1 }, YAxis = { Min = 0, Max = 1 } };
        XElement svg = Parse(new Figure { PanelWidth = 300, PanelHeight = 300 }.Add(plot.DecisionLines(null, [new(1, 1, -1)])));
        XElement area = svg.Descendants(_svg + "clipPath").Single().Element(_svg + "rect")!;
        double x = Attribute(area, "x"), y = Attribute(area, "y"), width = Attribute(area, "width"), height = Attribute(area, "height");
        XElement line = svg.Descendants(_svg + "g").SelectMany(g => g.Elements(_svg + "line")).First();
        (double, double)[] ends = [(Attribute(line, "x1"), Attribute(line, "y1")), (Attribute(line, "x2"), Attribute(line, "y2"))];
        Assert.Equal([(x, y), (x + width, y + height)], ends.Order());
        XElement arrow = svg.Descendants(_svg + "g").SelectMany(g => g.Elements(_svg + "path")).Single();
        double[] tip = [.. arrow.Attribute("d")!.Value[1..].Split('L')[0].Split(' ').Select(Number)];
        Assert.True(tip[0] > x + width / 2 && tip[1] < y + height / 2, "the positive side is up and right");
    }

    [Fact]
    public void SeriesColoursStandOutFromTheGround()
    {
        for (int i = 0; i < Palette.Count; i++)
            Assert.True(Rgb.Contrast(Palette.Of(i), Palette.Canvas) >= 3, $"series {i}: {Rgb.Contrast(Palette.Of(i), Palette.Canvas):0.00}");
        Assert.True(Rgb.Contrast(Palette.Muted, Palette.Paper) >= 4.5);
        Assert.True(Rgb.Contrast(Palette.Ink, Palette.Paper) >= 7);
    }

    [Fact]
    public void TheSequentialScaleDarkensAllTheWay()
    {
        double[] luminance = [.. Enumerable.Range(0, 101).Select(i => ColorScale.Sequential.At(i / 100.0).Luminance)];
        for (int i = 1; i < luminance.Length; i++)
            Assert.True(luminance[i] < luminance[i - 1], $"at {i} %");
    }

    [Fact]
    public void WrongLengthsAreNamed()
    {
        Assert.Contains("6 x values but 2 y values", Assert.Throws<ArgumentException>(() => new Plot().Line<double, double>("a", _rising, [1, 2])).Message);
        Assert.Contains("1600", Assert.Throws<ArgumentException>(() => new Plot().Regions<float>(new(0, 1, 0, 1, 40, 40), [1f])).Message);
        Assert.Contains("3×3", Assert.Throws<ArgumentException>(() => new HeatMap("", new float[8], 3, 3)).Message);
        Assert.Throws<ArgumentException>(() => new ImageGrid().Add(3, 3, new byte[8]));
        Assert.Throws<ArgumentException>(() => new DecisionGrid(0, double.NaN, 0, 1));
    }

    [Fact]
    public void SavingCreatesTheFolderAndLeavesNoTemporaryFile()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            string path = Path.Combine(folder, "a", "b.svg");
            new Plot("um").Save(path);
            new Plot("dois").Save(path);
            Assert.Equal("dois", XDocument.Load(path).Root!.Element(_svg + "title")!.Value);
            Assert.Equal([path], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Dictionary<string, Func<Panel>> Panels()
    {
        double[] noise = [.. Enumerable.Range(0, 300).Select(i => Math.Sin(i * 12.9898) % 1)];
        float[] probabilities = [.. Enumerable.Range(0, 400 * 3).Select(i => i % 7 / 7f)];
        string[] names = ["um", "dois", "três"];
        return new()
        {
            ["empty"] = () => new Plot(),
            ["lines"] = () => new Plot("linhas") { XAxis = { Label = "passo" }, YAxis = { Label = "perda" } }.SmoothedLine<double, double>("treino", Numbers.Count(300), noise, 20).Line<double>("dois", _rising, new LineStyle(Dashed: true)).Rule(0.5, "alvo"),
            ["logarithmic"] = () => new Plot { XAxis = { Log = true }, YAxis = { Log = true } }.Line<double, double>("a", _rising, _rising),
            ["scatter"] = () => new Plot { EqualAspect = true }.Scatter<double, double>(_rising, _rising, [0, 1, 2, 3, 4, 5], names),
            ["regions"] = () => new Plot().Regions<float>(new(0, 1, 0, 1, 20, 20), probabilities, 3),
            ["decision lines"] = () => new Plot { XAxis = { Min = -1, Max = 1 } }.DecisionLines("reta", [new(1, 2, 0), new(0, 1, 0.5), new(0, 0, 1), new(1, 0, 0)]),
            ["bars"] = () => new Plot().Bars(names, ("a", [1, -2, double.NaN]), ("b", [3, 4, 5])),
            ["histogram"] = () => new Plot().Histogram<double>("h", noise),
            ["heat map"] = () => new HeatMap("m", new double[,] { { 1, -2 }, { double.NaN, 3 } }) { RowLabels = names, ColumnLabels = names, XLabel = "x", YLabel = "y" },
            ["large heat map"] = () => new HeatMap("m", new float[100 * 90], 100, 90),
            ["images"] = () => new ImageGrid("i").Add(2, 2, [0, 1, 2, 3], "a").Add(2, 3, [0f, -1f, 2f, float.NaN, 1f, 0f], "b", alert: true),
            ["no images"] = () => new ImageGrid("i"),
            ["ranked bars"] = () => new RankedBars("r", [("a", 0.5), ("b", double.NaN)]) { Percent = true },
        };
    }

    private static void CheckNumbersAndReferences(XElement svg)
    {
        HashSet<string> ids = [];
        foreach (XAttribute id in svg.Descendants().Attributes("id"))
            Assert.True(ids.Add(id.Value), $"two elements are called {id.Value}");
        foreach (XAttribute attribute in svg.Descendants().Attributes())
        {
            string name = attribute.Name.LocalName;
            if (name is "x" or "y" or "x1" or "x2" or "y1" or "y2" or "cx" or "cy" or "r" or "width" or "height" or "font-size" or "stroke-width" or "opacity")
                Assert.True(double.IsFinite(Number(attribute.Value)), attribute.ToString());
            if (name is "width" or "height" or "r")
                Assert.True(Number(attribute.Value) >= 0, attribute.ToString());
            if (name == "d")
                Assert.Matches(PathData(), attribute.Value);
            if (name == "clip-path")
                Assert.Contains(attribute.Value[5..^1], ids);
        }
        foreach (PngDecoder.Image image in Images(svg))
            Assert.True(image.Width > 0);
    }

    private static IEnumerable<PngDecoder.Image> Images(XElement svg) => svg.Descendants(_svg + "image")
        .Select(i => i.Attribute("href")!.Value)
        .Select(uri => PngDecoder.Decode(Convert.FromBase64String(uri["data:image/png;base64,".Length..])));

    private static IEnumerable<XElement> Curves(XElement svg) =>
        svg.Descendants(_svg + "path").Where(p => p.Attribute("fill")!.Value == "none");

    private static XElement Parse(Figure figure) => XDocument.Parse(figure.ToSvg()).Root!;

    private static double Attribute(XElement element, string name) => Number(element.Attribute(name)!.Value);

    private static double Number(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(M-?[0-9.]+ -?[0-9.]+(L-?[0-9.]+ -?[0-9.]+)*Z?)+$")]
    private static partial Regex PathData();
}

internal static class PanelText
{
    public static string ToSvgText(this Panel panel) => new Figure().Add(panel).ToSvg();
}
