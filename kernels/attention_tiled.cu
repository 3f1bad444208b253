// needs: mma.cuh attention.cuh
// variants: T=float HEAD_DIM=32,64,96,128 HAS_MASK=0,1
// variants before sm_80: T=bf16 HEAD_DIM=32,64,96,128 HAS_MASK=0,1
// Attention and its gradients in float32, every product from tiles in shared memory into tiles of registers; bfloat16 where there are no tensor cores for it. Head sizes up to HEAD_DIM.
//
// 128 threads: 8 groups of rows × 16 threads. A thread holds ROWS rows next to one another and every 16th column of a tile of scores, and the same rows and HEAD_DIM/16 columns of a
// result, so that maxima and sums of rows are combined within half a warp.

#define THREADS 128
#define SIDE 16     // threads to a row
#define GROUPS 8    // of rows
#define QUADS (HEAD_DIM / 4)
#define WIDTH (HEAD_DIM % 64 == 0 ? 4 : 2) // neighbouring columns of a result, in PARTS places
#define PARTS (HEAD_DIM / (SIDE * WIDTH))

#define UNROLLED (HEAD_DIM == 32 ? 4 : 8) // quads of a dot product, as the registers allow

// Forward: 64 queries × 64 keys, or 32 where the tiles are large: 64 KiB are enough at all sizes.
#define FORWARD_ROWS 8
#define FORWARD_COLUMNS (HEAD_DIM <= 64 ? 64 : 32)
// Backward: four tiles and one of weights in at most 80 KiB.
#define BACKWARD_ROWS (HEAD_DIM <= 96 ? 8 : 4)
#define BACKWARD_COLUMNS (HEAD_DIM <= 64 ? 64 : 32)

#if __CUDA_ARCH__ >= 800
#define HAS_ASYNC_COPY 1
#else
#define HAS_ASYNC_COPY 0
#endif

// Where four neighbouring elements of a row lie: such that 8 threads that read the same columns of 8 rows next to one another, or neighbouring columns of one row, use all banks.
INLINE float* quad(float* tile, int row, int quad) { return tile + row * HEAD_DIM + (quad ^ (row & 7)) * 4; }
INLINE const float* quad(const float* tile, int row, int quad) { return tile + row * HEAD_DIM + (quad ^ (row & 7)) * 4; }

// Copies rows first … of a matrix to a tile of COUNT, as floats; zeros beyond the last row and the last feature. Perhaps asynchronous: seen after await_tiles and a barrier.
template <int COUNT> INLINE void load_tile(float* tile, const T* data, int64 step, int first, int rows, int features, bool packed) {
    int lane = threadIdx.x % 8;
    for (int row = threadIdx.x / 8; row < COUNT; row += THREADS / 8) {
        const T* from = data + (first + row) * step;
        bool exists = first + row < rows;
#pragma unroll
        for (int q = lane; q < QUADS; q += 8) {
            float* to = quad(tile, row, q);
            if (packed) {
                bool valid = exists && q * 4 < features;
#if HAS_ASYNC_COPY
                if (sizeof(T) == sizeof(float)) {
                    cp_async16(to, valid ? from + q * 4 : data, valid);
                    continue;
                }
#endif
                Pack<T, 4> values = {};
                if (valid) values = load_pack<4>(from + q * 4);
                store_pack(to, Pack<float, 4>{widen(values.at[0]), widen(values.at[1]), widen(values.at[2]), widen(values.at[3])});
            } else {
#pragma unroll
                for (int i = 0; i < 4; i++) to[i] = exists && q * 4 + i < features ? widen(from[q * 4 + i]) : 0;
            }
        }
    }
#if HAS_ASYNC_COPY
    cp_async_commit();
#endif
}

// Waits until at most N of the last loads are on their way.
template <int N> INLINE void await_tiles() {
#if HAS_ASYNC_COPY
    cp_async_wait<N>();
#endif
}

// dot[i][j] += Σ_f left[ROWS·group + i][f] · right[side + 16·j][f]
template <int ROWS, int COLUMNS> INLINE void dot_tiles(float (&dot)[ROWS][COLUMNS / SIDE], const float* left, const float* right) {
    int side = threadIdx.x % SIDE, row = threadIdx.x / SIDE * ROWS;
#pragma unroll 1
    for (int block = 0; block < QUADS; block += UNROLLED) {
#pragma unroll
        for (int q = 0; q < UNROLLED; q++) {
            Pack<float, 4> r[COLUMNS / SIDE];
#pragma unroll
            for (int j = 0; j < COLUMNS / SIDE; j++) r[j] = load_pack<4>(right + (side + SIDE * j) * HEAD_DIM + (block / 8 * 8 + (block % 8 + q ^ (side & 7))) * 4);
#pragma unroll
            for (int i = 0; i < ROWS; i++) {
                Pack<float, 4> l = load_pack<4>(left + (row + i) * HEAD_DIM + (block / 8 * 8 + (block % 8 + q ^ (row + i & 7))) * 4);
#pragma unroll
                for (int j = 0; j < COLUMNS / SIDE; j++)
#pragma unroll
                    for (int k = 0; k < 4; k++) dot[i][j] = fmaf(l.at[k], r[j].at[k], dot[i][j]);
            }
        }
    }
}

