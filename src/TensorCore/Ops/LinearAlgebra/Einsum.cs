namespace TensorCore;

/// <summary>
/// A parsed equation of Einstein's summation convention. Letters name axes; axes that an ellipsis stands for get labels of their own, counted from the right,
/// so that the ellipses of several operands line up as broadcasting does.
/// </summary>
internal sealed class EinsumEquation
{
    // Label of the axis of an ellipsis that is i-th from its right end; letters lie above.
    private const int MaxEllipsis = 64;

    private readonly string _text;
    private readonly Dictionary<int, int> _sizes = [];

    public EinsumEquation(string text, ReadOnlySpan<Tensor> operands)
    {
        _text = text;
        string[] sides = text.Replace(" ", "").Split("->");
        if (sides.Length > 2) throw Error("has more than one \"->\"");
        string[] terms = sides[0].Split(',');
        if (terms.Length != operands.Length) throw Error($"has {terms.Length} operands, but {operands.Length} tensors were given");
        Inputs = new List<int>[terms.Length];
        int ellipsis = 0;
        for (int i = 0; i < terms.Length; i++)
        {
            Inputs[i] = Labels(terms[i], operands[i].Rank, $"operand {i} of shape {operands[i].Shape}", out int covered);
            ellipsis = Math.Max(ellipsis, covered);
            for (int axis = 0; axis < Inputs[i].Count; axis++) Unify(Inputs[i][axis], operands[i].Sizes[axis], i, operands[i].Shape);
        }
        Output = sides.Length == 2 ? OutputLabels(sides[1], ellipsis) : Implicit(ellipsis);
    }

    /// <summary>The labels of each operand's axes.</summary>
    public List<int>[] Inputs { get; }

    /// <summary>The labels of the result's axes.</summary>
    public List<int> Output { get; }

    /// <summary>The size of a label after broadcasting.</summary>
    public int Size(int label) => _sizes[label];

    private static string Show(int label) => label < MaxEllipsis ? "..." : ((char)label).ToString();

    private ShapeException Error(string what) => new($"einsum \"{_text}\" {what}");

    private List<int> Labels(string term, int rank, string operand, out int covered)
    {
        int dots = term.IndexOf("...", StringComparison.Ordinal);
        string letters = dots < 0 ? term : term.Remove(dots, 3);
        foreach (char c in letters)
            if (!char.IsAsciiLetter(c)) throw Error($"has the character '{c}' in \"{term}\": axes are named by letters, an ellipsis is \"...\"");
        covered = dots < 0 ? 0 : rank - letters.Length;
        if (covered < 0 || letters.Length + covered != rank)
            throw Error($"names {letters.Length} axes in \"{term}\", but {operand} has {rank}");
        if (covered >= MaxEllipsis) throw Error($"has an ellipsis for {covered} axes of {operand}: at most {MaxEllipsis - 1} are possible");
        List<int> labels = [];
        for (int i = 0; i <= letters.Length; i++)
        {
            if (i == dots)
                for (int k = covered - 1; k >= 0; k--) labels.Add(k);
            if (i < letters.Length) labels.Add(letters[i]);
        }
        return labels;
    }

    private void Unify(int label, int size, int operand, Shape shape)
    {
        if (!_sizes.TryGetValue(label, out int known) || known == 1) _sizes[label] = size;
        else if (size != known && size != 1)
            throw Error($"gives '{Show(label)}' the sizes {known} and {size} (operand {operand} of shape {shape})");
    }

    private List<int> OutputLabels(string term, int ellipsis)
    {
        bool dots = term.Contains("...", StringComparison.Ordinal);
        List<int> labels = Labels(term, (dots ? ellipsis : 0) + term.Length - (dots ? 3 : 0), "the output", out _);
        HashSet<int> seen = [];
        foreach (int label in labels)
        {
            if (!_sizes.ContainsKey(label)) throw Error($"has '{Show(label)}' in the output, but in no operand");
            if (!seen.Add(label)) throw Error($"has '{Show(label)}' twice in the output");
        }
        return labels;
    }

    /// <summary>Without "->": the axes of the ellipsis, then the letters that occur once, in alphabetical order.</summary>
    private List<int> Implicit(int ellipsis)
    {
        IEnumerable<int> once = Inputs.SelectMany(l => l).Where(l => l >= MaxEllipsis).GroupBy(l => l).Where(group => group.Count() == 1).Select(group => group.Key).Order();
        return [.. Enumerable.Range(0, ellipsis).Reverse(), .. once];
    }
}

