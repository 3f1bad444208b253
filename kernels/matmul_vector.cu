// needs: matmul.cuh
// Products with few rows: y = x·W for up to ROWS rows of x (m of p), W k×n. A weight is read once and used ROWS times: bound by the memory that W fills, as in decoding token by token. A few
// columns instead of rows are the same product transposed, yᵀ = Bᵀ·Aᵀ: `swapped`, then y is written by columns.
//
// x passes through shared memory in parts of CHUNK elements of k. Sums over lanes, warps and parts of k are added in a fixed order.
// variants: T=float,bf16,double ROWS=1,2,4,8

#define WARPS 4
#define THREADS (WARPS * WARP)
#define BLOCKS (ROWS == 8 ? 3 : ROWS == 4 ? 4 : ROWS == 2 ? 5 : 6)
#define PART_STEP 256 // p.part counts these
#define CHUNK ((ROWS <= 2 ? 8192 : 4096) / (int)sizeof(acc_t))

struct Rows {
    int x_row, x_k; // from one row, one k of x to the next
    int swapped;
    int aligned; // W can be read 16 bytes at a time
};

INLINE void end_one(const Product& p, const Rows& rows, int row, int column, acc_t v) {
    if (row >= p.m || column >= p.n) return;
    int64 at = rows.swapped ? (int64)column * p.m + row : (int64)row * p.n + column;
    if (p.partial) p.partial[((int64)blockIdx.y * gridDim.z + blockIdx.z) * p.m * p.n + at] = v;
    else finish_one(p, batch_offset(p, p.step_y, p.first + blockIdx.z) + at, rows.swapped ? row : column, v);
}

// Where element i of a chunk lies in shared memory, if a lane takes W neighbours at a time: a warp's 128-bit reads then lie side by side.
template <int W> INLINE int chunk_place(int i) {
    const int RUN = W * (int)sizeof(acc_t) > 16 ? (int)(16 / sizeof(acc_t)) : W;
    return W == RUN ? i : i / (WARP * W) * (WARP * W) + i % W / RUN * (WARP * RUN) + i % (WARP * W) / W * RUN + i % RUN;
}

// Elements k … k + count − 1 of all rows of x; zeros for rows beyond the last, and up to the next multiple of four.
template <int W> INLINE void load_chunk(const Product& p, const Rows& rows, const T* x, int64 k, int count, acc_t* chunk) {
    bool vector = VEC > 1 && rows.x_k == 1 && rows.x_row % VEC == 0 && k % VEC == 0 && count % VEC == 0 && count % 4 == 0 && aligned16(x);
#pragma unroll 1 // a row waits for the one before in any case, and the code is a third
    for (int r = 0; r < ROWS; r++) {
        const T* from = x + (int64)r * rows.x_row + k * rows.x_k;
        if (r < p.m && vector) {
            for (int i = threadIdx.x * VEC; i < count; i += THREADS * VEC) {
                Pack<T, VEC> v = load_pack<VEC>(from + i);
#pragma unroll
                for (int j = 0; j < VEC; j++) chunk[r * CHUNK + chunk_place<W>(i + j)] = widen(v.at[j]);
            }
        } else {
            for (int i = threadIdx.x; i < (count + 3 & ~3); i += THREADS) chunk[r * CHUNK + chunk_place<W>(i)] = r < p.m && i < count ? widen(from[(int64)i * rows.x_k]) : (acc_t)0;
        }
    }
}

// --- Weights that lie along k (W stored transposed): a warp each COLUMNS columns. ---

#define COLUMNS 2 // two weights in flight, and each value of x from shared memory serves two multiply-adds

template <int W> INLINE void dot(const Product& p, const Rows& rows, acc_t* chunk) {
    const int RUN = W * (int)sizeof(acc_t) > 16 ? (int)(16 / sizeof(acc_t)) : W;
    int lane = threadIdx.x % WARP, product = p.first + blockIdx.z;
    int column = (blockIdx.x * WARPS + threadIdx.x / WARP) * COLUMNS;
    const T* x = p.a + batch_offset(p, p.step_a, product);
    const T* b = p.b + batch_offset(p, p.step_b, product);
    const T* weights[COLUMNS];
#pragma unroll
    for (int c = 0; c < COLUMNS; c++) weights[c] = b + (int64)(column + c < p.n ? column + c : p.n - 1) * p.ldb + lane * W;

    acc_t sums[COLUMNS][ROWS] = {};
    int64 begin = (int64)blockIdx.y * p.part * PART_STEP, end = begin + (int64)p.part * PART_STEP;
    if (end > p.k) end = p.k;
    for (int64 k = begin; k < end; k += CHUNK) {
        int count = end - k < CHUNK ? (int)(end - k) : CHUNK;
        if (k > begin) __syncthreads();
        load_chunk<W>(p, rows, x, k, count, chunk);
        __syncthreads();
#pragma unroll(ROWS == 8 ? 1 : 2)
        for (int i = 0; i < count - lane * W; i += WARP * W) {
            Pack<T, W> w[COLUMNS];
#pragma unroll
            for (int c = 0; c < COLUMNS; c++) w[c] = load_pack<W>(weights[c] + k + i);
#pragma unroll
            for (int j = 0; j < W; j += RUN)
#pragma unroll
                for (int r = 0; r < ROWS; r++) {
                    Pack<acc_t, RUN> v = load_pack<RUN>(chunk + r * CHUNK + i + j * WARP + lane * RUN);
#pragma unroll
                    for (int c = 0; c < COLUMNS; c++)
#pragma unroll
                        for (int e = 0; e < RUN; e++) sums[c][r] = fn_fma(v.at[e], (acc_t)widen(w[c].at[j + e]), sums[c][r]);
                }
        }
    }
    acc_t mine = 0;
#pragma unroll
    for (int c = 0; c < COLUMNS; c++)
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
            acc_t sum = warp_sum(sums[c][r]);
            if (lane == c * ROWS + r) mine = sum;
        }
    if (lane < COLUMNS * ROWS) end_one(p, rows, lane % ROWS, column + lane / ROWS, mine);
}

