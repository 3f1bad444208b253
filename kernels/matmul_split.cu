// needs: matmul.cuh
// The second pass of a product whose k was split: adds the parts up in their order and ends the product. Bound by memory: reads each part once.
// variants: T=float,bf16,double

#define RUN ((int)(16 / sizeof(acc_t)))

// A thread each run of RUN neighbours; parts lie (parts, products, m, n).
extern "C" __global__ void __launch_bounds__(256) matmul_sum(const Product p, int parts, int products) {
    int64 runs_of_row = (p.n + RUN - 1) / RUN, each = (int64)p.m * p.n, run = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    int64 rows = run / runs_of_row; // of all products
    int column = (int)(run % runs_of_row) * RUN, product = (int)(rows / p.m), row = (int)(rows % p.m);
    if (product >= products) return;
    int count = p.n - column;
    const acc_t* from = p.partial + product * each + (int64)row * p.n + column;
    acc_t sums[RUN] = {};
#pragma unroll 4
    for (int part = 0; part < parts; part++) {
        Pack<acc_t, RUN> v = {};
        load_run<RUN>(from, count, p.vector_y, v);
        from += products * each;
#pragma unroll
        for (int j = 0; j < RUN; j++) sums[j] += v.at[j];
    }
    finish_run<RUN>(p, batch_offset(p, p.step_y, p.first + product) + (int64)row * p.n + column, column, sums);
}
