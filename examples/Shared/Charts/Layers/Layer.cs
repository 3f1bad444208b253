namespace TensorCore.Examples.Charts.Layers;

/// <summary>What a layer draws on: the plot's area and its two scales.</summary>
internal readonly record struct PlotCanvas(SvgWriter Svg, Box Area, AxisScale X, AxisScale Y);

internal enum Swatch { Line, DashedLine, Block, Marker }

/// <summary>One entry of a plot's legend.</summary>
internal readonly record struct LegendEntry(string Name, Rgb Color, Swatch Swatch, int Marker = 0);

/// <summary>One kind of mark in a plot, drawn in the order in which it was added.</summary>
internal abstract class Layer
{
    public virtual IEnumerable<LegendEntry> Legend => [];


    public abstract void Measure(DataRange x, DataRange y);

    public abstract void Draw(PlotCanvas canvas);

    /// <summary>Marks beside the clipped ones that must stay whole.</summary>
    public virtual void DrawUnclipped(PlotCanvas canvas)
    {
    }
}
