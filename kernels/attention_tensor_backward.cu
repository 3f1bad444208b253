// needs: mma.cuh attention.cuh attention_tensor.cuh
// arch: 80
// variants: T=bf16 HEAD_DIM=32,64,96,128 HAS_MASK=0,1
// The gradients of attention on tensor cores. With P = e^(s − L) and dS = P∘(dY·Vᵀ − δ), computed again from L and δ:
//
//   keys:    a block of keys, its K and V rows in registers as left operands, all queries passing by:  dV = Pᵀ·dY, dK = scale·dSᵀ·Q
//   queries: a block of queries, its Q and dY rows in registers, all keys passing by:                  dQ = scale·dS·K
//
// Two kernels compute S and dP twice, 7 products where FlashAttention-2 has 5, but sum in a fixed order without atomics, and neither P nor dS ever leaves the registers: the
// accumulators of 16 rows × 16 columns, rounded, are the left operand of the next product.
//
// Shared memory: RING·(4·HEAD_DIM + 8) bytes.

// Rows of a warp: 32 where the registers hold them (32 × 64 of two results are 128 registers), which halves the reads of shared memory.
#define ROW_TILES (HEAD_DIM <= 64 ? 2 : 1)
#define WARP_ROWS (16 * ROW_TILES)
#define BLOCK_ROWS (WARPS * WARP_ROWS)
// Columns in shared memory, at their number modulo this: while half of them are computed with, the next half arrives.
#define RING (HEAD_DIM <= 64 ? 128 : 64)

// Sends the columns column … on their way to the ring.
template <bool KEYS> INLINE void load_columns(const Attention& a, bf16* ring0, bf16* ring1, Statistics* ring_statistics, int column) {
    const Rows &rows0 = KEYS ? a.q : a.k, &rows1 = KEYS ? a.dy : a.v;
    Place at(a, blocks_of(KEYS ? a.keys : a.queries, BLOCK_ROWS), again(blockIdx.x));
    int count = KEYS ? a.queries : a.keys, place = column % RING;
    load_tile<RING / 2>(ring0 + place * HEAD_DIM, rows0.of(at.b, at.h), rows0.row, column, count, a.d, a.packed);
    load_tile<RING / 2>(ring1 + place * HEAD_DIM, rows1.of(at.b, at.h), rows1.row, column, count, a.e, a.packed);
    if (KEYS && threadIdx.x < RING / 4) cp_async16(ring_statistics + place + 2 * threadIdx.x, a.statistics + (int64)at.head * a.padded + column + 2 * threadIdx.x, true);
    cp_async_commit();
}

// sum (16·ROW_TILES × 16) += left · tileᵀ, over HEAD_DIM features, for the 16 rows of a tile.
INLINE void product(float (&sum)[ROW_TILES][2][4], const uint32 (&left)[ROW_TILES][STEPS][4], const bf16* tile, int columns) {
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
        uint32 b[4];
        read(b, tile, columns, 0, step);
#pragma unroll
        for (int i = 0; i < ROW_TILES; i++) multiply(sum[i][0], sum[i][1], left[i][step], b);
    }
}

// sum (16·ROW_TILES × HEAD_DIM) += left · tile, over the 16 columns of left, which are rows of the tile.
INLINE void add_products(float (&sum)[ROW_TILES][CHUNKS][4], const float (&left)[ROW_TILES][2][4], const bf16* tile, int rows) {
    uint32 rounded[ROW_TILES][4];
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) to_left(rounded[i], left[i][0], left[i][1]);
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
        uint32 b[4];
        read_trans(b, tile, rows, 0, step);
#pragma unroll
        for (int i = 0; i < ROW_TILES; i++) multiply(sum[i][2 * step], sum[i][2 * step + 1], rounded[i], b);
    }
}

// A warp's rows, and the 16 columns that they meet, as they lie in shared memory.
struct Meeting {
    int row, column;
    const bf16 *tile0, *tile1;
    const Statistics* column_statistics;
    const bf16* mask;
    int lane;
};

