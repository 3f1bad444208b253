// What the convolutions on tensor cores share: tiles of bf16 in shared memory, and their product. Both operands lie with their channels innermost, padded to whole chunks of 8, so that every
// asynchronous copy moves 16 bytes of one position.
//
// Four warps share a block's tile of TILE rows × TILE columns, a quarter each, their sums in registers. Tiles of STEP terms come through STAGES buffers by asynchronous copies: while one is
// multiplied, STAGES − 1 are on their way; one barrier a tile.

#define THREADS 128
#define STAGES (TILE == 128 ? 3 : 4)
#define CHUNK 8  // elements of 16 bytes, the unit of copies and of the layout in shared memory
#define STEP 32  // terms of a tile
#define MMA_K 16 // terms of an mma
#define WARP_TILE (TILE / 2)
#define REPEAT_M (WARP_TILE / 16)
#define REPEAT_N (WARP_TILE / 8)
#define TILE_CHUNKS (TILE * STEP / CHUNK)

// Where a chunk lies in a tile: as in memory, but the chunks of a row are permuted by XOR, so that those which a warp reads or writes together fall into all 32 banks.
// ALONG_K: row = line (row of A, column of B), four chunks of terms, two rows to 128 bytes. Else row = term, chunks of lines.
template <bool ALONG_K> INLINE int place(int row, int chunk) {
    return ALONG_K ? row * (STEP / CHUNK) + (chunk ^ (row / 2 % 4)) : row * (TILE / CHUNK) + (chunk ^ (row % 8));
}

// Reads 16 lines by MMA_K terms as four 8×8 matrices, in an mma's order for A: (lines 0–7, lower terms), (8–15, lower), (0–7, upper), (8–15, upper); or for two neighbouring B's: (0–7, lower),
// (0–7, upper), (8–15, lower), (8–15, upper). What depends on the lane is computed once: place() is linear in XOR below eight chunks.
template <bool IS_A, bool ALONG_K> struct FragmentReader {
    int base; // the lane's place for the warp's first 16 lines and the first terms

    INLINE void start(int line) {
        int lane = threadIdx.x % WARP, quarter = lane / 8, upper_lines = IS_A ? quarter % 2 : quarter / 2, upper_terms = IS_A ? quarter / 2 : quarter % 2;
        base = ALONG_K ? place<true>(line + upper_lines * 8 + lane % 8, upper_terms) : place<false>(upper_terms * 8 + lane % 8, line / CHUNK + upper_lines);
    }

    // Lines 16·i … of the warp's tile, terms k … of the step.
    INLINE void read(const float4* tile, int i, int k, uint32 (&r)[4]) const {
        if (ALONG_K) ldmatrix_x4(r, tile + (base ^ (k / CHUNK)) + i * 16 * (STEP / CHUNK));
        else ldmatrix_x4_trans(r, tile + (base ^ (i * 2 % 8)) + i * 2 / 8 * 8 + k * (TILE / CHUNK));
    }
};

template <bool ALONG_K> struct Fragments {
    uint32 a[REPEAT_M][4];
    uint32 b[REPEAT_N][2];

    INLINE void read(const float4* stage, const FragmentReader<true, ALONG_K>& from_a, const FragmentReader<false, ALONG_K>& from_b, int k) {
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

    INLINE void multiply(float (&sums)[REPEAT_M][REPEAT_N][4]) const {
#pragma unroll
        for (int i = 0; i < REPEAT_M; i++)
#pragma unroll
            for (int j = 0; j < REPEAT_N; j++) mma_m16n8k16_bf16(sums[i][j], a[i], b[j]);
    }
};

// sums += the products of `steps` tiles that `stream` brings: stream.copy(stage) starts the copies of the next one, A's chunks and then B's.
template <bool ALONG_K, typename Stream> INLINE void multiply_tiles(Stream& stream, int steps, float4* stages, float (&sums)[REPEAT_M][REPEAT_N][4]) {
    int warp = threadIdx.x / WARP;
    FragmentReader<true, ALONG_K> from_a;
    FragmentReader<false, ALONG_K> from_b;
    from_a.start(warp / 2 * WARP_TILE);
    from_b.start(warp % 2 * WARP_TILE);
    for (int stage = 0; stage < STAGES - 1; stage++) {
        if (stage < steps) stream.copy(stages + stage * 2 * TILE_CHUNKS);
        cp_async_commit();
    }
    cp_async_wait<STAGES - 2>();
    __syncthreads();
    float4* read = stages;
    float4* write = stages + (STAGES - 1) * 2 * TILE_CHUNKS;
    float4* end = stages + STAGES * 2 * TILE_CHUNKS;
    Fragments<ALONG_K> even, odd; // those of one mma are read while the other is multiplied, across the barrier too
    if (steps > 0) even.read(read, from_a, from_b, 0);
    for (int step = 0; step < steps; step++) {
        odd.read(read, from_a, from_b, MMA_K);
        if (step + STAGES - 1 < steps) stream.copy(write); // all have read what was there: they are past the last barrier
        cp_async_commit();
        even.multiply(sums);
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
}

// A warp's rows 16·i … of its tile in shared memory, so that they can be written in whole lines: row r, column c at edge[r · EDGE + c]. Eight floats more a row put a warp's pairs into
// different banks.
#define EDGE (WARP_TILE + 8)
INLINE void lay_out(float* edge, const float (&sums)[REPEAT_N][4]) {
    int lane = threadIdx.x % WARP;
    __syncwarp();
#pragma unroll
    for (int j = 0; j < REPEAT_N; j++) {
#pragma unroll
        for (int h = 0; h < 2; h++) {
            Pack<float, 2> pair = {sums[j][2 * h], sums[j][2 * h + 1]};
            store_pack<2>(edge + (lane / 4 + h * 8) * EDGE + j * 8 + lane % 4 * 2, pair);
        }
    }
    __syncwarp();
}
INLINE void load_eight(const float* edge, float (&v)[CHUNK]) {
#pragma unroll
    for (int e = 0; e < CHUNK; e += 4) {
        Pack<float, 4> four = load_pack<4>(edge + e);
#pragma unroll
        for (int f = 0; f < 4; f++) v[e + f] = four.at[f];
    }
}
