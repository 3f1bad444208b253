// needs: mma.cuh strides.cuh conv.cuh conv_tensor.cuh
// Convolution and transposed convolution of bfloat16 on tensor cores, as the product of matrices of conv2d.cu: rows are target channels, columns are positions, terms are (tap, source channel).
// x (N, H·W, groups, channels) and the weights (groups, target channels, taps, channels) come with their channels innermost, padded with zeros to `packed_row`, a multiple of 8; y is written
// as it is everywhere, (N, C, H, W). Where y's positions are split or strided in memory is conv.cuh's matter.
// arch: 80
// variants: T=bf16 TILE=64,128

#define PER_LINE (STEP / CHUNK)          // chunks of a line in a tile
#define LINES_APART (THREADS / PER_LINE) // from one of a thread's copies to the next
#define COPIES (TILE / LINES_APART)

// This thread's chunks of the tiles: always the same chunk of TILE / LINES_APART rows and as many columns, tap by tap.
struct TermStream {
    const Correlation& c;
    const AxisMap &h, &w;
    const bf16* weights;     // of the thread's first row, at its chunk
    int64 row_step;          // elements to the thread's next row
    int rows;                // left from the first on
    const bf16* image[COPIES]; // of each column, at the thread's chunk
    int h0[COPIES], w0[COPIES];
    int th, tw, chunk, chunks; // of the next copy: its tap, its chunk of the channels

    INLINE TermStream(const Correlation& c, const AxisMap& h, const AxisMap& w) : c(c), h(h), w(w) {}

    INLINE void start(int step) {
        chunks = c.packed_row / CHUNK;
        int at = step * PER_LINE + threadIdx.x % PER_LINE, tap = at / chunks;
        chunk = at - tap * chunks;
        th = (int)divide_by_taps(tap, w);
        tw = tap - th * w.taps;
    }

    INLINE void copy(float4* stage) {
        int line = threadIdx.x / PER_LINE, to = place<true>(line, threadIdx.x % PER_LINE);
        bool exists = th < h.taps;
        int tap = (h.tap + th * h.tap_step) * c.kernel_width + w.tap + tw * w.tap_step;
        const bf16* from = weights + (int64)tap * c.packed_row + chunk * CHUNK;
#pragma unroll
        for (int i = 0; i < COPIES; i++) cp_async16(stage + to + i * (LINES_APART * PER_LINE), from + i * row_step, exists && i * LINES_APART < rows);
        int64 position = (int64)c.groups * c.packed_row;
#pragma unroll
        for (int i = 0; i < COPIES; i++) {
            int y = h0[i] + th * h.step, x = w0[i] + tw * w.step;
            bool inside = exists && (uint32)y < (uint32)c.source_height && (uint32)x < (uint32)c.source_width;
            cp_async16(stage + TILE_CHUNKS + to + i * (LINES_APART * PER_LINE), image[i] + (y * c.source_width + x) * position + chunk * CHUNK, inside);
        }
        for (chunk += PER_LINE; chunk >= chunks; chunk -= chunks) {
            if (++tw < w.taps) continue;
            tw = 0;
            th++;
        }
    }
};

