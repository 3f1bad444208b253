// needs: matmul.cuh
// The second pass of a product whose k was split: adds the parts up in their order and ends the product. Bound by memory: reads each part once.
// variants: T=float,bf16,double

#define RUN ((int)(16 / sizeof(acc_t)))

// A thread each run of RUN neighbours; parts lie (parts, products, m, n). grid (runs of a product / 256, 1, products): k is split where y is small, so runs fit an int.
extern "C" __global__ void __launch_bounds__(256) matmul_sum(const Product p, int parts) {
    int runs_of_row = (p.n + RUN - 1) / RUN, run = blockIdx.x * blockDim.x + threadIdx.x;
    int row = run / runs_of_row, column = run % runs_of_row * RUN, count = p.n - column;
    if (row >= p.m) return;
    int64 each = (int64)p.m * p.n, in_product = (int64)row * p.n + column;
    const acc_t* from = p.partial + blockIdx.z * each + in_product;
    acc_t sums[RUN] = {};
#pragma unroll 4
    for (int part = 0; part < parts; part++) {
        Pack<acc_t, RUN> v = {};
        load_run<RUN>(from, count, p.vector_y, v);
        from += gridDim.z * each;
#pragma unroll
        for (int j = 0; j < RUN; j++) sums[j] += v.at[j];
    }
    finish_run<RUN>(p, batch_offset(p, p.step_y, p.first + blockIdx.z) + in_product, column, sums);
}
