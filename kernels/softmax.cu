// needs: rows.cuh online_sum.cuh
// LOG = 0: y = eˣ / Σ eˣ, dx = y·(dy − Σ dy·y);  LOG = 1: y = x − ln Σ eˣ, dx = dy − eʸ·Σ dy, in each row. Bound by memory: one read of each input and one write, as long as a row fits
// in registers (up to 512 threads with PACKS · VEC elements each) or in shared memory.
// variants: T=float,bf16,double LOG=0,1

// --- Rows in registers. ---

template <int PACKS> INLINE void forward_rows(const T* x, T* y, int64 rows, int n, int lanes) {
    RowPlace p = row_place(lanes);
    int count = p.row < rows ? n : 0; // a row beyond the last is empty: its lanes take part in the shuffles
    bool wide = wide_rows(x, n) && wide_rows(y, n);
    acc_t v[PACKS * VEC];
    load_row<PACKS>(v, x + p.row * n, count, p, lanes, wide, (acc_t)-INF_F);
    acc_t max = (acc_t)-INF_F;
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) max = LargerOf::of(max, v[k]);
    max = row_max(max, lanes);
    acc_t shift = OnlineSum::shift(max), sum = (acc_t)0;
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) {
        acc_t e = fn_exp(v[k] - shift);
        sum += e;
        if (!LOG) v[k] = e;
    }
    sum = row_sum(sum, lanes);
    // Two subtractions: max + ln sum in one number would lose the digits of ln sum beside a large max.
    acc_t factor = (acc_t)1 / sum, log_sum = fn_log(sum);
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) v[k] = LOG ? v[k] - max - log_sum : v[k] * factor;
    store_row<PACKS>(y + p.row * n, v, count, p, lanes, wide);
}

extern "C" __global__ void __launch_bounds__(512) softmax_rows_0(const T* x, T* y, int64 rows, int n, int lanes) { forward_rows<PACKS_OF(0)>(x, y, rows, n, lanes); }
extern "C" __global__ void __launch_bounds__(512) softmax_rows_1(const T* x, T* y, int64 rows, int n, int lanes) { forward_rows<PACKS_OF(1)>(x, y, rows, n, lanes); }
extern "C" __global__ void __launch_bounds__(512) softmax_rows_2(const T* x, T* y, int64 rows, int n, int lanes) { forward_rows<PACKS_OF(2)>(x, y, rows, n, lanes); }
extern "C" __global__ void __launch_bounds__(512) softmax_rows_3(const T* x, T* y, int64 rows, int n, int lanes) { forward_rows<PACKS_OF(3)>(x, y, rows, n, lanes); }

INLINE acc_t backward_term(acc_t y, acc_t dy, acc_t sum) { return LOG ? sum + dy : fn_fma(y, dy, sum); }
INLINE acc_t backward_of(acc_t y, acc_t dy, acc_t sum) { return LOG ? fn_fma(fn_exp(y), -sum, dy) : y * (dy - sum); }

template <int PACKS> INLINE void backward_rows(const T* y, const T* dy, T* dx, int64 rows, int n, int lanes) {
    RowPlace p = row_place(lanes);
    int count = p.row < rows ? n : 0;
    bool wide = wide_rows(y, n) && wide_rows(dy, n) && wide_rows(dx, n);
    acc_t v[PACKS * VEC], g[PACKS * VEC];
    load_row<PACKS>(v, y + p.row * n, count, p, lanes, wide, (acc_t)0);
    load_row<PACKS>(g, dy + p.row * n, count, p, lanes, wide, (acc_t)0);
    acc_t sum = (acc_t)0;
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) sum = backward_term(v[k], g[k], sum);
    sum = row_sum(sum, lanes);
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) g[k] = backward_of(v[k], g[k], sum);
    store_row<PACKS>(dx + p.row * n, g, count, p, lanes, wide);
}

extern "C" __global__ void __launch_bounds__(512) softmax_backward_rows_0(const T* y, const T* dy, T* dx, int64 rows, int n, int lanes) { backward_rows<PACKS_OF(0)>(y, dy, dx, rows, n, lanes); }
extern "C" __global__ void __launch_bounds__(512) softmax_backward_rows_1(const T* y, const T* dy, T* dx, int64 rows, int n, int lanes) { backward_rows<PACKS_OF(1)>(y, dy, dx, rows, n, lanes); }
extern "C" __global__ void __launch_bounds__(512) softmax_backward_rows_2(const T* y, const T* dy, T* dx, int64 rows, int n, int lanes) { backward_rows<PACKS_OF(2)>(y, dy, dx, rows, n, lanes); }
extern "C" __global__ void __launch_bounds__(512) softmax_backward_rows_3(const T* y, const T* dy, T* dx, int64 rows, int n, int lanes) { backward_rows<PACKS_OF(3)>(y, dy, dx, rows, n, lanes); }

// --- Longer rows: a block each, two walks. Where shared memory holds the row (keep), the second reads it there, else through the L2 cache. ---

#define BATCH (sizeof(T) == 8 ? 2 : 4) // packs that a thread loads before it looks at the first; more doubles would not fit its 64 registers