// grid (columns / (4 · COLUMNS), parts of k, products)
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) matmul_rows_dot(const Product p, const Rows rows) {
    __shared__ float4 memory[ROWS * CHUNK * sizeof(acc_t) / 16];
    acc_t* chunk = reinterpret_cast<acc_t*>(memory);
    if (rows.aligned) dot<VEC>(p, rows, chunk);
    else dot<1>(p, rows, chunk);
}

// --- Weights that lie along n: lanes of W neighbouring columns, LANES to a row of 128 bytes; the rest of the block shares k out, four neighbours at a time. ---

template <int W> INLINE void add_up(const Product& p, const Rows& rows, acc_t* chunk) {
    const int LANES = W == 1 ? WARP : 8, GROUPS = THREADS / LANES, WIDTH = LANES * W;
    int lane = threadIdx.x % LANES, group = threadIdx.x / LANES, product = p.first + blockIdx.z;
    int first = blockIdx.x * WIDTH, column = first + lane * W;
    const T* x = p.a + batch_offset(p, p.step_a, product);
    const T* weights = p.b + batch_offset(p, p.step_b, product) + (column <= p.n - W ? column : p.n - W);

    acc_t sums[ROWS][W] = {};
    int64 begin = (int64)blockIdx.y * p.part * PART_STEP, end = begin + (int64)p.part * PART_STEP;
    if (end > p.k) end = p.k;
    for (int64 k = begin; k < end; k += CHUNK) {
        int count = end - k < CHUNK ? (int)(end - k) : CHUNK;
        if (k > begin) __syncthreads();
        load_chunk<1>(p, rows, x, k, count, chunk);
        __syncthreads();
        for (int i = group * 4; i < count; i += GROUPS * 4) {
            Pack<T, W> w[4] = {};
#pragma unroll
            for (int u = 0; u < 4; u++)
                if (i + u < count) w[u] = load_pack<W>(weights + (k + i + u) * p.ldb);
#pragma unroll
            for (int r = 0; r < ROWS; r++)
#pragma unroll
                for (int u = 0; u < 4; u++) {
                    acc_t v = chunk[r * CHUNK + i + u];
#pragma unroll
                    for (int e = 0; e < W; e++) sums[r][e] = fn_fma(v, (acc_t)widen(w[u].at[e]), sums[r][e]);
                }
        }
    }
    // The groups of a warp, then the warps.
    __syncthreads();
#pragma unroll
    for (int r = 0; r < ROWS; r++)
#pragma unroll
        for (int e = 0; e < W; e++) {
            acc_t sum = sums[r][e];
#pragma unroll
            for (int offset = LANES; offset < WARP; offset *= 2) sum += __shfl_xor_sync(FULL_MASK, sum, offset);
            if (threadIdx.x % WARP < LANES) chunk[(threadIdx.x / WARP * ROWS + r) * WIDTH + lane * W + e] = sum;
        }
    __syncthreads();
    for (int o = threadIdx.x; o < ROWS * WIDTH; o += THREADS) {
        acc_t sum = 0;
#pragma unroll
        for (int warp = 0; warp < WARPS; warp++) sum += chunk[warp * ROWS * WIDTH + o];
        end_one(p, rows, o / WIDTH, first + o % WIDTH, sum);
    }
}

// grid (columns / (8 · VEC), or / 32 if unaligned, parts of k, products)
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) matmul_rows_sum(const Product p, const Rows rows) {
    __shared__ float4 memory[ROWS * CHUNK * sizeof(acc_t) / 16];
    acc_t* chunk = reinterpret_cast<acc_t*>(memory);
    if (rows.aligned) add_up<VEC>(p, rows, chunk);
    else add_up<1>(p, rows, chunk);
}
