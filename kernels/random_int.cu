// needs: philox.cuh
// Random whole numbers and truths, bit for bit those of the CPU: see random.cu.
// variants: T=int,int64,uint8,float

// Whole numbers in [low, low + range): the high word of 64 random bits times the range.
extern "C" __global__ void __launch_bounds__(256) fill_int(T* y, int64 n, DRAW_PARAMETERS, int64 low, uint64 range) {
    READ_DRAW
    int64 block = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (block * 2 >= n) return;
    uint4 w = philox(block, stream, seed);
    T out[2] = {narrow<T>(low + (int64)__umul64hi(join(w.x, w.y), range)), narrow<T>(low + (int64)__umul64hi(join(w.z, w.w), range))};
    store_up_to<2>(y, block * 2, n, out);
}

// 1 where word i is below probability·2³², else 0.
extern "C" __global__ void __launch_bounds__(256) fill_bernoulli(T* y, int64 n, DRAW_PARAMETERS, double probability) {
    READ_DRAW
    int64 block = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (block * 4 >= n) return;
    uint64 threshold = threshold_of(probability);
    uint4 w = philox(block, stream, seed);
    T out[4] = {narrow<T>(w.x < threshold ? 1 : 0), narrow<T>(w.y < threshold ? 1 : 0), narrow<T>(w.z < threshold ? 1 : 0), narrow<T>(w.w < threshold ? 1 : 0)};
    store_up_to<4>(y, block * 4, n, out);
}
