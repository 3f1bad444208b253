// C = A·B, step 3: the block reads each value once.
//
// The 32 threads of a row all want the same row of A, the 32 of a column the same column of B. So the block copies a 32×32 tile of each into shared memory, some 25 cycles away instead of
// 500, and multiplies from there: a value from global memory serves 32 multiply-adds. Global loads per multiply-add: 2/32.
//
// Two barriers a tile: nobody multiplies before all have copied, nobody copies over what another still reads.
//
// Banks: shared memory serves 32 words of different banks (address mod 32) in a cycle, and one word to any number of lanes. tile_a[y][i] is one word for the warp, tile_b[i][x] 32
// neighbours: no conflicts. But there are still 2 loads for each multiply-add, a cycle each for a warp, while an A100's multiprocessor does two warps' multiply-adds in a cycle: now shared
// memory is the limit, by a factor of 4.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/32⌉, ⌈m/32⌉), block (32, 32)
// variants: T=float

extern "C" __global__ void __launch_bounds__(1024) matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float tile_a[32][32];
    __shared__ float tile_b[32][32];
    int x = threadIdx.x, y = threadIdx.y;
    int row = blockIdx.y * 32 + y, column = blockIdx.x * 32 + x;
    float sum = 0;
    for (int k0 = 0; k0 < k; k0 += 32) {
        tile_a[y][x] = row < m && k0 + x < k ? a[(int64)row * k + k0 + x] : 0; // zeros beyond the edges add nothing
        tile_b[y][x] = column < n && k0 + y < k ? b[(int64)(k0 + y) * n + column] : 0;
        __syncthreads();
        for (int i = 0; i < 32; i++) sum += tile_a[y][i] * tile_b[i][x];
        __syncthreads();
    }
    if (row < m && column < n) c[(int64)row * n + column] = sum;
}
