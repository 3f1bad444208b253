// needs: strides.cuh
// Sums into positions named by indices. What goes to one place is added in the order of k, starting from what is there: the same bits as one thread would get, and for bfloat16 a
// single rounding. Around the indexed axis a tensor is (outer, n, inner).
// variants: T=float,bf16,double,int,int64

#define THREADS 256

template <int N> INLINE void add_pack(acc_t (&sum)[N], const T* s) {
    Pack<T, N> v = load_pack<N>(s);
#pragma unroll
    for (int c = 0; c < N; c++) sum[c] += widen(v.at[c]);
}
template <int N> INLINE void start_from(acc_t (&sum)[N], const T* y) {
    Pack<T, N> v = load_pack<N>(y);
#pragma unroll
    for (int c = 0; c < N; c++) sum[c] = widen(v.at[c]);
}
template <int N> INLINE void store_sum(T* y, const acc_t (&sum)[N]) {
    Pack<T, N> v;
#pragma unroll
    for (int c = 0; c < N; c++) v.at[c] = narrow<T>(sum[c]);
    store_pack<N>(y, v);
}

// Rows of `inner` elements in `units` packs; `picks` of them in a slice.
struct Rows {
    int64 count; // outer·picks·units
    int64 n, inner;
    Divider units, picks;
};

#define FEW 512

// y[o, index[k], i] += s[o, k, i] for at most FEW picks: the first k to name a row adds for all that name it.
template <int N> INLINE void add_few_rows(const T* s, const int64* index, T* y, const Rows& r) {
    __shared__ int64 named[FEW];
    int picks = (int)r.picks.divisor;
    for (int k = threadIdx.x; k < picks; k += THREADS) named[k] = index[k];
    __syncthreads();
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= r.count) return;
    int64 row = divide(i, r.units), o = divide(row, r.picks), column = (i - row * r.units.divisor) * N;
    int k = (int)(row - o * picks);
    int64 at = named[k];
    if ((uint64)at >= (uint64)r.n) return;
    for (int j = 0; j < k; j++)
        if (named[j] == at) return;
    acc_t sum[N];
    T* to = y + (o * r.n + at) * r.inner + column;
    start_from(sum, to);
    const T* from = s + o * picks * r.inner + column;
    for (int j = k; j < picks; j++)
        if (named[j] == at) add_pack(sum, from + j * r.inner);
    store_sum(to, sum);
}

extern "C" __global__ void __launch_bounds__(THREADS) add_few_rows_elements(const T* s, const int64* index, T* y, Rows r) { add_few_rows<1>(s, index, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) add_few_rows_packs(const T* s, const int64* index, T* y, Rows r) { add_few_rows<VEC>(s, index, y, r); }

// The same for any number of picks: keys are the positions in ascending order, numbers[j] the row of s that names keys[j], equal keys in the order of k (index_sort.cu). The first of a run
// of equal keys adds for the run.
template <int N> INLINE void add_sorted_rows(const T* s, const uint32* keys, const uint32* numbers, T* y, const Rows& r) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= r.count) return;
    int64 picks = r.picks.divisor, row = divide(i, r.units), o = divide(row, r.picks), j = row - o * picks, column = (i - row * r.units.divisor) * N;
    uint32 key = keys[j];
    if (key >= r.n || (j > 0 && keys[j - 1] == key)) return;
    acc_t sum[N];
    T* to = y + (o * r.n + key) * r.inner + column;
    start_from(sum, to);
    const T* from = s + o * picks * r.inner + column;
    add_pack(sum, from + numbers[j] * r.inner);
    // Four rows at a time, so that four loads are on their way.
    const int AHEAD = 4;
    for (bool more = true; more;) {
        Pack<T, N> v[AHEAD];
        int run = 0;
#pragma unroll
        for (int a = 0; a < AHEAD; a++) {
            if (run == a && j + 1 + a < picks && keys[j + 1 + a] == key) {
                v[a] = load_pack<N>(from + numbers[j + 1 + a] * r.inner);
                run++;
            }
        }
#pragma unroll
        for (int a = 0; a < AHEAD; a++) {
            if (a < run) {
#pragma unroll
                for (int c = 0; c < N; c++) sum[c] += widen(v[a].at[c]);
            }
        }
        more = run == AHEAD;
        j += AHEAD;
    }
    store_sum(to, sum);
}

extern "C" __global__ void __launch_bounds__(THREADS) add_sorted_elements(const T* s, const uint32* keys, const uint32* numbers, T* y, Rows r) { add_sorted_rows<1>(s, keys, numbers, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) add_sorted_packs(const T* s, const uint32* keys, const uint32* numbers, T* y, Rows r) { add_sorted_rows<VEC>(s, keys, numbers, y, r); }

// Elements (o, k, i) of (outer, picks, inner).
struct Picks {
    int64 count; // outer·picks·inner
    int64 n;
    Divider picks, inner;
};

// y[o, index[o, k, i], i] += s[o, k, i] for few k: the first to name a place adds for all that name it.
extern "C" __global__ void __launch_bounds__(THREADS) scatter_add_few(const T* s, const int64* index, T* y, Picks p) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= p.count) return;
    int64 inner = p.inner.divisor, line = divide(i, p.inner), column = i - line * inner, o = divide(line, p.picks), k = line - o * p.picks.divisor;
    int64 at = index[i], first = o * p.picks.divisor * inner + column, end = first + p.picks.divisor * inner;
    if ((uint64)at >= (uint64)p.n) return;
    for (int64 j = first; j < i; j += inner)
        if (index[j] == at) return;
    T* to = y + (o * p.n + at) * inner + column;
    acc_t sum = widen(*to) + widen(s[i]);
    for (int64 j = first + (k + 1) * inner; j < end; j += inner)
        if (index[j] == at) sum += widen(s[j]);
    *to = narrow<T>(sum);
}

// The same with many k and many (o, i): one thread for each of those goes through k. y is kept in what is computed in, so that bfloat16 is rounded once.
extern "C" __global__ void __launch_bounds__(THREADS) scatter_add_columns(const T* s, const int64* index, acc_t* y, int64 columns, int64 n, int64 picks, Divider inner) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= columns) return;
    int64 o = divide(i, inner), column = i - o * inner.divisor, step = inner.divisor, from = o * picks * step + column;
#pragma unroll 4
    for (int64 k = 0; k < picks; k++, from += step) {
        int64 at = index[from];
        if ((uint64)at < (uint64)n) y[(o * n + at) * step + column] += widen(s[from]);
    }
}
