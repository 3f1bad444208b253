namespace TensorCore.CudaCheck;

/// <summary>
/// The dynamic shared memory of kernels whose source fixes it, by its #defines; the images do not tell. What depends on a tensor's sizes (kept rows of softmax, tiles of a sort) is left out:
/// those kernels' occupancies count registers and static shared memory alone.
/// </summary>
internal static class DynamicShared
{
    public static int Bytes(string file, string defines)
    {
        int Value(string name) => defines.Split(' ').Select(d => d.Split('=')).Where(d => d[0] == name).Select(d => int.Parse(d[1], System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
        int width = Value("HEAD_DIM"), tile = Value("TILE");
        return file switch
        {
            // Q, K and V tiles in bf16: 64·ROW_TILES queries, 64 keys.
            "attention_tensor.cu" => (64 * Value("ROW_TILES") + 128) * width * 2,
            // Two rings of rows in bf16, and two statistics for each.
            "attention_tensor_backward.cu" => (width <= 64 ? 128 : 64) * ((4 * width) + 8),
            // Three or four stages of two tiles, a row of each 64 bytes.
            "matmul_tensor.cu" => (tile == 128 ? 3 : 4) * 2 * tile * 64,
            _ => 0,
        };
    }
}
