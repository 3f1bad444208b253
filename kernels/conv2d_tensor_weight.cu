// needs: mma.cuh strides.cuh conv_tensor.cuh
// The gradient of a bfloat16 convolution's weight on tensor cores: rows are target channels, columns are (tap, source channel), terms are the positions of all images, in parts of fixed size
// that conv2d_parts.cu adds in order. x (N, H·W, groups, channels) and dy (N, OH·OW, groups, target channels) come with their channels innermost, padded to multiples of 8.
// arch: 80
// variants: T=bf16 TILE=64,128

#define PER_TERM (TILE / CHUNK)          // chunks of a term in a tile
#define TERMS_APART (THREADS / PER_TERM) // from one of a thread's copies to the next
#define COPIES (STEP / TERMS_APART)

struct WeightGradientTensor {
    int groups, channels, rows; // of a group, padded: in x, in dy
    int height, width;          // of x
    int kernel_height, kernel_width;
    int stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w;
    int row_tiles, column_tiles;
    int64 positions, chunk; // images·OH·OW, and those of a part
    Divider plane, line;    // OH·OW, OW
};

// This thread's chunks of the tiles: always the same chunk, of TILE / … terms.
struct PositionStream {
    const WeightGradientTensor& g;
    const bf16 *dy, *x; // of its chunk: dy at the next position, x at the first image
    int64 at, end;      // positions: the next, the part's end
    bool has_row, has_column;
    int dh, dw; // of its tap

    INLINE PositionStream(const WeightGradientTensor& g) : g(g) {}

    INLINE void copy(float4* stage) {
        int term = threadIdx.x / PER_TERM, to = place<false>(term, threadIdx.x % PER_TERM);
        int64 dy_step = (int64)g.groups * g.rows, x_step = (int64)g.groups * g.channels;
#pragma unroll
        for (int i = 0; i < COPIES; i++) cp_async16(stage + to + i * THREADS, dy + i * TERMS_APART * dy_step, has_row && at + i * TERMS_APART < end);
        dy += STEP * dy_step;
#pragma unroll
        for (int i = 0; i < COPIES; i++) {
            int64 position = at + i * TERMS_APART, image = divide(position, g.plane);
            int place = (int)(position - image * g.plane.divisor), oh = divide_small(place, g.line), ow = place - oh * (int)g.line.divisor;
            int h = oh * g.stride_h + dh, w = ow * g.stride_w + dw;
            bool inside = has_column && position < end && (uint32)h < (uint32)g.height && (uint32)w < (uint32)g.width;
            cp_async16(stage + TILE_CHUNKS + to + i * THREADS, x + (image * g.height * g.width + h * g.width + w) * x_step, inside);
        }
        at += STEP;
    }
};

// partial[split, o, tap, c] = Σ over a part of the positions of dy·x; groups·rows o, and c padded. shared: STAGES · 2 · TILE · 64 bytes.
extern "C" __global__ void __launch_bounds__(THREADS, TILE == 128 ? 2 : 4) weight_gradient_tensor(const bf16* x, const bf16* dy, float* partial, WeightGradientTensor g) {
    extern __shared__ float4 dynamic_shared[];
    float4* stages = dynamic_shared;
    uint32 rest = blockIdx.x;
    int row_tile = rest % g.row_tiles;
    rest /= g.row_tiles;
    int column_tile = rest % g.column_tiles;
    rest /= g.column_tiles;
    int group = rest % g.groups, split = rest / g.groups;
    int columns = g.kernel_height * g.kernel_width * g.channels; // of the product
    int64 begin = split * g.chunk, left = g.positions - begin < g.chunk ? g.positions - begin : g.chunk;

    PositionStream stream(g);
    int chunk = threadIdx.x % PER_TERM * CHUNK, row = row_tile * TILE + chunk, column = column_tile * TILE + chunk, tap = column / g.channels;
    stream.has_row = row < g.rows;
    stream.has_column = column < columns;
    stream.at = begin + threadIdx.x / PER_TERM;
    stream.end = begin + left;
    stream.dy = dy + (stream.at * g.groups + group) * g.rows + row;
    stream.x = x + group * g.channels + (column - tap * g.channels);
    stream.dh = tap / g.kernel_width * g.dilation_h - g.padding_h;
    stream.dw = tap % g.kernel_width * g.dilation_w - g.padding_w;

    float sums[REPEAT_M][REPEAT_N][4] = {};
    multiply_tiles<false>(stream, left > 0 ? (int)((left + STEP - 1) / STEP) : 0, stages, sums);

    int warp = threadIdx.x / WARP, lane = threadIdx.x % WARP;
    const int RUNS = WARP_TILE / CHUNK;
    float* edge = reinterpret_cast<float*>(stages) + warp * 16 * EDGE;
#pragma unroll
    for (int i = 0; i < REPEAT_M; i++) {
        lay_out(edge, sums[i]);
#pragma unroll 1
        for (int run = lane; run < 16 * RUNS; run += WARP) {
            int r = row_tile * TILE + warp / 2 * WARP_TILE + i * 16 + run / RUNS, c = column_tile * TILE + warp % 2 * WARP_TILE + run % RUNS * CHUNK;
            if (r >= g.rows || c >= columns) continue;
            float v[CHUNK];
            load_eight(edge + run / RUNS * EDGE + run % RUNS * CHUNK, v);
            float* sum = partial + (((int64)split * g.groups + group) * g.rows + r) * columns + c;
            store_pack<4>(sum, Pack<float, 4>{v[0], v[1], v[2], v[3]});
            store_pack<4>(sum + 4, Pack<float, 4>{v[4], v[5], v[6], v[7]});
        }
    }
}
