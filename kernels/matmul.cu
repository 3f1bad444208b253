// needs: matmul.cuh
// Matrix products on the ordinary cores: tiles for blocks, warps and threads. TILE is the block's square tile, TA and TB say that A and B are stored transposed, ALIGNED that both can be
// read 16 bytes at a time. float, double, and bf16 (summed in float) where there are no tensor cores for it.
//
// A thread's 8×8 sums live in registers (TILE = 128): each step of k takes 16 values from shared memory, four 128-bit reads, for 64 multiply-adds. A value is read from global memory
// once for each 128 multiply-adds. Tiles are double-buffered in shared memory: while one is multiplied, the next is on its way in registers; one barrier a tile.
// variants: T=float TILE=128,64,32 TA=0,1 TB=0,1 ALIGNED=0,1
// variants before sm_80: T=bf16 TILE=64 TA=0,1 TB=0,1 ALIGNED=0,1
// variants: T=double TILE=64,32 TA=0,1 TB=0,1 ALIGNED=0,1

#define THREADS (2 * TILE)
// Steps of k in a tile. Turing has 64 KiB of shared memory: with 8 steps two large blocks fit.
#if TILE == 128 && defined(__CUDA_ARCH__) && __CUDA_ARCH__ == 750
#define STEP 8 // p.part counts 16
#else
#define STEP 16
#endif
#define BLOCKS (TILE == 128 || sizeof(T) == 8 ? 2 : TILE == 64 ? 4 : 8) // that share a multiprocessor

// Elements between the k-rows of a shared tile: 4 more than lines, so that a warp which stores two columns of k, 4 apart, and 16 lines hits 32 different banks.
#define PITCH (TILE + 4)

// A warp computes WARP_M × WARP_N of the tile; its lanes lie 8×4 over that and each takes FRAGMENT × FRAGMENT elements every 8·FRAGMENT rows and 4·FRAGMENT columns.
#define FRAGMENT ((int)(16 / sizeof(acc_t)))
#define WARP_M (TILE == 128 ? 64 : 32)
#define WARP_N (TILE == 32 ? 16 : 32)
#define REPEAT_M (WARP_M / (8 * FRAGMENT))
#define REPEAT_N (WARP_N / (4 * FRAGMENT))

#define WIDTH (ALIGNED ? VEC : 1) // elements of one global read

// One operand's tile on its way to shared memory: TILE lines (rows of A, columns of B) by STEP elements of k. Stored there as [k][line], so that a thread reads neighbouring lines
// at once. ALONG_K: the elements of a line lie side by side in memory, else those of a k.
// Lines beyond the last repeat it (what they give is not stored); elements beyond k are zeros.
template <bool ALONG_K> struct TileLoad {
    static const int READS = TILE * STEP / (WIDTH * THREADS);
    static const int PER_K = TILE / WIDTH;                            // reads of a k, if those lie side by side
    static const int K_APART = ALONG_K ? 2 * WIDTH : THREADS / PER_K; // from one of a thread's reads to the next

    const T* from;
    int ld, line, k;
    Pack<T, WIDTH> held[READS];

    INLINE void start(const T* x, int stride, int first, int count) {
        ld = stride;
        if (ALONG_K) { // two lanes share a line: of 16 bytes each, a sector
            line = threadIdx.x / 2;
            k = threadIdx.x % 2 * WIDTH;
            int at = first + line;
            from = x + (int64)(at < count ? at : count - 1) * ld + k;
        } else { // a warp reads neighbouring lines
            line = threadIdx.x % PER_K * WIDTH;
            k = threadIdx.x / PER_K;
            int at = first + line, last = count - WIDTH;
            from = x + (int64)k * ld + (at < last ? at : last);
        }
    }

    // Reads the tile's elements; left: elements of k from the tile's first on.
    template <bool WHOLE> INLINE void read(int left) {
#pragma unroll
        for (int i = 0; i < READS; i++) {
            int ahead = i * K_APART;
            if (WHOLE || k + ahead < left) {
                held[i] = load_pack<WIDTH>(from + (ALONG_K ? (int64)ahead : (int64)ahead * ld));
            } else {
#pragma unroll
                for (int j = 0; j < WIDTH; j++) held[i].at[j] = narrow<T>((acc_t)0);
            }
        }
    }

    INLINE int64 advance() const { return ALONG_K ? (int64)STEP : (int64)STEP * ld; }

    INLINE void store(acc_t (*tile)[PITCH]) const {
#pragma unroll
        for (int i = 0; i < READS; i++) {
            int at = k + i * K_APART;
            if (ALONG_K) {
#pragma unroll
                for (int j = 0; j < WIDTH; j++) tile[at + j][line] = widen(held[i].at[j]);
            } else {
                const int RUN = WIDTH < FRAGMENT ? WIDTH : FRAGMENT;
#pragma unroll
                for (int j = 0; j < WIDTH; j += RUN) {
                    Pack<acc_t, RUN> v;
#pragma unroll
                    for (int e = 0; e < RUN; e++) v.at[e] = widen(held[i].at[j + e]);
                    store_pack<RUN>(&tile[at][line + j], v);
                }
            }
        }
    }
};

// Both operands' tiles, one after the other through all products that are summed.
struct Stream {
    TileLoad<!TA> a;
    TileLoad<TB> b;
    int left; // elements of k from the next tile on, in its product

    INLINE void start(const Product& p, int product, int row, int column, int sum, int k) {
        a.start(p.a + batch_offset(p, p.step_a, product) + sum * p.sum_a + (TA ? (int64)k * p.lda : (int64)k), p.lda, row, p.m);
        b.start(p.b + batch_offset(p, p.step_b, product) + sum * p.sum_b + (TB ? (int64)k : (int64)k * p.ldb), p.ldb, column, p.n);
        left = p.k - k;
    }

