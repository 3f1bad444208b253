// needs: strides.cuh
// Copies between tensors of any strides. A copy moves bytes, so there is a kernel for each size of what is moved at once and none for each dtype: T plays no part.
// Bound by memory: every byte is read and written once.
// variants: T=uint8

#define THREADS 256
#define PER_THREAD 4 // loads on their way before the first store

template <typename U> INLINE void copy(const U* x, U* y, const CopyLayout& layout, int64 n) {
    int64 first = (int64)blockIdx.x * (THREADS * PER_THREAD) + threadIdx.x, to[PER_THREAD];
    U v[PER_THREAD];
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        int64 i = first + k * THREADS, from;
        if (i >= n) break;
        locate(layout, i, from, to[k]);
        v[k] = x[from];
    }
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++)
        if (first + k * THREADS < n) y[to[k]] = v[k];
}

extern "C" __global__ void __launch_bounds__(THREADS) copy_1(const uint8* x, uint8* y, CopyLayout layout, int64 n) { copy(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) copy_2(const uint16* x, uint16* y, CopyLayout layout, int64 n) { copy(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) copy_4(const uint32* x, uint32* y, CopyLayout layout, int64 n) { copy(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) copy_8(const uint64* x, uint64* y, CopyLayout layout, int64 n) { copy(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) copy_16(const uint4* x, uint4* y, CopyLayout layout, int64 n) { copy(x, y, layout, n); }

// One element for a whole row of y (an expanded axis): 16 bytes a thread. y's part of the layout counts packs.
template <typename U> INLINE void spread(const U* x, U* y, const CopyLayout& layout, int64 n) {
    const int N = 16 / sizeof(U);
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, from, to;
    if (i >= n) return;
    locate(layout, i, from, to);
    U one = x[from];
    Pack<U, N> v;
#pragma unroll
    for (int k = 0; k < N; k++) v.at[k] = one;
    store_pack<N>(y + to * N, v);
}

extern "C" __global__ void __launch_bounds__(THREADS) spread_1(const uint8* x, uint8* y, CopyLayout layout, int64 n) { spread(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) spread_2(const uint16* x, uint16* y, CopyLayout layout, int64 n) { spread(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) spread_4(const uint32* x, uint32* y, CopyLayout layout, int64 n) { spread(x, y, layout, n); }
extern "C" __global__ void __launch_bounds__(THREADS) spread_8(const uint64* x, uint64* y, CopyLayout layout, int64 n) { spread(x, y, layout, n); }

// A transpose: y is dense "along" one axis, x "across" another. Tiles in shared memory let both be read and written by lines of 128 bytes.
struct Crossing {
    int64 along, across;   // sizes
    int64 x_step, y_step;  // x's stride along, y's stride across
    Divider tiles_along, tiles_across;
    int words; // whether 4 bytes at once may be moved where elements are smaller
};

// Elements below 4 bytes travel as words of PACK; a thread turns blocks of PACK × PACK round in registers.
template <typename U> INLINE void transpose(const U* x, U* y, const CopyLayout& outer, const Crossing& c) {
    const int PACK = sizeof(U) < 4 ? 4 / sizeof(U) : 1, TILE = 32 * PACK;
    typedef Pack<U, PACK> Word;
    __shared__ Word tile[TILE][33]; // 33: a column's words lie in different banks
    int lane = threadIdx.x % 32, line = threadIdx.x / 32;
    int64 block = blockIdx.x, rest = divide(block, c.tiles_along), i0 = (block - rest * c.tiles_along.divisor) * TILE;
    int64 row = divide(rest, c.tiles_across), j0 = (rest - row * c.tiles_across.divisor) * TILE, from, to;
    locate(outer, row, from, to);
#pragma unroll 4
    for (int r = line; r < TILE; r += THREADS / 32) {
        int64 i = i0 + r, j = j0 + lane * PACK;
        if (i >= c.along || j >= c.across) continue;
        const U* p = x + from + i * c.x_step + j;
        Word v = {};
        if (c.words && j + PACK <= c.across) {
            v = load_pack<PACK>(p);
        } else {
#pragma unroll
            for (int k = 0; k < PACK; k++)
                if (j + k < c.across) v.at[k] = p[k];
        }
        tile[r][lane] = v;
    }
    __syncthreads();
#pragma unroll 4
    for (int w = line; w < 32; w += THREADS / 32) {
        int64 i = i0 + lane * PACK, j = j0 + w * PACK;
        if (i >= c.along || j >= c.across) continue;
        Word v[PACK] = {};
#pragma unroll
        for (int k = 0; k < PACK; k++)
            if (i + k < c.along) v[k] = tile[lane * PACK + k][w];
#pragma unroll
        for (int e = 0; e < PACK; e++) {
            if (j + e >= c.across) break;
            U* p = y + to + (j + e) * c.y_step + i;
            Word turned;
#pragma unroll
            for (int k = 0; k < PACK; k++) turned.at[k] = v[k].at[e];
            if (c.words && i + PACK <= c.along) {
                store_pack<PACK>(p, turned);
            } else {
#pragma unroll
                for (int k = 0; k < PACK; k++)
                    if (i + k < c.along) p[k] = turned.at[k];
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) transpose_1(const uint8* x, uint8* y, CopyLayout outer, Crossing c) { transpose(x, y, outer, c); }
extern "C" __global__ void __launch_bounds__(THREADS) transpose_2(const uint16* x, uint16* y, CopyLayout outer, Crossing c) { transpose(x, y, outer, c); }
extern "C" __global__ void __launch_bounds__(THREADS) transpose_4(const uint32* x, uint32* y, CopyLayout outer, Crossing c) { transpose(x, y, outer, c); }
extern "C" __global__ void __launch_bounds__(THREADS) transpose_8(const uint64* x, uint64* y, CopyLayout outer, Crossing c) { transpose(x, y, outer, c); }