// Weights lie as rows of COLUMNS, quads of every second group of rows swapped, so that the two groups of a warp use different banks.
template <int COLUMNS> INLINE float* weight_quad(float* weights, int row, int quad) { return weights + row * COLUMNS + (quad ^ (threadIdx.x / SIDE % 2 * 4)) * 4; }

// Puts a thread's scores where accumulate reads them.
template <int ROWS, int COLUMNS> INLINE void put_weights(float* weights, const float (&w)[ROWS][COLUMNS / SIDE]) {
    int side = threadIdx.x % SIDE, row = threadIdx.x / SIDE * ROWS;
#pragma unroll
    for (int i = 0; i < ROWS; i++)
#pragma unroll
        for (int j = 0; j < COLUMNS / SIDE; j++) weight_quad<COLUMNS>(weights, row + i, side / 4 + SIDE / 4 * j)[side % 4] = w[i][j];
}

// sum[i][WIDTH·p + c] += Σ_k weights[ROWS·group + i][k] · tile[k][WIDTH·(side + 16·p) + c]
template <int ROWS, int COLUMNS> INLINE void accumulate(float (&sum)[ROWS][PARTS * WIDTH], float* weights, const float* tile) {
    int side = threadIdx.x % SIDE, row = threadIdx.x / SIDE * ROWS;
#pragma unroll 1
    for (int block = 0; block < COLUMNS; block += 8) {
#pragma unroll
        for (int half = 0; half < 2; half++) {
            Pack<float, 4> w[ROWS];
#pragma unroll
            for (int i = 0; i < ROWS; i++) w[i] = load_pack<4>(weight_quad<COLUMNS>(weights, row + i, block / 4 + half));
#pragma unroll
            for (int k = 0; k < 4; k++) {
#pragma unroll
                for (int p = 0; p < PARTS; p++) {
                    int column = WIDTH * (side + SIDE * p), within = half * 4 + k; // block is a multiple of 8
                    Pack<float, WIDTH> x = load_pack<WIDTH>(tile + (block + within) * HEAD_DIM + (column / 4 ^ within) * 4 + column % 4);
#pragma unroll
                    for (int i = 0; i < ROWS; i++)
#pragma unroll
                        for (int c = 0; c < WIDTH; c++) sum[i][p * WIDTH + c] = fmaf(w[i].at[k], x.at[c], sum[i][p * WIDTH + c]);
                }
            }
        }
    }
}

// Writes a thread's part of a result.
template <int ROWS> INLINE void write(const float (&sum)[ROWS][PARTS * WIDTH], const float (&scale)[ROWS], T* data, int64 step, int first, int rows, int features, bool packed) {
    int side = threadIdx.x % SIDE, row = first + threadIdx.x / SIDE * ROWS;
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
        if (row + i >= rows) break;
#pragma unroll
        for (int p = 0; p < PARTS; p++) {
            int column = WIDTH * (side + SIDE * p);
            T* to = data + (row + i) * step + column;
            Pack<T, WIDTH> values;
#pragma unroll
            for (int c = 0; c < WIDTH; c++) values.at[c] = narrow<T>(sum[i][p * WIDTH + c] * scale[i]);
            if (packed) {
                if (column < features) store_pack(to, values);
            } else {
#pragma unroll
                for (int c = 0; c < WIDTH; c++)
                    if (column + c < features) to[c] = values.at[c];
            }
        }
    }
}

// Combines over the 16 threads of a row.
template <typename F> INLINE float row_reduce(float x) {
#pragma unroll
    for (int offset = SIDE / 2; offset > 0; offset /= 2) x = F::of(x, __shfl_xor_sync(FULL_MASK, x, offset));
    return x;
}

