// needs: rows.cuh
// Layer norm, and RMS norm where there is no mean: y = (x − mean)·rstd·w + b, rstd = 1/√(variance + eps), in each row; with g = dy·w:
// dx = rstd·(g − mean(g) − x̂·mean(g·x̂)), dw = Σ dy·x̂, db = Σ dy over the rows. w and b may be null. Bound by memory: one read of each input and one write.
// variants: T=float,bf16,double

template <int PACKS> INLINE void forward_rows(const T* x, const T* weight, const T* bias, T* y, acc_t* mean, acc_t* rstd, int64 rows, int n, int lanes, acc_t eps) {
    RowPlace p = row_place(lanes);
    int count = p.row < rows ? n : 0; // a row beyond the last is empty: its lanes take part in the shuffles
    bool wide = wide_rows(x, n) && wide_rows(y, n) && wide_rows(weight, n) && wide_rows(bias, n); // null is aligned
    acc_t v[PACKS * VEC];
    load_row<PACKS>(v, x + p.row * n, count, p, lanes, wide, (acc_t)0);
    acc_t m = (acc_t)0;
    if (mean) {
#pragma unroll
        for (int k = 0; k < PACKS * VEC; k++) m += v[k];
        m = row_sum(m, lanes) / n;
    }
    // Σ (x − mean)² from registers: no cancellation, whatever the mean's size.
    acc_t squares = (acc_t)0;
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) {
        v[k] = place_in_row(k / VEC, k % VEC, p, lanes, wide) < n ? v[k] - m : (acc_t)0;
        squares = fn_fma(v[k], v[k], squares);
    }
    acc_t r = fn_rsqrt(row_sum(squares, lanes) / n + eps);
    if (p.lane == 0 && count > 0) {
        if (mean) mean[p.row] = m;
        rstd[p.row] = r;
    }
    // The parameters come from the L1 cache, row after row.
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) v[k] *= r;
    if (weight) {
        acc_t w[PACKS * VEC];
        load_row<PACKS>(w, weight, n, p, lanes, wide, (acc_t)0);
#pragma unroll
        for (int k = 0; k < PACKS * VEC; k++) v[k] *= w[k];
    }
    if (bias) {
        acc_t b[PACKS * VEC];
        load_row<PACKS>(b, bias, n, p, lanes, wide, (acc_t)0);
#pragma unroll
        for (int k = 0; k < PACKS * VEC; k++) v[k] += b[k];
    }
    store_row<PACKS>(y + p.row * n, v, count, p, lanes, wide);
}

#define FORWARD_PARAMETERS const T *x, const T *weight, const T *bias, T *y, acc_t *mean, acc_t *rstd, int64 rows, int n, int lanes, acc_t eps
#define FORWARD_ARGUMENTS x, weight, bias, y, mean, rstd, rows, n, lanes, eps

extern "C" __global__ void __launch_bounds__(512) norm_rows_0(FORWARD_PARAMETERS) { forward_rows<PACKS_OF(0)>(FORWARD_ARGUMENTS); }
extern "C" __global__ void __launch_bounds__(512) norm_rows_1(FORWARD_PARAMETERS) { forward_rows<PACKS_OF(1)>(FORWARD_ARGUMENTS); }
extern "C" __global__ void __launch_bounds__(512) norm_rows_2(FORWARD_PARAMETERS) { forward_rows<PACKS_OF(2)>(FORWARD_ARGUMENTS); }
extern "C" __global__ void __launch_bounds__(512) norm_rows_3(FORWARD_PARAMETERS) { forward_rows<PACKS_OF(3)>(FORWARD_ARGUMENTS); }