// The sums of a warp's rows grow by 16 columns. EDGE: some of the places do not count: the query does not see the key, or one of them does not exist.
template <bool KEYS, bool EDGE>
INLINE void meet(const Attention& a, const Meeting& at, const uint32 (&l0)[ROW_TILES][STEPS][4], const uint32 (&l1)[ROW_TILES][STEPS][4], const Statistics (&row_statistics)[2 * ROW_TILES],
                 float (&sum0)[ROW_TILES][CHUNKS][4], float (&sum1)[ROW_TILES][CHUNKS][4]) {
    // A lane holds rows lane/4 + 8·i, i < 2·ROW_TILES, and columns lane%4·2 + (0, 1, 8, 9).
    int row = at.row + at.lane / 4, column = at.column + at.lane % 4 * 2, rows = lane_of_rows(at.lane), columns = lane_of_columns(at.lane);
    float p[ROW_TILES][2][4] = {}, ds[ROW_TILES][2][4] = {};
    product(p, l0, at.tile0, columns);
    if (HAS_MASK) __syncwarp(); // as those below
#pragma unroll
    for (int j = 0; j < 4; j++) {
        int offset = j / 2 * 8 + j % 2;
        float column_l = KEYS ? at.column_statistics[at.lane % 4 * 2 + offset].at[0] : 0;
#pragma unroll
        for (int i = 0; i < 2 * ROW_TILES; i++) {
            int query = KEYS ? column + offset : row + 8 * i, key = KEYS ? row + 8 * i : column + offset;
            float l = KEYS ? column_l : row_statistics[i].at[0];
            float& x = p[i / 2][j / 2][i % 2 * 2 + j % 2];
#if HAS_MASK
            // Not in powers of 2: a mask as low as the least number would overflow.
            if (!EDGE || query < a.queries && key < a.keys) x = fmaf(x, a.score_scale, widen(at.mask[query * a.mask.row + key]));
            x = exp2_fast((x - l) * (float)LOG2_E);
#else
            x = exp2_fast(fmaf(x, a.score_scale, -l));
#endif
            if (EDGE && (query >= a.queries || key > last_key(a, query))) x = 0;
        }
    }
    // These keep the compiler from reading operands ahead, for which there are not enough registers.
    if (HAS_MASK) __syncwarp();
    if (KEYS) add_products(sum1, p, at.tile1, rows);
    __syncwarp();
    product(ds, l1, at.tile1, columns);
#pragma unroll
    for (int j = 0; j < 4; j++) {
        int offset = j / 2 * 8 + j % 2;
        float column_delta = KEYS ? at.column_statistics[at.lane % 4 * 2 + offset].at[1] : 0;
#pragma unroll
        for (int i = 0; i < 2 * ROW_TILES; i++) {
            int query = KEYS ? column + offset : row + 8 * i, key = KEYS ? row + 8 * i : column + offset;
            float& x = ds[i / 2][j / 2][i % 2 * 2 + j % 2];
            x = p[i / 2][j / 2][i % 2 * 2 + j % 2] * (x - (KEYS ? column_delta : row_statistics[i].at[1]));
            if (EDGE && (query >= a.queries || key > last_key(a, query))) x = 0;
        }
    }
    add_products(sum0, ds, at.tile0, rows);
}

