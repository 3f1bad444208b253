// needs: attention.cuh
// variants: T=float,double,bf16
// What attention's backward needs of each query, before it starts.

#define THREADS 256
#define LANES 8 // of a row

// statistics[b, h, t] = (factor·L, Σ dy·y), and (+∞, 0), a query that sees nothing, from T to the padded size. Grid ⌈B·H·padded / 32⌉.
extern "C" __global__ void __launch_bounds__(THREADS) attention_statistics(Attention a, int64 count, acc_t factor) {
    int64 row = ((int64)blockIdx.x * THREADS + threadIdx.x) / LANES;
    int lane = threadIdx.x % LANES, head = (int)(row / a.padded), query = (int)(row % a.padded);
    acc_t delta = 0;
    if (row < count && query < a.queries) {
        int b = head / a.heads, h = head % a.heads;
        const T* y = a.y.of(b, h) + query * a.y.row;
        const T* dy = a.dy.of(b, h) + query * a.dy.row;
        if (a.packed) {
            for (int e = lane * VEC; e < a.e; e += LANES * VEC) {
                Pack<T, VEC> p = load_pack<VEC>(y + e), dp = load_pack<VEC>(dy + e);
                for (int i = 0; i < VEC; i++) delta += widen(p.at[i]) * widen(dp.at[i]);
            }
        } else {
            for (int e = lane; e < a.e; e += LANES) delta += widen(y[e]) * widen(dy[e]);
        }
    }
    for (int offset = LANES / 2; offset > 0; offset /= 2) delta += __shfl_xor_sync(FULL_MASK, delta, offset);
    if (lane == 0 && row < count) a.statistics[row] = {query < a.queries ? a.log_sum_exp[(int64)head * a.queries + query] * factor : (acc_t)INF_F, delta};
}
