using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TensorCore.Mutations;

/// <summary>
/// Finds the backward rules and plants faults in their source, each behind a switch, so that one compilation serves them all:
/// <c>e</c> becomes <c>(Switch.Is(17) ? faulty : e)</c>, a statement <c>if (Switch.Is(18)) { faulty } else { statement }</c>.
/// </summary>
internal sealed class Planter(Sources sources)
{
    private const int MostPerKindAndMethod = 3;
    private static readonly string[] s_rules = ["Backward", "FusedBackward", "GradA", "GradB", "Derivative"];
    private int _next = 1;

    public List<Fault> Faults { get; } = [];

    /// <summary>The trees with every fault planted except those to leave out.</summary>
    public Dictionary<string, SyntaxTree> Plant(CSharpCompilation clean, IReadOnlySet<int> leaveOut)
    {
        Faults.Clear();
        _next = 1;
        Dictionary<string, SyntaxTree> planted = [];
        foreach ((string path, SyntaxTree tree) in sources.Trees)
        {
            planted[path] = tree;
            if (!sources.Ops.TryGetValue(path, out List<string>? ops)) continue;
            SyntaxNode root = tree.GetRoot();
            SemanticModel model = clean.GetSemanticModel(tree);
            List<Site> sites = [.. Regions(path, root).SelectMany(r => Limit(FaultsIn(r, model)))];
            Dictionary<SyntaxNode, List<Site>> byNode = sites.GroupBy(s => s.Node).ToDictionary(g => g.Key, g => g.ToList());
            Dictionary<Site, int> ids = sites.ToDictionary(s => s, _ => _next++);
            foreach (Site s in sites)
                Faults.Add(new Fault(ids[s], s.Kind, path, s.Node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, s.Ops ?? ops, Short(s.Node.ToString()), Short(s.Faulty)));
            SyntaxNode changed = root.ReplaceNodes(byNode.Keys, (original, inner) => Switched(byNode[original].Where(s => !leaveOut.Contains(ids[s])), inner, ids));
            planted[path] = sources.Parse(path, changed.ToFullString());
        }
        return planted;
    }

    /// <param name="Faulty">The faulty expression's source; empty drops the statement.</param>
    private sealed record Site(SyntaxNode Node, FaultKind Kind, string Faulty, IReadOnlyList<string>? Ops = null);

    private static SyntaxNode Switched(IEnumerable<Site> sites, SyntaxNode inner, Dictionary<Site, int> ids)
    {
        string text = inner.ToString();
        foreach (Site s in sites)
        {
            text = inner is StatementSyntax
                ? $"if (TensorCore.Mutations.Switch.Is({ids[s]})) {{ {s.Faulty} }} else {{ {text} }}"
                : $"(TensorCore.Mutations.Switch.Is({ids[s]}) ? ({s.Faulty}) : ({text}))";
        }
        return inner is StatementSyntax
            ? SyntaxFactory.ParseStatement(text).WithTriviaFrom(inner)
            : SyntaxFactory.ParseExpression(text).WithTriviaFrom(inner);
    }

    private IEnumerable<MethodDeclarationSyntax> Regions(string path, SyntaxNode root)
    {
        foreach (MethodDeclarationSyntax method in root.DescendantNodes().OfType<MethodDeclarationSyntax>())
        {
            string name = method.Identifier.Text, type = method.FirstAncestorOrSelf<TypeDeclarationSyntax>()?.Identifier.Text ?? "";
            bool kernel = path.StartsWith("Cpu/Kernels/", StringComparison.Ordinal);
            bool rule = kernel
                ? type.Contains("Backward", StringComparison.Ordinal) || type.Contains("Grad", StringComparison.Ordinal) || name.Contains("Backward", StringComparison.Ordinal)
                : s_rules.Contains(name);
            if (rule && (method.Body is not null || method.ExpressionBody is not null)) yield return method;
        }
    }

    /// <summary>At most a few of each kind in one method, spread over it.</summary>
    private static IEnumerable<Site> Limit(IEnumerable<Site> sites)
    {
        foreach (IGrouping<FaultKind, Site> kind in sites.GroupBy(s => s.Kind))
        {
            Site[] all = [.. kind];
            int take = Math.Min(all.Length, MostPerKindAndMethod);
            for (int i = 0; i < take; i++) yield return all[i * all.Length / take];
        }
    }