    INLINE void read(const Product& p) {
        if (left >= STEP) {
            a.template read<true>(left);
            b.template read<true>(left);
        } else {
            a.template read<false>(left);
            b.template read<false>(left);
        }
        a.from += a.advance();
        b.from += b.advance();
        left -= STEP;
        if (left > 0) return;
        int tiles = (p.k + STEP - 1) / STEP;
        a.from += p.sum_a - tiles * a.advance();
        b.from += p.sum_b - tiles * b.advance();
        left = p.k;
    }

    INLINE void store(acc_t (*tile_a)[PITCH], acc_t (*tile_b)[PITCH]) const {
        a.store(tile_a);
        b.store(tile_b);
    }
};

// REPEAT fragments, APART elements from one to the next.
template <int REPEAT, int APART> INLINE void read_fragments(const acc_t* from, acc_t (&to)[REPEAT * FRAGMENT]) {
#pragma unroll
    for (int i = 0; i < REPEAT; i++) {
        Pack<acc_t, FRAGMENT> v = load_pack<FRAGMENT>(from + i * APART);
#pragma unroll
        for (int e = 0; e < FRAGMENT; e++) to[i * FRAGMENT + e] = v.at[e];
    }
}

// grid (tiles, parts of k, products), block THREADS
extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) matmul(const Product p) {
    __shared__ float4 memory_a[2 * STEP * PITCH * sizeof(acc_t) / 16];
    __shared__ float4 memory_b[2 * STEP * PITCH * sizeof(acc_t) / 16];
    acc_t(*tile_a)[PITCH] = reinterpret_cast<acc_t(*)[PITCH]>(memory_a);
    acc_t(*tile_b)[PITCH] = reinterpret_cast<acc_t(*)[PITCH]>(memory_b);

    int tile_row, tile_column;
    tile_of_block(blockIdx.x, (p.m + TILE - 1) / TILE, (p.n + TILE - 1) / TILE, tile_row, tile_column);
    int product = p.first + blockIdx.z;

    // The tiles of all summed products are counted through; this block does `steps` of them from the first of its part on.
    int part = p.part * (16 / STEP), steps_each = (p.k + STEP - 1) / STEP, first_step = blockIdx.y * part, steps = p.sums * steps_each - first_step;
    if (steps > part) steps = part;
    Stream stream;
    stream.start(p, product, tile_row * TILE, tile_column * TILE, steps > 0 ? first_step / steps_each : 0, steps > 0 ? first_step % steps_each * STEP : 0);

    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
    // Two neighbouring lanes share their rows: the eight lanes that a 128-bit read serves at a time touch four places of A's tile and two of B's, in different banks.
    int row = warp / (TILE / WARP_N) * WARP_M + lane / 2 % 8 * FRAGMENT;
    int column = warp % (TILE / WARP_N) * WARP_N + (lane % 2 + lane / 16 * 2) * FRAGMENT;

    acc_t sums[REPEAT_M * FRAGMENT][REPEAT_N * FRAGMENT] = {};
    acc_t a[2][REPEAT_M * FRAGMENT]; // the fragments of this k and of the next
    acc_t b[2][REPEAT_N * FRAGMENT];

    if (steps > 0) {
        stream.read(p);
        stream.store(tile_a, tile_b);
        __syncthreads();
    }
    for (int step = 0; step < steps; step++) {
        int now = (step & 1) * STEP;
        bool more = step + 1 < steps;
        if (more) stream.read(p);
        read_fragments<REPEAT_M, 8 * FRAGMENT>(&tile_a[now][row], a[0]);
        read_fragments<REPEAT_N, 4 * FRAGMENT>(&tile_b[now][column], b[0]);
#pragma unroll
        for (int k = 0; k < STEP; k++) {
            if (k + 1 < STEP) {
                read_fragments<REPEAT_M, 8 * FRAGMENT>(&tile_a[now + k + 1][row], a[(k + 1) & 1]);
                read_fragments<REPEAT_N, 4 * FRAGMENT>(&tile_b[now + k + 1][column], b[(k + 1) & 1]);
            }
#pragma unroll
            for (int i = 0; i < REPEAT_M * FRAGMENT; i++)
#pragma unroll
                for (int j = 0; j < REPEAT_N * FRAGMENT; j++) sums[i][j] = fn_fma(a[k & 1][i], b[k & 1][j], sums[i][j]);
        }
        if (more) stream.store(tile_a + (STEP - now), tile_b + (STEP - now));
        __syncthreads();
    }

    row += tile_row * TILE;
    column += tile_column * TILE;
    int64 at = batch_offset(p, p.step_y, product);
    if (p.partial) at = ((int64)blockIdx.y * gridDim.z + blockIdx.z) * p.m * p.n;
#pragma unroll
    for (int i = 0; i < REPEAT_M * FRAGMENT; i++) {
        int r = row + i / FRAGMENT * 8 * FRAGMENT + i % FRAGMENT;
#pragma unroll
        for (int j = 0; j < REPEAT_N; j++) {
            int c = column + j * 4 * FRAGMENT;
            acc_t v[FRAGMENT];
#pragma unroll
            for (int e = 0; e < FRAGMENT; e++) v[e] = sums[i][j * FRAGMENT + e];
            if (r < p.m && c < p.n) end_run<FRAGMENT>(p, at + (int64)r * p.n + c, c, v);
        }
    }
}