// Longer rows: a block each; the second and third walk find the row in the L2 cache.
extern "C" __global__ void __launch_bounds__(1024) norm_long(const T* px, const T* weight, const T* bias, T* py, acc_t* mean, acc_t* rstd, int n, acc_t eps) {
    int64 row = blockIdx.x;
    const T* x = px + row * n;
    T* y = py + row * n;
    RowCut c = cut_row(x, n);
    acc_t m = (acc_t)0, squares = (acc_t)0;
    for (int walk = mean ? 0 : 1; walk < 2; walk++) {
        acc_t sum = (acc_t)0;
#pragma unroll 4
        for (int at = threadIdx.x; at < c.packs; at += blockDim.x) {
            Pack<T, VEC> pack = load_pack<VEC>(x + c.head + at * VEC);
#pragma unroll
            for (int j = 0; j < VEC; j++) {
                acc_t v = (acc_t)widen(pack.at[j]) - m;
                sum += walk == 0 ? v : v * v;
            }
        }
        for (int e = threadIdx.x; e < c.edges; e += blockDim.x) {
            acc_t v = (acc_t)widen(x[c.edge(e)]) - m;
            sum += walk == 0 ? v : v * v;
        }
        sum = block_sum(sum) / n;
        if (walk == 0) m = sum;
        else squares = sum;
    }
    acc_t r = fn_rsqrt(squares + eps);
    if (threadIdx.x == 0) {
        if (mean) mean[row] = m;
        rstd[row] = r;
    }
    // Single elements: the parameters need not be aligned as the row is.
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        acc_t v = ((acc_t)widen(x[i]) - m) * r;
        if (weight) v *= (acc_t)widen(weight[i]);
        if (bias) v += (acc_t)widen(bias[i]);
        y[i] = narrow<T>(v);
    }
}

// --- Backward. A block takes rows_per_block rows, as many at once as it has groups of `lanes` threads, and each thread the same columns of all of them: their parts of dw and db stay in
// --- registers. So the rows are read once for all three gradients. The number of blocks, and with it the order of the sums, depends on the shape alone. ---

// Two sums over the row's lanes with one barrier: rows take turns with the two halves of the shared array.
INLINE void row_sums(acc_t& a, acc_t& b, int lanes, int turn) {
    __shared__ acc_t partial[2][2][WARP];
    for (int offset = (lanes < WARP ? lanes : WARP) / 2; offset > 0; offset /= 2) {
        a += __shfl_xor_sync(FULL_MASK, a, offset);
        b += __shfl_xor_sync(FULL_MASK, b, offset);
    }
    if (lanes <= WARP) return;
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    if (lane == 0) {
        partial[turn][0][warp] = a;
        partial[turn][1][warp] = b;
    }
    __syncthreads();
    a = warp_sum(lane < warps ? partial[turn][0][lane] : (acc_t)0);
    b = warp_sum(lane < warps ? partial[turn][1][lane] : (acc_t)0);
}

// sums[block, column] = Σ over the block's groups of v.
template <int PACKS> INLINE void write_column_sums(acc_t* sums, const acc_t (&v)[PACKS * VEC], int n, RowPlace p, int lanes, bool wide) {
    extern __shared__ float4 dynamic_shared[];
    acc_t* shared = reinterpret_cast<acc_t*>(dynamic_shared);
    int groups = lanes > WARP ? 1 : blockDim.x / lanes, group = lanes > WARP ? 0 : threadIdx.x / lanes;
    acc_t* to = groups == 1 ? sums + (int64)blockIdx.x * n : shared + group * n;
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) {
        int at = place_in_row(k / VEC, k % VEC, p, lanes, wide);
        if (at < n) to[at] = v[k];
    }
    if (groups == 1) return;
    __syncthreads();
    for (int at = threadIdx.x; at < n; at += blockDim.x) {
        acc_t sum = shared[at];
        for (int g = 1; g < groups; g++) sum += shared[g * n + at];
        sums[(int64)blockIdx.x * n + at] = sum;
    }
    __syncthreads();
}

