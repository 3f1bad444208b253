namespace TensorCore.Tests;

/// <summary>What NumPy's <c>print</c> shows for the same arrays.</summary>
public sealed class PrintingTests
{
    [Fact]
    public void Floats_share_a_format()
    {
        Print("[1.   2.5  3.25]", [1f, 2.5f, 3.25f]);
        Print("[0.1 0.2 0.3]", [0.1f, 0.2f, 0.3f]);
        Print("[ 1. -2.  3.]", [1.0, -2, 3]);
        Print("[0. 0.]", [0.0, 0]);
        Print("[3.14159265 2.71828183]", [Math.PI, Math.E]);
        Print("[3.1415927 2.7182817]", [(float)Math.PI, (float)Math.E]);
        Print("[0.33333333 0.66666667]", [1.0 / 3, 2.0 / 3]);
        Print("[-0.  0.]", [-0.0, 0.0]);
        Print("[99999999.]", [99999999.0]);
    }

    [Fact]
    public void Exponents_where_plain_digits_would_be_long()
    {
        Print("[1.e-05 1.e+00]", [1e-5, 1]);
        Print("[1.e+08]", [1e8]);
        Print("[1.0e-03 1.5e+00]", [0.001, 1.5]); // 1,500 times as large
        Print("[0.001 0.9  ]", [0.001, 0.9]);
        Print("[0.e+00 1.e+10]", [0, 1e10]);
        Print("[-1.23456789e+010  1.00000000e-200]", [-12345678900.0, 1e-200]);
        Print("[1.e-320]", [1e-320]);
        Print("[3.3333334e-05]", [1f / 30000]); // 3.33333337e-05 in full
    }

    [Fact]
    public void Not_a_number_and_infinities()
    {
        Print("[nan  1.]", [double.NaN, 1]);
        Print("[ inf -inf  1.5]", [double.PositiveInfinity, double.NegativeInfinity, 1.5]);
        Print("[nan nan]", [float.NaN, float.NaN]);
        Print("[    inf 1.5e-07]", [double.PositiveInfinity, 1.5e-7]);
        Print("[1.25  nan]", [1.25, double.NaN]);
    }

    [Fact]
    public void Integers_bools_and_scalars()
    {
        Print("[  1 -20 300]", [1, -20, 300]);
        Print("[ True False]", [true, false]);
        Print("[ True  True]", [true, true]);
        Assert.Equal("5", Tensor.Scalar(5, DType.Int64).ToString());
        Assert.Equal("True", Tensor.Scalar(1, DType.Bool).ToString());
        Assert.Equal("1.0", Tensor.Scalar(1).ToString());
        Assert.Equal("0.1", Tensor.Scalar(0.1).ToString());
        Assert.Equal("1e-05", Tensor.Scalar(1e-5, DType.Float64).ToString());
        Assert.Equal("1e+16", Tensor.Scalar(1e16, DType.Float64).ToString());
        Assert.Equal("123456789.0", Tensor.Scalar(123456789, DType.Float64).ToString());
        Assert.Equal("3.141592653589793", Tensor.Scalar(Math.PI, DType.Float64).ToString());
        Assert.Equal("nan", Tensor.Scalar(double.NaN).ToString());
        Assert.Equal(long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture), ((Tensor)long.MaxValue).ToString());
    }

    [Fact]
    public void Axes_nest()
    {
        Assert.Equal("[[0 1 2]\n [3 4 5]]", Tensor.Arange(6).Reshape(2, 3).ToString());
        Assert.Equal("[[[0 1]\n  [2 3]]\n\n [[4 5]\n  [6 7]]]", Tensor.Arange(8).Reshape(2, 2, 2).ToString());
        Assert.Equal("[[0. 2.]\n [1. 3.]]", Tensor.From([0f, 1, 2, 3], [2, 2]).Transpose().ToString());
        Assert.Equal("[]", Tensor.Zeros([0]).ToString());
        Assert.Equal("[]", Tensor.Zeros([2, 0, 3]).ToString());
    }

    [Fact]
    public void Long_rows_wrap_and_long_axes_are_shortened()
    {
        Assert.Equal(
            "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]",
            Tensor.Arange(30).ToString());
        Assert.Equal("[   0    1    2 ...  998  999 1000]", Tensor.Arange(1001).ToString());
        Assert.Equal("[999 998 997 ...   2   1   0]", Tensor.Arange(1000).Flip(0).ToString(new PrintOptions { Threshold = 10 }));
        Assert.Equal(
            "[[   0    1    2 ...   97   98   99]\n [ 100  101  102 ...  197  198  199]\n [ 200  201  202 ...  297  298  299]\n ...\n [9700 9701 9702 ... 9797 9798 9799]\n [9800 9801 9802 ... 9897 9898 9899]\n [9900 9901 9902 ... 9997 9998 9999]]",
            Tensor.Arange(10000).Reshape(100, 100).ToString());
        // The format looks at what is shown, not at the large number in the middle.
        Tensor x = Tensor.Zeros([2000]);
        x[1000] = (Tensor)1e12f;
        Assert.Equal("[0. 0. 0. ... 0. 0. 0.]", x.ToString());
    }

    [Fact]
    public void Options()
    {
        Assert.Equal("[3.14 1.  ]", Tensor.From([Math.PI, 1]).ToString(new PrintOptions { Precision = 2 }));
        Assert.Equal("[3. 1.]", Tensor.From([Math.PI, 1]).ToString(new PrintOptions { Precision = 0 }));
        Assert.Equal("[1.]\nfloat32 (1,) on cpu, requires grad", Tensor.Ones([1]).RequireGrad().ToString(new PrintOptions { ShowType = true }));
        Assert.Equal("[1.  0.1]", Tensor.From([1f, 0.1f]).To(DType.BFloat16).ToString(new PrintOptions { Precision = 2 }));
    }

    [Fact]
    public void The_debugger_shows_dtype_shape_and_first_values()
    {
        System.Reflection.PropertyInfo text = typeof(Tensor).GetProperty("DebuggerText", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!;
        Assert.Equal("float32 (2, 2) grad [1.0, 2.5, 3.0, 4.0]", text.GetValue(Tensor.From([1f, 2.5f, 3, 4], [2, 2]).RequireGrad()));
        Assert.Equal("int64 (9,) [0, 1, 2, 3, 4, 5, …]", text.GetValue(Tensor.Arange(9)));
        Assert.Equal("bool () True", text.GetValue((Tensor)true));
        Tensor released;
        using (TensorScope.Begin()) released = Tensor.Zeros([3]);
        Assert.Equal("float32 (3,) released", text.GetValue(released));
    }

    private static void Print<T>(string expected, T[] values)
        where T : unmanaged => Assert.Equal(expected, Tensor.From(values).ToString());
}
