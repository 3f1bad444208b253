// needs: strides.cuh
// The gradient of a convolution's weight as a product of matrices that are both read where they lie: rows are target channels, columns are (source channel, tap), and the sum runs over all
// positions of all images, in parts of fixed size that a second pass adds in order (conv2d_parts.cu). Bound by multiply-adds.
// variants: T=float TILE=32,64,128
// variants before sm_80: T=bf16 TILE=32,64,128
// variants: T=double TILE=32,64

// Tiles of BM target channels × BN columns, BK positions at once: half a warp reads neighbouring ones. TM × TN of it a thread, in groups of 4.
#if TILE == 128
#define BM 128
#define BN 128
#elif TILE == 64
#define BM 64
#define BN 64
#else
#define BM 32
#define BN 128
#endif
#define BK 16
#define IS_DOUBLE (sizeof(acc_t) == 8)
#define TM (TILE == 32 || IS_DOUBLE ? 4 : 8)
#define TN (TILE == 64 || IS_DOUBLE ? 4 : 8)
#define THREADS ((BM / TM) * (BN / TN))

// A warp's threads stand 4 × 8: 4·TM rows and 8·TN columns of the tile.
#define WARP_COLUMNS (BN / (8 * TN))

#define AV (IS_DOUBLE ? 2 : 4)
#define LINES (THREADS / BK) // rows or columns that the threads load at once, one position each
#define A_LOADS (BM / LINES)
#define B_LOADS (BN / LINES)
#define PITCH 4 // rows of the tiles begin 4 banks apart

struct WeightGradient {
    int groups, channels, rows; // of a group: in the source x, in dy
    int height, width;          // of x
    int kernel_height, kernel_width;
    int stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w;
    int row_tiles, column_tiles, splits;
    int64 positions; // images·OH·OW
    int64 chunk;     // positions of a part
    Divider plane, line; // OH·OW, OW
};

INLINE void load_four(const acc_t* p, acc_t* v) {
#pragma unroll
    for (int i = 0; i < 4; i += AV) {
        Pack<acc_t, AV> part = load_pack<AV>(p + i);
#pragma unroll
        for (int k = 0; k < AV; k++) v[i + k] = part.at[k];
    }
}

// This thread's position among BK from `first` on, of the block's target channels and columns: dy[n, o, i, j] and x[n, c, i·s − pad + p·d, j·s − pad + q·d]. columns: (x: the element from
// the position's first one, y, z: its shift).
INLINE void load(T (&a)[A_LOADS], T (&b)[B_LOADS], const T* x, const T* dy, int64 first, int64 end, int rows, const int4* columns, const WeightGradient& g) {
    int64 at = first + threadIdx.x % BK;
    bool exists = at < end;
    int64 image = exists ? divide(at, g.plane) : 0;
    int place = exists ? (int)(at - image * g.plane.divisor) : 0, i = divide_small(place, g.line), j = place - i * (int)g.line.divisor;
    int plane = (int)g.plane.divisor, row = threadIdx.x / BK;
    dy += image * g.groups * g.rows * plane + place;
#pragma unroll
    for (int k = 0; k < A_LOADS; k++) a[k] = exists && row + k * LINES < rows ? dy[(int64)(row + k * LINES) * plane] : narrow<T>(0.f);
    int h = exists ? i * g.stride_h - g.padding_h : -(1 << 30), w = j * g.stride_w - g.padding_w;
    x += image * g.groups * g.channels * g.height * g.width + (int64)h * g.width + w;
#pragma unroll
    for (int k = 0; k < B_LOADS; k++) {
        int4 column = columns[row + k * LINES];
        bool inside = (uint32)(h + column.y) < (uint32)g.height && (uint32)(w + column.z) < (uint32)g.width;
        b[k] = inside ? x[column.x] : narrow<T>(0.f);
    }
}

