// y[o, i] = combination over r of x[o, r, i]: sums, products, largest, smallest. FORMULA, written by the library from the reduction's body, sets y from a and b; IDENTITY is what nothing
// combines to. Which elements meet in which order depends on the shape alone. Bound by memory: one read of x.

INLINE acc_t combine(acc_t a, acc_t b) {
    acc_t y;
    FORMULA
    return y;
}

struct Combined {
    template <typename V> static INLINE V of(V a, V b) { return combine(a, b); }
};

// Elements begin, begin + step, … below end of a contiguous row, by 16 bytes where they are aligned.
INLINE acc_t row_part(const T* x, int64 n, int first, int step, acc_t identity) {
    acc_t a = identity;
    int64 i = 0;
    if (aligned16(x)) {
        int64 packs = n / VEC;
        for (int64 pack = first; pack < packs; pack += step) {
            Pack<T, VEC> v = load_pack<VEC>(x + pack * VEC);
#pragma unroll
            for (int k = 0; k < VEC; k++) a = combine(a, (acc_t)widen(v.at[k]));
        }
        i = packs * VEC;
    }
    for (i += first; i < n; i += step) a = combine(a, (acc_t)widen(x[i]));
    return a;
}

// Short rows: a warp each, eight rows a block.
extern "C" __global__ void __launch_bounds__(256) reduce_short_rows(const T* x, T* y, int64 rows, int64 n, acc_t identity) {
    int64 row = (int64)blockIdx.x * 8 + threadIdx.x / WARP;
    if (row >= rows) return; // the whole warp
    acc_t a = row_part(x + row * n, n, threadIdx.x % WARP, WARP, identity);
    a = warp_reduce<Combined>(a);
    if (threadIdx.x % WARP == 0) y[row] = narrow<T>(a);
}

// Long rows: a block each chunk; y[row, chunk].
extern "C" __global__ void __launch_bounds__(256) reduce_long_rows(const T* x, T* y, int64 n, int64 chunk, acc_t identity) {
    int64 row = blockIdx.y, from = (int64)blockIdx.x * chunk, to = from + chunk < n ? from + chunk : n;
    acc_t a = row_part(x + row * n + from, to - from, threadIdx.x, blockDim.x, identity);
    a = block_reduce<Combined>(a, identity);
    if (threadIdx.x == 0) y[row * gridDim.x + blockIdx.x] = narrow<T>(a);
}

// Columns: 32 neighbouring columns a block, eight threads each, over a chunk of the rows; y[o, chunk, i].
extern "C" __global__ void __launch_bounds__(256) reduce_columns(const T* x, T* y, int64 n, int64 inner, int64 chunk, int64 outer, acc_t identity) {
    __shared__ acc_t part[8][33]; // 33: the eight of a column lie in eight banks
    int lane = threadIdx.x % 32, line = threadIdx.x / 32;
    int64 i = (int64)blockIdx.x * 32 + lane;
    int64 from = (int64)blockIdx.y * chunk, to = from + chunk < n ? from + chunk : n;
    for (int64 o = blockIdx.z; o < outer; o += gridDim.z) {
        acc_t a = identity;
        if (i < inner)
            for (int64 r = from + line; r < to; r += 8) a = combine(a, (acc_t)widen(x[(o * n + r) * inner + i]));
        part[line][lane] = a;
        __syncthreads();
        if (line == 0 && i < inner) {
#pragma unroll
            for (int k = 1; k < 8; k++) a = combine(a, part[k][lane]);
            y[(o * gridDim.y + blockIdx.y) * inner + i] = narrow<T>(a);
        }
        __syncthreads();
    }
}
