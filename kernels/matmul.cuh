// What the kernels of matrix products share: their parameter, the order of the tiles, and the end of a product.
//
//   pre = Σ over `sums` products of A (m×k) · B (k×n)  [+ y]  [+ bias],   y = activation(pre)
//
// for each product of a batch. Everything is row-major; A and B may be stored transposed and with gaps between their rows, y (and pre) is contiguous.

#define BATCH_AXES 3

struct Product {
    const T* a;
    const T* b;
    T* y;
    const T* bias;  // (n), or null
    T* pre;         // where the pre-activation goes, laid out as y, or null
    acc_t* partial; // (splits, batch, m, n): sums of parts of k, to be added up by matmul_sum; null where k is not split
    int64 step_a[BATCH_AXES]; // elements from one product of the batch to the next, along up to three axes, the innermost first
    int64 step_b[BATCH_AXES];
    int64 step_y[BATCH_AXES];
    int64 sum_a, sum_b; // elements from one summed product to the next
    int size[BATCH_AXES]; // the batch's sizes
    int first;            // the launch's first product of the batch
    int sums;             // products summed into each y, at least 1
    int m, n, k;
    int lda, ldb; // elements from one stored row to the next
    int part;     // k is split into parts of this many steps (16 elements, of bf16 on tensor cores 32), counted over all summed products
    int activation; // ACTIVATION_…
    int accumulate; // y is added to
    int vector_y;   // y, pre and bias can be read and written 16 bytes at a time
};

// As in Activation.cs.
#define ACTIVATION_NONE 0
#define ACTIVATION_RELU 1
#define ACTIVATION_GELU 2

INLINE int64 batch_offset(const Product& p, const int64 (&step)[BATCH_AXES], int product) {
    int rest = product / p.size[0];
    return (product % p.size[0]) * step[0] + (rest % p.size[1]) * step[1] + (rest / p.size[1]) * step[2];
}

// The tile of a block. Tiles go in bands of eight rows, down each column of a band: the blocks that run at the same time read few rows of A and few columns
// of B, which then stay in L2. (In row order 108 blocks of a 64×64-tile product read 2 + 64 strips, in bands 8 + 14.)
INLINE void tile_of_block(int block, int rows, int columns, int& row, int& column) {
    const int BAND = 8;
    int band = block / (BAND * columns), first = band * BAND, height = rows - first < BAND ? rows - first : BAND, at = block - first * columns;
    row = first + at % height;
    column = at / height;
}

// --- Activations ---

// gelu(x) = x·σ(2u), u = √(2/π)·(x + 0.044715·x³). Results rounded to bf16 can do with the fast exponential.
#define TWO_SQRT_2_OVER_PI 1.5957691216057307117

INLINE float gelu_tanh(float x) {
    float u2 = x * ((float)TWO_SQRT_2_OVER_PI + (float)(TWO_SQRT_2_OVER_PI * 0.044715) * (x * x));
    return __fdividef(x, 1.f + (sizeof(T) == 2 ? __expf(-u2) : expf(-u2)));
}
INLINE double gelu_tanh(double x) { return x / (1. + exp(-x * (TWO_SQRT_2_OVER_PI + TWO_SQRT_2_OVER_PI * 0.044715 * (x * x)))); }

INLINE acc_t activate(acc_t x, int activation) {
    if (activation == ACTIVATION_RELU) return max_of(x, (acc_t)0);
    if (activation == ACTIVATION_GELU) return gelu_tanh(x);
    return x;
}

// --- The end of a product. A run is N neighbouring elements of a row, from column `column` on; `at` is the first one's place in y. ---

template <int N, typename U> INLINE void load_run(const U* from, int count, bool vector, Pack<U, N>& v) {
    if (vector) {
        if (count > 0) v = load_pack<N>(from);
        return;
    }
#pragma unroll
    for (int j = 0; j < N; j++)
        if (j < count) v.at[j] = from[j];
}

template <int N, typename U> INLINE void store_run(U* to, int count, bool vector, const acc_t (&v)[N]) {
    Pack<U, N> w;
#pragma unroll
    for (int j = 0; j < N; j++) w.at[j] = narrow<U>(v[j]);
    if (vector) {
        if (count > 0) store_pack<N>(to, w);
        return;
    }
#pragma unroll
    for (int j = 0; j < N; j++)
        if (j < count) to[j] = w.at[j];
}

// Adds what the product is added to, before the activation.
template <int N> INLINE void add_to_run(const Product& p, int64 at, int column, acc_t (&v)[N]) {
    int count = p.n - column;
    Pack<T, N> w = {};
    if (p.bias) {
        load_run<N>(p.bias + column, count, p.vector_y, w);
#pragma unroll
        for (int j = 0; j < N; j++) v[j] += widen(w.at[j]);
    }
    if (p.accumulate) {
        load_run<N>(p.y + at, count, p.vector_y, w);
#pragma unroll
        for (int j = 0; j < N; j++) v[j] += widen(w.at[j]);
    }
}

// The whole end for one run.
template <int N> INLINE void finish_run(const Product& p, int64 at, int column, acc_t (&v)[N]) {
    int count = p.n - column;
    add_to_run<N>(p, at, column, v);
    if (p.pre) store_run<N>(p.pre + at, count, p.vector_y, v);
#pragma unroll
    for (int j = 0; j < N; j++) v[j] = activate(v[j], p.activation);
    store_run<N>(p.y + at, count, p.vector_y, v);
}

// The whole end for one element.
INLINE void finish_one(const Product& p, int64 at, int bias_at, acc_t v) {
    if (p.bias) v += widen(p.bias[bias_at]);
    if (p.accumulate) v += widen(p.y[at]);
    if (p.pre) p.pre[at] = narrow<T>(v);
    p.y[at] = narrow<T>(activate(v, p.activation));
}

// One run of a block's tile: the sums of a part of k, or the whole end.
template <int N> INLINE void end_run(const Product& p, int64 at, int column, acc_t (&v)[N]) {
    if (p.partial) store_run<N>(p.partial + at, p.n - column, p.vector_y, v);
    else finish_run<N>(p, at, column, v);
}
