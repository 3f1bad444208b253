namespace TensorCore.Tests;

/// <summary>Einsum against loops over all labels, on equations known by name and on generated ones; and its gradients.</summary>
public sealed class EinsumTests
{
    private static Tensor Filled(int[] shape, int seed = 0) =>
        Tensor.From([.. Enumerable.Range(0, (int)Shape.Create(shape).Count).Select(i => Math.Sin((i * 1.3) + seed) * 2)], shape);

    private static double[] Values(Tensor t) => t.Detach().To(DType.Float64).ToArray<double>();

    /// <summary>The definition: for every value of every label, the product of the operands' elements is added to the output's element.</summary>
    private static (int[] Shape, double[] Values) Loops(string equation, params Tensor[] operands)
    {
        string[] sides = equation.Split("->");
        string[] terms = sides[0].Split(',');
        Dictionary<char, int> size = [];
        for (int i = 0; i < terms.Length; i++)
            for (int axis = 0; axis < terms[i].Length; axis++) size[terms[i][axis]] = Math.Max(size.GetValueOrDefault(terms[i][axis], 1), operands[i].Size(axis));
        for (int i = 0; i < terms.Length; i++)
            for (int axis = 0; axis < terms[i].Length; axis++)
                if (operands[i].Size(axis) == 0) size[terms[i][axis]] = 0;
        char[] labels = [.. size.Keys];
        int[] shape = [.. sides[1].Select(c => size[c])];
        double[] y = new double[Shape.Create(shape).Count];
        long total = labels.Aggregate(1L, (n, c) => n * size[c]);
        double[][] values = [.. operands.Select(Values)];
        for (long k = 0; k < total; k++)
        {
            Dictionary<char, int> at = [];
            long rest = k;
            foreach (char c in labels) (rest, at[c]) = (rest / size[c], (int)(rest % size[c]));
            double product = 1;
            for (int i = 0; i < terms.Length; i++)
            {
                long index = 0;
                for (int axis = 0; axis < terms[i].Length; axis++)
                    index = (index * operands[i].Size(axis)) + (operands[i].Size(axis) == 1 ? 0 : at[terms[i][axis]]);
                product *= values[i][index];
            }
            long to = 0;
            foreach (char c in sides[1]) to = (to * size[c]) + at[c];
            y[to] += product;
        }
        return (shape, y);
    }

