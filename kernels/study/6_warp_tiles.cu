// C = A·B, step 6: tiles for warps, and the next tile on its way.
//
// Between the block's tile and the thread's there is the warp: its 32 lanes read together. In step 5 they lie 2×16 over 16×128 elements and touch 16 + 128 values for each k. Lying 8×4 over 64×32
// they touch 64 + 32: a third less to move for the same 2048 multiply-adds. The lanes are numbered so that two neighbours share their rows: the eight lanes that a 128-bit read serves
// at a time want four places of A, or two of B.
//
// Waiting: a global load takes some 500 cycles, and step 5 waits for it each tile. Here the loads of the next tile are issued before the multiply-adds of this one and wait in registers;
// then they are stored to the other of two buffers, so that one barrier a tile is enough. The shared loads of the next k are issued before the multiply-adds of this one.
//
// Loads per multiply-add as in step 5. This is the shape of kernels/matmul.cu, which adds transposes, batches, parts of k, and the end of a linear layer.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/128⌉, ⌈m/128⌉), block 256
// variants: T=float

#define TILE 128
#define STEP 16
#define PITCH (TILE + 4)
#define WARP_M 64
#define WARP_N 32

typedef Pack<float, 4> Four;

// Four neighbours of a row, from column `column` on; zeros beyond the edges.
template <bool VECTOR> INLINE Four read_four(const float* x, int row, int column, int rows, int columns) {
    Four v = {};
    if (row >= rows) return v;
    const float* from = x + (int64)row * columns + column;
    if (VECTOR) {
        if (column < columns) v = load_pack<4>(from);
    } else {
#pragma unroll
        for (int e = 0; e < 4; e++)
            if (column + e < columns) v.at[e] = from[e];
    }
    return v;
}

// Two runs of four, APART elements from one another.
template <int APART> INLINE void read_eight(const float* from, float (&to)[8]) {
    Four p = load_pack<4>(from), q = load_pack<4>(from + APART);
#pragma unroll
    for (int e = 0; e < 4; e++) {
        to[e] = p.at[e];
        to[4 + e] = q.at[e];
    }
}

// tiles_a [2][STEP][PITCH], transposed; tiles_b [2][STEP][TILE]
template <bool VECTOR> INLINE void multiply(float* tiles_a, float* tiles_b, const float* a, const float* b, float* c, int m, int n, int k) {
    int thread = threadIdx.x, warp = thread / WARP, lane = thread % WARP, top = blockIdx.y * TILE, left = blockIdx.x * TILE;
    int row = warp / 4 * WARP_M + lane / 2 % 8 * 4;                      // and 32 further on
    int column = warp % 4 * WARP_N + (lane % 2 + lane / 16 * 2) * 4;      // and 16 further on
    int r = thread / 2, s = thread % 2 * 4, t = thread / 32, q = thread % 32 * 4; // what the thread copies: two runs of A's row r, of B's rows t and t + 8
    float sums[8][8] = {};
    float x[2][8]; // for this k and the next
    float y[2][8];
    Four held_a[2];
    Four held_b[2];

    int tiles = (k + STEP - 1) / STEP;
    for (int tile = -1; tile < tiles; tile++) {
        bool more = tile + 1 < tiles;
        if (more) {
            int k0 = (tile + 1) * STEP;
#pragma unroll
            for (int i = 0; i < 2; i++) {
                held_a[i] = read_four<VECTOR>(a, top + r, k0 + s + 8 * i, m, k);
                held_b[i] = read_four<VECTOR>(b, k0 + t + 8 * i, left + q, k, n);
            }
        }
        if (tile >= 0) {
            const float* from_a = tiles_a + tile % 2 * STEP * PITCH + row;
            const float* from_b = tiles_b + tile % 2 * STEP * TILE + column;
            read_eight<32>(from_a, x[0]);
            read_eight<16>(from_b, y[0]);
#pragma unroll
            for (int i = 0; i < STEP; i++) {
                if (i + 1 < STEP) {
                    read_eight<32>(from_a + (i + 1) * PITCH, x[(i + 1) % 2]);
                    read_eight<16>(from_b + (i + 1) * TILE, y[(i + 1) % 2]);
                }
#pragma unroll
                for (int p = 0; p < 8; p++)
#pragma unroll
                    for (int o = 0; o < 8; o++) sums[p][o] += x[i % 2][p] * y[i % 2][o];
            }
        }
        if (more) {
            float* to_a = tiles_a + (tile + 1) % 2 * STEP * PITCH + r;
            float* to_b = tiles_b + (tile + 1) % 2 * STEP * TILE + q;
#pragma unroll
            for (int i = 0; i < 2; i++) {
#pragma unroll
                for (int e = 0; e < 4; e++) to_a[(s + 8 * i + e) * PITCH] = held_a[i].at[e];
                store_pack<4>(to_b + (t + 8 * i) * TILE, held_b[i]);
            }
        }
        __syncthreads();
    }
#pragma unroll
    for (int p = 0; p < 8; p++) {
        int i = top + row + p / 4 * 32 + p % 4;
#pragma unroll
        for (int h = 0; h < 2; h++) {
            int j = left + column + 16 * h;
            Four v = {sums[p][4 * h], sums[p][4 * h + 1], sums[p][4 * h + 2], sums[p][4 * h + 3]};
            if (i >= m) continue;
            if (VECTOR && j < n) store_pack<4>(c + (int64)i * n + j, v);
#pragma unroll
            for (int e = 0; e < 4; e++)
                if (!VECTOR && j + e < n) c[(int64)i * n + j + e] = v.at[e];
        }
    }
}

extern "C" __global__ void __launch_bounds__(256, 2) matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float4 tiles_a[2 * STEP * PITCH / 4];
    __shared__ float4 tiles_b[2 * STEP * TILE / 4];
    if (k % 4 == 0 && n % 4 == 0 && aligned16(a) && aligned16(b) && aligned16(c)) multiply<true>((float*)tiles_a, (float*)tiles_b, a, b, c, m, n, k);
    else multiply<false>((float*)tiles_a, (float*)tiles_b, a, b, c, m, n, k);
}