    private static IEnumerable<Site> FaultsIn(MethodDeclarationSyntax method, SemanticModel model)
    {
        foreach (SyntaxNode node in method.DescendantNodes())
        {
            switch (node)
            {
                case ExpressionStatementSyntax { Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "dx" }, Name.Identifier.Text: "Add" }, ArgumentList.Arguments: [_, { } gradient, ..] } } statement:
                    yield return new Site(statement, FaultKind.Accumulation, "");
                    yield return new Site(gradient.Expression, FaultKind.Sign, $"-({gradient.Expression})");
                    yield return new Site(gradient.Expression, FaultKind.Scale, $"({gradient.Expression}) * 1.25");
                    break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "dx" } } }:
                    break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "SumTo" or "Sum" or "CumSum" } member } call when IsValue(member.Expression, model):
                    yield return new Site(call, FaultKind.Reduction, member.Expression.ToString());
                    break;
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "V" }, Name.Identifier.Text: "Fma" }, ArgumentList.Arguments: [{ } a, { } b, { } c] } fma:
                    yield return new Site(fma, FaultKind.Accumulation, $"({a}) * ({b})");
                    yield return new Site(fma, FaultKind.Sign, $"V.Fma({a}, {b}, -({c}))");
                    break;
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AddExpression or (int)SyntaxKind.SubtractExpression } sum when IsValue(sum, model):
                    yield return new Site(sum, FaultKind.Sign, $"({sum.Left}) {(sum.IsKind(SyntaxKind.AddExpression) ? "-" : "+")} ({sum.Right})");
                    break;
                case BinaryExpressionSyntax { RawKind: (int)SyntaxKind.MultiplyExpression } product when IsValue(product, model):
                    yield return new Site(product, FaultKind.Scale, $"({product}) + ({product})");
                    break;
                case PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.UnaryMinusExpression } minus when IsValue(minus, model):
                    yield return new Site(minus, FaultKind.Sign, minus.Operand.ToString());
                    break;
                case ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } assign } statement when IsValue(assign.Left, model):
                    yield return new Site(statement, FaultKind.Accumulation, $"{assign.Left} = {assign.Right};");
                    break;
                case ArgumentSyntax { NameColon: null or { Name.Identifier.Text: "axis" } } argument when IsAxis(argument, model):
                    yield return new Site(argument.Expression, FaultKind.Axis, $"({argument.Expression}) ^ 1");
                    break;
                case IdentifierNameSyntax name when Twin(name, method, model) is string twin:
                    yield return new Site(name, FaultKind.Operand, twin);
                    break;
            }
        }
    }

    /// <summary>A tensor, a vector register, or a floating-point number: something whose sign and scale matter.</summary>
    private static bool IsValue(ExpressionSyntax expression, SemanticModel model) => model.GetTypeInfo(expression).Type is ITypeSymbol t && IsValue(t);

    private static bool IsValue(ITypeSymbol t) =>
        t.Name == "Tensor" || t is ITypeParameterSymbol { Name: "V" } || t.SpecialType is SpecialType.System_Double;

    /// <summary>An integer passed to a parameter named axis of an operation on tensors.</summary>
    private static bool IsAxis(ArgumentSyntax argument, SemanticModel model)
    {
        if (argument.Parent?.Parent is not InvocationExpressionSyntax call || model.GetSymbolInfo(call).Symbol is not IMethodSymbol method) return false;
        int at = call.ArgumentList.Arguments.IndexOf(argument);
        IParameterSymbol? parameter = argument.NameColon is { } named
            ? method.Parameters.FirstOrDefault(p => p.Name == named.Name.Identifier.Text)
            : at < method.Parameters.Length ? method.Parameters[at] : null;
        return parameter is { Name: "axis" or "axis1" or "axis2", Type.SpecialType: SpecialType.System_Int32 };
    }

    /// <summary>Another parameter, field or local of the same type that could have been written by mistake.</summary>
    private static string? Twin(IdentifierNameSyntax name, MethodDeclarationSyntax method, SemanticModel model)
    {
        if (name.Parent is MemberAccessExpressionSyntax access && access.Name == name) return null;
        if (name.Parent is AssignmentExpressionSyntax assignment && assignment.Left == name) return null;
        if (name.Parent is ArgumentSyntax { RefKindKeyword.RawKind: not 0 } or NameColonSyntax or DeclarationPatternSyntax) return null;
        if (OnlyItsShape(name)) return null;
        ISymbol? symbol = model.GetSymbolInfo(name).Symbol;
        ITypeSymbol? type = TypeOf(symbol);
        if (type is null || !IsValue(type) || type.SpecialType == SpecialType.System_Double || symbol is IPropertySymbol) return null;
        IEnumerable<ISymbol> inScope = model.LookupSymbols(name.SpanStart)
            .Where(s => s is IParameterSymbol or IFieldSymbol or ILocalSymbol && TypeOf(s) is { } t && SymbolEqualityComparer.Default.Equals(t, type))
            .Where(s => s is not ILocalSymbol || s.Locations[0].SourceSpan.End < name.SpanStart && s.DeclaringSyntaxReferences[0].GetSyntax().FirstAncestorOrSelf<MethodDeclarationSyntax>() == method)
            .Where(s => !s.IsStatic && !s.IsImplicitlyDeclared);
        string[] names = [.. inScope.Select(s => s.Name).Distinct().Order(StringComparer.Ordinal)];
        if (names.Length < 2) return null;
        // The neighbour before in the alphabet: x becomes dy and y becomes x, which a test of a sign (x > 0 as y > 0) cannot excuse.
        return names[(Array.IndexOf(names, name.Identifier.Text) + names.Length - 1) % names.Length];
    }

    /// <summary>Where only the shape, dtype or device of a tensor is read, another of the same shape is no fault.</summary>
    private static bool OnlyItsShape(IdentifierNameSyntax name)
    {
        SyntaxNode node = name.Parent is PostfixUnaryExpressionSyntax suppressed ? suppressed : name;
        if (node.Parent is MemberAccessExpressionSyntax { Name.Identifier.Text: "Shape" or "DType" or "Device" or "Sizes" or "Rank" or "Count" or "Size" or "Strides" or "IsContiguous" }) return true;
        return node.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call }
            && call.Expression.ToString() is "Tensor.EmptyLike" or "Tensor.ZerosLike" or "Tensor.OnesLike" or "EmptyRows";
    }

    private static ITypeSymbol? TypeOf(ISymbol? symbol) => symbol switch
    {
        IParameterSymbol p => p.Type,
        IFieldSymbol f => f.Type,
        ILocalSymbol l => l.Type,
        _ => null,
    };

    private static string Short(string text)
    {
        string line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length == 0 ? "(dropped)" : line.Length <= 90 ? line : line[..87] + "...";
    }
}
