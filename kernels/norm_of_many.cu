// The Euclidean norm of many tensors together, and their scaling to a largest norm, without the host's seeing a number: two launches and a third.
// variants: T=float,bf16,double

struct Part {
    T* x;
    int64 n;
    int64 first_block;
};

#define PER_BLOCK 8192

INLINE const Part& part_of_block(const Part* parts, int count) {
    int low = 0, high = count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (parts[middle].first_block <= blockIdx.x) low = middle;
        else high = middle - 1;
    }
    return parts[low];
}

// partial[block] = Σ x² over the block's elements, in double.
extern "C" __global__ void __launch_bounds__(256) sum_of_squares(const Part* parts, int count, double* partial) {
    const Part& part = part_of_block(parts, count);
    int64 from = ((int64)blockIdx.x - part.first_block) * PER_BLOCK, to = from + PER_BLOCK < part.n ? from + PER_BLOCK : part.n;
    const T* x = part.x;
    double sum = 0;
    bool aligned = aligned16(x);
    for (int64 i = from + threadIdx.x * VEC; i < to; i += blockDim.x * VEC) {
        if (aligned && i + VEC <= to) {
            Pack<T, VEC> v = load_pack<VEC>(x + i);
#pragma unroll
            for (int k = 0; k < VEC; k++) sum += (double)widen(v.at[k]) * (double)widen(v.at[k]);
        } else {
            for (int64 j = i; j < to && j < i + VEC; j++) sum += (double)widen(x[j]) * (double)widen(x[j]);
        }
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// y = Σ partial: one block.
extern "C" __global__ void __launch_bounds__(256) total(const double* partial, int64 n, double* y) {
    double sum = 0;
    for (int64 i = threadIdx.x; i < n; i += blockDim.x) sum += partial[i];
    sum = block_sum(sum);
    if (threadIdx.x == 0) *y = sum;
}

// x ← x·min(1, limit / √sum).
extern "C" __global__ void __launch_bounds__(256) scale_to_norm(const Part* parts, int count, const double* sum, double limit) {
    double norm = sqrt(*sum);
    if (!(norm > limit)) return;
    acc_t factor = (acc_t)(limit / norm);
    const Part& part = part_of_block(parts, count);
    int64 from = ((int64)blockIdx.x - part.first_block) * PER_BLOCK, to = from + PER_BLOCK < part.n ? from + PER_BLOCK : part.n;
    T* x = part.x;
    bool aligned = aligned16(x);
    for (int64 i = from + threadIdx.x * VEC; i < to; i += blockDim.x * VEC) {
        if (aligned && i + VEC <= to) {
            Pack<T, VEC> v = load_pack<VEC>(x + i);
#pragma unroll
            for (int k = 0; k < VEC; k++) v.at[k] = narrow<T>((acc_t)widen(v.at[k]) * factor);
            store_pack<VEC>(x + i, v);
        } else {
            for (int64 j = i; j < to && j < i + VEC; j++) x[j] = narrow<T>((acc_t)widen(x[j]) * factor);
        }
    }
}
