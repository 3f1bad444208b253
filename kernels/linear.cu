// needs: matmul.cuh
// Beside a linear layer's products: dp = dy·act′ and db = Σ over rows of dp in one pass, and the bias and activation after a product of cuBLAS, which has no such end. Bound by memory:
// each element is read and written once, 16 bytes at a time where rows are aligned.
// variants: T=float,bf16,double

#define GROUPS 8

// d/dx x·s = s + x·s·(1 − s)·2u′, s = σ(2u). Beyond ±40 the slope is exactly 0 or 1; without the limit ∞·0 would make it NaN.
INLINE acc_t gelu_slope(acc_t x) {
    const acc_t C = (acc_t)TWO_SQRT_2_OVER_PI, CUBIC = (acc_t)(TWO_SQRT_2_OVER_PI * 0.044715);
    x = x > (acc_t)40 ? (acc_t)40 : x < (acc_t)-40 ? (acc_t)-40 : x;
    acc_t u2 = x * (C + CUBIC * (x * x)), s;
    if (sizeof(T) == 2) s = __fdividef(1.f, 1.f + __expf((float)-u2));
    else s = fn_sigmoid(u2);
    return fn_fma(x * s * ((acc_t)1 - s), C + (acc_t)3 * CUBIC * (x * x), s);
}

template <int ACTIVATION> INLINE acc_t slope_times(acc_t dy, acc_t kept) {
    if (ACTIVATION == ACTIVATION_RELU) return kept > (acc_t)0 ? dy : (acc_t)0;
    return dy * gelu_slope(kept);
}

// A block: 32·W columns, GROUPS rows at a time from its chunk of rows.
template <int ACTIVATION, int W> INLINE void backward(acc_t (*part)[WARP * W], const T* kept, const T* dy, T* dp, T* db, acc_t* partial, int64 rows, int64 cols, int64 chunk) {
    int lane = threadIdx.x % WARP, group = threadIdx.x / WARP;
    int64 first = (int64)blockIdx.x * (WARP * W), column = first + lane * W;
    int64 begin = (int64)blockIdx.y * chunk, end = begin + chunk < rows ? begin + chunk : rows;
    acc_t sums[W] = {};
    if (column < cols) {
#pragma unroll 4
        for (int64 row = begin + group; row < end; row += GROUPS) {
            int64 at = row * cols + column;
            Pack<T, W> d = load_pack<W>(dy + at);
            if (ACTIVATION == ACTIVATION_NONE) {
#pragma unroll
                for (int j = 0; j < W; j++) sums[j] += widen(d.at[j]);
            } else {
                Pack<T, W> k = load_pack<W>(kept + at), out;
#pragma unroll
                for (int j = 0; j < W; j++) {
                    acc_t v = slope_times<ACTIVATION>(widen(d.at[j]), widen(k.at[j]));
                    sums[j] += v;
                    out.at[j] = narrow<T>(v);
                }
                store_pack<W>(dp + at, out);
            }
        }
    }
    if (!db) return; // the whole grid
#pragma unroll
    for (int j = 0; j < W; j++) part[group][lane + j * WARP] = sums[j];
    __syncthreads();
    for (int c = threadIdx.x; c < WARP * W && first + c < cols; c += GROUPS * WARP) {
        acc_t sum = 0;
#pragma unroll
        for (int g = 0; g < GROUPS; g++) sum += part[g][c / W + c % W * WARP];
        if (partial) partial[blockIdx.y * cols + first + c] = sum;
        else db[first + c] = narrow<T>(sum);
    }
}

template <int W> INLINE void backward_of(acc_t (*part)[WARP * W], int activation, const T* kept, const T* dy, T* dp, T* db, acc_t* partial, int64 rows, int64 cols, int64 chunk) {
    if (activation == ACTIVATION_NONE) backward<ACTIVATION_NONE, W>(part, kept, dy, dp, db, partial, rows, cols, chunk);
    else if (activation == ACTIVATION_RELU) backward<ACTIVATION_RELU, W>(part, kept, dy, dp, db, partial, rows, cols, chunk);
    else backward<ACTIVATION_GELU, W>(part, kept, dy, dp, db, partial, rows, cols, chunk);
}

// grid (columns / (32 · VEC), chunks of rows). partial (chunks, cols) where there is more than one chunk, to be added up by bias_sum.
extern "C" __global__ void __launch_bounds__(256, 3) activation_backward(int activation, const T* kept, const T* dy, T* dp, T* db, acc_t* partial, int64 rows, int64 cols, int64 chunk) {
    __shared__ acc_t part[GROUPS][WARP * VEC];
    backward_of<VEC>(part, activation, kept, dy, dp, db, partial, rows, cols, chunk);
}

// The same for rows that are not aligned to 16 bytes: grid (columns / 32, chunks of rows).
extern "C" __global__ void __launch_bounds__(256) activation_backward_unaligned(int activation, const T* kept, const T* dy, T* dp, T* db, acc_t* partial, int64 rows, int64 cols, int64 chunk) {
    __shared__ acc_t part[GROUPS][WARP];
    backward_of<1>(part, activation, kept, dy, dp, db, partial, rows, cols, chunk);
}

// db[c] = Σ partial[chunk, c]: 32 columns a block, the chunks shared out to eight rows of threads.
extern "C" __global__ void __launch_bounds__(256) bias_sum(const acc_t* partial, T* db, int64 chunks, int64 cols) {
    __shared__ acc_t part[GROUPS][WARP];
    int lane = threadIdx.x % WARP, group = threadIdx.x / WARP;
    int64 column = (int64)blockIdx.x * WARP + lane;
    acc_t sum = 0;
    if (column < cols)
        for (int64 chunk = group; chunk < chunks; chunk += GROUPS) sum += partial[chunk * cols + column];
    part[group][lane] = sum;
    __syncthreads();
    if (group > 0 || column >= cols) return;
#pragma unroll
    for (int g = 1; g < GROUPS; g++) sum += part[g][lane];
    db[column] = narrow<T>(sum);
}

template <int W> INLINE void finish(T* y, const T* bias, T* pre, int activation, int64 count, int cols) {
    int64 at = ((int64)blockIdx.x * blockDim.x + threadIdx.x) * W;
    if (at >= count) return;
    Pack<T, W> v = load_pack<W>(y + at);
    if (bias) {
        Pack<T, W> b = load_pack<W>(bias + (count >> 32 ? (int)(at % cols) : (int)((uint32)at % (uint32)cols)));
#pragma unroll
        for (int j = 0; j < W; j++) v.at[j] = narrow<T>(widen(v.at[j]) + widen(b.at[j]));
    }
    if (pre) store_pack<W>(pre + at, v);
#pragma unroll
    for (int j = 0; j < W; j++) v.at[j] = narrow<T>(activate(widen(v.at[j]), activation));
    store_pack<W>(y + at, v);
}

// y = activation(y + bias), pre = y + bias where asked. W elements a thread: 16 bytes if vector.
extern "C" __global__ void __launch_bounds__(256) linear_finish(T* y, const T* bias, T* pre, int activation, int64 count, int cols, int vector) {
    if (vector) finish<VEC>(y, bias, pre, activation, count, cols);
    else finish<1>(y, bias, pre, activation, count, cols);
}
