// needs: mma.cuh attention.cuh attention_tensor.cuh
// arch: 80
// variants: T=bf16 HEAD_DIM=32,64,96,128 ROW_TILES=1,2 HAS_MASK=0
// variants: T=bf16 HEAD_DIM=32,64,96,128 ROW_TILES=1 HAS_MASK=1
// variants: T=bf16 HEAD_DIM=32,64,96 ROW_TILES=2 HAS_MASK=1
// Attention on tensor cores, in the manner of FlashAttention-2 (Dao 2023, arXiv:2307.08691): four warps with 16 or 32 queries each, tiles of 64 keys and values that are copied while
// the tile before is computed with, scores and weights in registers only. The accumulators of Q·Kᵀ are, rounded to bf16, the left operand of P·V.
//
// Shared memory: Q, K and V tiles, (64·ROW_TILES + 128)·HEAD_DIM·2 bytes; ROW_TILES = 2 halves the reads of K and V from it, which would else take as long as the products on an A100
// (a fragment of 512 bytes, 4 cycles, serves 2·ROW_TILES products of 2 cycles). Small problems, and GPUs with less shared memory or slower tensor cores, take ROW_TILES = 1.

#define TILE_KEYS 64
#define KEY_CHUNKS (TILE_KEYS / 8)
#define WARP_QUERIES (16 * ROW_TILES)
#define BLOCK_QUERIES (WARPS * WARP_QUERIES)
#define QUERIES_IN_REGISTERS (HEAD_DIM <= 64)
#define MIN_BLOCKS (HEAD_DIM == 32 && ROW_TILES + HAS_MASK < 3 ? 5 - ROW_TILES : 4 - ROW_TILES) // of a multiprocessor, as the registers allow without spilling

// The running maximum is renewed only when it is passed by more than this: weights of up to 2^8 = e^5.5 do no harm, their sum is divided by in the end, and the results so
// far are seldom corrected.
#define SLACK (HAS_MASK ? 5.5f : 8.f)

// One warp's queries. A lane holds rows lane/4 + 8·i of them, i = 0 … 2·ROW_TILES − 1.
struct Softmax {
    float max[2 * ROW_TILES], sum[2 * ROW_TILES];
};

