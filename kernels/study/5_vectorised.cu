// C = A·B, step 5: sixteen bytes at a time.
//
// A float4 moves four values by one instruction: as many bytes, a quarter of the instructions, so more of those issued are multiply-adds. Per multiply-add 1/256 global and 1/16 shared loads,
// four 128-bit ones for 64.
//
// For that, what a thread wants must lie side by side. Rows of B do; of A a thread wants a column, so A's tile is stored transposed, [k][row]. And a thread takes columns 4·x … 4·x + 3 and
// 64 + 4·x … instead of eight neighbours: a 128-bit read is served to eight lanes at a time, and theirs, 16 bytes apart, now fall into 32 different banks.
//
// Storing transposed: two lanes read 32 bytes, a sector, of a row of A and store them to rows k and k + 4 of the tile. With rows of 128 floats these two would hit the same bank; four
// floats more put row k + 4 at 4·132 = 528 ≡ 16 (mod 32): 16 rows of A and 2 places in k, 32 banks.
//
// Only addresses that are multiples of 16 can be read so: k and n must be multiples of 4 (and A and B come so from the allocator). Otherwise values come singly.
//
// A (m×k), B (k×n), C (m×n), row-major. grid (⌈n/128⌉, ⌈m/128⌉), block 256
// variants: T=float

#define TILE 128
#define STEP 8
#define PITCH (TILE + 4)

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

// tile_a [STEP][PITCH], transposed; tile_b [STEP][TILE]
template <bool VECTOR> INLINE void multiply(float* tile_a, float* tile_b, const float* a, const float* b, float* c, int m, int n, int k) {
    int thread = threadIdx.x, top = blockIdx.y * TILE, left = blockIdx.x * TILE;
    int row = thread / 16 * 4, column = thread % 16 * 4; // and the same 64 further on
    float sums[8][8] = {};
    for (int k0 = 0; k0 < k; k0 += STEP) {
        int r = thread / 2, s = thread % 2 * 4;
        Four v = read_four<VECTOR>(a, top + r, k0 + s, m, k);
#pragma unroll
        for (int e = 0; e < 4; e++) tile_a[(s + e) * PITCH + r] = v.at[e];
        store_pack<4>(tile_b + thread / 32 * TILE + thread % 32 * 4, read_four<VECTOR>(b, k0 + thread / 32, left + thread % 32 * 4, k, n));
        __syncthreads();
#pragma unroll
        for (int i = 0; i < STEP; i++) {
            float x[8];
            float y[8];
#pragma unroll
            for (int h = 0; h < 2; h++) {
                Four p = load_pack<4>(tile_a + i * PITCH + row + 64 * h), q = load_pack<4>(tile_b + i * TILE + column + 64 * h);
#pragma unroll
                for (int e = 0; e < 4; e++) {
                    x[4 * h + e] = p.at[e];
                    y[4 * h + e] = q.at[e];
                }
            }
#pragma unroll
            for (int p = 0; p < 8; p++)
#pragma unroll
                for (int q = 0; q < 8; q++) sums[p][q] += x[p] * y[q];
        }
        __syncthreads();
    }
#pragma unroll
    for (int p = 0; p < 8; p++) {
        int r = top + row + p / 4 * 64 + p % 4;
#pragma unroll
        for (int h = 0; h < 2; h++) {
            int q = left + column + 64 * h;
            Four v = {sums[p][4 * h], sums[p][4 * h + 1], sums[p][4 * h + 2], sums[p][4 * h + 3]};
            if (r >= m) continue;
            if (VECTOR && q < n) store_pack<4>(c + (int64)r * n + q, v);
#pragma unroll
            for (int e = 0; e < 4; e++)
                if (!VECTOR && q + e < n) c[(int64)r * n + q + e] = v.at[e];
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) matmul(const float* a, const float* b, float* c, int m, int n, int k) {
    __shared__ float4 tile_a[STEP * PITCH / 4]; // float4: at a multiple of 16
    __shared__ float4 tile_b[STEP * TILE / 4];
    if (k % 4 == 0 && n % 4 == 0 && aligned16(a) && aligned16(b) && aligned16(c)) multiply<true>((float*)tile_a, (float*)tile_b, a, b, c, m, n, k);
    else multiply<false>((float*)tile_a, (float*)tile_b, a, b, c, m, n, k);
}
