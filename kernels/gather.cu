// needs: strides.cuh
// Elements and rows picked by index, and put by index: moves of bytes, a kernel for each size of what is moved at once; T plays no part. Around the indexed axis a tensor is
// (outer, n, inner). Indices come checked; one that is out of range all the same reads as 0 and is not written.
// variants: T=uint8

#define THREADS 256
#define PER_THREAD 4 // loads on their way before the first store

// Element i of (outer, picks, inner) belongs to (o, k, column).
struct Picks {
    int64 count; // outer·picks·inner
    int64 n;
    Divider slice, inner; // picks·inner, inner
};

// Where element i, which names position `at`, belongs in (outer, n, inner).
INLINE int64 place(const Picks& p, int64 i, int64 at) {
    int64 o = divide(i, p.slice), column = i - divide(i, p.inner) * p.inner.divisor;
    return (o * p.n + at) * p.inner.divisor + column;
}

// y[o, k, i] = x[o, index[o, k, i], i].
template <typename U> INLINE void gather(const U* x, const int64* index, U* y, const Picks& p) {
    int64 first = (int64)blockIdx.x * (THREADS * PER_THREAD) + threadIdx.x;
    U v[PER_THREAD];
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        int64 i = first + k * THREADS;
        if (i >= p.count) break;
        int64 at = index[i];
        v[k] = (uint64)at < (uint64)p.n ? x[place(p, i, at)] : (U)0;
    }
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++)
        if (first + k * THREADS < p.count) y[first + k * THREADS] = v[k];
}

extern "C" __global__ void __launch_bounds__(THREADS) gather_1(const uint8* x, const int64* index, uint8* y, Picks p) { gather(x, index, y, p); }
extern "C" __global__ void __launch_bounds__(THREADS) gather_2(const uint16* x, const int64* index, uint16* y, Picks p) { gather(x, index, y, p); }
extern "C" __global__ void __launch_bounds__(THREADS) gather_4(const uint32* x, const int64* index, uint32* y, Picks p) { gather(x, index, y, p); }
extern "C" __global__ void __launch_bounds__(THREADS) gather_8(const uint64* x, const int64* index, uint64* y, Picks p) { gather(x, index, y, p); }

// Where several k name one place the last stays. last[place] = that k + 1, from zeros: a maximum, whatever the order of the threads.
extern "C" __global__ void __launch_bounds__(THREADS) claim(const int64* index, int* last, Picks p) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= p.count) return;
    int64 at = index[i];
    if ((uint64)at >= (uint64)p.n) return;
    int64 k = divide(i - divide(i, p.slice) * p.slice.divisor, p.inner);
    atomicMax(&last[place(p, i, at)], (int)(k + 1));
}

// y[o, index[o, k, i], i] = s[o, k, i] where k is the last, or everywhere if there is one k only (last is null).
template <typename U> INLINE void scatter(const U* s, const int64* index, const int* last, U* y, const Picks& p) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= p.count) return;
    int64 at = index[i];
    if ((uint64)at >= (uint64)p.n) return;
    int64 k = divide(i - divide(i, p.slice) * p.slice.divisor, p.inner), to = place(p, i, at);
    if (last && last[to] != (int)(k + 1)) return;
    y[to] = s[i];
}

extern "C" __global__ void __launch_bounds__(THREADS) scatter_1(const uint8* s, const int64* index, const int* last, uint8* y, Picks p) { scatter(s, index, last, y, p); }
extern "C" __global__ void __launch_bounds__(THREADS) scatter_2(const uint16* s, const int64* index, const int* last, uint16* y, Picks p) { scatter(s, index, last, y, p); }
extern "C" __global__ void __launch_bounds__(THREADS) scatter_4(const uint32* s, const int64* index, const int* last, uint32* y, Picks p) { scatter(s, index, last, y, p); }
extern "C" __global__ void __launch_bounds__(THREADS) scatter_8(const uint64* s, const int64* index, const int* last, uint64* y, Picks p) { scatter(s, index, last, y, p); }

// winners[k] = whether entry k is the last to name its position.
extern "C" __global__ void __launch_bounds__(THREADS) last_named(const int64* positions, const int* last, uint8* winners, int64 count, int64 n) {
    int64 k = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (k >= count) return;
    int64 at = positions[k];
    winners[k] = (uint64)at < (uint64)n && last[at] == (int)(k + 1) ? 1 : 0;
}

// Whole rows by one list of indices. What is moved at once, U, divides rows and addresses.
struct Rows {
    int64 count; // outer·picks·units
    int64 n;
    Divider units, picks; // of U in a row; rows in a slice
};

// y[o, k] = x[o, index[k]].
template <typename U> INLINE void select_rows(const U* x, const int64* index, U* y, const Rows& r) {
    int64 first = (int64)blockIdx.x * (THREADS * PER_THREAD) + threadIdx.x;
    U v[PER_THREAD] = {};
#pragma unroll
    for (int j = 0; j < PER_THREAD; j++) {
        int64 i = first + j * THREADS;
        if (i >= r.count) break;
        int64 row = divide(i, r.units), o = divide(row, r.picks), at = index[row - o * r.picks.divisor];
        if ((uint64)at < (uint64)r.n) v[j] = x[(o * r.n + at) * r.units.divisor + i - row * r.units.divisor];
    }
#pragma unroll
    for (int j = 0; j < PER_THREAD; j++)
        if (first + j * THREADS < r.count) y[first + j * THREADS] = v[j];
}

extern "C" __global__ void __launch_bounds__(THREADS) select_rows_1(const uint8* x, const int64* index, uint8* y, Rows r) { select_rows(x, index, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) select_rows_2(const uint16* x, const int64* index, uint16* y, Rows r) { select_rows(x, index, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) select_rows_4(const uint32* x, const int64* index, uint32* y, Rows r) { select_rows(x, index, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) select_rows_8(const uint64* x, const int64* index, uint64* y, Rows r) { select_rows(x, index, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) select_rows_16(const uint4* x, const int64* index, uint4* y, Rows r) { select_rows(x, index, y, r); }

// y[o, index[k]] = s[o, k] where k is the last to name its row, or the only one (last is null).
template <typename U> INLINE void write_rows(const U* s, const int64* index, const int* last, U* y, const Rows& r) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= r.count) return;
    int64 row = divide(i, r.units), o = divide(row, r.picks), k = row - o * r.picks.divisor, at = index[k];
    if ((uint64)at >= (uint64)r.n || (last && last[at] != (int)(k + 1))) return;
    y[(o * r.n + at) * r.units.divisor + i - row * r.units.divisor] = s[i];
}

extern "C" __global__ void __launch_bounds__(THREADS) write_rows_1(const uint8* s, const int64* index, const int* last, uint8* y, Rows r) { write_rows(s, index, last, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) write_rows_2(const uint16* s, const int64* index, const int* last, uint16* y, Rows r) { write_rows(s, index, last, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) write_rows_4(const uint32* s, const int64* index, const int* last, uint32* y, Rows r) { write_rows(s, index, last, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) write_rows_8(const uint64* s, const int64* index, const int* last, uint64* y, Rows r) { write_rows(s, index, last, y, r); }
extern "C" __global__ void __launch_bounds__(THREADS) write_rows_16(const uint4* s, const int64* index, const int* last, uint4* y, Rows r) { write_rows(s, index, last, y, r); }
