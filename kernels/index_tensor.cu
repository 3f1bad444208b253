// needs: strides.cuh scan.cuh
// Tensors of indices: negative ones wrapped, several axes joined, a mask's true elements listed.
// variants: T=int64

#define THREADS 256

// y = index, negative ones counted from the end of an axis of `size`. One out of range is reported, and becomes a position that exists (0 of an empty axis, which no kernel reads).
extern "C" __global__ void __launch_bounds__(THREADS) wrap_indices(const int64* index, int64* y, int64 count, int64 size, Fault* fault, int site) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= count) return;
    int64 given = index[i], at = given < 0 ? given + size : given;
    if ((uint64)at >= (uint64)size) {
        report(fault, site, given, i);
        at = at < 0 || size == 0 ? 0 : size - 1;
    }
    y[i] = at;
}

// into = into·size + positions.
extern "C" __global__ void __launch_bounds__(THREADS) join_indices(int64* into, const int64* positions, int64 count, int64 size) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i < count) into[i] = into[i] * size + positions[i];
}

#define PER_THREAD 16 // elements of the mask: one load

// A bit for each true element among the thread's 16.
INLINE uint32 true_bits(const uint8* mask, int64 n) {
    int64 first = ((int64)blockIdx.x * THREADS + threadIdx.x) * PER_THREAD;
    uint32 bits = 0;
    if (first + PER_THREAD <= n && aligned16(mask)) {
        Pack<uint8, PER_THREAD> v = load_pack<PER_THREAD>(mask + first);
#pragma unroll
        for (int k = 0; k < PER_THREAD; k++) bits |= (v.at[k] != 0 ? 1u : 0u) << k;
    } else {
        for (int k = 0; k < PER_THREAD && first + k < n; k++) bits |= (mask[first + k] != 0 ? 1u : 0u) << k;
    }
    return bits;
}

// counts[block] = true elements of the block's 4,096.
extern "C" __global__ void __launch_bounds__(THREADS) count_true(const uint8* mask, int64* counts, int64 n) {
    int sum = block_sum(__popc(true_bits(mask, n)));
    if (threadIdx.x == 0) counts[blockIdx.x] = sum;
}

// counts[i] ← Σ of the counts before i; counts[n] = Σ of all. One block.
extern "C" __global__ void __launch_bounds__(1024) scan_counts(int64* counts, int64 n) {
    int64 total = scan_in_place(counts, n);
    if (threadIdx.x == 0) counts[n] = total;
}

// The true elements' row-major positions, in order.
extern "C" __global__ void __launch_bounds__(THREADS) true_positions(const uint8* mask, const int64* before, int64* positions, int64 n) {
    uint32 bits = true_bits(mask, n);
    int total;
    int64 to = before[blockIdx.x] + block_exclusive_scan(__popc(bits), total), first = ((int64)blockIdx.x * THREADS + threadIdx.x) * PER_THREAD;
    for (; bits != 0; bits &= bits - 1) positions[to++] = first + __ffs(bits) - 1;
}

// y = the coordinate of row-major positions along one axis: ⌊position / inner⌋ mod size.
extern "C" __global__ void __launch_bounds__(THREADS) coordinates(const int64* positions, int64* y, int64 count, Divider inner, Divider size) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (i >= count) return;
    int64 line = divide(positions[i], inner);
    y[i] = line - divide(line, size) * size.divisor;
}
