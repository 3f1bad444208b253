// needs: attention.cuh
// variants: T=float,double,bf16
// Attention and its gradients for any head size and type. The fast kernels (attention_tiled.cu, attention_tensor.cu) take the sizes up to 128; these are what is left, and the
// shortest statement of the method: tiles of 32 × 32 scores pass by, each row's softmax is corrected as larger scores turn up, and no (T, S) matrix exists.
//
// 256 threads: warp w and lane l hold rows 4w … 4w+3 and column l of a tile of scores, and columns l, l+32, l+64, l+96 of 128 features of the result. Results with more features
// are cut along the grid's second axis, which computes the scores again for each cut.

#define SIDE 32
#define ROWS 4      // of a warp
#define COLUMNS 4   // of a lane
#define FEATURES (COLUMNS * WARP)
#define THREADS 256

// Rows of a matrix, read as 0 beyond its edges.
struct Matrix {
    const T* data;
    int64 step;
    int rows, features;

    INLINE acc_t at(int row, int feature) const { return row < rows && feature < features ? widen(data[row * step + feature]) : (acc_t)0; }
};

// dot[r] = Σ_f left[row + 4·warp + r][f] · right[column + lane][f]
INLINE void dot_tile(acc_t (&dot)[ROWS], const Matrix& left, int row, const Matrix& right, int column) {
    __shared__ acc_t a[SIDE][SIDE + 1];
    __shared__ acc_t b[SIDE][SIDE + 1];
    int lane = threadIdx.x % WARP, first = threadIdx.x / WARP * ROWS;
    for (int r = 0; r < ROWS; r++) dot[r] = 0;
    for (int f = 0; f < left.features; f += SIDE) {
        __syncthreads();
        for (int r = first; r < first + ROWS; r++) {
            a[r][lane] = left.at(row + r, f + lane);
            b[r][lane] = right.at(column + r, f + lane);
        }
        __syncthreads();
#pragma unroll(sizeof(T) == 8 ? 4 : 8) // of doubles not more, for want of registers
        for (int i = 0; i < SIDE; i++)
            for (int r = 0; r < ROWS; r++) dot[r] += a[first + r][i] * b[lane][i];
    }
}

// sum[r][c] += Σ_i weights[4·warp + r][i] · x[row + i][feature + lane + 32·c]
INLINE void accumulate(acc_t (&sum)[ROWS][COLUMNS], const acc_t (&weights)[SIDE][SIDE + 1], const Matrix& x, int row, int feature) {
    int lane = threadIdx.x % WARP, first = threadIdx.x / WARP * ROWS;
    for (int c = 0; c < COLUMNS; c++) {
        if (feature + c * WARP >= x.features) break;
#pragma unroll 8
        for (int i = 0; i < SIDE; i++) {
            acc_t value = x.at(row + i, feature + c * WARP + lane);
            for (int r = 0; r < ROWS; r++) sum[r][c] += weights[first + r][i] * value;
        }
    }
}

INLINE void write(const acc_t (&sum)[ROWS][COLUMNS], acc_t scale, T* data, int64 step, int row, int rows, int feature, int features) {
    int lane = threadIdx.x % WARP;
    row += threadIdx.x / WARP * ROWS;
    for (int r = 0; r < ROWS && row + r < rows; r++)
        for (int c = 0; c < COLUMNS; c++) {
            int f = feature + c * WARP + lane;
            if (f < features) data[(row + r) * step + f] = narrow<T>(sum[r][c] * scale);
        }
}

// scale·dot + mask; −∞ where the query does not see the key.
INLINE acc_t score(const Attention& a, const Place& at, acc_t dot, int query, int key) {
    if (query >= a.queries || key > last_key(a, query)) return -INF_F;
    acc_t s = dot * (acc_t)a.scale;
    if (a.mask.data) s += widen(a.mask.of(at.b, at.h, query)[key]);
    return s;
}