/// <summary>A tensor whose axes have labels: the steps that a summation is made of.</summary>
internal readonly record struct EinsumTerm(Tensor Value, List<int> Labels)
{
    /// <summary>An operand with each label once: diagonals taken, and axes of size 1 that broadcast dropped.</summary>
    public static EinsumTerm Of(EinsumEquation equation, Tensor x, List<int> labels, string text)
    {
        List<int> left = [.. labels];
        for (int i = 0; i < left.Count; i++)
        {
            int j;
            while ((j = left.LastIndexOf(left[i])) > i)
            {
                if (x.Sizes[i] != x.Sizes[j])
                    throw new ShapeException($"einsum \"{text}\" takes the diagonal of axes of sizes {x.Sizes[i]} and {x.Sizes[j]} of an operand of shape {x.Shape}");
                x = Diagonal(x, i, j);
                left.RemoveAt(j);
            }
        }
        int[] kept = [.. Enumerable.Range(0, left.Count).Where(i => x.Size(i) == equation.Size(left[i]))];
        int[] sizes = [.. kept.Select(i => x.Size(i))];
        return new EinsumTerm(kept.Length == left.Count ? x : x.Reshape(sizes), [.. kept.Select(i => left[i])]);
    }

    /// <summary>x with axis j = axis i kept and removed as axis j. Selecting, not multiplying by 0: what lies beside the diagonal may be infinite.</summary>
    private static Tensor Diagonal(Tensor x, int i, int j)
    {
        int n = x.Size(i);
        bool[] eye = new bool[n * n];
        for (int p = 0; p < n; p++) eye[(p * n) + p] = true;
        int[] shape = [.. Enumerable.Repeat(1, x.Rank)];
        shape[i] = shape[j] = n;
        return Tensor.Where(Tensor.From(eye, shape, x.Device), x, Tensor.Zeros([], x.DType, x.Device)).Sum(j);
    }

    /// <summary>Summed over the labels that nothing needs any more.</summary>
    public EinsumTerm Keep(HashSet<int> needed)
    {
        List<int> labels = Labels;
        int[] gone = [.. Enumerable.Range(0, labels.Count).Where(i => !needed.Contains(labels[i]))];
        return gone.Length == 0 ? this : new EinsumTerm(Value.Sum(gone), [.. labels.Where(needed.Contains)]);
    }

    /// <summary>The axes in this order; labels it lacks become axes of size 1.</summary>
    public Tensor In(IReadOnlyList<int> order)
    {
        List<int> labels = Labels;
        Tensor value = Value;
        Tensor y = value.Permute([.. order.Where(labels.Contains).Select(l => labels.IndexOf(l))]);
        if (y.Rank == order.Count) return y;
        int[] shape = [.. order.Select(l => labels.IndexOf(l) is int at and >= 0 ? value.Size(at) : 1)];
        return y.Reshape(shape);
    }

    /// <summary>The product with another term, summed over the labels both have and nothing else needs: one batched matrix product.</summary>
    public EinsumTerm Times(EinsumTerm other, HashSet<int> needed)
    {
        EinsumTerm a = this;
        HashSet<int> neededA = [.. needed, .. other.Labels], neededB = [.. needed, .. a.Labels];
        a = a.Keep(neededA);
        EinsumTerm b = other.Keep(neededB);
        List<int> shared = [.. a.Labels.Where(b.Labels.Contains)];
        List<int> batch = [.. shared.Where(needed.Contains)], inner = [.. shared.Where(l => !needed.Contains(l))];
        List<int> rows = [.. a.Labels.Where(l => !b.Labels.Contains(l))], columns = [.. b.Labels.Where(l => !a.Labels.Contains(l))];
        List<int> result = [.. batch, .. rows, .. columns];
        if (inner.Count == 0) return new EinsumTerm(a.In(result) * b.In(result), result);
        Tensor left = Grouped(a, batch, rows, inner), right = Grouped(b, batch, inner, columns);
        Tensor product = left.MatMul(right); // (batch …, rows, columns)
        Tensor valueA = a.Value, valueB = b.Value;
        int[] shape = [.. batch.Select(l => valueA.Size(a.Labels.IndexOf(l))), .. rows.Select(l => valueA.Size(a.Labels.IndexOf(l))), .. columns.Select(l => valueB.Size(b.Labels.IndexOf(l)))];
        return new EinsumTerm(product.Shape == shape ? product : product.Reshape(shape), result);
    }

    /// <summary>(batch …, first labels joined, second labels joined); a view where each group is one axis.</summary>
    private static Tensor Grouped(EinsumTerm x, List<int> batch, List<int> first, List<int> second)
    {
        Tensor y = x.In([.. batch, .. first, .. second]);
        if (first.Count == 1 && second.Count == 1) return y;
        int f = 1, s = 1;
        for (int i = 0; i < first.Count; i++) f *= y.Size(batch.Count + i);
        for (int i = 0; i < second.Count; i++) s *= y.Size(batch.Count + first.Count + i);
        return y.Reshape([.. y.Sizes[..batch.Count], f, s]);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Products of tensors summed in Einstein's convention: <c>"ij,jk->ik"</c> is the matrix product, <c>"bij->bji"</c> a transpose, <c>"ii"</c> the trace.
    /// Each operand's axes are named by letters, repeated letters take a diagonal, and letters missing from the output are summed over. <c>...</c> stands for
    /// any further axes, which broadcast; if the output lacks it, they are summed. Without <c>-></c> the output is the ellipsis and then the letters that occur
    /// once, in alphabetical order. Sizes of 1 broadcast. Operands are combined from left to right, each pair by one batched matrix product where an axis is summed.
    /// </summary>
    /// <param name="equation">The labels of the operands and of the result.</param>
    /// <param name="operands">One tensor for each term; float32 or float64, promoted to one dtype.</param>
    /// <exception cref="ShapeException">An equation that cannot be read or does not fit the operands; the message cites it.</exception>
    public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands)
    {
        if (operands.IsEmpty) throw new ShapeException($"einsum \"{equation}\": no operands were given");
        EinsumEquation e = new(equation, operands);
        EinsumTerm sum = EinsumTerm.Of(e, operands[0], e.Inputs[0], equation);
        for (int i = 1; i < operands.Length; i++)
        {
            HashSet<int> needed = [.. e.Output];
            for (int later = i + 1; later < operands.Length; later++) needed.UnionWith(e.Inputs[later]);
            EinsumTerm next = EinsumTerm.Of(e, operands[i], e.Inputs[i], equation);
            (Tensor a, Tensor b) = ForProduct(sum.Value, next.Value, "einsum");
            sum = (sum with { Value = a }).Times(next with { Value = b }, needed);
        }
        return sum.Keep([.. e.Output]).In(e.Output);
    }
}
