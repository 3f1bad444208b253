// needs: mma.cuh matmul.cuh
// Matrix products on tensor cores: bf16, and float rounded to tf32 where the user allows it; sums in float. TILE, TA, TB and ALIGNED as in matmul.cu.
//
// Four warps share a block's tile, 64×64 each (TILE = 128), their sums in registers. Tiles come through STAGES buffers by asynchronous copies: while one is multiplied, STAGES − 1 are on
// their way; one barrier a tile. A warp reads 8 ldmatrix for 32 mma: 4 KiB, 32 cycles of a multiprocessor's shared memory beside the 64 cycles that an A100's tensor cores need.
// arch: 80
// variants: T=bf16,float TILE=128 TA=0,1 TB=0,1 ALIGNED=1
// variants: T=bf16,float TILE=64 TA=0,1 TB=0,1 ALIGNED=0,1

#define THREADS 128
#define STAGES (TILE == 128 ? 3 : 4)
#define CHUNK VEC                     // elements of 16 bytes, the unit of copies and of the layout in shared memory
#define STEP ((int)(64 / sizeof(T)))  // elements of k in a tile
#define MMA_K ((int)(32 / sizeof(T))) // elements of k in an mma
#define WARP_TILE (TILE / 2)
#define REPEAT_M (WARP_TILE / 16)
#define REPEAT_N (WARP_TILE / 8)
#define TILE_CHUNKS (TILE * 4) // of one operand's tile

// Where a chunk lies in a tile: as in memory, but the chunks of a row are permuted by XOR, so that those which a warp reads or writes together fall into all 32 banks.
// ALONG_K: row = line, four chunks of k, two rows to 128 bytes. Else row = k, chunks of lines; ldmatrix reads eight rows at one chunk, the single reads of tf32 four rows at two.
template <bool ALONG_K> INLINE int place(int row, int chunk) {
    if (ALONG_K) return row * 4 + (chunk ^ (row / 2 % 4));
    return row * (TILE / CHUNK) + (chunk ^ (sizeof(T) == 2 ? row % 8 : row % 4 * 2));
}

// One operand's tiles on their way to shared memory: TILE lines (rows of A, columns of B) by STEP elements of k. Beyond the last line and beyond k there are zeros.
template <bool ALONG_K> struct TileCopy {
    static const int COPIES = TILE_CHUNKS / THREADS;
    static const int PER_ROW = ALONG_K ? 4 : TILE / CHUNK;
    static const int ROWS_APART = THREADS / PER_ROW; // from one of a thread's copies to the next; a multiple of 8 (of 4 in tf32's rows of k), so that place() moves along

    const T* from;
    int ld, to, lines, k; // lines left from this thread's first on
    Pack<T, CHUNK> held[ALIGNED ? 1 : COPIES];

    INLINE void start(const T* x, int stride, int first, int count) {
        int row = threadIdx.x / PER_ROW, chunk = threadIdx.x % PER_ROW;
        ld = stride;
        to = place<ALONG_K>(row, chunk);
        k = ALONG_K ? chunk * CHUNK : row;
        int line = first + (ALONG_K ? row : chunk * CHUNK);
        lines = count - line;
        from = x + (ALONG_K ? (int64)line * ld + k : (int64)row * ld + line);
    }

    // Starts the copies of a tile; left: elements of k from the tile's first on. Unaligned elements wait in registers for land().
    INLINE void copy(float4* tile, int left) {
#pragma unroll
        for (int i = 0; i < COPIES; i++) {
            int lines_left = ALONG_K ? lines - i * ROWS_APART : lines, k_left = left - k - (ALONG_K ? 0 : i * ROWS_APART);
            const T* source = from + (int64)(i * ROWS_APART) * ld;
            if (ALIGNED) {
                cp_async16(tile + to + i * (ROWS_APART * PER_ROW), source, lines_left > 0 && k_left > 0);
            } else {
                int count = ALONG_K ? k_left : lines_left;
                if ((ALONG_K ? lines_left : k_left) <= 0) count = 0;
#pragma unroll
                for (int j = 0; j < CHUNK; j++) held[i].at[j] = j < count ? source[j] : narrow<T>(0.f);
            }
        }
    }

    INLINE void land(float4* tile) const {
#pragma unroll
        for (int i = 0; i < COPIES; i++) store_pack<CHUNK>((T*)(tile + to + i * (ROWS_APART * PER_ROW)), held[i]);
    }

    INLINE int64 advance() const { return ALONG_K ? (int64)STEP : (int64)STEP * ld; }
};

// Both operands' tiles, one after the other through all products that are summed.
struct Stream {
    TileCopy<!TA> a;
    TileCopy<TB> b;
    int left; // elements of k from the next tile on, in its product