INLINE acc_t forward_of(acc_t x, const OnlineSum& of, acc_t shift, acc_t factor, acc_t log_sum) { return LOG ? x - of.max - log_sum : fn_exp(x - shift) * factor; }

extern "C" __global__ void __launch_bounds__(1024) softmax_long(const T* px, T* py, int n, int keep) {
    extern __shared__ float4 dynamic_shared[];
    const T* x = px + (int64)blockIdx.x * n;
    T* y = py + (int64)blockIdx.x * n;
    RowCut c = cut_rows(x, y, n);
    T* kept = reinterpret_cast<T*>(dynamic_shared); // the packs, then the edges; each thread reads back what it wrote itself
    T* kept_edges = kept + c.packs * VEC;
    OnlineSum total;
    for (int at = threadIdx.x; at < c.packs; at += blockDim.x * BATCH) {
        Pack<T, VEC> packs[BATCH];
        acc_t v[BATCH * VEC];
        load_batch<BATCH>(packs, x + c.head, at, blockDim.x, c.packs);
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
            bool inside = at + k * (int)blockDim.x < c.packs;
#pragma unroll
            for (int j = 0; j < VEC; j++) v[k * VEC + j] = inside ? (acc_t)widen(packs[k].at[j]) : (acc_t)-INF_F;
            if (keep && inside) store_pack<VEC>(kept + (at + k * blockDim.x) * VEC, packs[k]);
        }
        total.add(v);
    }
    for (int e = threadIdx.x; e < c.edges; e += blockDim.x) {
        T v = x[c.edge(e)];
        total.add((acc_t)widen(v));
        if (keep) kept_edges[e] = v;
    }
    total.join(blockDim.x);
    acc_t shift = OnlineSum::shift(total.max), factor = (acc_t)1 / total.sum, log_sum = fn_log(total.sum);
    const T* from = keep ? kept : x + c.head;
    for (int at = threadIdx.x; at < c.packs; at += blockDim.x * BATCH) {
        Pack<T, VEC> packs[BATCH];
        load_batch<BATCH>(packs, from, at, blockDim.x, c.packs);
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
            if (at + k * (int)blockDim.x >= c.packs) break;
#pragma unroll
            for (int j = 0; j < VEC; j++) packs[k].at[j] = narrow<T>(forward_of((acc_t)widen(packs[k].at[j]), total, shift, factor, log_sum));
            store_pack<VEC>(y + c.head + (at + k * blockDim.x) * VEC, packs[k]);
        }
    }
    for (int e = threadIdx.x; e < c.edges; e += blockDim.x)
        y[c.edge(e)] = narrow<T>(forward_of((acc_t)widen(keep ? kept_edges[e] : x[c.edge(e)]), total, shift, factor, log_sum));
}

extern "C" __global__ void __launch_bounds__(1024) softmax_backward_long(const T* py, const T* pdy, T* pdx, int n) {
    const T* y = py + (int64)blockIdx.x * n;
    const T* dy = pdy + (int64)blockIdx.x * n;
    T* dx = pdx + (int64)blockIdx.x * n;
    RowCut c = cut_rows(y, dy, dx, n);
    acc_t sum = (acc_t)0;
    for (int at = threadIdx.x; at < c.packs; at += blockDim.x * 2) {
        Pack<T, VEC> v[2], g[2];
        load_batch<2>(v, y + c.head, at, blockDim.x, c.packs);
        load_batch<2>(g, dy + c.head, at, blockDim.x, c.packs);
#pragma unroll
        for (int k = 0; k < 2; k++) {
            if (at + k * (int)blockDim.x >= c.packs) break;
#pragma unroll
            for (int j = 0; j < VEC; j++) sum = backward_term((acc_t)widen(v[k].at[j]), (acc_t)widen(g[k].at[j]), sum);
        }
    }
    for (int e = threadIdx.x; e < c.edges; e += blockDim.x) sum = backward_term((acc_t)widen(y[c.edge(e)]), (acc_t)widen(dy[c.edge(e)]), sum);
    sum = block_sum(sum);
    for (int at = threadIdx.x; at < c.packs; at += blockDim.x * 2) {
        Pack<T, VEC> v[2], g[2];
        load_batch<2>(v, y + c.head, at, blockDim.x, c.packs);
        load_batch<2>(g, dy + c.head, at, blockDim.x, c.packs);
#pragma unroll
        for (int k = 0; k < 2; k++) {
            if (at + k * (int)blockDim.x >= c.packs) break;
#pragma unroll
            for (int j = 0; j < VEC; j++) g[k].at[j] = narrow<T>(backward_of((acc_t)widen(v[k].at[j]), (acc_t)widen(g[k].at[j]), sum));
            store_pack<VEC>(dx + c.head + (at + k * blockDim.x) * VEC, g[k]);
        }
    }
    for (int e = threadIdx.x; e < c.edges; e += blockDim.x) {
        int i = c.edge(e);
        dx[i] = narrow<T>(backward_of((acc_t)widen(y[i]), (acc_t)widen(dy[i]), sum));
    }
}
