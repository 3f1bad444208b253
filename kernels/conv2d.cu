// needs: strides.cuh conv.cuh
// Convolution and transposed convolution as a product of matrices whose right one is never built: rows are target channels, columns are positions (over all images), and the sum runs over
// source channels and taps. A block computes TILE (or 32) × 64 or 128 of the product from tiles in shared memory, each thread an outer product in registers; the right matrix's tile is
// gathered from the image element by element, 32 neighbouring positions a warp. Bound by multiply-adds.
// variants: T=float TILE=32,64,128
// variants before sm_80: T=bf16 TILE=32,64,128
// variants: T=double TILE=32,64

// Tiles of BM target channels × BN positions, BK terms at once; TM × TN of it a thread, in groups of 4.
#if TILE == 128
#define BM 128
#define BN 128
#define BK 8
#elif TILE == 64
#define BM 64
#define BN 64
#define BK 16
#else
#define BM 32
#define BN 128
#define BK 16
#endif
#define IS_DOUBLE (sizeof(acc_t) == 8)
#define TM (TILE == 32 || IS_DOUBLE ? 4 : 8)
#define TN (TILE == 64 || IS_DOUBLE ? 4 : 8)
#define THREADS ((BM / TM) * (BN / TN))
#define BLOCKS_PER_SM (TILE == 128 ? 2 : 1)

// A warp's threads stand 4 × 8: 4·TM rows and 8·TN columns of the tile.
#define WARP_COLUMNS (BN / (8 * TN))

#define AV (IS_DOUBLE ? 2 : 4) // weights at once
#define A_PACKS (BK * BM / AV)
#define A_LOADS ((A_PACKS + THREADS - 1) / THREADS)
#define B_ROWS (THREADS / BN == 0 ? 1 : THREADS / BN) // terms that the threads load at once, one column each
#define B_LOADS (BK / B_ROWS)

// Four neighbours in shared memory.
INLINE void load_four(const acc_t* p, acc_t* v) {
#pragma unroll
    for (int i = 0; i < 4; i += AV) {
        Pack<acc_t, AV> part = load_pack<AV>(p + i);
#pragma unroll
        for (int k = 0; k < AV; k++) v[i + k] = part.at[k];
    }
}

// Terms `first` … of a group's sum, one a thread: source channel by channel, in each the taps. x: the source element from a column's first one, (y, z): its shift, w: its row of weights
// (−1: there is no such term).
INLINE void work_out(int4* terms, int first, int end, const Correlation& c, const AxisMap& h, const AxisMap& w) {
    if (threadIdx.x >= BK) return;
    int t = first + threadIdx.x, line = (int)divide_by_taps(t, w), channel = (int)divide_by_taps(line, h);
    int tw = t - line * w.taps, th = line - channel * h.taps, dh = th * h.step, dw = tw * w.step;
    int row = (channel * c.kernel_height + h.tap + th * h.tap_step) * c.kernel_width + w.tap + tw * w.tap_step;
    terms[threadIdx.x] = t < end ? make_int4((channel * c.source_height + dh) * c.source_width + dw, dh, dw, row) : make_int4(0, NOWHERE, NOWHERE, -1);
}

#define A_ROWS (THREADS / (BM / AV)) // terms whose weights the threads load at once

// Weights of the terms, for the target channels at `weights`, this thread's own.
INLINE void load_weights(Pack<T, AV> (&next)[A_LOADS], const T* weights, int packed_row, const int4* terms) {
#pragma unroll
    for (int i = 0; i < A_LOADS; i++) {
        next[i] = Pack<T, AV>{};
        if (A_PACKS % THREADS != 0 && threadIdx.x + i * THREADS >= A_PACKS) break;
        int row = terms[threadIdx.x / (BM / AV) + i * A_ROWS].w;
        if (row >= 0) next[i] = load_pack<AV>(weights + (int64)row * packed_row);
    }
}

INLINE void store_weights(acc_t (*tile)[BM], const Pack<T, AV> (&next)[A_LOADS]) {
#pragma unroll
    for (int i = 0; i < A_LOADS; i++) {
        int p = threadIdx.x + i * THREADS;
        if (A_PACKS % THREADS != 0 && p >= A_PACKS) break;
        Pack<acc_t, AV> v;
#pragma unroll
        for (int k = 0; k < AV; k++) v.at[k] = widen(next[i].at[k]);
        store_pack<AV>(&tile[p / (BM / AV)][p % (BM / AV) * AV], v);
    }
}

// The source's elements for this thread's column, which begins at (h0, w0), at `source`; zeros outside the image.
INLINE void load_source(T (&next)[B_LOADS], const T* source, int h0, int w0, const Correlation& c, const int4* terms) {
#pragma unroll
    for (int i = 0; i < B_LOADS; i++) {
        int4 term = terms[threadIdx.x / BN + i * B_ROWS];
        bool inside = (uint32)(h0 + term.y) < (uint32)c.source_height && (uint32)(w0 + term.z) < (uint32)c.source_width;
        next[i] = inside ? source[term.x] : narrow<T>(0.f);
    }
}

INLINE void store_source(acc_t (*tile)[BN], const T (&next)[B_LOADS]) {
#pragma unroll
    for (int i = 0; i < B_LOADS; i++) tile[threadIdx.x / BN + i * B_ROWS][threadIdx.x % BN] = widen(next[i]);
}

