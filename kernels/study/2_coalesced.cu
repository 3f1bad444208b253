// C = A·B, step 2: neighbouring threads take neighbouring columns.
//
// The same kernel with x and y exchanged. A warp now shares one row: its load of A is one address (one sector, broadcast), its load of B is 32 floats side by side, 128 bytes or 4 sectors, all of
// them used. The hardware joins the 32 addresses of an instruction into as few sectors as they touch: 5 instead of 33 for 32 multiply-adds. The stores of C shrink from 32 sectors to 4.
//
// There are still 2 loads for each multiply-add; they are only cheaper.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/32⌉, ⌈m/32⌉), block (32, 32)
// variants: T=float

extern "C" __global__ void __launch_bounds__(1024) matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    int row = blockIdx.y * 32 + threadIdx.y, column = blockIdx.x * 32 + threadIdx.x;
    if (row >= m || column >= n) return;
    float sum = 0;
    for (int i = 0; i < k; i++) sum += a[(int64)row * k + i] * b[(int64)i * n + column];
    c[(int64)row * n + column] = sum;
}