// grid: B·H · ⌈T / BLOCK_QUERIES⌉
extern "C" __global__ void __launch_bounds__(THREADS, MIN_BLOCKS) attention_forward(Attention a) {
    bf16* q_tile = (bf16*)shared_memory();
    bf16* k_tile = q_tile + BLOCK_QUERIES * HEAD_DIM;
    bf16* v_tile = k_tile + TILE_KEYS * HEAD_DIM;

    int blocks = blocks_of(a.queries, BLOCK_QUERIES);
    Place at(a, blocks);
    int lane = threadIdx.x % WARP, warp_row = warp_index() * WARP_QUERIES;
    int block_query = (blocks - 1 - at.block) * BLOCK_QUERIES; // where it is causal, the longest rows come first, so that the last blocks to run are short
    int query = block_query + warp_row;
    int rows = lane_of_rows(lane), columns = lane_of_columns(lane);
    bf16* warp_q = q_tile + warp_row * HEAD_DIM;
    const bf16* k = a.k.of(at.b, at.h);
    const bf16* v = a.v.of(at.b, at.h);

    int end = last_key(a, min_of(block_query + BLOCK_QUERIES, a.queries) - 1) + 1; // of the keys that the block sees
    int warp_end = last_key(a, query + WARP_QUERIES - 1) + 1;
    int warp_full = last_key(a, query) + 1; // keys that all of the warp's queries see

    load_tile<BLOCK_QUERIES>(q_tile, a.q.of(at.b, at.h), a.q.row, block_query, a.queries, a.d, a.packed);
    load_tile<TILE_KEYS>(k_tile, k, a.k.row, 0, a.keys, a.d, a.packed);
    cp_async_commit();
    cp_async_wait<0>();
    __syncthreads();

    uint32 q[ROW_TILES][QUERIES_IN_REGISTERS ? STEPS : 1][4];
    if (QUERIES_IN_REGISTERS) {
#pragma unroll
        for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
            for (int step = 0; step < STEPS; step++) read(q[i][step % (QUERIES_IN_REGISTERS ? STEPS : 1)], warp_q, rows, 16 * i, step);
    }

    float y[ROW_TILES][CHUNKS][4] = {};
    float max[ROW_TILES][2], sum[ROW_TILES][2] = {};
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) max[i][0] = max[i][1] = -INF_F;
    // Scores are compared as they come from the products, and multiplied to powers of 2 on their way into the exponential. Masked ones are multiplied and added up first: a
    // mask as low as the least number would overflow in powers of 2.
    const float factor = HAS_MASK ? 1 : a.score_scale, exponent = HAS_MASK ? (float)LOG2_E : 1;

    for (int key = 0; key < end; key += TILE_KEYS) {
        // K's tile is here; V's arrives during Q·Kᵀ, the next K during the rest.
        load_tile<TILE_KEYS>(v_tile, v, a.v.row, key, a.keys, a.e, a.packed);
        cp_async_commit();

        bool seen = key < warp_end;
        float s[ROW_TILES][KEY_CHUNKS][4];
        if (seen) {
#pragma unroll
            for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
                for (int c = 0; c < KEY_CHUNKS; c++) s[i][c][0] = s[i][c][1] = s[i][c][2] = s[i][c][3] = 0;
#pragma unroll
            for (int step = 0; step < STEPS; step++) {
                const int kept = QUERIES_IN_REGISTERS ? step : 0;
                if (!QUERIES_IN_REGISTERS) {
#pragma unroll
                    for (int i = 0; i < ROW_TILES; i++) read(q[i][0], warp_q, rows, 16 * i, step);
                }
#pragma unroll
                for (int c = 0; c < KEY_CHUNKS; c += 2) {
                    uint32 b[4];
                    read(b, k_tile, columns, c * 8, step);
#pragma unroll
                    for (int i = 0; i < ROW_TILES; i++) multiply(s[i][c], s[i][c + 1], q[i][kept], b);
                }
            }
        }
        cp_async_wait<0>();
        __syncthreads();
        if (key + TILE_KEYS < end) load_tile<TILE_KEYS>(k_tile, k, a.k.row, key + TILE_KEYS, a.keys, a.d, a.packed);
        cp_async_commit();

        if (seen) {
#if HAS_MASK
#pragma unroll
            for (int i = 0; i < 2 * ROW_TILES; i++) {
                const bf16* mask = a.mask.of(at.b, at.h, min_of(query + lane / 4 + 8 * i, a.queries - 1));
#pragma unroll
                for (int c = 0; c < KEY_CHUNKS; c++) {
                    uint32 pair = mask_pair(a, mask, key + c * 8 + lane % 4 * 2);
                    float* two = &s[i / 2][c][i % 2 * 2];
                    two[0] = fmaf(two[0], a.score_scale, low_of(pair));
                    two[1] = fmaf(two[1], a.score_scale, high_of(pair));
                }
            }
#endif
            if (key + TILE_KEYS > warp_full) {
#pragma unroll
                for (int i = 0; i < 2 * ROW_TILES; i++) {
                    int last = last_key(a, query + lane / 4 + 8 * i) - key - lane % 4 * 2;
#pragma unroll
                    for (int c = 0; c < KEY_CHUNKS; c++) {
                        float* two = &s[i / 2][c][i % 2 * 2];
                        if (c * 8 > last) two[0] = -INF_F;
                        if (c * 8 + 1 > last) two[1] = -INF_F;
                    }
                }
            }

            bool renewed = false;
            float correction[ROW_TILES][2];
#pragma unroll
            for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    float largest = -INF_F;
#pragma unroll
                    for (int c = 0; c < KEY_CHUNKS; c++) largest = fmaxf(largest, fmaxf(s[i][c][2 * half], s[i][c][2 * half + 1]));
                    largest = fmaxf(largest, __shfl_xor_sync(FULL_MASK, largest, 1));
                    largest = fmaxf(largest, __shfl_xor_sync(FULL_MASK, largest, 2)) * factor;
                    float old = max[i][half];
                    bool more = largest > old + SLACK;
                    correction[i][half] = more ? exp2_fast((old - largest) * exponent) : 1.f;
                    if (more) max[i][half] = largest;
                    renewed |= more;
                }
            if (__any_sync(FULL_MASK, renewed)) {
#pragma unroll
                for (int i = 0; i < ROW_TILES; i++) {
#pragma unroll
                    for (int c = 0; c < CHUNKS; c++) {
                        y[i][c][0] *= correction[i][0];
                        y[i][c][1] *= correction[i][0];
                        y[i][c][2] *= correction[i][1];
                        y[i][c][3] *= correction[i][1];
                    }
                    sum[i][0] *= correction[i][0];
                    sum[i][1] *= correction[i][1];
                }
            }
#pragma unroll
            for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
                for (int half = 0; half < 2; half++) {
                    float shift = max[i][half] == -INF_F ? 0.f : max[i][half]; // no key seen yet: weights of 0, not NaN
#pragma unroll
                    for (int c = 0; c < KEY_CHUNKS; c++) {
                        float* two = &s[i][c][2 * half];
                        two[0] = exp2_fast(fmaf(two[0], factor, -shift) * exponent);
                        two[1] = exp2_fast(fmaf(two[1], factor, -shift) * exponent);
                        sum[i][half] += two[0] + two[1];
                    }
                }
#pragma unroll
            for (int step = 0; step < TILE_KEYS / 16; step++) {
                uint32 p[ROW_TILES][4];
#pragma unroll
                for (int i = 0; i < ROW_TILES; i++) to_left(p[i], s[i][2 * step], s[i][2 * step + 1]);
#pragma unroll
                for (int c = 0; c < CHUNKS; c += 2) {
                    uint32 b[4];
                    read_trans(b, v_tile, rows, 16 * step, c / 2);
#pragma unroll
                    for (int i = 0; i < ROW_TILES; i++) multiply(y[i][c], y[i][c + 1], p[i], b);
                }
            }
        }
        cp_async_wait<0>();
        __syncthreads();
    }

#pragma unroll
    for (int i = 0; i < ROW_TILES; i++) {
        float inverse[2];
#pragma unroll
        for (int half = 0; half < 2; half++) {
            float total = sum[i][half];
            total += __shfl_xor_sync(FULL_MASK, total, 1);
            total += __shfl_xor_sync(FULL_MASK, total, 2);
            inverse[half] = total == 0 ? 0.f : __fdividef(1.f, total);
            int row = query + 16 * i + 8 * half + lane / 4;
            if (lane % 4 == 0 && row < a.queries)
                a.log_sum_exp[(int64)at.head * a.queries + row] = total == 0 ? INF_F : HAS_MASK ? max[i][half] + logf(total) : (max[i][half] + log2f(total)) * (float)LN_2;
        }
        store_rows(warp_q + 16 * i * HEAD_DIM, y[i], inverse[0], inverse[1], a.y.of(at.b, at.h), a.y.row, query + 16 * i, a.queries, a.e, a.packed);
    }
}
