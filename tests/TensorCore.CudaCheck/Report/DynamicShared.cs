using System.Globalization;

namespace TensorCore.CudaCheck;

/// <summary>
/// The shared memory that the host asks for at the launch, where a program's choices fix it: the image does not tell. As in <c>src/TensorCore/Cuda/Kernels</c>. What depends on a tensor's sizes (rows
/// that a softmax keeps, sums of a layer norm's weights) is left out.
/// </summary>
internal static class DynamicShared
{
    public static int Bytes(KernelProgram program, string kernel)
    {
        int width = Value(program, "HEAD_DIM"), tile = Value(program, "TILE");
        int stages = (tile == 128 ? 3 : 4) * 2 * tile * 64; // two operands' lines of 64 bytes
        return (program.File, kernel) switch
        {
            ("attention_tensor.cu", _) => ((64 * Value(program, "ROW_TILES")) + 128) * width * 2, // tiles of q, k, v
            ("attention_tensor_backward.cu", _) => (width <= 64 ? 128 : 64) * ((4 * width) + 8), // two rings of rows and two statistics for each
            ("attention_tiled.cu", "attention_forward") => ((64 * width) + ((width <= 64 ? 64 : 32) * (Math.Max(64, width) + width))) * 4,
            ("attention_tiled.cu", _) => AttentionCall.TiledBytes(width),
            ("matmul_tensor.cu" or "conv2d_tensor_weight.cu", _) => stages,
            ("conv2d_tensor.cu", _) => stages + (tile * 8), // and the places of the columns
            ("sort.cu", "sort_tiles" or "sort_merge" or "select_first") => (2048 + (2048 / 8)) * (program.Variant is "T=double" or "T=int64" ? 16 : 8), // a tile of items, padded
            ("study/7_tensor_cores.cu", _) => 48 << 10,
            _ => 0,
        };
    }

    private static int Value(KernelProgram program, string name) =>
        program.Variant.Split(' ').Where(c => c.StartsWith(name + '=', StringComparison.Ordinal)).Select(c => int.Parse(c[(name.Length + 1)..], CultureInfo.InvariantCulture)).FirstOrDefault();
}