template <bool KEYS> INLINE void backward(const Attention& a) {
    bf16* ring0 = (bf16*)shared_memory();      // Q, or K
    bf16* ring1 = ring0 + RING * HEAD_DIM; // dY, or V
    Statistics* ring_statistics = (Statistics*)(ring1 + RING * HEAD_DIM);

    int row_count = KEYS ? a.keys : a.queries, column_count = KEYS ? a.queries : a.keys;
    int blocks = blocks_of(row_count, BLOCK_ROWS);
    Place at(a, blocks);
    int lane = threadIdx.x % WARP, warp_row = threadIdx.x / WARP * WARP_ROWS;
    // Where it is causal, the longest blocks come first: the first keys, the last queries.
    int block_row = (KEYS ? at.block : blocks - 1 - at.block) * BLOCK_ROWS, row = block_row + warp_row;
    int shift = a.keys - a.queries;

    // The left operands of S and dP.
    const Rows &left0 = KEYS ? a.k : a.q, &left1 = KEYS ? a.v : a.dy;
    uint32 l0[ROW_TILES][STEPS][4], l1[ROW_TILES][STEPS][4];
    {
        static_assert(BLOCK_ROWS == RING, "the rings are lent");
        load_tile<BLOCK_ROWS>(ring0, left0.of(at.b, at.h), left0.row, block_row, row_count, a.d, a.packed);
        load_tile<BLOCK_ROWS>(ring1, left1.of(at.b, at.h), left1.row, block_row, row_count, a.e, a.packed);
        cp_async_commit();
        cp_async_wait<0>();
        __syncthreads();
#pragma unroll
        for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
            for (int step = 0; step < STEPS; step++) {
                read(l0[i][step], ring0 + warp_row * HEAD_DIM, lane_of_rows(lane), 16 * i, step);
                read(l1[i][step], ring1 + warp_row * HEAD_DIM, lane_of_rows(lane), 16 * i, step);
            }
        __syncthreads();
    }

    Statistics row_statistics[2 * ROW_TILES];
    if (!KEYS) {
#pragma unroll
        for (int i = 0; i < 2 * ROW_TILES; i++) row_statistics[i] = a.statistics[(int64)at.head * a.padded + row + lane / 4 + 8 * i];
    }

    int begin = KEYS && a.causal ? max_of(0, block_row - shift) / (RING / 2) * (RING / 2) : 0;
    int end = KEYS ? a.queries : last_key(a, min_of(block_row + BLOCK_ROWS, a.queries) - 1) + 1;
    const bf16* mask = HAS_MASK ? a.mask.of(at.b, at.h, 0) : 0;
    float sum0[ROW_TILES][CHUNKS][4] = {}, sum1[ROW_TILES][CHUNKS][4] = {};

    if (begin < end) load_columns<KEYS>(a, ring0, ring1, ring_statistics, begin);
#pragma unroll 1
    for (int column = begin; column < end; column += 16) {
        if (column % (RING / 2) == 0) {
            cp_async_wait<0>();
            __syncthreads();
            if (column + RING / 2 < end) load_columns<KEYS>(a, ring0, ring1, ring_statistics, column + RING / 2);
        }
        // Keys up to query + shift are seen.
        if (a.causal && (KEYS ? row > column + 15 + shift : column > row + WARP_ROWS - 1 + shift)) continue;
        bool edge = column + 16 > column_count || HAS_MASK && row + WARP_ROWS > row_count || a.causal && (KEYS ? row + WARP_ROWS - 1 > column + shift : column + 15 > row + shift);
        Meeting meeting = {row, column, ring0 + column % RING * HEAD_DIM, ring1 + column % RING * HEAD_DIM, ring_statistics + column % RING, mask, again(lane)};
        if (edge) meet<KEYS, true>(a, meeting, l0, l1, row_statistics, sum0, sum1);
        else meet<KEYS, false>(a, meeting, l0, l1, row_statistics, sum0, sum1);
    }

    __syncthreads();
    at = Place(a, blocks_of(KEYS ? a.keys : a.queries, BLOCK_ROWS), again(blockIdx.x));
    const Rows& to0 = KEYS ? a.dk : a.dq;
    float factor = (float)a.scale;
    warp_row = again(threadIdx.x) / WARP * WARP_ROWS;
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) {
        bf16* through = ring0 + (warp_row + 16 * i) * HEAD_DIM;
        store_rows(through, sum0[i], factor, factor, to0.of(at.b, at.h), to0.row, row + 16 * i, row_count, a.d, a.packed);
        if (KEYS) store_rows(through + RING * HEAD_DIM, sum1[i], 1, 1, a.dv.of(at.b, at.h), a.dv.row, row + 16 * i, row_count, a.e, a.packed);
    }
}

// grid: B·H · ⌈S / BLOCK_ROWS⌉
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_backward_keys(Attention a) { backward<true>(a); }

// grid: B·H · ⌈T / BLOCK_ROWS⌉
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_backward_queries(Attention a) { backward<false>(a); }
