// Draws of positions with probabilities proportional to weights, in float64. With replacement: the inverse of the running sum, by binary search. Without: each position gets the time
// −ln(1 − u)/w, and sorting finds the earliest.
// variants: T=double

#define CHUNK 256 // weights that a thread adds up one after the other
#define THREADS 256

// sums[row, i] = w₀ + … + wᵢ; a weight of 0 repeats the sum before it, and no sum is below the one before. So no position of weight 0 is ever drawn, which sums made in parallel would not ensure by
// themselves: here a chunk's sums run from its start and are cut off at the start of the next, which the last positive weight reaches. Rows up to a chunk have the bits of a plain loop.
extern "C" __global__ void __launch_bounds__(THREADS) running_sums(const double* weights, double* y, int n) {
    __shared__ double starts[THREADS + 1];
    const double* w = weights + (int64)blockIdx.x * n;
    double* sums = y + (int64)blockIdx.x * n;
    double carry = 0;
    for (int64 base = 0; base < n; base += THREADS * CHUNK) {
        int64 first = base + threadIdx.x * CHUNK, last = first + CHUNK < n ? first + CHUNK : n, last_positive = first;
        double sum = 0;
        for (int64 i = first; i < last; i++) {
            sum += w[i];
            if (w[i] > 0) last_positive = i;
        }
        starts[threadIdx.x + 1] = sum;
        __syncthreads();
        if (threadIdx.x == 0) {
            starts[0] = carry;
            for (int c = 0; c < THREADS; c++) starts[c + 1] = starts[c] + starts[c + 1];
        }
        __syncthreads();
        double start = starts[threadIdx.x], end = starts[threadIdx.x + 1];
        carry = starts[THREADS];
        for (int64 i = first; i < last; i++) {
            start += w[i];
            sums[i] = i >= last_positive || start > end ? end : start;
        }
        __syncthreads();
    }
}

// y[row, draw] = the first position whose running sum is above u times the whole.
extern "C" __global__ void __launch_bounds__(THREADS) draw_positions(const double* sums, const double* u, int64* y, int64 count, int n, int64 draws) {
    int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    const double* row = sums + i / draws * n;
    double at = u[i] * row[n - 1];
    int low = 0, high = n - 1;
    while (low < high) {
        int middle = (int)(((int64)low + high) / 2);
        if (row[middle] > at) high = middle;
        else low = middle + 1;
    }
    y[i] = low;
}

// u = −ln(1 − u)/w. A weight of 0 never comes: NaN is even after the infinity of a tiny weight.
extern "C" __global__ void __launch_bounds__(THREADS) arrival_times(const double* weights, double* u, int64 count) {
    int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) u[i] = weights[i] == 0 ? (double)NAN_F : -log(1 - u[i]) / weights[i];
}

// A block a row: reports a weight that is negative or not finite (its bits, its place), a row of zeros, one whose sum is infinite, and one with fewer than `needed` weights above 0.
extern "C" __global__ void __launch_bounds__(THREADS) check_weights(const double* weights, int n, int needed, Fault* fault, int bad_weight, int none_positive, int infinite_sum, int too_few) {
    int64 row = blockIdx.x;
    const double* w = weights + row * n;
    int positive = 0, bad = n;
    double sum = 0, infinity = (double)INF_F;
    for (int i = threadIdx.x; i < n; i += blockDim.x) {
        double v = w[i];
        if (!(v >= 0 && v < infinity) && i < bad) bad = i;
        if (v > 0) positive++;
        sum += v;
    }
    bad = block_reduce<MinOf>(bad, n);
    positive = block_sum(positive);
    sum = block_sum(sum);
    if (threadIdx.x != 0) return;
    if (bad < n) report(fault, bad_weight, __double_as_longlong(w[bad]), row * n + bad);
    else if (positive == 0) report(fault, none_positive, 0, row);
    else if (!(sum < infinity)) report(fault, infinite_sum, 0, row);
    else if (positive < needed) report(fault, too_few, positive, row);
}
