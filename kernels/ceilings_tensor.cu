// needs: mma.cuh
// The tensor cores' ceilings: mma from registers, four independent accumulators a warp.
// variants: T=float
// arch: 80

// 4 · 16·8·16 multiply-adds a step and warp.
extern "C" __global__ void __launch_bounds__(256) mma_bf16_ceiling(float* y, int steps) {
    uint32 a[4] = {threadIdx.x, 1, 2, 3}, b[2] = {threadIdx.x, 5};
    float d[4][4] = {};
    for (int i = 0; i < steps; i++) {
#pragma unroll
        for (int k = 0; k < 4; k++) mma_m16n8k16_bf16(d[k], a, b);
    }
    if (d[0][0] + d[1][1] + d[2][2] + d[3][3] == 12345.f) y[0] = 1;
}

// 4 · 16·8·8 multiply-adds a step and warp.
extern "C" __global__ void __launch_bounds__(256) mma_tf32_ceiling(float* y, int steps) {
    uint32 a[4] = {threadIdx.x, 1, 2, 3}, b[2] = {threadIdx.x, 5};
    float d[4][4] = {};
    for (int i = 0; i < steps; i++) {
#pragma unroll
        for (int k = 0; k < 4; k++) mma_m16n8k8_tf32(d[k], a, b);
    }
    if (d[0][0] + d[1][1] + d[2][2] + d[3][3] == 12345.f) y[0] = 1;
}
