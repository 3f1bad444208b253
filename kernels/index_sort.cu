// needs: strides.cuh scan.cuh
// A stable sort of targets, so that what is added to one target stands together, in order: by 8 bits at a time, from the lowest (a radix sort). Each pass counts the digits of every block's
// keys, sums the counts up to where each block's keys of each digit go, and moves them there. Order and place depend on the keys alone.
// variants: T=int

#define THREADS 256
#define WARPS (THREADS / WARP)
#define DIGITS 256
#define PER_LANE 8
#define TILE (THREADS * PER_LANE) // keys at once; a block takes several tiles, one after the other

// Elements (o, k, i) of (outer, picks, inner) that go to (o, index[o, k, i], i) of (outer, n, inner): keys[…] = its place, or `limit` for what goes nowhere.
extern "C" __global__ void __launch_bounds__(THREADS) sort_keys(const int64* index, uint32* keys, int64 count, int64 n, Divider slice, Divider inner, uint32 limit) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= count) return;
    int64 at = index[i], o = divide(i, slice), column = i - divide(i, inner) * inner.divisor;
    keys[i] = (uint64)at < (uint64)n ? (uint32)((o * n + at) * inner.divisor + column) : limit;
}

// counts[digit, block] = keys of the block with that digit.
extern "C" __global__ void __launch_bounds__(THREADS) sort_count(const uint32* keys, uint32* counts, int64 n, int64 per_block, int shift) {
    __shared__ uint32 histogram[DIGITS];
    histogram[threadIdx.x] = 0;
    __syncthreads();
    int64 from = blockIdx.x * per_block, to = from + per_block < n ? from + per_block : n;
    for (int64 i = from + threadIdx.x; i < to; i += THREADS) atomicAdd(&histogram[(keys[i] >> shift) % DIGITS], 1u);
    __syncthreads();
    counts[threadIdx.x * gridDim.x + blockIdx.x] = histogram[threadIdx.x];
}

extern "C" __global__ void __launch_bounds__(1024) sort_scan(uint32* counts, int64 n) { scan_in_place(counts, n); }

// The lanes with this lane's digit; none for a lane that is not valid.
INLINE uint32 peers_of(uint32 digit, bool valid) {
    uint32 peers = __ballot_sync(FULL_MASK, valid);
#pragma unroll
    for (int bit = 0; bit < 8; bit++) {
        bool set = (digit >> bit) & 1;
        uint32 lanes = __ballot_sync(FULL_MASK, set);
        peers &= set ? lanes : ~lanes;
    }
    return valid ? peers : 0;
}

// Moves keys and their numbers (the key's place where `numbers` is null) to where the sums say: within a block by tiles, within a tile by warps, each warp by rows of 32.
extern "C" __global__ void __launch_bounds__(THREADS)
sort_move(const uint32* keys, const uint32* numbers, uint32* keys_out, uint32* numbers_out, const uint32* counts, int64 n, int64 per_block, int shift) {
    __shared__ uint32 next[DIGITS]; // where the block's next key of each digit goes
    __shared__ uint32 of_warp[WARPS][DIGITS]; // first a warp's keys of each digit in the tile, then where they go
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    next[threadIdx.x] = counts[threadIdx.x * gridDim.x + blockIdx.x];
    int64 from = blockIdx.x * per_block, to = from + per_block < n ? from + per_block : n;
    for (int64 tile = from; tile < to; tile += TILE) {
#pragma unroll
        for (int w = 0; w < WARPS; w++) of_warp[w][threadIdx.x] = 0;
        __syncthreads();
        uint32 key[PER_LANE], number[PER_LANE], rank[PER_LANE];
#pragma unroll
        for (int r = 0; r < PER_LANE; r++) {
            int64 i = tile + warp * (WARP * PER_LANE) + r * WARP + lane;
            key[r] = i < to ? keys[i] : 0;
            number[r] = i < to ? (numbers ? numbers[i] : (uint32)i) : 0;
        }
#pragma unroll
        for (int r = 0; r < PER_LANE; r++) {
            int64 i = tile + warp * (WARP * PER_LANE) + r * WARP + lane;
            uint32 digit = (key[r] >> shift) % DIGITS, peers = peers_of(digit, i < to), before = peers & ((1u << lane) - 1);
            rank[r] = of_warp[warp][digit] + __popc(before);
            __syncwarp();
            if (peers != 0 && before == 0) of_warp[warp][digit] += __popc(peers);
            __syncwarp();
        }
        __syncthreads();
        uint32 sum = next[threadIdx.x];
#pragma unroll
        for (int w = 0; w < WARPS; w++) {
            uint32 count = of_warp[w][threadIdx.x];
            of_warp[w][threadIdx.x] = sum;
            sum += count;
        }
        next[threadIdx.x] = sum;
        __syncthreads();
#pragma unroll
        for (int r = 0; r < PER_LANE; r++) {
            if (tile + warp * (WARP * PER_LANE) + r * WARP + lane >= to) break;
            uint32 at = of_warp[warp][(key[r] >> shift) % DIGITS] + rank[r];
            keys_out[at] = key[r];
            numbers_out[at] = number[r];
        }
        __syncthreads();
    }
}
