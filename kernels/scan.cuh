// Exclusive prefix sums.

template <typename V> INLINE V warp_inclusive_scan(V v) {
    int lane = threadIdx.x % WARP;
#pragma unroll
    for (int offset = 1; offset < WARP; offset *= 2) {
        V below = __shfl_up_sync(FULL_MASK, v, offset);
        if (lane >= offset) v += below;
    }
    return v;
}

// The sum over the threads before this one, and over all. Whole warps in one dimension; all threads must be here.
template <typename V> INLINE V block_exclusive_scan(V v, V& total) {
    __shared__ V sums[WARP];
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    V inclusive = warp_inclusive_scan(v);
    __syncthreads(); // an earlier call's reads come first
    if (lane == WARP - 1) sums[warp] = inclusive;
    __syncthreads();
    V through = warp_inclusive_scan(lane < warps ? sums[lane] : (V)0);
    total = __shfl_sync(FULL_MASK, through, warps - 1);
    V before = __shfl_sync(FULL_MASK, through, warp == 0 ? 0 : warp - 1);
    return inclusive - v + (warp == 0 ? (V)0 : before);
}

// values[i] ← Σ of the values before i, by one block; returns the sum of all.
template <typename V> INLINE V scan_in_place(V* values, int64 n) {
    const int N = 4;
    V carry = 0;
    for (int64 from = 0; from < n; from += (int64)blockDim.x * N) {
        int64 first = from + (int64)threadIdx.x * N;
        V v[N], sum = 0, total;
#pragma unroll
        for (int k = 0; k < N; k++) {
            v[k] = first + k < n ? values[first + k] : (V)0;
            sum += v[k];
        }
        V before = carry + block_exclusive_scan(sum, total);
#pragma unroll
        for (int k = 0; k < N; k++) {
            if (first + k < n) values[first + k] = before;
            before += v[k];
        }
        carry += total;
    }
    return carry;
}
