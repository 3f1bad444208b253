// C = A·B, step 4: a thread computes 8×8 elements.
//
// With 8 values of A and 8 of B in registers a thread does 64 multiply-adds: 16 shared loads for 64 instead of 128, 1/4 per multiply-add. The block's tile grows with it, to 128×128 by 256
// threads, and with the tile what a value from global memory serves: 128 multiply-adds; (128 + 128)·8 loads for 128·128·8 multiply-adds, 1/64.
//
// The price is registers: 64 sums and 16 values. The loops over them must be unrolled, since registers have no addresses; an index known only at run time would move the sums to memory.
// Fewer threads fit, but each has 64 independent sums to work on while it waits: parallelism within a thread instead of between threads.
//
// Banks: a warp is 2×16 threads. tile_a[row][s]: two different words, 64 floats apart, in one bank: they are served one after the other, a conflict of 2. tile_b[s][column]: 16 words,
// 8 apart, in 4 banks: a conflict of 4. (The compiler, which knows the arrays' places, joins four neighbours into one read where it can; conflicts of 2 remain.) And a warp's load of A
// takes 32 bytes of each of 4 rows: whole sectors, but one value an instruction. Step 5 mends all three.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/128⌉, ⌈m/128⌉), block 256
// variants: T=float

#define TILE 128
#define STEP 8
#define EACH 8 // rows and columns of a thread

extern "C" __global__ void __launch_bounds__(256) matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float tile_a[TILE][STEP];
    __shared__ float tile_b[STEP][TILE];
    int thread = threadIdx.x, top = blockIdx.y * TILE, left = blockIdx.x * TILE;
    int row = thread / 16 * EACH, column = thread % 16 * EACH;
    float sums[EACH][EACH] = {};
    for (int k0 = 0; k0 < k; k0 += STEP) {
        for (int i = thread; i < TILE * STEP; i += 256) {
            int r = i / STEP, s = i % STEP;
            tile_a[r][s] = top + r < m && k0 + s < k ? a[(int64)(top + r) * k + k0 + s] : 0;
        }
        for (int i = thread; i < TILE * STEP; i += 256) {
            int s = i / TILE, r = i % TILE;
            tile_b[s][r] = left + r < n && k0 + s < k ? b[(int64)(k0 + s) * n + left + r] : 0;
        }
        __syncthreads();
#pragma unroll
        for (int s = 0; s < STEP; s++) {
            float x[EACH];
            float y[EACH];
#pragma unroll
            for (int i = 0; i < EACH; i++) x[i] = tile_a[row + i][s];
#pragma unroll
            for (int j = 0; j < EACH; j++) y[j] = tile_b[s][column + j];
#pragma unroll
            for (int i = 0; i < EACH; i++)
#pragma unroll
                for (int j = 0; j < EACH; j++) sums[i][j] += x[i] * y[j];
        }
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < EACH; i++)
#pragma unroll
        for (int j = 0; j < EACH; j++)
            if (top + row + i < m && left + column + j < n) c[(int64)(top + row + i) * n + left + column + j] = sums[i][j];
}