INLINE void store(acc_t (*a_tile)[BM + PITCH], acc_t (*b_tile)[BN + PITCH], const T (&a)[A_LOADS], const T (&b)[B_LOADS]) {
    int k = threadIdx.x % BK, line = threadIdx.x / BK;
#pragma unroll
    for (int i = 0; i < A_LOADS; i++) a_tile[k][line + i * LINES] = widen(a[i]);
#pragma unroll
    for (int i = 0; i < B_LOADS; i++) b_tile[k][line + i * LINES] = widen(b[i]);
}

// dweight = dy · xᵀ, or where the positions are split partial[split] = that part of the sum.
extern "C" __global__ void __launch_bounds__(THREADS) weight_gradient(const T* x, const T* dy, T* dweight, acc_t* partial, WeightGradient g) {
    __shared__ acc_t a_tile[2][BK][BM + PITCH];
    __shared__ acc_t b_tile[2][BK][BN + PITCH];
    __shared__ int4 columns[BN];
    uint32 rest = blockIdx.x;
    int row_tile = rest % g.row_tiles;
    rest /= g.row_tiles;
    int column_tile = rest % g.column_tiles;
    rest /= g.column_tiles;
    int group = rest % g.groups, split = rest / g.groups;
    int taps = g.kernel_height * g.kernel_width, all_columns = g.channels * taps;
    if (threadIdx.x < BN) {
        int column = column_tile * BN + threadIdx.x, channel = column / taps, tap = column - channel * taps;
        int dh = tap / g.kernel_width * g.dilation_h, dw = tap % g.kernel_width * g.dilation_w;
        columns[threadIdx.x] = column < all_columns ? make_int4((channel * g.height + dh) * g.width + dw, dh, dw, 0) : make_int4(0, -(1 << 30), 0, 0);
    }
    int first_row = row_tile * BM;
    x += (int64)group * g.channels * g.height * g.width;
    dy += (int64)(group * g.rows + first_row) * g.plane.divisor;
    int64 begin = split * g.chunk, end = g.positions - begin < g.chunk ? g.positions : begin + g.chunk;

    T a_next[A_LOADS], b_next[B_LOADS];
    acc_t sum[TM][TN] = {};
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    int row0 = warp / WARP_COLUMNS * 4 * TM + lane / 8 * 4, column0 = warp % WARP_COLUMNS * 8 * TN + lane % 8 * 4;
    __syncthreads();
    if (begin < end) {
        load(a_next, b_next, x, dy, begin, end, g.rows - first_row, columns, g);
        store(a_tile[0], b_tile[0], a_next, b_next);
    }
    __syncthreads();
    int half = 0;
    for (int64 k = begin; k < end; k += BK, half ^= 1) {
        bool more = k + BK < end;
        if (more) load(a_next, b_next, x, dy, k + BK, end, g.rows - first_row, columns, g);
#pragma unroll
        for (int t = 0; t < BK; t++) {
            acc_t a[TM], b[TN];
#pragma unroll
            for (int i = 0; i < TM; i += 4) load_four(&a_tile[half][t][row0 + i * 4], a + i);
#pragma unroll
            for (int j = 0; j < TN; j += 4) load_four(&b_tile[half][t][column0 + j * 8], b + j);
#pragma unroll
            for (int i = 0; i < TM; i++)
#pragma unroll
                for (int j = 0; j < TN; j++) sum[i][j] = fn_fma(a[i], b[j], sum[i][j]);
        }
        if (more) store(a_tile[half ^ 1], b_tile[half ^ 1], a_next, b_next);
        __syncthreads();
    }
#pragma unroll
    for (int i = 0; i < TM; i++) {
        int row = first_row + row0 + i / 4 * 16 + i % 4;
        if (row >= g.rows) continue;
        int64 line = (int64)(group * g.rows + row) * all_columns;
#pragma unroll
        for (int j = 0; j < TN; j++) {
            int column = column_tile * BN + column0 + j / 4 * 32 + j % 4;
            if (column >= all_columns) continue;
            if (g.splits > 1) partial[(int64)split * g.groups * g.rows * all_columns + line + column] = sum[i][j];
            else dweight[line + column] = narrow<T>(sum[i][j]);
        }
    }
}