    INLINE void start(const Product& p, int product, int row, int column, int sum, int k) {
        a.start(p.a + batch_offset(p, p.step_a, product) + sum * p.sum_a + (TA ? (int64)k * p.lda : (int64)k), p.lda, row, p.m);
        b.start(p.b + batch_offset(p, p.step_b, product) + sum * p.sum_b + (TB ? (int64)k : (int64)k * p.ldb), p.ldb, column, p.n);
        left = p.k - k;
    }

    INLINE void copy(const Product& p, float4* stage) {
        a.copy(stage, left);
        b.copy(stage + TILE_CHUNKS, left);
        a.from += a.advance();
        b.from += b.advance();
        left -= STEP;
        if (left > 0) return;
        int tiles = (p.k + STEP - 1) / STEP;
        a.from += p.sum_a - tiles * a.advance();
        b.from += p.sum_b - tiles * b.advance();
        left = p.k;
    }

    INLINE void land(float4* stage) const {
        a.land(stage);
        b.land(stage + TILE_CHUNKS);
    }
};

// Floats' bits such that the tensor core, which reads the upper 19, sees the nearest tf32, ties away from zero. (cvt.rna.tf32 does as much in five instructions on sm_80; a NaN must not overflow.)
template <int N> INLINE void round_operand(uint32 (&bits)[N]) {
#pragma unroll
    for (int i = 0; i < N; i++) {
        float x = __uint_as_float(bits[i]);
        if (sizeof(T) == 4 && x == x) bits[i] += 0x1000;
    }
}

// Reads 16 lines by MMA_K elements of k as four 8×8 (tf32: 8×4) matrices, in an mma's order for A: (lines 0–7, lower k), (8–15, lower), (0–7, upper), (8–15, upper); or for two
// neighbouring B's: (0–7, lower), (0–7, upper), (8–15, lower), (8–15, upper). What depends on the lane is computed once: place() is linear in XOR below eight chunks.
template <bool IS_A, bool ALONG_K> struct FragmentReader {
    int base; // the lane's place for the warp's first 16 lines and the first k; in words where single floats are read, else in chunks

    INLINE void start(int line) {
        int lane = threadIdx.x % WARP, quarter = lane / 8;
        int upper_lines = IS_A ? quarter % 2 : quarter / 2, upper_k = IS_A ? quarter / 2 : quarter % 2;
        if (ALONG_K) base = place<true>(line + upper_lines * 8 + lane % 8, upper_k);
        else if (sizeof(T) == 2) base = place<false>(upper_k * 8 + lane % 8, line / CHUNK + upper_lines);
        else base = place<false>(lane % 4, line / CHUNK + lane / 16) * 4 + lane / 4 % 4;
    }

    // Lines 16·i … of the warp's tile, elements k … of the step.
    INLINE void read(const float4* tile, int i, int k, uint32 (&r)[4]) const {
        if (ALONG_K) {
            ldmatrix_x4(r, tile + (base ^ (k / CHUNK)) + i * 64);
        } else if (sizeof(T) == 2) {
            ldmatrix_x4_trans(r, tile + (base ^ (i * 2 % 8)) + i * 2 / 8 * 8 + k * (TILE / CHUNK));
        } else { // ldmatrix cannot transpose elements of four bytes
#pragma unroll
            for (int q = 0; q < 4; q++) {
                int chunk = i * 4 + (IS_A ? q % 2 : q / 2) * 2, at_k = k + (IS_A ? q / 2 : q % 2) * 4;
                r[q] = reinterpret_cast<const uint32*>(tile)[(base ^ (chunk % 8 * 4)) + chunk / 8 * 32 + at_k * TILE];
            }
        }
    }
};

INLINE void mma(float (&d)[4], const uint32 (&a)[4], const uint32 (&b)[2]) {
    if (sizeof(T) == 2) mma_m16n8k16_bf16(d, a, b);
    else mma_m16n8k8_tf32(d, a, b);
}

typedef FragmentReader<true, !TA> ReaderA;
typedef FragmentReader<false, TB> ReaderB;

struct Fragments {
    uint32 a[REPEAT_M][4];
    uint32 b[REPEAT_N][2];

    INLINE void read(const float4* stage, const ReaderA& from_a, const ReaderB& from_b, int k) {
#pragma unroll
        for (int i = 0; i < REPEAT_M; i++) from_a.read(stage, i, k, a[i]);
#pragma unroll
        for (int j = 0; j < REPEAT_N; j += 2) {
            uint32 r[4];
            from_b.read(stage + TILE_CHUNKS, j / 2, k, r);
            b[j][0] = r[0];
            b[j][1] = r[1];
            b[j + 1][0] = r[2];
            b[j + 1][1] = r[3];
        }
    }

