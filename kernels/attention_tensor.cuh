// Tiles of bf16 rows in shared memory, HEAD_DIM wide, as the tensor cores' fragments are read from them and results written through them.
#define CHUNK 8                   // elements in 16 bytes, the unit that is copied and read
#define CHUNKS (HEAD_DIM / CHUNK) // of a row
#define STEPS (HEAD_DIM / 16)     // products of 16 features that make a dot product
#define THREADS 128
#define WARPS (THREADS / WARP)

// The thread's warp, as a value that the compiler knows to be the same for all of its lanes.
INLINE int warp_index() { return __shfl_sync(FULL_MASK, (int)threadIdx.x / WARP, 0); }

// Lanes that copy a row together: a thread copies chunks lane, lane + LANES, … of every PASS-th row.
#define LANES (HEAD_DIM % 64 == 0 ? 8 : 4)
#define PASS (THREADS / LANES)

// Where a chunk lies. Chunks change places within groups of 8 (128 bytes, all banks) or, where a row is no multiple of that, of 4, such that the 8 rows that ldmatrix reads at once
// fall into different banks. Rows 8 apart are permuted alike, and groups alike.
INLINE int swizzle(int row, int chunk) { return row * HEAD_DIM + (chunk ^ (HEAD_DIM % 64 == 0 ? row & 7 : (row >> 1) & 3)) * CHUNK; }

// Copies rows first … of a matrix to a tile of ROWS; zeros beyond the last row and the last feature. Asynchronous unless the rows are not aligned.
template <int ROWS> INLINE void load_tile(bf16* tile, const bf16* data, int64 step, int first, int rows, int features, bool packed) {
    static_assert(ROWS % PASS == 0, "a tile is copied in whole passes");
    if (packed) {
        int thread = again(threadIdx.x), row = thread / LANES, lane = thread % LANES;
        const bf16* from = data + (first + row) * step + lane * CHUNK;
        bf16* to = tile + swizzle(row, lane);
#pragma unroll
        for (int r = 0; r < ROWS; r += PASS)
#pragma unroll
            for (int c = 0; c < CHUNKS; c += LANES) {
                bool valid = first + row + r < rows && (lane + c) * CHUNK < features;
                cp_async16(to + r * HEAD_DIM + c * CHUNK, valid ? from + r * step + c * CHUNK : data, valid);
            }
        return;
    }
#pragma unroll 1
    for (int i = again(threadIdx.x); i < ROWS * HEAD_DIM; i += THREADS) {
        int row = i / HEAD_DIM, feature = i % HEAD_DIM;
        bool valid = first + row < rows && feature < features;
        tile[swizzle(row, feature / CHUNK) + feature % CHUNK] = valid ? data[(first + row) * step + feature] : bf16{0};
    }
}

// Fragments of the 16×16 block at (row, 16·step) of a tile. `lane` is the place that the lane reads in the block at (0, 0): a step away the chunk within its group changes by an
// exclusive or, and the rest is constant.
#define GROUP (LANES / 2) // steps in a group of chunks
INLINE const bf16* fragment(const bf16* tile, int lane, int row, int step) { return tile + (lane ^ step % GROUP * 16) + (row * HEAD_DIM + step / GROUP * GROUP * 16); }

// Of a left operand, and of a right operand whose columns are the tile's columns (read_trans).
INLINE int lane_of_rows(int lane) { return swizzle(lane % 16, lane / 16); }
// Of a right operand whose columns are the tile's rows: b[0], b[1] for the first eight, b[2], b[3] for the others.
INLINE int lane_of_columns(int lane) { return swizzle(lane % 8 + lane / 16 * 8, lane / 8 % 2); }

INLINE void read(uint32 (&r)[4], const bf16* tile, int lane, int row, int step) { ldmatrix_x4(r, fragment(tile, lane, row, step)); }
INLINE void read_trans(uint32 (&r)[4], const bf16* tile, int lane, int row, int step) { ldmatrix_x4_trans(r, fragment(tile, lane, row, step)); }

// sum (16×16, as two accumulators) += a · b
INLINE void multiply(float (&low)[4], float (&high)[4], const uint32 (&a)[4], const uint32 (&b)[4]) {
    mma_m16n8k16_bf16(low, a, {b[0], b[1]});
    mma_m16n8k16_bf16(high, a, {b[2], b[3]});
}

// Two floats as a register of two bf16, the first in the lower half, in one instruction.
INLINE uint32 round_pair(float low, float high) {
#ifdef __CUDAEMU__
    return pack_bf16(low, high);
#else
    uint32 pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
#endif
}

// Accumulators of 16×16 as a left operand: the layouts agree.
INLINE void to_left(uint32 (&a)[4], const float (&low)[4], const float (&high)[4]) {
    a[0] = round_pair(low[0], low[1]);
    a[1] = round_pair(low[2], low[3]);
    a[2] = round_pair(high[0], high[1]);
    a[3] = round_pair(high[2], high[3]);
}

// Writes a warp's 16 rows of results to rows first … of a matrix, through 16 rows of a tile that only this warp uses. A lane holds rows lane/4 and lane/4 + 8, which are multiplied by the two scales.
INLINE void store_rows(bf16* tile, const float (&sum)[CHUNKS][4], float scale_low, float scale_high, bf16* data, int64 step, int first, int rows, int features, bool packed) {
    int lane = threadIdx.x % WARP;
    __syncwarp(); // the rows that lay there have been read
#pragma unroll
    for (int c = 0; c < CHUNKS; c++) {
        *reinterpret_cast<uint32*>(tile + swizzle(lane / 4, c) + lane % 4 * 2) = round_pair(sum[c][0] * scale_low, sum[c][1] * scale_low);
        *reinterpret_cast<uint32*>(tile + swizzle(lane / 4 + 8, c) + lane % 4 * 2) = round_pair(sum[c][2] * scale_high, sum[c][3] * scale_high);
    }
    __syncwarp();
    for (int r = lane / LANES; r < 16; r += WARP / LANES) {
        if (first + r >= rows) break;
#pragma unroll
        for (int c = lane % LANES; c < CHUNKS; c += LANES) {
            Pack<bf16, CHUNK> chunk = load_pack<CHUNK>(tile + swizzle(r, c));
            bf16* to = data + (first + r) * step + c * CHUNK;
            if (packed) {
                if (c * CHUNK < features) store_pack(to, chunk);
            } else {
#pragma unroll
                for (int j = 0; j < CHUNK; j++)
                    if (c * CHUNK + j < features) to[j] = chunk.at[j];
            }
        }
    }
}

// The mask's numbers for keys key (even) and key + 1 of a row, as two bf16; the rows lie an even number of elements apart.
INLINE uint32 mask_pair(const Attention& a, const bf16* row, int key) { return key < a.keys ? *reinterpret_cast<const uint32*>(row + key) : 0; }
INLINE float low_of(uint32 pair) { return __uint_as_float(pair << 16); }
INLINE float high_of(uint32 pair) { return __uint_as_float(pair & 0xffff0000); }