    private static void Check(string equation, params Tensor[] operands)
    {
        (int[] shape, double[] expected) = Loops(equation, operands);
        Tensor y = Tensor.Einsum(equation, operands);
        Assert.Equal<Shape>(shape, y.Shape);
        double[] actual = Values(y);
        for (int i = 0; i < actual.Length; i++) Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-11 * Math.Max(1, Math.Abs(expected[i])), $"{equation}: element {i} is {actual[i]} instead of {expected[i]}");
    }

    [Fact]
    public void Named_operations()
    {
        Tensor a = Filled([3, 4]), b = Filled([4, 5], 1), s = Filled([3, 3], 2), v = Filled([3], 3), w = Filled([4], 4);
        Check("ij,jk->ik", a, b);
        Check("ij,jk->ki", a, b);
        Check("ij->ji", a);
        Check("ij->", a);
        Check("ij->i", a);
        Check("ii->", s);
        Check("ii->i", s);
        Check("i,i->", v, v);
        Check("i,j->ij", v, w);
        Check("ij,ij->ij", a, a);
        Check("i,ij,j->", v, a, w);
        Check("bij,bjk->bik", Filled([2, 3, 4]), Filled([2, 4, 5], 1));
        Check("bhqd,bhkd->bhqk", Filled([2, 3, 4, 5]), Filled([2, 3, 6, 5], 1));
        Check("bn,anm,bm->ba", Filled([2, 3]), Filled([4, 3, 5], 1), Filled([2, 5], 2));
        Check("iji->j", Filled([3, 2, 3]));
        Check("iii->i", Filled([3, 3, 3]));
    }

    [Fact]
    public void Implicit_output_has_the_letters_that_occur_once_in_order()
    {
        Tensor a = Filled([3, 4]), b = Filled([4, 5], 1);
        Assert.Equal(Values(a.MatMul(b)), Values(Tensor.Einsum("ij,jk", a, b)));
        Assert.Equal(Values(a.Transpose()), Values(Tensor.Einsum("ba", a)));
        double[] square = Values(Filled([3, 3]));
        Assert.Equal(square[0] + square[4] + square[8], Tensor.Einsum("ii", Filled([3, 3])).Item(), 1e-14);
        Assert.Equal<Shape>([7, 3, 4], Tensor.Einsum("b...a", Filled([4, 7, 3])).Shape);
    }

    [Fact]
    public void An_ellipsis_stands_for_axes_that_broadcast()
    {
        Tensor a = Filled([2, 1, 3, 4]), b = Filled([5, 4, 6], 1);
        Tensor y = Tensor.Einsum("...ij,...jk->...ik", a, b);
        Assert.Equal<Shape>([2, 5, 3, 6], y.Shape);
        Assert.Equal(Values(a.MatMul(b)), Values(y));
        Assert.Equal<Shape>([3, 2, 1], Tensor.Einsum("...ij->i...", a).Shape);
        Assert.Equal(Values(a.Sum([0, 1])), Values(Tensor.Einsum("...ij->ij", a)));
        Assert.Equal<Shape>([2, 5, 3, 6], Tensor.Einsum("...ij,...jk", a, b).Shape);
        Assert.Equal<Shape>([3, 4], Tensor.Einsum(" ... , ... -> ... ", Filled([3, 4]), Filled([4])).Shape);
    }

    [Fact]
    public void Sizes_of_1_broadcast() => Check("ij,jk->ik", Filled([3, 1]), Filled([4, 5], 1));

    [Fact]
    public void A_diagonal_does_not_read_what_lies_beside_it()
    {
        Tensor x = Tensor.From([1, double.NaN, double.PositiveInfinity, 2], [2, 2]);
        Assert.Equal(3, Tensor.Einsum("ii->", x).Item());
    }

    [Fact]
    public void Empty_axes_sum_to_0()
    {
        Check("ij,jk->ik", Filled([3, 0]), Filled([0, 5]));
        Check("ij->j", Filled([0, 3]));
        Check("ij,jk->ik", Filled([0, 4]), Filled([4, 2]));
    }

    /// <summary>Up to three operands over up to four labels, with repeats, sizes of 1 that broadcast, and any output.</summary>
    private static (string Equation, Tensor[] Operands) Generate(int[] choices)
    {
        SampleGenerator g = new(choices) { MaxSize = 3 };
        int[] sizes = [g.PositiveSize(), g.PositiveSize(), g.PositiveSize(), g.PositiveSize()];
        int count = 1 + g.Choose(3);
        List<string> terms = [];
        Tensor[] operands = new Tensor[count];
        for (int i = 0; i < count; i++)
        {
            char[] term = [.. Enumerable.Range(0, g.Choose(4)).Select(_ => "abcd"[g.Choose(4)])];
            // A repeated label has one size within an operand.
            HashSet<char> single = [.. term.Where(_ => g.Chance(6))];
            operands[i] = g.Tensor([.. term.Select(c => single.Contains(c) ? 1 : sizes[c - 'a'])]);
            terms.Add(new string(term));
        }
        char[] used = [.. string.Concat(terms).Distinct()];
        char[] kept = [.. used.Where(_ => g.Chance())];
        string output = string.Concat(g.Permutation(kept.Length).Select(i => kept[i]));
        return ($"{string.Join(',', terms)}->{output}", operands);
    }

    [Fact]
    public void Generated_equations_equal_loops() => Cases.Check(Cases.Count(200), choices =>
    {
        (string equation, Tensor[] operands) = Generate(choices);
        Check(equation, operands);
    });

    [Fact]
    public void Gradients_equal_central_differences() => Cases.Check(Cases.Count(40), choices =>
    {
        (string equation, Tensor[] operands) = Generate(choices);
        GradCheck.Check(t => Tensor.Einsum(equation, t), operands, new GradCheck.Options { SecondOrder = true });
    });

    [Fact]
    public void Dtypes_are_promoted()
    {
        Assert.Equal(DType.Float64, Tensor.Einsum("i,i->", Tensor.Ones([3]), Tensor.Ones([3], DType.Float64)).DType);
        Assert.Equal(DType.Float32, Tensor.Einsum("i,j->ij", Tensor.Ones([3]), Tensor.Ones([3])).DType);
    }

    [Theory]
    [InlineData("ij,jk->ik", "has 2 operands, but 1 tensors were given")]
    [InlineData("ijk->i", "names 3 axes in \"ijk\", but operand 0 of shape (2, 3) has 2")]
    [InlineData("...ijk->i", "names 3 axes")]
    [InlineData("ii->i", "gives 'i' the sizes 2 and 3")]
    [InlineData("ij->k", "has 'k' in the output, but in no operand")]
    [InlineData("ij->ii", "has 'i' twice in the output")]
    [InlineData("i1->i", "has the character '1'")]
    [InlineData("i..j->i", "has the character '.'")]
    [InlineData("ij->i->j", "more than one")]
    public void Errors_cite_the_equation(string equation, string message)
    {
        ShapeException e = Assert.Throws<ShapeException>(() => Tensor.Einsum(equation, Filled([2, 3])));
        Assert.StartsWith($"einsum \"{equation}\"", e.Message);
        Assert.Contains(message, e.Message);
    }

    [Fact]
    public void Sizes_that_differ_are_refused()
    {
        Assert.Contains("gives 'j' the sizes 3 and 4", Assert.Throws<ShapeException>(() => Tensor.Einsum("ij,jk", Filled([2, 3]), Filled([4, 2]))).Message);
        Assert.Contains("diagonal of axes of sizes 1 and 3", Assert.Throws<ShapeException>(() => Tensor.Einsum("ii", Filled([1, 3]))).Message);
        Assert.Throws<ShapeException>(() => Tensor.Einsum("", []));
    }
}
