// What a device can do at best, measured by the benchmarks beside the kernels: a figure from a data sheet says little about a card that is shared, capped or hot.
// variants: T=float,double

// Multiply-adds from registers: eight independent chains a thread, so that the latency of four cycles is hidden. 16 operations a step.
extern "C" __global__ void __launch_bounds__(256) fma_ceiling(T* y, int steps) {
    acc_t a = (acc_t)threadIdx.x * (acc_t)1e-6, b = (acc_t)0.999, c = (acc_t)0.001;
    acc_t v[8] = {a, a + 1, a + 2, a + 3, a + 4, a + 5, a + 6, a + 7};
    for (int i = 0; i < steps; i++) {
#pragma unroll
        for (int k = 0; k < 8; k++) v[k] = fn_fma(v[k], b, c);
    }
    acc_t sum = 0;
#pragma unroll
    for (int k = 0; k < 8; k++) sum += v[k];
    if (sum == (acc_t)12345) y[0] = narrow<T>(sum); // never, but the compiler cannot know
}

// y = x, 16 bytes a thread: reads and writes each byte once.
extern "C" __global__ void __launch_bounds__(256) copy_ceiling(const float4* x, float4* y, int64 n) {
    int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = x[i];
}
