namespace TensorCore.CudaCheck;

/// <summary>Kernels that a section of the document speaks of: those that its rows of the roofline cover.</summary>
internal sealed record Family(string Title, IReadOnlyList<RooflineRow> Rows);