// y = softmax(scale·q·kᵀ + mask)·v and L = ln Σ e^s. Grid B·H · ⌈T/64⌉. Shared: Q's tile; K's, whose place the weights take; V's.
extern "C" __global__ void __launch_bounds__(THREADS, HEAD_DIM == 128 || HAS_MASK ? 2 : 3) attention_forward(Attention a) {
    const int ROWS = FORWARD_ROWS, COLUMNS = FORWARD_COLUMNS, BLOCK = GROUPS * ROWS;
    float* q_tile = (float*)shared_memory();
    float* k_tile = q_tile + BLOCK * HEAD_DIM;
    float* v_tile = k_tile + COLUMNS * (HEAD_DIM < BLOCK ? BLOCK : HEAD_DIM);

    int blocks = blocks_of(a.queries, BLOCK);
    Place at(a, blocks);
    int first = (blocks - 1 - at.block) * BLOCK; // where it is causal, the longest rows come first
    int side = threadIdx.x % SIDE, query = first + threadIdx.x / SIDE * ROWS;
    const T* k = a.k.of(at.b, at.h);
    const T* v = a.v.of(at.b, at.h);
    int end = last_key(a, min_of(first + BLOCK, a.queries) - 1) + 1;
    // Scores are compared as they are, and multiplied to powers of 2 on their way into the exponential; not masked ones, which could overflow.
    const float factor = HAS_MASK ? 1 : a.score_scale, exponent = HAS_MASK ? (float)LOG2_E : 1;

    load_tile<BLOCK>(q_tile, a.q.of(at.b, at.h), a.q.row, first, a.queries, a.d, a.packed);
    float y[ROWS][PARTS * WIDTH] = {}, max[ROWS], sum[ROWS] = {};
#pragma unroll
    for (int i = 0; i < ROWS; i++) max[i] = -INF_F;
    for (int key = 0; key < end; key += COLUMNS) {
        load_tile<COLUMNS>(k_tile, k, a.k.row, key, a.keys, a.d, a.packed);
        load_tile<COLUMNS>(v_tile, v, a.v.row, key, a.keys, a.e, a.packed);
        await_tiles<1>(); // V may come later
        __syncthreads();
        float s[ROWS][COLUMNS / SIDE] = {};
        dot_tiles<ROWS, COLUMNS>(s, q_tile, k_tile);
#pragma unroll
        for (int i = 0; i < ROWS; i++) {
            int last = last_key(a, query + i);
            float largest = max[i];
#pragma unroll
            for (int j = 0; j < COLUMNS / SIDE; j++) {
                int column = key + side + SIDE * j;
#if HAS_MASK
                if (query + i < a.queries && column <= last) s[i][j] = fmaf(s[i][j], a.score_scale, widen(a.mask.of(at.b, at.h, query + i)[column]));
#else
                s[i][j] *= factor;
#endif
                if (column > last) s[i][j] = -INF_F;
                largest = max_of(largest, s[i][j]);
            }
            largest = row_reduce<MaxOf>(largest);
            float shift = largest == -INF_F ? 0 : largest; // no key seen yet: weights of 0, not NaN
            float correction = exp2_fast((max[i] - shift) * exponent);
            max[i] = largest;
            sum[i] *= correction;
#pragma unroll
            for (int j = 0; j < COLUMNS / SIDE; j++) {
                s[i][j] = exp2_fast((s[i][j] - shift) * exponent);
                sum[i] += s[i][j];
            }
#pragma unroll
            for (int c = 0; c < PARTS * WIDTH; c++) y[i][c] *= correction;
        }
        __syncthreads(); // K's tile has been read
        put_weights<ROWS, COLUMNS>(k_tile, s);
        await_tiles<0>();
        __syncthreads();
        accumulate<ROWS, COLUMNS>(y, k_tile, v_tile);
        __syncthreads();
    }

    float inverse[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
        float total = row_reduce<SumOf>(sum[i]);
        inverse[i] = total == 0 ? 0 : 1 / total;
        if (side == 0 && query + i < a.queries)
            a.log_sum_exp[(int64)at.head * a.queries + query + i] = total == 0 ? INF_F : HAS_MASK ? max[i] + logf(total) : (max[i] + log2f(total)) * (float)LN_2;
    }
    write(y, inverse, a.y.of(at.b, at.h), a.y.row, first, a.queries, a.e, a.packed);
}

