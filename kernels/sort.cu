// needs: sort.cuh
// y[row] = the positions of the first k elements of each row of n, in order. Rows up to 32 are ranked by comparing all with all; up to a tile they are sorted by a block; longer ones by tiles
// and then merged, each pass doubling the sorted runs. Few of many (top-k) are selected in one walk. All of it orders items that no two of are equal (sort.cuh): the result is the one stable
// order.
// variants: T=float,double,int,int64,uint8

#define PER_THREAD 8
#define TILE 2048 // items that a block of 256 threads sorts or merges

// Shared memory holds item i at slot(i): the 8 neighbours that a thread writes lie in different banks from the next thread's.
INLINE int slot(int i) { return i + i / PER_THREAD; }

INLINE void order(item_t& a, item_t& b) {
    bool swap = less(b, a);
    item_t low = swap ? b : a, high = swap ? a : b;
    a = low;
    b = high;
}

// Batcher's odd-even merge sort of eight.
INLINE void sort8(item_t (&v)[PER_THREAD]) {
    order(v[0], v[1]), order(v[2], v[3]), order(v[4], v[5]), order(v[6], v[7]);
    order(v[0], v[2]), order(v[1], v[3]), order(v[4], v[6]), order(v[5], v[7]);
    order(v[1], v[2]), order(v[5], v[6]);
    order(v[0], v[4]), order(v[1], v[5]), order(v[2], v[6]), order(v[3], v[7]);
    order(v[2], v[4]), order(v[3], v[5]);
    order(v[1], v[2]), order(v[3], v[4]), order(v[5], v[6]);
}

// How many of the first d items of two merged runs in shared memory come from the first, which starts at a and has na items; the second has nb from b on.
INLINE int merge_path(const item_t* items, int a, int na, int b, int nb, int d) {
    int low = d > nb ? d - nb : 0, high = d < na ? d : na;
    while (low < high) {
        int middle = (low + high) / 2;
        if (less(items[slot(a + middle)], items[slot(b + d - 1 - middle)])) low = middle + 1;
        else high = middle;
    }
    return low;
}

// Items d … d + 7 of the merged runs.
INLINE void merge8(item_t (&v)[PER_THREAD], const item_t* items, int a, int na, int b, int nb, int d) {
    int i = merge_path(items, a, na, b, nb, d), j = d - i;
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        bool first = i < na && (j >= nb || less(items[slot(a + i)], items[slot(b + j)]));
        v[k] = first ? items[slot(a + i)] : j < nb ? items[slot(b + j)] : no_item();
        if (first) i++;
        else j++;
    }
}

// Sorts the block's items, eight a thread, into `items`. Those from `count` on, in the order of the threads, are no_item().
INLINE void block_sort(item_t (&v)[PER_THREAD], item_t* items, int count) {
    int all = blockDim.x * PER_THREAD, own = threadIdx.x * PER_THREAD;
    sort8(v);
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) items[slot(own + k)] = v[k];
    __syncthreads();
    for (int width = PER_THREAD; width < count; width *= 2) {
        int a = own / (2 * width) * (2 * width), na = all - a < width ? all - a : width, b = a + na, nb = all - b < width ? all - b : width;
        merge8(v, items, a, na, b, nb, own - a);
        __syncthreads();
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++) items[slot(own + k)] = v[k];
        __syncthreads();
    }
}

// Rows up to a warp: `lanes`, a power of two, for each; an element's place is the number of items before it.
extern "C" __global__ void __launch_bounds__(256) sort_tiny(const T* x, int64* y, int64 rows, int n, int lanes, int k, int descending) {
    int64 row = ((int64)blockIdx.x * blockDim.x + threadIdx.x) / lanes;
    int lane = threadIdx.x % lanes, first = threadIdx.x % WARP - lane;
    bool inside = row < rows && lane < n;
    item_t item = inside ? item_of(x[row * n + lane], lane, descending) : no_item();
    int rank = 0;
    for (int other = 0; other < n; other++) rank += less(shuffle(item, first + other), item) ? 1 : 0;
    if (inside && rank < k) y[row * k + rank] = lane;
}

// A block a tile. With y null the sorted tile goes to `sorted`; else the row is one tile, and its first k positions go to y.
extern "C" __global__ void __launch_bounds__(256) sort_tiles(const T* x, item_t* sorted, int64* y, int n, int tiles, int k, int descending) {
    extern __shared__ float4 dynamic_shared[];
    item_t* items = reinterpret_cast<item_t*>(dynamic_shared);
    int64 row = blockIdx.x / tiles;
    int first = (int)(blockIdx.x % tiles) * TILE, count = n - first < TILE ? n - first : TILE;
    item_t v[PER_THREAD];
#pragma unroll
    for (int j = 0; j < PER_THREAD; j++) {
        int i = j * blockDim.x + threadIdx.x;
        v[j] = i < count ? item_of(x[row * n + first + i], first + i, descending) : no_item();
    }
    block_sort(v, items, blockDim.x * PER_THREAD);
    if (y) {
        for (int i = threadIdx.x; i < k; i += blockDim.x) y[row * k + i] = position(items[slot(i)]);
    } else {
        for (int i = threadIdx.x; i < count; i += blockDim.x) sorted[row * n + first + i] = items[slot(i)];
    }
}

