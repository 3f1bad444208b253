using System.Diagnostics;

namespace TensorCore;

[DebuggerTypeProxy(typeof(DebuggerView))]
public sealed partial class Tensor
{
    /// <summary>
    /// The values as NumPy's <c>str</c> prints them: brackets nested and aligned, up to 8 digits after the point, the middle of long axes left out above 1,000 elements.
    /// No dtype or shape is added, so that text can be compared and logged; <see cref="ToString(PrintOptions)"/> adds them on request.
    /// </summary>
    public override string ToString() => TensorPrinter.Print(this, new PrintOptions());

    /// <summary>The values printed under other options.</summary>
    public string ToString(PrintOptions options)
    {
        string values = TensorPrinter.Print(this, options);
        return options.ShowType ? $"{values}\n{DType.Name()} {Shape} on {Device}{(RequiresGrad ? ", requires grad" : "")}" : values;
    }

    private string DebuggerText
    {
        get
        {
            string values = Storage.IsReleased ? "released" : TensorPrinter.FirstValues(this, 6);
            return $"{DType.Name()} {Shape}{(RequiresGrad ? " grad" : "")} {values}";
        }
    }

    /// <summary>What a debugger shows when a tensor is opened.</summary>
    private sealed class DebuggerView(Tensor tensor)
    {
        public DType DType => tensor.DType;

        public int[] Shape => tensor.Shape.ToArray();

        public long[] Strides => tensor.Strides.ToArray();

        public bool RequiresGrad => tensor.RequiresGrad;

        public Tensor? Grad => tensor.Grad;

        public string? MadeBy => tensor.Node?.Name;

        // Nested arrays would hide the numbers behind clicks: the lines of the printed text.
        [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
        public string[] Values => tensor.Storage.IsReleased ? ["released"] : tensor.ToString().Split('\n');
    }
}
