namespace TensorCore.CudaCheck;

internal static class Report
{
    public static string Page(Budget found, List<CheckedProgram> programs) => "";
}