// y = bias + x ⋆ weight; or, where the terms are split, partial[split] = that part of the sum, at y's places.
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS_PER_SM) correlate(const T* x, const T* packed, const T* bias, T* y, acc_t* partial, int64 y_count, Correlation c) {
    __shared__ acc_t a_tile[2][BK][BM];
    __shared__ acc_t b_tile[2][BK][BN];
    __shared__ int4 terms[2][BK];
    __shared__ int64 target_at[BN]; // a column's place in the target's first channel, −1 if there is none
    __shared__ BlockPart part; // in shared memory, since registers are short
    if (threadIdx.x == 0) part = part_of_block(c);
    __syncthreads();
    const AxisMap &h = c.h[part.map_h], &w = c.w[part.map_w];
    int64 positions = (int64)h.positions * w.positions, columns = positions * c.images;
    if ((int64)part.column_tile * BN >= columns) return; // this residue has fewer
    int64 target_plane = (int64)c.target_height * c.target_width;
    int count = c.channels * h.taps * w.taps, begin = part.split * c.chunk, end = count - begin < c.chunk ? count : begin + c.chunk;
    // This thread's target channels among the weights; beyond the last any will do, since their sums go nowhere.
    int own = part.row_tile * BM + threadIdx.x % (BM / AV) * AV;
    const T* weights = packed + (int64)part.group * c.channels * c.kernel_height * c.kernel_width * c.packed_row + (own < c.packed_row ? own : c.packed_row - AV);

    // This thread's column of the right matrix.
    int h0 = NOWHERE, w0 = NOWHERE;
    const T* source = x;
    {
        int64 column = (int64)part.column_tile * BN + threadIdx.x % BN, to = -1;
        if (column < columns) {
            int64 image = quotient(column, positions), at = column - image * positions;
            int u = (int)quotient(at, w.positions), v = (int)(at - (int64)u * w.positions);
            h0 = u * h.stride + h.source;
            w0 = v * w.stride + w.source;
            source += ((image * c.groups + part.group) * c.channels * c.source_height + h0) * c.source_width + w0;
            to = image * c.groups * c.rows * target_plane + (int64)(h.target + u * h.target_step) * c.target_width + w.target + v * w.target_step;
        }
        if (threadIdx.x < BN) target_at[threadIdx.x] = to;
    }

    Pack<T, AV> a_next[A_LOADS];
    T b_next[B_LOADS];
    acc_t sum[TM][TN] = {};
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    int row0 = warp / WARP_COLUMNS * 4 * TM + lane / 8 * 4, column0 = warp % WARP_COLUMNS * 8 * TN + lane % 8 * 4;
    if (begin < end) {
        work_out(terms[0], begin, end, c, h, w);
        __syncthreads();
        load_weights(a_next, weights, c.packed_row, terms[0]);
        load_source(b_next, source, h0, w0, c, terms[0]);
        work_out(terms[1], begin + BK, end, c, h, w);
        store_weights(a_tile[0], a_next);
        store_source(b_tile[0], b_next);
    }
    __syncthreads();
    // While one half is multiplied the next is loaded, and the terms of the one after it are worked out.
    for (int k = begin, half = 0; k < end; k += BK, half ^= 1) {
        bool more = k + BK < end;
        if (more) {
            load_weights(a_next, weights, c.packed_row, terms[half ^ 1]);
            load_source(b_next, source, h0, w0, c, terms[half ^ 1]);
            work_out(terms[half], k + 2 * BK, end, c, h, w);
        }
#pragma unroll
        for (int t = 0; t < BK; t++) {
            acc_t a[TM], b[TN];
#pragma unroll
            for (int i = 0; i < TM; i += 4) load_four(&a_tile[half][t][row0 + i * 4], a + i);
#pragma unroll
            for (int j = 0; j < TN; j += 4) load_four(&b_tile[half][t][column0 + j * 8], b + j);
#pragma unroll
            for (int i = 0; i < TM; i++)
#pragma unroll
                for (int j = 0; j < TN; j++) sum[i][j] = fn_fma(a[i], b[j], sum[i][j]);
        }
        if (more) {
            store_weights(a_tile[half ^ 1], a_next);
            store_source(b_tile[half ^ 1], b_next);
        }
        __syncthreads();
    }

#pragma unroll
    for (int i = 0; i < TM; i++) {
        int row = part.row_tile * BM + row0 + i / 4 * 16 + i % 4;
        if (row >= c.rows) continue;
        int channel = part.group * c.rows + row;
        int64 plane = channel * target_plane;
        acc_t add = bias && c.splits == 1 ? widen(bias[channel]) : (acc_t)0;
#pragma unroll
        for (int j = 0; j < TN; j += 4) {
            const int64* at = target_at + column0 + j * 8;
            if (c.splits > 1) {
#pragma unroll
                for (int k = 0; k < 4; k++)
                    if (at[k] >= 0) partial[part.split * y_count + at[k] + plane] = sum[i][j + k];
            } else if (c.vectors) {
                if (at[0] < 0) continue;
#pragma unroll
                for (int k = 0; k < 4; k += AV) {
                    Pack<T, AV> v;
#pragma unroll
                    for (int e = 0; e < AV; e++) v.at[e] = narrow<T>(sum[i][j + k + e] + add);
                    store_pack<AV>(y + at[0] + plane + k, v);
                }
            } else {
#pragma unroll
                for (int k = 0; k < 4; k++)
                    if (at[k] >= 0) y[at[k] + plane] = narrow<T>(sum[i][j + k] + add);
            }
        }
    }
}
