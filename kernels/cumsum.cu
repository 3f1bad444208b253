// needs: rows.cuh
// Running sums along the middle axis of x (outer, n, inner), from its start or (reverse) from its end. Few long rows are cut into chunks: a first pass sums them, the running sums of these
// (the same kernels again) are where the second pass starts. Which elements meet in which order depends on the shape alone. Bound by memory.
// variants: T=float,double,int64

#define PER_THREAD 8

// The sum of v over the row's lanes before this one, and over all of them. turn: which half of the shared array, so that one barrier is enough.
INLINE T sum_before(T v, int lane, int lanes, T& total, int turn) {
    __shared__ T warps[2][WARP];
    int width = lanes < WARP ? lanes : WARP, in_warp = lane % width, self = threadIdx.x % WARP;
    for (int offset = 1; offset < width; offset *= 2) {
        T other = __shfl_up_sync(FULL_MASK, v, offset);
        if (in_warp >= offset) v += other;
    }
    total = __shfl_sync(FULL_MASK, v, self - in_warp + width - 1);
    T before = __shfl_up_sync(FULL_MASK, v, 1);
    if (in_warp == 0) before = (T)0;
    if (lanes <= WARP) return before;
    int warp = threadIdx.x / WARP;
    if (in_warp == 0) warps[turn][warp] = total;
    __syncthreads();
    T sum = (T)0;
    for (int w = 0; w < lanes / WARP; w++) {
        if (w == warp) before += sum;
        sum += warps[turn][w];
    }
    total = sum;
    return before;
}

// The thread's elements from place s of the row on, in the order of summation; 0 from `last` on.
INLINE void load_part(T (&v)[PER_THREAD], const T* x, int n, int s, int last, bool reverse, bool wide) {
    if (wide && s + PER_THREAD <= last) {
        const T* from = x + (reverse ? n - s - PER_THREAD : s);
#pragma unroll
        for (int k = 0; k < PER_THREAD / VEC; k++) {
            Pack<T, VEC> pack = load_pack<VEC>(from + k * VEC);
#pragma unroll
            for (int j = 0; j < VEC; j++) v[reverse ? PER_THREAD - 1 - k * VEC - j : k * VEC + j] = pack.at[j];
        }
    } else {
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++) v[k] = s + k < last ? x[reverse ? n - 1 - s - k : s + k] : (T)0;
    }
}

INLINE void store_part(T* y, const T (&v)[PER_THREAD], int n, int s, int last, bool reverse, bool wide) {
    if (wide && s + PER_THREAD <= last) {
        T* to = y + (reverse ? n - s - PER_THREAD : s);
#pragma unroll
        for (int k = 0; k < PER_THREAD / VEC; k++) {
            Pack<T, VEC> pack;
#pragma unroll
            for (int j = 0; j < VEC; j++) pack.at[j] = v[reverse ? PER_THREAD - 1 - k * VEC - j : k * VEC + j];
            store_pack<VEC>(to + k * VEC, pack);
        }
    } else {
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++)
            if (s + k < last) y[reverse ? n - 1 - s - k : s + k] = v[k];
    }
}

template <bool REVERSE> INLINE void scan_row(const T* x, T* y, int n, int first, int last, T carry, int lane, int lanes, int turns) {
    bool wide = n % VEC == 0 && aligned16(x) && aligned16(y);
    T next[PER_THREAD];
    load_part(next, x, n, first + lane * PER_THREAD, last, REVERSE, wide);
    for (int turn = 0; turn < turns; turn++) {
        int s = first + (turn * lanes + lane) * PER_THREAD;
        T v[PER_THREAD];
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++) v[k] = k == 0 ? next[0] : v[k - 1] + next[k];
        // The next tile is on its way while this one's sums are joined.
        if (turn + 1 < turns) load_part(next, x, n, s + lanes * PER_THREAD, last, REVERSE, wide);
        T total, start = carry + sum_before(v[PER_THREAD - 1], lane, lanes, total, turn & 1);
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++) v[k] += start;
        store_part(y, v, n, s, last, REVERSE, wide);
        carry += total;
    }
}

// inner = 1: `lanes` threads a row, up to a warp; or (more) a block a chunk of a row, which starts at the running sum `sums` of the chunks before.
extern "C" __global__ void __launch_bounds__(256) cumsum_rows(const T* x, T* y, const T* sums, int64 rows, int n, int lanes, int chunk, int chunks, int reverse) {
    RowPlace p = row_place(lanes); // p.row counts chunks
    int64 row = p.row / chunks;
    int c = (int)(p.row % chunks), first = c * chunk, last = n - first < chunk ? n : first + chunk;
    int turns = (last - first + lanes * PER_THREAD - 1) / (lanes * PER_THREAD); // the same for all threads of a block
    T carry = c > 0 ? sums[p.row - 1] : (T)0;
    if (row >= rows) last = first; // its lanes take part in the shuffles
    if (reverse) scan_row<true>(x + row * n, y + row * n, n, first, last, carry, p.lane, lanes, turns);
    else scan_row<false>(x + row * n, y + row * n, n, first, last, carry, p.lane, lanes, turns);
}

// parts[row, chunk] = the chunk's sum: a block each.
extern "C" __global__ void __launch_bounds__(256) cumsum_row_parts(const T* x, T* parts, int n, int chunk, int chunks, int reverse) {
    const T* row = x + blockIdx.x / chunks * (int64)n;
    int first = (int)(blockIdx.x % chunks) * chunk, last = n - first < chunk ? n : first + chunk;
    T sum = (T)0;
#pragma unroll 4
    for (int s = first + threadIdx.x; s < last; s += blockDim.x) sum += row[reverse ? n - 1 - s : s];
    sum = block_sum(sum);
    if (threadIdx.x == 0) parts[blockIdx.x] = sum;
}

// --- inner > 1: a thread a column, along a chunk of the axis. ---

// y null: parts[o, chunk, i] = the chunk's sum. Else the running sums, from the sums of the chunks before on.
extern "C" __global__ void __launch_bounds__(256) cumsum_columns(const T* x, T* y, T* parts, int64 outer, int n, int64 inner, int chunk, int chunks, int reverse) {
    int64 at = (int64)blockIdx.x * blockDim.x + threadIdx.x, i = at % inner, part = at / inner, o = part / chunks;
    if (o >= outer) return;
    int c = (int)(part % chunks), first = c * chunk, last = n - first < chunk ? n : first + chunk;
    int64 step = reverse ? -inner : inner, from = (o * n + (reverse ? n - 1 - first : first)) * inner + i;
    T sum = y && c > 0 ? parts[at - inner] : (T)0;
    for (int s = first; s < last; s += 4, from += 4 * step) {
        T v[4];
#pragma unroll
        for (int k = 0; k < 4; k++) v[k] = s + k < last ? x[from + k * step] : (T)0;
#pragma unroll
        for (int k = 0; k < 4; k++) {
            sum += v[k];
            if (y && s + k < last) y[from + k * step] = sum;
        }
    }
    if (!y) parts[at] = sum;
}
