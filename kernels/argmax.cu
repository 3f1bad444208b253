// needs: rows.cuh sort.cuh
// y[o, i] = the position of the first largest (or smallest) element, or of the first NaN, along the middle axis of x (outer, n, inner). An element's item (sort.cuh) holds its key and its position:
// the least item is the answer, in whatever order the threads meet. Bound by memory: one read of x.
// variants: T=float,double,int,int64

INLINE item_t candidate(T x, int at, bool largest) {
    if (!largest && is_nan(x)) return make_item((decltype(ordered(x)))0, at); // no number has the key 0
    return item_of(x, at, largest);
}

INLINE item_t lesser(item_t a, item_t b) { return less(b, a) ? b : a; }

INLINE item_t row_least(item_t item, int lanes) {
    __shared__ item_t partial[WARP];
    for (int offset = (lanes < WARP ? lanes : WARP) / 2; offset > 0; offset /= 2) item = lesser(item, shuffle_xor(item, offset));
    if (lanes <= WARP) return item;
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    if (lane == 0) partial[warp] = item;
    __syncthreads();
    item = lane < (int)blockDim.x / WARP ? partial[lane] : no_item();
    for (int offset = WARP / 2; offset > 0; offset /= 2) item = lesser(item, shuffle_xor(item, offset));
    return item;
}

// inner = 1: `lanes` threads a row, up to a warp; or (more) a block a chunk of a row. With several chunks the items go to `parts`.
extern "C" __global__ void __launch_bounds__(256) arg_rows(const T* px, int64* y, item_t* parts, int64 rows, int n, int lanes, int chunk, int chunks, int largest) {
    RowPlace p = row_place(lanes); // p.row counts chunks
    int64 row = p.row / chunks;
    int first = (int)(p.row % chunks) * chunk, count = n - first < chunk ? n - first : chunk;
    if (row >= rows) count = 0;
    const T* x = px + row * n + first;
    item_t least = no_item();
    RowCut c = cut_row(x, count);
    for (int at = p.lane; at < c.packs; at += lanes * 2) {
        Pack<T, VEC> v[2];
        load_batch<2>(v, x + c.head, at, lanes, c.packs);
#pragma unroll
        for (int k = 0; k < 2; k++) {
            if (at + k * lanes >= c.packs) break;
#pragma unroll
            for (int j = 0; j < VEC; j++) least = lesser(least, candidate(v[k].at[j], first + c.head + (at + k * lanes) * VEC + j, largest));
        }
    }
    for (int e = p.lane; e < c.edges; e += lanes) least = lesser(least, candidate(x[c.edge(e)], first + c.edge(e), largest));
    least = row_least(least, lanes);
    if (p.lane != 0 || row >= rows) return;
    if (chunks > 1) parts[p.row] = least;
    else y[row] = position(least);
}

// Columns: 32 neighbouring ones a block, eight threads each, over a chunk of the axis (blockIdx.y).
extern "C" __global__ void __launch_bounds__(256) arg_columns(const T* x, int64* y, item_t* parts, int64 columns, int n, int64 inner, int chunk, int chunks, int largest) {
    __shared__ item_t lines[8][WARP];
    int lane = threadIdx.x % WARP, line = threadIdx.x / WARP;
    int64 column = (int64)blockIdx.x * WARP + lane;
    int first = blockIdx.y * chunk, last = n - first < chunk ? n : first + chunk;
    item_t least = no_item();
    if (column < columns) {
        const T* from = x + column / inner * n * inner + column % inner;
#pragma unroll 4
        for (int r = first + line; r < last; r += 8) least = lesser(least, candidate(from[r * inner], r, largest));
    }
    lines[line][lane] = least;
    __syncthreads();
    if (line != 0 || column >= columns) return;
    for (int k = 1; k < 8; k++) least = lesser(least, lines[k][lane]);
    if (chunks > 1) parts[column * chunks + blockIdx.y] = least;
    else y[column] = position(least);
}

// The least of each row's or column's chunks: a warp each.
extern "C" __global__ void __launch_bounds__(256) arg_join(const item_t* parts, int64* y, int64 count, int chunks) {
    int lane = threadIdx.x % WARP;
    int64 at = ((int64)blockIdx.x * blockDim.x + threadIdx.x) / WARP;
    if (at >= count) return; // the whole warp
    item_t least = no_item();
    for (int k = lane; k < chunks; k += WARP) least = lesser(least, parts[at * chunks + k]);
    for (int offset = WARP / 2; offset > 0; offset /= 2) least = lesser(least, shuffle_xor(least, offset));
    if (lane == 0) y[at] = position(least);
}
