// needs: strides.cuh
// variants: T=float,double,bf16
// Rotary position embedding: each pair of features of a row is turned by an angle of the row's position. The table holds D/2 cosines and D/2 sines for each position.

#define THREADS 256
#define TABLE_VEC ((int)(16 / sizeof(acc_t)))

struct Rotation {
    const T* x; // (B, H, rows, D), the last axis contiguous
    int64 batch, head, row;
    T* y; // contiguous
    const acc_t* table;
    const int64* positions; // one for each row of x or, with `each`, of all batches and heads; null: first, first + 1, …
    int64 first;
    int64 count;               // pairs, or vectors of them
    Divider per_row, rows, heads; // count of a row, rows of a head, heads of a batch
    int half; // D/2
    int each, inverse;
};

template <int N, bool INTERLEAVED> INLINE void rotate(const Rotation& r) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= r.count) return;
    int64 line = divide(i, r.per_row), head = divide(line, r.rows), batch = divide(head, r.heads);
    int pair = (int)(i - line * r.per_row.divisor) * N;
    int64 row = line - head * r.rows.divisor;
    int64 position = r.positions ? r.positions[r.each ? line : row] : r.first + row;
    const T* x = r.x + batch * r.batch + (head - batch * r.heads.divisor) * r.head + row * r.row;
    T* y = r.y + line * 2 * r.half;
    // The halves of N pairs, or N pairs in a row.
    int low = INTERLEAVED ? 2 * pair : pair, high = INTERLEAVED ? 2 * pair + N : pair + r.half;
    Pack<T, N> packs[2] = {load_pack<N>(x + low), load_pack<N>(x + high)};
    const acc_t* table = r.table + position * 2 * r.half + pair;
    acc_t cos[N], sin[N];
    const int M = N == 1 ? 1 : TABLE_VEC;
#pragma unroll
    for (int j = 0; j < N; j += M) {
        Pack<acc_t, M> c = load_pack<M>(table + j), s = load_pack<M>(table + r.half + j);
#pragma unroll
        for (int k = 0; k < M; k++) {
            cos[j + k] = c.at[k];
            sin[j + k] = r.inverse ? -s.at[k] : s.at[k];
        }
    }
#pragma unroll
    for (int j = 0; j < N; j++) {
        T& first = INTERLEAVED ? packs[2 * j / N].at[2 * j % N] : packs[0].at[j];
        T& second = INTERLEAVED ? packs[(2 * j + 1) / N].at[(2 * j + 1) % N] : packs[1].at[j];
        acc_t a = widen(first), b = widen(second);
        first = narrow<T>(a * cos[j] - b * sin[j]);
        second = narrow<T>(a * sin[j] + b * cos[j]);
    }
    store_pack(y + low, packs[0]);
    store_pack(y + high, packs[1]);
}

// Grid ⌈count / 256⌉. _vector: VEC pairs a thread, all rows aligned to 16 bytes.
extern "C" __global__ void __launch_bounds__(THREADS) rotate_halves(Rotation r) { rotate<1, false>(r); }
extern "C" __global__ void __launch_bounds__(THREADS) rotate_halves_vector(Rotation r) { rotate<VEC, false>(r); }
extern "C" __global__ void __launch_bounds__(THREADS) rotate_pairs(Rotation r) { rotate<1, true>(r); }
extern "C" __global__ void __launch_bounds__(THREADS) rotate_pairs_vector(Rotation r) { rotate<VEC, true>(r); }
