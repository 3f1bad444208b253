using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TensorCore.Mutations;

/// <summary>The library's sources with the checks, parsed once; and which op each file belongs to.</summary>
internal sealed class Sources
{
    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.Preview);

    public Sources(string root)
    {
        string library = Path.Combine(root, "src", "TensorCore"), checks = Path.Combine(root, "tests", "TensorCore.Tests", "Checking");
        foreach (string file in Directory.EnumerateFiles(library, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string path = Path.GetRelativePath(library, file).Replace('\\', '/');
            if (!path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal)) Add(path, Bindings(path, File.ReadAllText(file)));
        }
        foreach (string name in (string[])["OpCatalog.cs", "OpChecks.cs", "Cases.cs"]) Add($"checks/{name}", File.ReadAllText(Path.Combine(checks, name)));
        Add("checks/Usings.cs", """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            global using System.Threading; global using System.Threading.Tasks; global using System.Net.Http; global using Xunit;
            """);
        Add("checks/Switch.cs", """
            namespace TensorCore.Mutations;
            /// <summary>Which planted fault is active; 0 is none.</summary>
            public static class Switch
            {
                public static int Active;
                public static bool Is(int id) => Active == id;
            }
            """);
        Add("checks/Entry.cs", """
            namespace TensorCore.Mutations;
            /// <summary>Runs one op's checks with one fault active; null if none of them notices.</summary>
            public static class Entry
            {
                public static string? Run(int fault, string op, int cases)
                {
                    Func<TensorCore.SampleGenerator, TensorCore.OpSample> sample = TensorCore.Tests.OpCatalog.Get(op).Sample;
                    Switch.Active = fault;
                    try
                    {
                        TensorCore.Tests.Cases.Check(cases, c => TensorCore.Tests.OpChecks.Varied(c, () => TensorCore.Tests.OpChecks.Gradient(sample(new TensorCore.SampleGenerator(c)))));
                        TensorCore.Tests.Cases.Check(cases, c => TensorCore.Tests.OpChecks.Varied(c, () => TensorCore.Tests.OpChecks.FusedAgainstComposite(sample(new TensorCore.SampleGenerator(c)))));
                        TensorCore.Tests.Cases.Check(cases / 2, c => TensorCore.Tests.OpChecks.Varied(c, () => TensorCore.Tests.OpChecks.SecondGradient(sample(new TensorCore.SampleGenerator(c)))));
                        TensorCore.Tests.Cases.Check(cases / 2, c => TensorCore.Tests.OpChecks.Varied(c, () => TensorCore.Tests.OpChecks.Accumulation(sample(new TensorCore.SampleGenerator(c)))));
                        return null;
                    }
                    catch (Exception e)
                    {
                        Exception cause = e;
                        while (cause.InnerException is not null) cause = cause.InnerException;
                        return cause.Message;
                    }
                    finally
                    {
                        Switch.Active = 0;
                    }
                }
            }
            """);
        MapOps();
    }

    public Dictionary<string, SyntaxTree> Trees { get; } = [];

    /// <summary>The ops that a file's backward rules serve.</summary>
    public Dictionary<string, List<string>> Ops { get; } = [];

    public static CSharpCompilation Compile(IEnumerable<SyntaxTree> trees)
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        IEnumerable<MetadataReference> references = platform
            .Where(p => Path.GetFileName(p) is not "TensorCore.Mutations.dll")
            .Select(p => MetadataReference.CreateFromFile(p));
        return CSharpCompilation.Create("TensorCore.Mutants", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            .WithOptimizationLevel(OptimizationLevel.Release).WithAllowUnsafe(true).WithNullableContextOptions(NullableContextOptions.Enable));
    }

    public SyntaxTree Parse(string path, string text) => CSharpSyntaxTree.ParseText(text, s_parse, path, System.Text.Encoding.UTF8);

    /// <summary>The bindings' bodies come from a source generator of the SDK, which this compilation lacks; plain imports serve as well, since no check touches CUDA.</summary>
    private static string Bindings(string path, string text) => !path.StartsWith("Cuda/Interop/", StringComparison.Ordinal) ? text : text
        .Replace("[LibraryImport(", "[DllImport(", StringComparison.Ordinal)
        .Replace(", StringMarshalling = StringMarshalling.Utf8", "", StringComparison.Ordinal)
        .Replace("static partial int ", "static extern int ", StringComparison.Ordinal)
        .Replace("static partial byte* ", "static extern byte* ", StringComparison.Ordinal);

    private void Add(string path, string text) => Trees[path] = Parse(path, text);

    /// <summary>An op's file names it; a kernel's file belongs to the ops whose files call the backend methods it implements.</summary>
    private void MapOps()
    {
        Dictionary<string, HashSet<string>> callers = [];
        foreach ((string path, SyntaxTree tree) in Trees)
        {
            SyntaxNode top = tree.GetRoot();
            List<string> names = [.. top.DescendantNodes().OfType<PropertyDeclarationSyntax>()
                .Where(p => p.Identifier.Text == "OpName")
                .SelectMany(p => p.DescendantNodes().OfType<LiteralExpressionSyntax>())
                .Where(l => l.IsKind(SyntaxKind.StringLiteralExpression)).Select(l => l.Token.ValueText)];
            if (names.Count == 0) continue;
            Ops[path] = names;
            foreach (InvocationExpressionSyntax call in top.DescendantNodes().OfType<InvocationExpressionSyntax>())
            {
                if (call.Expression is not MemberAccessExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: "Backend" } } member) continue;
                if (!callers.TryGetValue(member.Name.Identifier.Text, out HashSet<string>? ops)) callers[member.Name.Identifier.Text] = ops = [];
                ops.UnionWith(names);
            }
        }
        foreach ((string path, SyntaxTree tree) in Trees.Where(t => t.Key.StartsWith("Cpu/Kernels/", StringComparison.Ordinal)))
        {
            List<string> ops = [.. tree.GetRoot().DescendantNodes().OfType<MethodDeclarationSyntax>()
                .SelectMany(m => callers.GetValueOrDefault(m.Identifier.Text) ?? []).Distinct()];
            if (ops.Count > 0) Ops[path] = ops;
        }
    }
}