    INLINE void multiply(float (&sums)[REPEAT_M][REPEAT_N][4]) {
#pragma unroll
        for (int j = 0; j < REPEAT_N; j++) round_operand(b[j]);
#pragma unroll
        for (int i = 0; i < REPEAT_M; i++) {
            round_operand(a[i]);
#pragma unroll
            for (int j = 0; j < REPEAT_N; j++) mma(sums[i][j], a[i], b[j]);
        }
    }
};

// grid (tiles, parts of k, products), block THREADS, shared STAGES · 2 · TILE · 64 bytes
extern "C" __global__ void __launch_bounds__(THREADS, TILE == 128 ? 2 : 4) matmul_tensor(const Product p) {
    extern __shared__ float4 dynamic_shared[];
    float4* stages = dynamic_shared;

    int tile_row, tile_column;
    tile_of_block(blockIdx.x, (p.m + TILE - 1) / TILE, (p.n + TILE - 1) / TILE, tile_row, tile_column);
    int product = p.first + blockIdx.z;

    // The tiles of all summed products are counted through; this block does `steps` of them from the first of its part on.
    int steps_each = (p.k + STEP - 1) / STEP, first_step = blockIdx.y * p.part, steps = p.sums * steps_each - first_step;
    if (steps > p.part) steps = p.part;
    Stream stream;
    stream.start(p, product, tile_row * TILE, tile_column * TILE, steps > 0 ? first_step / steps_each : 0, steps > 0 ? first_step % steps_each * STEP : 0);

    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
    int row = warp / 2 * WARP_TILE, column = warp % 2 * WARP_TILE;
    ReaderA from_a;
    ReaderB from_b;
    from_a.start(row);
    from_b.start(column);
    float sums[REPEAT_M][REPEAT_N][4] = {};

    for (int stage = 0; stage < STAGES - 1; stage++) {
        if (stage < steps) {
            stream.copy(p, stages + stage * 2 * TILE_CHUNKS);
            if (!ALIGNED) stream.land(stages + stage * 2 * TILE_CHUNKS);
        }
        cp_async_commit();
    }
    cp_async_wait<STAGES - 2>();
    __syncthreads();

    float4* read = stages;
    float4* write = stages + (STAGES - 1) * 2 * TILE_CHUNKS;
    float4* end = stages + STAGES * 2 * TILE_CHUNKS;
    Fragments even, odd; // those of one mma are read while the other is multiplied, across the barrier too
    if (steps > 0) even.read(read, from_a, from_b, 0);
    for (int step = 0; step < steps; step++) {
        odd.read(read, from_a, from_b, MMA_K);
        bool more = step + STAGES - 1 < steps;
        if (more) stream.copy(p, write); // all have read what was there: they are past the last barrier
        cp_async_commit();
        even.multiply(sums);
        if (!ALIGNED && more) stream.land(write);
        if (step + 1 < steps) read += 2 * TILE_CHUNKS; // at the end the last tile is read once more, for nothing: cheaper than a branch
        if (read == end) read = stages;
        write += 2 * TILE_CHUNKS;
        if (write == end) write = stages;
        cp_async_wait<STAGES - 2>();
        __syncthreads();
        even.read(read, from_a, from_b, 0);
        odd.multiply(sums);
    }
    cp_async_wait<0>();
    __syncthreads();

    // Sixteen rows of the warp's tile at a time go through shared memory, so that y is written in whole lines. Eight floats more a row put a warp's pairs into different banks.
    const int EDGE = WARP_TILE + 8, RUNS = WARP_TILE / CHUNK;
    float* edge = reinterpret_cast<float*>(stages) + warp * 16 * EDGE;
    int64 at = batch_offset(p, p.step_y, product);
    if (p.partial) at = ((int64)blockIdx.y * gridDim.z + blockIdx.z) * p.m * p.n;
#pragma unroll
    for (int i = 0; i < REPEAT_M; i++) {
#pragma unroll
        for (int j = 0; j < REPEAT_N; j++) {
#pragma unroll
            for (int h = 0; h < 2; h++) {
                Pack<float, 2> pair = {sums[i][j][2 * h], sums[i][j][2 * h + 1]};
                store_pack<2>(edge + (lane / 4 + h * 8) * EDGE + j * 8 + lane % 4 * 2, pair);
            }
        }
        __syncwarp();
#pragma unroll 1
        for (int run = lane; run < 16 * RUNS; run += WARP) {
            int r = tile_row * TILE + row + i * 16 + run / RUNS, c = tile_column * TILE + column + run % RUNS * CHUNK;
            float v[CHUNK];
#pragma unroll
            for (int e = 0; e < CHUNK; e += 4) {
                Pack<float, 4> four = load_pack<4>(edge + run / RUNS * EDGE + run % RUNS * CHUNK + e);
#pragma unroll
                for (int f = 0; f < 4; f++) v[e + f] = four.at[f];
            }
            if (r < p.m && c < p.n) end_run<CHUNK>(p, at + (int64)r * p.n + c, c, v);
        }
        __syncwarp();
    }
}