template <int PACKS, bool AHEAD>
INLINE void backward_rows(const T* x, const T* weight, const acc_t* mean, const acc_t* rstd, const T* dy, T* dx, acc_t* dw_sums, acc_t* db_sums, int64 rows, int rows_per_block, int n,
                          int lanes) {
    RowPlace p = row_place(lanes);
    int groups = lanes > WARP ? 1 : blockDim.x / lanes, group = lanes > WARP ? 0 : threadIdx.x / lanes;
    bool wide = wide_rows(x, n) && wide_rows(weight, n) && wide_rows(dy, n) && wide_rows(dx, n);
    int64 first = (int64)blockIdx.x * rows_per_block, last = first + rows_per_block < rows ? first + rows_per_block : rows;
    acc_t dw[PACKS * VEC], db[PACKS * VEC];
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) dw[k] = db[k] = (acc_t)0;
    Pack<T, VEC> w[PACKS], next_x[PACKS], next_dy[PACKS];
    T zero = narrow<T>((acc_t)0), one = narrow<T>((acc_t)1);
    if (weight) load_packs<PACKS>(w, weight, n, p, lanes, wide, zero);
    if (AHEAD) {
        int count = first + group < last ? n : 0;
        load_packs<PACKS>(next_x, x + (first + group) * n, count, p, lanes, wide, zero);
        load_packs<PACKS>(next_dy, dy + (first + group) * n, count, p, lanes, wide, zero);
    }
    int turn = 0;
    for (int64 r = first; r < last; r += groups) { // the same number of turns for all threads
        int64 row = r + group;
        int count = row < last ? n : 0;
        Pack<T, VEC> px[PACKS], pdy[PACKS];
        if (AHEAD) {
            // The next row is on its way while this one's sums are made.
#pragma unroll
            for (int k = 0; k < PACKS; k++) {
                px[k] = next_x[k];
                pdy[k] = next_dy[k];
            }
            int next = row + groups < last ? n : 0;
            load_packs<PACKS>(next_x, x + (row + groups) * n, next, p, lanes, wide, zero);
            load_packs<PACKS>(next_dy, dy + (row + groups) * n, next, p, lanes, wide, zero);
        } else {
            load_packs<PACKS>(px, x + row * n, count, p, lanes, wide, zero);
            load_packs<PACKS>(pdy, dy + row * n, count, p, lanes, wide, zero);
        }
        acc_t m = mean && count > 0 ? mean[row] : (acc_t)0, s = count > 0 ? rstd[row] : (acc_t)0;
        acc_t sum = (acc_t)0, dot = (acc_t)0;
#pragma unroll
        for (int k = 0; k < PACKS * VEC; k++) {
            acc_t d = (acc_t)widen(px[k / VEC].at[k % VEC]) - m, g = (acc_t)widen(pdy[k / VEC].at[k % VEC]); // g is 0 beyond the row
            dw[k] = fn_fma(g, d * s, dw[k]);
            db[k] += g;
            if (weight) g *= (acc_t)widen(w[k / VEC].at[k % VEC]);
            sum += g;
            dot = fn_fma(g, d, dot);
        }
        if (!dx) continue;
        row_sums(sum, dot, lanes, turn);
        turn ^= 1;
        acc_t mean_g = mean ? sum / n : (acc_t)0, slope = dot / n * s * s; // x̂·mean(g·x̂) = (x − mean)·slope
#pragma unroll
        for (int k = 0; k < PACKS * VEC; k++) {
            acc_t d = (acc_t)widen(px[k / VEC].at[k % VEC]) - m, g = (acc_t)widen(pdy[k / VEC].at[k % VEC]);
            if (weight) g *= (acc_t)widen(w[k / VEC].at[k % VEC]);
            pdy[k / VEC].at[k % VEC] = narrow<T>((g - mean_g - d * slope) * s);
        }
        store_packs<PACKS>(dx + row * n, pdy, count, p, lanes, wide);
    }
    if (dw_sums) write_column_sums<PACKS>(dw_sums, dw, n, p, lanes, wide);
    if (db_sums) write_column_sums<PACKS>(db_sums, db, n, p, lanes, wide);
}

#define BACKWARD_PARAMETERS \
    const T *x, const T *weight, const acc_t *mean, const acc_t *rstd, const T *dy, T *dx, acc_t *dw_sums, acc_t *db_sums, int64 rows, int rows_per_block, int n, int lanes
#define BACKWARD_ARGUMENTS x, weight, mean, rstd, dy, dx, dw_sums, db_sums, rows, rows_per_block, n, lanes

