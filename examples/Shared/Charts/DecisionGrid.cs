namespace TensorCore.Examples.Charts;

/// <summary>The line w₁·x + w₂·y + b = 0, on whose positive side a neuron fires.</summary>
public readonly record struct DecisionLine(double W1, double W2, double B);

/// <summary>
/// A grid of points over a rectangle of the plane, at which a model is asked for its decision: feed <see cref="Points"/>
/// to the model as one batch, then give its probabilities to <see cref="Plot.Regions"/>.
/// </summary>
public sealed class DecisionGrid
{
    /// <summary>A grid of <paramref name="columns"/> × <paramref name="rows"/> points, each in the middle of its cell.</summary>
    /// <exception cref="ArgumentException">An end is not finite, a range is empty, or a side has not 2 to 2000 points.</exception>
    public DecisionGrid(double xMin, double xMax, double yMin, double yMax, int columns = 120, int rows = 120)
    {
        if (!double.IsFinite(xMin) || !double.IsFinite(xMax) || !double.IsFinite(yMin) || !double.IsFinite(yMax) || xMin >= xMax || yMin >= yMax)
            throw new ArgumentException($"a decision grid needs finite, growing ranges, not x {xMin}…{xMax}, y {yMin}…{yMax}");
        if (columns is < 2 or > 2000 || rows is < 2 or > 2000)
            throw new ArgumentException($"a decision grid has 2 to 2000 points a side, not {columns} × {rows}");
        (XMin, XMax, YMin, YMax, Columns, Rows) = (xMin, xMax, yMin, yMax, columns, rows);
    }

    /// <summary>The rectangle's left end.</summary>
    public double XMin { get; }

    /// <summary>The rectangle's right end.</summary>
    public double XMax { get; }

    /// <summary>The rectangle's lower end.</summary>
    public double YMin { get; }

    /// <summary>The rectangle's upper end.</summary>
    public double YMax { get; }

    /// <summary>Points along x.</summary>
    public int Columns { get; }

    /// <summary>Points along y.</summary>
    public int Rows { get; }

    /// <summary>How many points there are.</summary>
    public int Count => Columns * Rows;

    /// <summary>The points as (x, y) pairs, row by row from the lowest y: the data of a (Count, 2) tensor.</summary>
    public float[] Points()
    {
        float[] points = new float[2 * Count];
        for (int row = 0; row < Rows; row++)
        {
            for (int column = 0; column < Columns; column++)
            {
                int at = 2 * (row * Columns + column);
                points[at] = (float)(XMin + (column + 0.5) * (XMax - XMin) / Columns);
                points[at + 1] = (float)(YMin + (row + 0.5) * (YMax - YMin) / Rows);
            }
        }
        return points;
    }
}