// y = softmax(scale·q·kᵀ + mask)·v and L = ln Σ e^s. Grid (B·H · ⌈T/32⌉, ⌈E/128⌉ or 1).
extern "C" __global__ void __launch_bounds__(THREADS) attention_forward(Attention a) {
    __shared__ acc_t weights[SIDE][SIDE + 1];
    Place at(a, blocks_of(a.queries, SIDE));
    int lane = threadIdx.x % WARP, first = threadIdx.x / WARP * ROWS, row = at.block * SIDE, feature = blockIdx.y * FEATURES;
    Matrix q = {a.q.of(at.b, at.h), a.q.row, a.queries, a.d}, k = {a.k.of(at.b, at.h), a.k.row, a.keys, a.d}, v = {a.v.of(at.b, at.h), a.v.row, a.keys, a.e};
    acc_t y[ROWS][COLUMNS] = {}, max[ROWS], sum[ROWS] = {};
    for (int r = 0; r < ROWS; r++) max[r] = -INF_F;
    int visible = last_key(a, min_of(row + SIDE, a.queries) - 1) + 1;
    for (int key = 0; key < visible; key += SIDE) {
        acc_t s[ROWS];
        dot_tile(s, q, row, k, key);
        for (int r = 0; r < ROWS; r++) {
            s[r] = score(a, at, s[r], row + first + r, key + lane);
            acc_t larger = max_of(max[r], warp_max(s[r]));
            acc_t shift = larger == -INF_F ? 0 : larger; // no key seen yet: weights of 0, not NaN
            acc_t correction = fn_exp(max[r] - shift), p = fn_exp(s[r] - shift);
            max[r] = larger;
            sum[r] = sum[r] * correction + p;
            for (int c = 0; c < COLUMNS; c++) y[r][c] *= correction;
            weights[first + r][lane] = p;
        }
        __syncwarp();
        accumulate(y, weights, v, key, feature);
        __syncwarp();
    }
    for (int r = 0; r < ROWS; r++) {
        acc_t total = warp_sum(sum[r]), inverse = total == 0 ? 0 : 1 / total;
        for (int c = 0; c < COLUMNS; c++) y[r][c] *= inverse;
        int query = row + first + r;
        if (lane == 0 && blockIdx.y == 0 && query < a.queries) a.log_sum_exp[(int64)at.head * a.queries + query] = total == 0 ? (acc_t)INF_F : max[r] + fn_log(total);
    }
    write(y, 1, a.y.of(at.b, at.h), a.y.row, row, a.queries, feature, a.e);
}

// With P = e^(s − L) and dS = P∘(dY·Vᵀ − δ): the gradients of 32 keys, dv = Pᵀ·dY and dk = scale·dSᵀ·Q, or of 32 queries, dq = scale·dS·K. Rows are the keys or the queries,
// columns the other side.
template <bool KEYS> INLINE void backward(const Attention& a) {
    __shared__ acc_t p_weights[SIDE][SIDE + 1];
    __shared__ acc_t ds_weights[SIDE][SIDE + 1];
    Place at(a, blocks_of(KEYS ? a.keys : a.queries, SIDE));
    int lane = threadIdx.x % WARP, first = threadIdx.x / WARP * ROWS, row = at.block * SIDE, feature = blockIdx.y * FEATURES;
    Matrix q = {a.q.of(at.b, at.h), a.q.row, a.queries, a.d}, k = {a.k.of(at.b, at.h), a.k.row, a.keys, a.d};
    Matrix v = {a.v.of(at.b, at.h), a.v.row, a.keys, a.e}, dy = {a.dy.of(at.b, at.h), a.dy.row, a.queries, a.e};
    const Statistics* statistics = a.statistics + (int64)at.head * a.padded;
    acc_t dk[ROWS][COLUMNS] = {}, dv[ROWS][COLUMNS] = {}; // dk is dq in the other case
    int begin = KEYS && a.causal ? max_of(0, row - (a.keys - a.queries)) / SIDE * SIDE : 0;
    int end = KEYS ? a.queries : last_key(a, min_of(row + SIDE, a.queries) - 1) + 1;
    for (int column = begin; column < end; column += SIDE) {
        acc_t s[ROWS], dp[ROWS];
        dot_tile(s, KEYS ? k : q, row, KEYS ? q : k, column);
        dot_tile(dp, KEYS ? v : dy, row, KEYS ? dy : v, column);
        for (int r = 0; r < ROWS; r++) {
            int query = KEYS ? column + lane : row + first + r, key = KEYS ? row + first + r : column + lane;
            bool seen = query < a.queries && key <= last_key(a, query);
            acc_t p = 0, ds = 0;
            if (seen) {
                Statistics statistic = statistics[query];
                p = fn_exp(score(a, at, s[r], query, key) - statistic.at[0]);
                ds = p * (dp[r] - statistic.at[1]);
            }
            p_weights[first + r][lane] = p;
            ds_weights[first + r][lane] = ds;
        }
        __syncwarp();
        if (KEYS) accumulate(dv, p_weights, dy, column, feature);
        accumulate(dk, ds_weights, KEYS ? q : k, column, feature);
        __syncwarp();
    }
    const Rows& to = KEYS ? a.dk : a.dq;
    write(dk, (acc_t)a.scale, to.of(at.b, at.h), to.row, row, KEYS ? a.keys : a.queries, feature, a.d);
    if (KEYS) write(dv, 1, a.dv.of(at.b, at.h), a.dv.row, row, a.keys, feature, a.e);
}

// Grid (B·H · ⌈S/32⌉, ⌈max(D, E)/128⌉).
extern "C" __global__ void __launch_bounds__(THREADS) attention_backward_keys(Attention a) { backward<true>(a); }

// Grid (B·H · ⌈T/32⌉, ⌈D/128⌉). For a fourth block of a multiprocessor the compiler would spill registers of bf16; 0 lets it choose.
extern "C" __global__ void __launch_bounds__(THREADS, sizeof(T) == 2 ? 3 : 0) attention_backward_queries(Attention a) { backward<false>(a); }
