// needs: strides.cuh
// y += x, each with strides of its own.
// variants: T=float,bf16,double,int,int64

#define THREADS 256

template <int N> INLINE void add(const T* x, T* y, const CopyLayout& layout, int64 n) {
    int64 i = (int64)blockIdx.x * THREADS + threadIdx.x, from, to;
    if (i >= n) return;
    locate(layout, i, from, to);
    Pack<T, N> a = load_pack<N>(x + from * N), b = load_pack<N>(y + to * N);
#pragma unroll
    for (int k = 0; k < N; k++) b.at[k] = narrow<T>(widen(b.at[k]) + widen(a.at[k]));
    store_pack<N>(y + to * N, b);
}

extern "C" __global__ void __launch_bounds__(THREADS) add_elements(const T* x, T* y, CopyLayout layout, int64 n) { add<1>(x, y, layout, n); }

// Both dense along the innermost axis and aligned: 16 bytes a thread. The layout counts packs.
extern "C" __global__ void __launch_bounds__(THREADS) add_packs(const T* x, T* y, CopyLayout layout, int64 n) { add<VEC>(x, y, layout, n); }
