// What kernels over rows of n contiguous elements share. A row belongs to `lanes` threads: a power of two up to a warp, several rows a warp and a block; or,
// where lanes is more than a warp, all threads of the block. Its sums then have an order that depends on n alone.

// Combines over the lanes of a row; each gets the result. All threads of the block must be here.
template <typename F> INLINE acc_t row_reduce(acc_t v, int lanes, acc_t identity) {
    if (lanes > WARP) return block_reduce<F>(v, identity);
    for (int offset = lanes / 2; offset > 0; offset /= 2) v = F::of(v, __shfl_xor_sync(FULL_MASK, v, offset));
    return v;
}
INLINE acc_t row_sum(acc_t v, int lanes) { return row_reduce<SumOf>(v, lanes, (acc_t)0); }

// The row of this thread and its place among the row's lanes.
struct RowPlace {
    int64 row;
    int lane;
};
INLINE RowPlace row_place(int lanes) {
    RowPlace p;
    if (lanes > WARP) {
        p.row = blockIdx.x;
        p.lane = threadIdx.x;
    } else {
        int shift = __ffs(lanes) - 1;
        p.row = ((int64)blockIdx.x * blockDim.x + threadIdx.x) >> shift;
        p.lane = threadIdx.x & (lanes - 1);
    }
    return p;
}

// --- Rows that fit in registers: PACKS packs of VEC elements a lane. Wide (16 bytes at a time: every row is aligned) lane l holds packs l, l + lanes, …; else its packs are made of
// --- elements l, l + lanes, …. ---

// The numbers of packs that kernels NAME_0 … NAME_3 are made for: 32 elements of four bytes at most.
#define PACKS_OF(K) (VEC == 8 ? (K) + 1 : 1 << (K))

INLINE bool wide_rows(const T* x, int n) { return n % VEC == 0 && aligned16(x); }

// Where element j of a lane's pack k stands in the row.
INLINE int place_in_row(int k, int j, RowPlace p, int lanes, bool wide) { return wide ? (k * lanes + p.lane) * VEC + j : (k * VEC + j) * lanes + p.lane; }

// The lane's packs of a row; what lies beyond it is `fill`.
template <int PACKS> INLINE void load_packs(Pack<T, VEC> (&v)[PACKS], const T* x, int n, RowPlace p, int lanes, bool wide, T fill) {
    if (wide) {
#pragma unroll
        for (int k = 0; k < PACKS; k++) {
            int at = (k * lanes + p.lane) * VEC;
#pragma unroll
            for (int j = 0; j < VEC; j++) v[k].at[j] = fill;
            if (at < n) v[k] = load_pack<VEC>(x + at);
        }
    } else {
#pragma unroll
        for (int k = 0; k < PACKS; k++)
#pragma unroll
            for (int j = 0; j < VEC; j++) {
                int at = (k * VEC + j) * lanes + p.lane;
                v[k].at[j] = at < n ? x[at] : fill;
            }
    }
}

template <int PACKS> INLINE void store_packs(T* y, const Pack<T, VEC> (&v)[PACKS], int n, RowPlace p, int lanes, bool wide) {
    if (wide) {
#pragma unroll
        for (int k = 0; k < PACKS; k++) {
            int at = (k * lanes + p.lane) * VEC;
            if (at < n) store_pack<VEC>(y + at, v[k]);
        }
    } else {
#pragma unroll
        for (int k = 0; k < PACKS; k++)
#pragma unroll
            for (int j = 0; j < VEC; j++) {
                int at = (k * VEC + j) * lanes + p.lane;
                if (at < n) y[at] = v[k].at[j];
            }
    }
}

template <int PACKS> INLINE void load_row(acc_t (&v)[PACKS * VEC], const T* x, int n, RowPlace p, int lanes, bool wide, acc_t fill) {
    Pack<T, VEC> packs[PACKS];
    load_packs<PACKS>(packs, x, n, p, lanes, wide, narrow<T>(fill));
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) v[k] = (acc_t)widen(packs[k / VEC].at[k % VEC]);
}

template <int PACKS> INLINE void store_row(T* y, const acc_t (&v)[PACKS * VEC], int n, RowPlace p, int lanes, bool wide) {
    Pack<T, VEC> packs[PACKS];
#pragma unroll
    for (int k = 0; k < PACKS * VEC; k++) packs[k / VEC].at[k % VEC] = narrow<T>(v[k]);
    store_packs<PACKS>(y, packs, n, p, lanes, wide);
}

// --- Rows of any length, walked through: single elements up to the first aligned one, packs of 16 bytes, single elements again. So rows of 50257 are read by 16 bytes too. ---

struct RowCut {
    int head;  // elements before the packs
    int packs;
    int edges; // elements outside the packs
    INLINE int edge(int e) const { return e < head ? e : e + packs * VEC; }
};

// `apart`: the bits in which the addresses of other rows, walked together with this one, differ from its own. Packs only if they differ by multiples of 16.
INLINE RowCut cut_row(const void* x, int n, uint64 apart = 0) {
    RowCut c;
    c.head = (int)((0 - (uint64)x) & 15) / (int)sizeof(T);
    if (c.head > n) c.head = n;
    c.packs = (apart & 15) == 0 ? (n - c.head) / VEC : 0;
    if (c.packs == 0) c.head = 0;
    c.edges = n - c.packs * VEC;
    return c;
}
INLINE RowCut cut_rows(const void* x, const void* y, int n) { return cut_row(x, n, (uint64)x ^ (uint64)y); }
INLINE RowCut cut_rows(const void* x, const void* y, const void* z, int n) { return cut_row(x, n, ((uint64)x ^ (uint64)y) | ((uint64)x ^ (uint64)z)); }

// Packs at, at + step, … below count: all on their way before the first is looked at. x: where the packs start.
template <int N> INLINE void load_batch(Pack<T, VEC> (&v)[N], const T* x, int at, int step, int count) {
#pragma unroll
    for (int k = 0; k < N; k++)
        if (at + k * step < count) v[k] = load_pack<VEC>(x + (at + k * step) * VEC);
}