// y = bias + x ⋆ weight; or, where the terms are split, partial[split] = that part of the sum, at y's places. shared: STAGES · 2 · TILE · 64 + TILE · 8 bytes.
extern "C" __global__ void __launch_bounds__(THREADS, TILE == 128 ? 2 : 4) correlate_tensor(const bf16* x, const bf16* packed, const bf16* bias, bf16* y, float* partial, int64 y_count, Correlation c) {
    extern __shared__ float4 dynamic_shared[];
    __shared__ BlockPart part; // in shared memory, since registers are short
    float4* stages = dynamic_shared;
    int64* target_at = reinterpret_cast<int64*>(stages + STAGES * 2 * TILE_CHUNKS); // a column's place in the target's first channel, −1 if there is none
    if (threadIdx.x == 0) part = part_of_block(c);
    __syncthreads();
    TermStream stream(c, c.h[part.map_h], c.w[part.map_w]);
    const AxisMap &h = stream.h, &w = stream.w;
    int64 positions = (int64)h.positions * w.positions, columns = positions * c.images;
    if ((int64)part.column_tile * TILE >= columns) return; // this residue has fewer
    int64 target_plane = (int64)c.target_height * c.target_width;

    int line = threadIdx.x / PER_LINE, kernel_taps = c.kernel_height * c.kernel_width;
    stream.rows = c.rows - part.row_tile * TILE - line;
    stream.row_step = (int64)LINES_APART * kernel_taps * c.packed_row;
    stream.weights = packed + ((int64)part.group * c.rows + part.row_tile * TILE + line) * kernel_taps * c.packed_row;
#pragma unroll
    for (int i = 0; i < COPIES; i++) {
        int64 column = (int64)part.column_tile * TILE + line + i * LINES_APART, to = -1;
        stream.image[i] = x;
        stream.h0[i] = stream.w0[i] = NOWHERE;
        if (column < columns) {
            int64 image = quotient(column, positions), at = column - image * positions;
            int u = (int)quotient(at, w.positions), v = (int)(at - (int64)u * w.positions);
            stream.image[i] = x + (image * c.source_height * c.source_width * c.groups + part.group) * c.packed_row;
            stream.h0[i] = u * h.stride + h.source;
            stream.w0[i] = v * w.stride + w.source;
            to = image * c.groups * c.rows * target_plane + (int64)(h.target + u * h.target_step) * c.target_width + w.target + v * w.target_step;
        }
        if (threadIdx.x % PER_LINE == 0) target_at[line + i * LINES_APART] = to;
    }

    // Parts are counted in terms, STEP to a tile.
    int terms = h.taps * w.taps * c.packed_row, first = part.split * c.chunk, count = terms - first < c.chunk ? terms - first : c.chunk;
    float sums[REPEAT_M][REPEAT_N][4] = {};
    if (count > 0) {
        stream.start(first / STEP);
        multiply_tiles<true>(stream, (count + STEP - 1) / STEP, stages, sums);
    }
    __syncthreads();

    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
    const int RUNS = WARP_TILE / CHUNK;
    float* edge = reinterpret_cast<float*>(stages) + warp * 16 * EDGE;
#pragma unroll
    for (int i = 0; i < REPEAT_M; i++) {
        lay_out(edge, sums[i]);
#pragma unroll 1
        for (int run = lane; run < 16 * RUNS; run += WARP) {
            int row = part.row_tile * TILE + warp / 2 * WARP_TILE + i * 16 + run / RUNS;
            const int64* at = target_at + warp % 2 * WARP_TILE + run % RUNS * CHUNK;
            if (row >= c.rows || at[0] < 0) continue;
            float v[CHUNK];
            load_eight(edge + run / RUNS * EDGE + run % RUNS * CHUNK, v);
            int channel = part.group * c.rows + row;
            int64 plane = channel * target_plane;
            if (c.splits > 1) {
                float* sum = partial + part.split * y_count + plane;
                if (c.vectors) {
                    store_pack<4>(sum + at[0], Pack<float, 4>{v[0], v[1], v[2], v[3]});
                    store_pack<4>(sum + at[0] + 4, Pack<float, 4>{v[4], v[5], v[6], v[7]});
                } else {
#pragma unroll
                    for (int e = 0; e < CHUNK; e++)
                        if (at[e] >= 0) sum[at[e]] = v[e];
                }
            } else {
                float add = bias ? to_float(bias[channel]) : 0.f;
                Pack<bf16, CHUNK> out;
#pragma unroll
                for (int e = 0; e < CHUNK; e++) out.at[e] = to_bf16(v[e] + add);
                if (c.vectors) {
                    store_pack<CHUNK>(y + plane + at[0], out);
                } else {
#pragma unroll
                    for (int e = 0; e < CHUNK; e++)
                        if (at[e] >= 0) y[plane + at[e]] = out.at[e];
                }
            }
        }
    }
}
