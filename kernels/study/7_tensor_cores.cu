// needs: mma.cuh
// C = A·B, step 7: tensor cores. A and B in bf16, sums and C in float.
//
// One instruction, mma.m16n8k16, multiplies a 16×16 by a 16×8 matrix that lie spread over a warp's registers: 2048 multiply-adds where 32 lanes' FFMA does 32. An A100 does 1024 a cycle
// and multiprocessor instead of 64, so everything around must become as much cheaper:
//
// - ldmatrix fills four registers of each lane, a 16×16 fragment, in one instruction: 16 of them serve 64 mma, 131072 multiply-adds, a tile of 32 in k. A warp computes 64×64: its 8 KiB of
//   fragments take 64 cycles of shared memory (128 bytes a cycle), its 64 mma 128 cycles.
// - cp.async copies 16 bytes from global to shared memory without a register in between. Three buffers: two tiles are on their way while one is multiplied; one barrier a tile.
// - The tiles lie as in memory, B untransposed: ldmatrix.trans turns it round on the way to the registers. Rows of A are 64 bytes, rows of B 256: the eight rows of an 8×8 matrix would share
//   banks. So the 16-byte chunks of a row are permuted by XOR with the row's number: all eight fall into different banks, without a byte of padding.
//
// Loads per multiply-add, of 16 bytes: global 1/512 (1024 chunks for 128·128·32), shared 1/256 (512 bytes, 32 lanes' chunks, for 8192). This is the shape of kernels/matmul_tensor.cu.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/128⌉, ⌈m/128⌉), block 128, shared 49152 bytes. k and n that are not multiples of 8 are copied value by value.
// arch: 80
// variants: T=bf16

#define TILE 128
#define STEP 32
#define STAGES 3
#define CHUNKS (TILE * 4) // 16-byte chunks of one operand's tile: 128 rows of 4, or 32 rows of 16

INLINE int place_a(int row, int chunk) { return row * 4 + (chunk ^ (row / 2 % 4)); } // two rows to 128 bytes
INLINE int place_b(int row, int chunk) { return row * 16 + (chunk ^ (row % 8)); }

// Eight neighbours of a row to shared memory, zeros beyond the edges.
template <bool VECTOR> INLINE void copy_eight(float4* to, const T* x, int row, int column, int rows, int columns) {
    const T* from = x + (int64)row * columns + column;
    if (VECTOR) {
        cp_async16(to, from, row < rows && column < columns);
    } else {
        Pack<T, 8> v;
#pragma unroll
        for (int e = 0; e < 8; e++) v.at[e] = row < rows && column + e < columns ? from[e] : to_bf16(0.f);
        store_pack<8>(reinterpret_cast<T*>(to), v);
    }
}

// Starts the copies of tile `tile` in k: four chunks of A and four of B a thread.
template <bool VECTOR> INLINE void copy_tile(float4* stage, const T* a, const T* b, int top, int left, int tile, int m, int n, int k) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int row = threadIdx.x / 4 + i * 32, chunk = threadIdx.x % 4;
        copy_eight<VECTOR>(stage + place_a(row, chunk), a, top + row, tile * STEP + chunk * 8, m, k);
    }
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int row = threadIdx.x / 16 + i * 8, chunk = threadIdx.x % 16;
        copy_eight<VECTOR>(stage + CHUNKS + place_b(row, chunk), b, tile * STEP + row, left + chunk * 8, k, n);
    }
}

template <bool VECTOR> INLINE void multiply(float4* stages, const T* a, const T* b, float* c, int m, int n, int k) {
    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP, top = blockIdx.y * TILE, left = blockIdx.x * TILE;
    int row = warp / 2 * 64, column = warp % 2 * 64; // the warp's 64×64
    float sums[4][8][4] = {}; // 16×8 results each, as mma spreads them

    int tiles = (k + STEP - 1) / STEP;
    for (int tile = 0; tile < STAGES - 1; tile++) {
        if (tile < tiles) copy_tile<VECTOR>(stages + tile * 2 * CHUNKS, a, b, top, left, tile, m, n, k);
        cp_async_commit();
    }
    for (int tile = 0; tile < tiles; tile++) {
        cp_async_wait<STAGES - 2>(); // this tile is here,
        __syncthreads();             // everybody's part of it; and the one before is no longer read
        int next = tile + STAGES - 1;
        if (next < tiles) copy_tile<VECTOR>(stages + next % STAGES * 2 * CHUNKS, a, b, top, left, next, m, n, k);
        cp_async_commit();

        const float4* tile_a = stages + tile % STAGES * 2 * CHUNKS;
        const float4* tile_b = tile_a + CHUNKS;
#pragma unroll
        for (int s = 0; s < STEP; s += 16) {
            uint32 x[4][4];
            uint32 y[8][2];
#pragma unroll
            for (int i = 0; i < 4; i++) ldmatrix_x4(x[i], tile_a + place_a(row + i * 16 + lane % 16, s / 8 + lane / 16));
#pragma unroll
            for (int j = 0; j < 8; j += 2) {
                uint32 r[4]; // two neighbouring 16×8
                ldmatrix_x4_trans(r, tile_b + place_b(s + lane % 16, column / 8 + j + lane / 16));
                y[j][0] = r[0];
                y[j][1] = r[1];
                y[j + 1][0] = r[2];
                y[j + 1][1] = r[3];
            }
#pragma unroll
            for (int i = 0; i < 4; i++)
#pragma unroll
                for (int j = 0; j < 8; j++) mma_m16n8k16_bf16(sums[i][j], x[i], y[j]);
        }
    }
#pragma unroll
    for (int i = 0; i < 4; i++)
#pragma unroll
        for (int j = 0; j < 8; j++)
#pragma unroll
            for (int e = 0; e < 4; e++) {
                int r = top + row + i * 16 + lane / 4 + e / 2 * 8, q = left + column + j * 8 + lane % 4 * 2 + e % 2;
                if (r < m && q < n) c[(int64)r * n + q] = sums[i][j][e];
            }
}

extern "C" __global__ void __launch_bounds__(128, 2) matmul(const T* a, const T* b, float* c, int m, int n, int k) {
    extern __shared__ float4 dynamic_shared[];
    if (k % 8 == 0 && n % 8 == 0 && aligned16(a) && aligned16(b)) multiply<true>(dynamic_shared, a, b, c, m, n, k);
    else multiply<false>(dynamic_shared, a, b, c, m, n, k);
}
