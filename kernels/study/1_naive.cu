// C = A·B, step 1: a thread an element.
//
// Each thread walks a row of A and a column of B and keeps its sum in a register. Everything is right, and everything is slow, for one reason: each multiply-add waits for two values from
// global memory. Per multiply-add 2 loads and 2 operations: 4 bytes an operation, where an A100 offers 0.08 (1555 GB/s for 19.5 TFLOP/s); the caches have to make up for a factor of 50.
//
// Worse, neighbouring threads (threadIdx.x) take neighbouring *rows*. A warp's 32 loads of A lie k floats apart: 32 sectors of 32 bytes are fetched for 32 values of 4 bytes, an eighth of
// what is moved is used. The load of B is one address for the whole warp, one sector. 33 sectors for 32 multiply-adds.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/32⌉, ⌈m/32⌉), block (32, 32)
// variants: T=float

extern "C" __global__ void __launch_bounds__(1024) matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    int row = blockIdx.y * 32 + threadIdx.x, column = blockIdx.x * 32 + threadIdx.y;
    if (row >= m || column >= n) return;
    float sum = 0;
    for (int i = 0; i < k; i++) sum += a[(int64)row * k + i] * b[(int64)i * n + column];
    c[(int64)row * n + column] = sum;
}
