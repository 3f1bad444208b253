// needs: strides.cuh
// Pooling of planes (N·C, H, W). Along an axis window i covers `count[i]` elements from `start[i]` on, `step` apart, and weighs each with `share[i]` in an average; position p lies in windows
// first[p] … last[p] − 1. The host uploads these lists once a geometry. Bound by memory.
// variants: T=float,bf16,double

#define THREADS 256

// An axis's lists, one after the other: start, count (of each window), first, last (of each position).
struct PoolAxis {
    const int* lists;
    const acc_t* share;
    int size, windows, step;
};
INLINE int start_of(const PoolAxis& a, int window) { return a.lists[window]; }
INLINE int count_of(const PoolAxis& a, int window) { return a.lists[a.windows + window]; }
INLINE int first_around(const PoolAxis& a, int position) { return a.lists[2 * a.windows + position]; }
INLINE int last_around(const PoolAxis& a, int position) { return a.lists[2 * a.windows + a.size + position]; }

// Element i of planes of rows: which plane, row, column.
struct PlaneIndex {
    Divider plane, row; // elements of a plane, of a row
};
INLINE void split(const PlaneIndex& index, int64 i, int64& plane, int& row, int& column) {
    plane = divide(i, index.plane);
    int64 rest = i - plane * index.plane.divisor;
    row = (int)divide(rest, index.row);
    column = (int)(rest - row * index.row.divisor);
}

// Row by row: the first of equals stays, and so does a NaN.
INLINE void take_larger(acc_t v, int at, acc_t& best, int& place) {
    if (v <= best || best != best) return;
    best = v;
    place = at;
}

// y = the largest of each window, places = where in the plane it stands.
extern "C" __global__ void __launch_bounds__(THREADS) max_pool(const T* x, T* y, int* places, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, plane;
    if (i >= count) return;
    int oh, ow;
    split(index, i, plane, oh, ow);
    const T* image = x + plane * h.size * w.size;
    int rows = count_of(h, oh), columns = count_of(w, ow), row = start_of(h, oh) * w.size + start_of(w, ow), place = row;
    acc_t best = widen(image[row]);
    for (int r = 0; r < rows; r++, row += h.step * w.size)
        for (int c = 0, at = row; c < columns; c++, at += w.step) take_larger(widen(image[at]), at, best, place);
    y[i] = narrow<T>(best);
    places[i] = place;
}

#define HALF (VEC / 2)

// Windows of 2×2 side by side on rows that 16 bytes divide: a thread takes 16 bytes of two rows. index counts these.
extern "C" __global__ void __launch_bounds__(THREADS) max_pool_2x2(const T* x, T* y, int* places, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, plane;
    if (i >= count) return;
    int oh, part;
    split(index, i, plane, oh, part);
    int at = 2 * oh * w.size + part * VEC;
    const T* image = x + plane * h.size * w.size;
    Pack<T, VEC> top = load_pack<VEC>(image + at), bottom = load_pack<VEC>(image + at + w.size);
    Pack<T, HALF> best;
    Pack<int, HALF> place;
#pragma unroll
    for (int k = 0; k < HALF; k++) {
        acc_t v = widen(top.at[2 * k]);
        int p = at + 2 * k;
        take_larger(widen(top.at[2 * k + 1]), p + 1, v, p);
        take_larger(widen(bottom.at[2 * k]), at + 2 * k + w.size, v, p);
        take_larger(widen(bottom.at[2 * k + 1]), at + 2 * k + 1 + w.size, v, p);
        best.at[k] = narrow<T>(v);
        place.at[k] = p;
    }
    store_pack<HALF>(y + i * HALF, best);
    store_pack<HALF>(places + i * HALF, place);
}

// y = the sum of each window times its share. The columns' sums are added, as on the CPU.
extern "C" __global__ void __launch_bounds__(THREADS) avg_pool(const T* x, T* y, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, plane;
    if (i >= count) return;
    int oh, ow;
    split(index, i, plane, oh, ow);
    int rows = count_of(h, oh), columns = count_of(w, ow);
    const T* p = x + plane * h.size * w.size + start_of(h, oh) * w.size + start_of(w, ow);
    acc_t sum = 0;
    for (int c = 0; c < columns; c++) {
        acc_t column = 0;
        for (int r = 0; r < rows; r++) column += widen(p[r * w.size + c]);
        sum += column;
    }
    y[i] = narrow<T>(sum * (h.share[oh] * w.share[ow]));
}

