namespace TensorCore;

/// <summary>How a kernel moves over an image: stride, padding, dilation, and the groups that the channels fall into.</summary>
internal readonly record struct ConvGeometry(Size2d Stride, Size2d Padding, Size2d Dilation, int Groups)
{
    /// <summary>The geometry of a call, checked.</summary>
    /// <exception cref="ShapeException">A stride, dilation or number of groups below 1, or a negative padding.</exception>
    public static ConvGeometry Checked(string op, Size2d? stride, Size2d padding, Size2d? dilation, int groups)
    {
        ConvGeometry g = new(stride ?? 1, padding, dilation ?? 1, groups);
        if (g.Stride.Height < 1 || g.Stride.Width < 1) throw new ShapeException($"{op}: stride {g.Stride}: it must be at least 1");
        if (g.Dilation.Height < 1 || g.Dilation.Width < 1) throw new ShapeException($"{op}: dilation {g.Dilation}: it must be at least 1");
        if (padding.Height < 0 || padding.Width < 0) throw new ShapeException($"{op}: padding {padding}: it cannot be negative");
        if (groups < 1) throw new ShapeException($"{op}: {groups} groups: there must be at least 1");
        return g;
    }

    /// <summary>⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1 along both axes: how often the kernel fits.</summary>
    /// <exception cref="ShapeException">It does not fit once.</exception>
    public Size2d OutputSize(string op, Size2d image, Size2d kernel) => new(
        Fits(op, "height", image.Height, kernel.Height, Stride.Height, Padding.Height, Dilation.Height),
        Fits(op, "width", image.Width, kernel.Width, Stride.Width, Padding.Width, Dilation.Width));

    private static int Fits(string op, string axis, int size, int kernel, int stride, int padding, int dilation)
    {
        if (kernel < 1) throw new ShapeException($"{op}: the kernel's {axis} is {kernel}: it must be at least 1");
        long padded = size + (2L * padding), span = ((long)dilation * (kernel - 1)) + 1;
        if (padded < span)
            throw new ShapeException($"{op}: the kernel spans {span} ({kernel} with dilation {dilation}), but the padded {axis} is only {padded} ({size} + 2·{padding})");
        return checked((int)(((padded - span) / stride) + 1));
    }

    /// <summary>(size − 1)·stride − 2·padding + dilation·(kernel − 1) + 1 + extra along both axes: the image whose convolution has that size.</summary>
    /// <exception cref="ShapeException">Nothing is left, or <paramref name="extra"/> is out of range.</exception>
    public Size2d TransposedSize(string op, Size2d image, Size2d kernel, Size2d extra) => new(
        Reaches(op, "height", image.Height, kernel.Height, Stride.Height, Padding.Height, Dilation.Height, extra.Height),
        Reaches(op, "width", image.Width, kernel.Width, Stride.Width, Padding.Width, Dilation.Width, extra.Width));

    private static int Reaches(string op, string axis, int size, int kernel, int stride, int padding, int dilation, int extra)
    {
        if (kernel < 1) throw new ShapeException($"{op}: the kernel's {axis} is {kernel}: it must be at least 1");
        if (extra < 0 || extra >= stride)
            throw new ShapeException($"{op}: output padding {extra} along the {axis}: it must be 0 … stride − 1 = {stride - 1}, it chooses between the sizes that the stride makes equal");
        long reached = ((size - 1L) * stride) - (2L * padding) + ((long)dilation * (kernel - 1)) + 1 + extra;
        if (size < 1 || reached < 1)
            throw new ShapeException($"{op}: the output's {axis} would be {reached}: ({size} − 1)·{stride} − 2·{padding} + {dilation}·({kernel} − 1) + 1 + {extra}");
        return checked((int)reached);
    }

    /// <summary>Stride, padding, dilation and groups as messages show them.</summary>
    public override string ToString() => $"stride {Stride}, padding {Padding}, dilation {Dilation}, groups {Groups}";
}
