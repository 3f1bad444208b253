// needs: strides.cuh
// The second pass of convolutions whose sums were split.
// variants: T=float,bf16,double

// y = Σ over parts, in their order, + bias[channel]; channel = ⌊i / plane⌋ mod channels. N neighbours a thread.
template <int N> INLINE void sum_parts(const acc_t* partial, const T* bias, T* y, int64 count, int parts, const Divider& plane, const Divider& channels) {
    int64 i = ((int64)blockIdx.x * blockDim.x + threadIdx.x) * N;
    if (i >= count) return;
    acc_t sum[N] = {};
#pragma unroll 4
    for (int p = 0; p < parts; p++) {
        Pack<acc_t, N> v = load_pack<N>(partial + p * count + i);
#pragma unroll
        for (int k = 0; k < N; k++) sum[k] += v.at[k];
    }
    Pack<T, N> out;
#pragma unroll
    for (int k = 0; k < N; k++) {
        acc_t add = 0;
        if (bias) {
            int64 line = divide(i + k, plane);
            add = widen(bias[line - divide(line, channels) * channels.divisor]);
        }
        out.at[k] = narrow<T>(sum[k] + add);
    }
    store_pack<N>(y + i, out);
}

#define ACC_VEC ((int)(16 / sizeof(acc_t)))
extern "C" __global__ void __launch_bounds__(256) sum_parts_elements(const acc_t* partial, const T* bias, T* y, int64 count, int parts, Divider plane, Divider channels) { sum_parts<1>(partial, bias, y, count, parts, plane, channels); }
extern "C" __global__ void __launch_bounds__(256) sum_parts_packs(const acc_t* partial, const T* bias, T* y, int64 count, int parts, Divider plane, Divider channels) { sum_parts<ACC_VEC>(partial, bias, y, count, parts, plane, channels); }