// With P = e^(s − L) and dS = P∘(dY·Vᵀ − δ), computed again from L and δ: of a block of keys, all queries passing by, dV = Pᵀ·dY and dK = scale·dSᵀ·Q; or of a block of queries,
// all keys passing by, dQ = scale·dS·K. Two kernels that sum in a fixed order, instead of one with atomics. Shared: two tiles of rows, two of columns, weights.
template <bool KEYS> INLINE void backward(const Attention& a) {
    const int ROWS = BACKWARD_ROWS, COLUMNS = BACKWARD_COLUMNS, BLOCK = GROUPS * ROWS;
    float* left0 = (float*)shared_memory();    // K, or Q
    float* left1 = left0 + BLOCK * HEAD_DIM;  // V, or dY
    float* right0 = left1 + BLOCK * HEAD_DIM; // Q, or K
    float* right1 = right0 + COLUMNS * HEAD_DIM; // dY, or V
    float* weights = right1 + COLUMNS * HEAD_DIM;

    int row_count = KEYS ? a.keys : a.queries, column_count = KEYS ? a.queries : a.keys;
    int blocks = blocks_of(row_count, BLOCK);
    Place at(a, blocks);
    // Where it is causal, the longest blocks come first: the first keys, the last queries.
    int first = (KEYS ? at.block : blocks - 1 - at.block) * BLOCK;
    int side = threadIdx.x % SIDE, row = first + threadIdx.x / SIDE * ROWS;
    const Rows &rows0 = KEYS ? a.k : a.q, &rows1 = KEYS ? a.v : a.dy, &columns0 = KEYS ? a.q : a.k, &columns1 = KEYS ? a.dy : a.v;
    const Statistics* statistics = a.statistics + (int64)at.head * a.padded;
    load_tile<BLOCK>(left0, rows0.of(at.b, at.h), rows0.row, first, row_count, a.d, a.packed);
    load_tile<BLOCK>(left1, rows1.of(at.b, at.h), rows1.row, first, row_count, a.e, a.packed);

    int begin = KEYS && a.causal ? max_of(0, first - (a.keys - a.queries)) / COLUMNS * COLUMNS : 0;
    int end = KEYS ? a.queries : last_key(a, min_of(first + BLOCK, a.queries) - 1) + 1;
    float sum0[ROWS][PARTS * WIDTH] = {}, sum1[KEYS ? ROWS : 1][PARTS * WIDTH] = {};
    for (int tile = begin; tile < end; tile += COLUMNS) {
        load_tile<COLUMNS>(right0, columns0.of(at.b, at.h), columns0.row, tile, column_count, a.d, a.packed);
        load_tile<COLUMNS>(right1, columns1.of(at.b, at.h), columns1.row, tile, column_count, a.e, a.packed);
        await_tiles<1>();
        __syncthreads();
        float p[ROWS][COLUMNS / SIDE] = {}, ds[ROWS][COLUMNS / SIDE] = {};
        dot_tiles<ROWS, COLUMNS>(p, left0, right0);
        await_tiles<0>();
        __syncthreads();
        dot_tiles<ROWS, COLUMNS>(ds, left1, right1);
#pragma unroll
        for (int j = 0; j < COLUMNS / SIDE; j++) {
            int column = tile + side + SIDE * j;
            Statistics of_query;
            if (KEYS) of_query = statistics[column];
#pragma unroll
            for (int i = 0; i < ROWS; i++) {
                int query = KEYS ? column : row + i, key = KEYS ? row + i : column;
                if (!KEYS) of_query = statistics[query];
                float& x = p[i][j];
                bool seen = query < a.queries && key <= last_key(a, query);
#if HAS_MASK
                if (seen) x = exp2_fast((fmaf(x, a.score_scale, widen(a.mask.of(at.b, at.h, query)[key])) - of_query.at[0]) * (float)LOG2_E);
#else
                x = exp2_fast(fmaf(x, a.score_scale, -of_query.at[0]));
#endif
                if (!seen) x = 0;
                ds[i][j] = seen ? x * (ds[i][j] - of_query.at[1]) : 0;
            }
        }
        if (KEYS) {
            put_weights<ROWS, COLUMNS>(weights, p);
            __syncwarp(); // a row's weights stay within half a warp
            accumulate<ROWS, COLUMNS>((float(&)[ROWS][PARTS * WIDTH])sum1, weights, right1);
            __syncwarp();
        }
        put_weights<ROWS, COLUMNS>(weights, ds);
        __syncwarp();
        accumulate<ROWS, COLUMNS>(sum0, weights, right0);
        __syncthreads();
    }

    float scale[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++) scale[i] = (float)a.scale;
    const Rows& to0 = KEYS ? a.dk : a.dq;
    write(sum0, scale, to0.of(at.b, at.h), to0.row, first, row_count, a.d, a.packed);
    if (KEYS) {
#pragma unroll
        for (int i = 0; i < ROWS; i++) scale[i] = 1;
        write((float(&)[ROWS][PARTS * WIDTH])sum1, scale, a.dv.of(at.b, at.h), a.dv.row, first, row_count, a.e, a.packed);
    }
}

// Grid B·H · ⌈S / (8·BACKWARD_ROWS)⌉.
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_backward_keys(Attention a) { backward<true>(a); }

// Grid B·H · ⌈T / (8·BACKWARD_ROWS)⌉.
extern "C" __global__ void __launch_bounds__(THREADS, 2) attention_backward_queries(Attention a) { backward<false>(a); }