#define PACKS_IN(WORDS) ((WORDS) * 4 / (int)sizeof(acc_t) / VEC) // packs whose elements fill so many registers

extern "C" __global__ void __launch_bounds__(512) norm_backward_rows_0(BACKWARD_PARAMETERS) { backward_rows<PACKS_IN(8), true>(BACKWARD_ARGUMENTS); }
extern "C" __global__ void __launch_bounds__(512) norm_backward_rows_1(BACKWARD_PARAMETERS) { backward_rows<PACKS_IN(16), false>(BACKWARD_ARGUMENTS); }

// dw = Σ over the blocks of their parts, and db likewise (blockIdx.y = 1): 32 columns a block, a warp for every so many parts of all of them.
extern "C" __global__ void __launch_bounds__(1024) norm_column_sums(const acc_t* dw_sums, const acc_t* db_sums, T* dw, T* db, int parts, int n) {
    __shared__ acc_t part[WARP][WARP + 1];
    const acc_t* sums = blockIdx.y == 0 ? dw_sums : db_sums;
    T* to = blockIdx.y == 0 ? dw : db;
    if (!to) return;
    int lane = threadIdx.x % WARP, line = threadIdx.x / WARP, lines = blockDim.x / WARP;
    int64 first = (int64)blockIdx.x * WARP;
    acc_t sum = (acc_t)0;
    if (first + lane < n) {
#pragma unroll 8
        for (int r = line; r < parts; r += lines) sum += sums[(int64)r * n + first + lane];
    }
    part[line][lane] = sum;
    __syncthreads();
    for (int column = line; column < WARP; column += lines) {
        sum = warp_sum(lane < lines ? part[lane][column] : (acc_t)0);
        if (lane == 0 && first + column < n) to[first + column] = narrow<T>(sum);
    }
}

// --- Backward of longer rows: dx by a block a row, the column sums by themselves. ---

extern "C" __global__ void __launch_bounds__(1024) norm_backward_long(const T* px, const T* weight, const acc_t* mean, const acc_t* rstd, const T* pdy, T* pdx, int n) {
    int64 row = blockIdx.x;
    const T* x = px + row * n;
    const T* dy = pdy + row * n;
    T* dx = pdx + row * n;
    acc_t m = mean ? mean[row] : (acc_t)0, s = rstd[row], sum = (acc_t)0, dot = (acc_t)0;
#pragma unroll 4
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        acc_t g = (acc_t)widen(dy[i]);
        if (weight) g *= (acc_t)widen(weight[i]);
        sum += g;
        dot = fn_fma(g, (acc_t)widen(x[i]) - m, dot);
    }
    row_sums(sum, dot, blockDim.x, 0);
    acc_t mean_g = mean ? sum / n : (acc_t)0, slope = dot / n * s * s;
#pragma unroll 4
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        acc_t g = (acc_t)widen(dy[i]);
        if (weight) g *= (acc_t)widen(weight[i]);
        dx[i] = narrow<T>((g - mean_g - ((acc_t)widen(x[i]) - m) * slope) * s);
    }
}

// A thread a column, over rows_per_block rows.
extern "C" __global__ void __launch_bounds__(256) norm_backward_columns(const T* x, const acc_t* mean, const acc_t* rstd, const T* dy, acc_t* dw_sums, acc_t* db_sums, int64 rows,
                                                                       int rows_per_block, int n) {
    int64 column = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (column >= n) return;
    int64 first = (int64)blockIdx.y * rows_per_block, last = first + rows_per_block < rows ? first + rows_per_block : rows;
    acc_t dw = (acc_t)0, db = (acc_t)0;
#pragma unroll 4
    for (int64 r = first; r < last; r++) {
        acc_t g = (acc_t)widen(dy[r * n + column]), m = mean ? mean[r] : (acc_t)0;
        dw = fn_fma(g, ((acc_t)widen(x[r * n + column]) - m) * rstd[r], dw);
        db += g;
    }
    if (dw_sums) dw_sums[(int64)blockIdx.y * n + column] = dw;
    if (db_sums) db_sums[(int64)blockIdx.y * n + column] = db;
}