// As max_pool_2x2.
extern "C" __global__ void __launch_bounds__(THREADS) avg_pool_2x2(const T* x, T* y, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, plane;
    if (i >= count) return;
    int oh, part;
    split(index, i, plane, oh, part);
    const T* p = x + plane * h.size * w.size + 2 * oh * w.size + part * VEC;
    Pack<T, VEC> top = load_pack<VEC>(p), bottom = load_pack<VEC>(p + w.size);
    Pack<T, HALF> average;
#pragma unroll
    for (int k = 0; k < HALF; k++) {
        acc_t left = widen(top.at[2 * k]) + widen(bottom.at[2 * k]), right = widen(top.at[2 * k + 1]) + widen(bottom.at[2 * k + 1]);
        average.at[k] = narrow<T>((left + right) * (h.share[oh] * w.share[part * HALF + k]));
    }
    store_pack<HALF>(y + i * HALF, average);
}

// This thread's part, every step-th element, of a window's sum.
INLINE acc_t window_part(const T* p, int rows, int columns, int width, int first, int step) {
    acc_t sum = 0;
    int64 elements = (int64)rows * columns;
    if (columns == width) { // whole rows: no division
        for (int64 t = first; t < elements; t += step) sum += widen(p[t]);
    } else {
        for (int64 t = first; t < elements; t += step) {
            int r = (int)((uint32)t / (uint32)columns);
            sum += widen(p[(int64)r * width + (t - (int64)r * columns)]);
        }
    }
    return sum;
}

// Large windows that hardly overlap (whole planes): a warp each.
extern "C" __global__ void __launch_bounds__(THREADS) avg_pool_by_warps(const T* x, T* y, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) {
    int64 i = (int64)blockIdx.x * (THREADS / WARP) + threadIdx.x / WARP, plane;
    if (i >= count) return; // the whole warp
    int oh, ow;
    split(index, i, plane, oh, ow);
    const T* p = x + plane * h.size * w.size + start_of(h, oh) * w.size + start_of(w, ow);
    acc_t sum = warp_sum(window_part(p, count_of(h, oh), count_of(w, ow), w.size, threadIdx.x % WARP, WARP));
    if (threadIdx.x % WARP == 0) y[i] = narrow<T>(sum * (h.share[oh] * w.share[ow]));
}

// Very large windows: a block each.
extern "C" __global__ void __launch_bounds__(THREADS) avg_pool_by_blocks(const T* x, T* y, PoolAxis h, PoolAxis w, PlaneIndex index) {
    int64 plane;
    int oh, ow;
    split(index, blockIdx.x, plane, oh, ow);
    const T* p = x + plane * h.size * w.size + start_of(h, oh) * w.size + start_of(w, ow);
    acc_t sum = block_sum(window_part(p, count_of(h, oh), count_of(w, ow), w.size, threadIdx.x, THREADS));
    if (threadIdx.x == 0) y[blockIdx.x] = narrow<T>(sum * (h.share[oh] * w.share[ow]));
}

// The adjoint: y (planes of H×W) = Σ over the windows around each element of x (planes of windows) times its share. N neighbours of a row a thread; index counts these.
template <int N> INLINE void spread_windows(const T* x, T* y, const PoolAxis& h, const PoolAxis& w, const PlaneIndex& index, int64 count) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, plane;
    if (i >= count) return;
    int row, part;
    split(index, i, plane, row, part);
    const T* windows = x + plane * h.windows * w.windows;
    int top = first_around(h, row), bottom = last_around(h, row);
    Pack<T, N> v;
#pragma unroll
    for (int k = 0; k < N; k++) {
        int left = first_around(w, part * N + k), right = last_around(w, part * N + k);
        acc_t sum = 0;
        for (int oh = top; oh < bottom; oh++) {
            acc_t line = 0;
            for (int ow = left; ow < right; ow++) line += widen(windows[(int64)oh * w.windows + ow]) * (h.share[oh] * w.share[ow]);
            sum += line;
        }
        v.at[k] = narrow<T>(sum);
    }
    store_pack<N>(y + i * N, v);
}

extern "C" __global__ void __launch_bounds__(THREADS) spread_elements(const T* x, T* y, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) { spread_windows<1>(x, y, h, w, index, count); }
extern "C" __global__ void __launch_bounds__(THREADS) spread_packs(const T* x, T* y, PoolAxis h, PoolAxis w, PlaneIndex index, int64 count) { spread_windows<VEC>(x, y, h, w, index, count); }