// The same as merge_path in global memory, by a warp: 32 places are looked at together.
INLINE int warp_merge_path(const item_t* a, int na, const item_t* b, int nb, int d) {
    int low = d > nb ? d - nb : 0, high = d < na ? d : na, lane = threadIdx.x % WARP;
    while (low < high) {
        int step = (high - low + WARP - 1) / WARP, at = low + lane * step;
        int before = __popc(__ballot_sync(FULL_MASK, at < high && less(a[at], b[d - 1 - at]))); // true up to some lane, then false
        int next = low + before * step;
        low = before == 0 ? low : next - step + 1;
        high = next < high ? next : high;
    }
    return low;
}

// Merges the runs of `width` items pairwise: a block writes one tile of the result. In the last pass (y not null) the first k positions.
extern "C" __global__ void __launch_bounds__(256) sort_merge(const item_t* from, item_t* to, int64* y, int n, int width, int tiles, int k) {
    extern __shared__ float4 dynamic_shared[];
    item_t* items = reinterpret_cast<item_t*>(dynamic_shared);
    __shared__ int starts[2];
    int64 row = blockIdx.x / tiles;
    int first = (int)(blockIdx.x % tiles) * TILE, count = n - first < TILE ? n - first : TILE;
    if (y && first >= k) return;
    // The two runs, and the tile's part d … d + count of their merge.
    int run = (int)(first / (2 * (int64)width) * (2 * (int64)width)), na = n - run < width ? n - run : width, nb = n - run - na < width ? n - run - na : width, d = first - run;
    const item_t* a = from + row * n + run;
    const item_t* b = a + na;
    int warp = threadIdx.x / WARP;
    if (warp < 2) {
        int i = warp_merge_path(a, na, b, nb, warp == 0 ? d : d + count);
        if (threadIdx.x % WARP == 0) starts[warp] = i;
    }
    __syncthreads();
    int from_a = starts[0], own_a = starts[1] - from_a, from_b = d - from_a;
    for (int i = threadIdx.x; i < count; i += blockDim.x) items[slot(i)] = i < own_a ? a[from_a + i] : b[from_b + i - own_a];
    __syncthreads();
    item_t v[PER_THREAD];
    int own = threadIdx.x * PER_THREAD;
    if (own < count) merge8(v, items, 0, own_a, own_a, count - own_a, own);
    __syncthreads();
#pragma unroll
    for (int j = 0; j < PER_THREAD; j++)
        if (own + j < count) items[slot(own + j)] = v[j];
    __syncthreads();
    if (y) {
        for (int i = threadIdx.x; i < count && first + i < k; i += blockDim.x) y[row * k + first + i] = position(items[slot(i)]);
    } else {
        for (int i = threadIdx.x; i < count; i += blockDim.x) to[row * n + first + i] = items[slot(i)];
    }
}

// --- The first k of many: one walk that keeps what comes before the k-th so far. Most elements fail this comparison; when the buffer is full it is sorted and cut to k. ---

#define MOST_SELECTED 512
#define ROUND 4 // elements that a thread looks at between two barriers

// Puts the items that come before *limit into the buffer. The order in which warps do so does not matter: the buffer is sorted before anything is read from it.
INLINE void collect(item_t item, item_t limit, item_t* items, int* count) {
    bool take = less(item, limit);
    uint32 mask = __ballot_sync(FULL_MASK, take);
    if (mask == 0) return; // the whole warp
    int lane = threadIdx.x % WARP, start = 0;
    if (lane == 0) start = atomicAdd(count, __popc(mask));
    start = __shfl_sync(FULL_MASK, start, 0);
    if (take) items[slot(start + __popc(mask & ((1u << lane) - 1)))] = item;
}

// A block a segment of a row, of x or (x null) of items selected before. The result goes to `selected`, k items a segment, or in the last pass to y.
// Four blocks of a multiprocessor suit eight-byte elements: with more in mind the compiler would spill a register. 0 lets it choose.
extern "C" __global__ void __launch_bounds__(256, sizeof(T) == 8 ? 4 : 0) select_first(const T* x, const item_t* before, item_t* selected, int64* y, int n, int segment, int segments, int k, int descending) {
    extern __shared__ float4 dynamic_shared[];
    item_t* items = reinterpret_cast<item_t*>(dynamic_shared); // a tile
    __shared__ int count;
    int64 row = blockIdx.x / segments;
    int first = (int)(blockIdx.x % segments) * segment, last = n - first < segment ? n : first + segment;
    if (threadIdx.x == 0) count = 0;
    item_t limit = no_item(), v[PER_THREAD];
    __syncthreads();
    for (int from = first; from < last; from += blockDim.x * ROUND) {
        item_t next[ROUND];
#pragma unroll
        for (int j = 0; j < ROUND; j++) {
            int i = from + j * (int)blockDim.x + (int)threadIdx.x;
            next[j] = i >= last ? no_item() : x ? item_of(x[row * n + i], i, descending) : before[row * n + i];
        }
#pragma unroll
        for (int j = 0; j < ROUND; j++) collect(next[j], limit, items, &count);
        __syncthreads();
        int held = count;
        bool end = last - from <= (int)blockDim.x * ROUND;
        __syncthreads();
        if (held + (int)blockDim.x * ROUND <= TILE && !end) continue;
        int own = threadIdx.x * PER_THREAD;
#pragma unroll
        for (int j = 0; j < PER_THREAD; j++) v[j] = own + j < held ? items[slot(own + j)] : no_item();
        block_sort(v, items, held);
        limit = items[slot(k - 1)];
        if (threadIdx.x == 0) count = k < held ? k : held;
        __syncthreads();
    }
    for (int i = threadIdx.x; i < k; i += blockDim.x) {
        if (y) y[row * k + i] = position(items[slot(i)]);
        else selected[(int64)blockIdx.x * k + i] = items[slot(i)];
    }
}
