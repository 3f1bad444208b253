// Correct kernels of every kind: no report under any schedule, checked or not, and the same bits each time.
#include "harness.h"

#include <cmath>
#include <functional>

namespace {

struct Good {
    const char* name;
    const char* type; // of the prelude; null: no prelude
    Dim grid, block;
    unsigned shared;
    size_t inputs, outputs; // floats
    const char* source;     // kernel(const float* x, float* y, int n)
};

const Good s_kernels[] = {
    {"elementwise, any size", nullptr, {3}, {64}, 0, 150, 150, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = expf(x[i]) + tanhf(x[i]);
})"},
    {"softmax of rows: shuffles and block reductions", "float", {7}, {128}, 0, 7 * 1000, 7 * 1000, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int width = n / gridDim.x;
    x += blockIdx.x * width;
    y += blockIdx.x * width;
    float m = -INF_F, sum = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) m = max_of(m, x[i]);
    m = block_reduce<MaxOf>(m, -INF_F);
    for (int i = threadIdx.x; i < width; i += blockDim.x) sum += expf(x[i] - m);
    sum = block_sum(sum);
    for (int i = threadIdx.x; i < width; i += blockDim.x) y[i] = expf(x[i] - m) / sum;
})"},
    {"tiled matmul 64³: shared memory and barriers", nullptr, {4, 4}, {16, 16}, 0, 64 * 64, 64 * 64, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[16][17];
    __shared__ float b[16][17];
    int r = blockIdx.y * 16 + threadIdx.y, c = blockIdx.x * 16 + threadIdx.x;
    float sum = 0;
    for (int k = 0; k < 64; k += 16) {
        a[threadIdx.y][threadIdx.x] = x[r * 64 + k + threadIdx.x];
        b[threadIdx.y][threadIdx.x] = x[(k + threadIdx.y) * 64 + c];
        __syncthreads();
        for (int i = 0; i < 16; i++) sum += a[threadIdx.y][i] * b[i][threadIdx.x];
        __syncthreads();
    }
    y[r * 64 + c] = sum;
})"},
    {"vectorised copy and transposition, dynamic shared memory", "float", {2, 2}, {8, 32}, 32 * 36 * 4, 64 * 64, 64 * 64, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    extern __shared__ float4 dynamic_shared[];
    float (*tile)[36] = (float (*)[36])dynamic_shared;
    store_pack(&tile[threadIdx.y][4 * threadIdx.x], load_pack<4>(x + (blockIdx.y * 32 + threadIdx.y) * 64 + blockIdx.x * 32 + 4 * threadIdx.x));
    __syncthreads();
    for (int i = 0; i < 4; i++) y[(blockIdx.x * 32 + threadIdx.y) * 64 + blockIdx.y * 32 + threadIdx.x * 4 + i] = tile[threadIdx.x * 4 + i][threadIdx.y];
})"},
    {"warps that synchronise by __syncwarp alone", nullptr, {2}, {128}, 0, 256, 256, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[4][32];
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32, i = blockIdx.x * 128 + threadIdx.x;
    a[warp][lane] = x[i];
    for (int step = 1; step < 32; step *= 2) { // prefix sums
        __syncwarp();
        float v = lane >= step ? a[warp][lane - step] : 0;
        __syncwarp();
        a[warp][lane] += v;
    }
    y[i] = a[warp][lane];
})"},
    {"bytes and halves written side by side by different threads", "bf16", {2}, {96}, 0, 192, 192, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    uint8* bytes = (uint8*)y; // the first 96 floats' bytes
    bf16* halves = (bf16*)(y + 96);
    int i = blockIdx.x * 96 + threadIdx.x;
    bytes[2 * i] = (uint8)i;
    bytes[2 * i + 1] = (uint8)(x[i] > 0);
    halves[i] = to_bf16(x[i]);
})"},
    {"halves written by threads, then read as words after a barrier", "bf16", {1}, {64}, 0, 64, 64, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ bf16 a[64];
    a[threadIdx.x] = to_bf16(x[threadIdx.x]);
    __syncthreads();
    y[threadIdx.x] = __uint_as_float(((uint32*)a)[threadIdx.x / 2] & 0x3fffffffu);
    __syncthreads();
    if (threadIdx.x < 32) ((uint32*)a)[threadIdx.x] += 1;
    __syncthreads();
    y[threadIdx.x] += a[threadIdx.x].bits;
})"},
    {"histogram: integer atomics in shared and global memory", nullptr, {3}, {64}, 0, 192, 16, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ int counts[16];
    if (threadIdx.x < 16) counts[threadIdx.x] = 0;
    __syncthreads();
    atomicAdd(&counts[(int)((x[blockIdx.x * 64 + threadIdx.x] + 1) * 7.99f)], 1);
    __syncthreads();
    if (threadIdx.x < 16) atomicMax((int*)y + threadIdx.x, counts[threadIdx.x]);
})"},
    {"cp.async in three stages, ldmatrix and mma (bf16)", "bf16", {2}, {32}, 0, 4096, 256, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    // y[16×8] of each block = A[16×64] · B[64×8]ᵗ in bf16, read from x as bits.
    __shared__ bf16 a[3][16][24];
    __shared__ bf16 b[3][16][24];
    const bf16* from = (const bf16*)x + blockIdx.x * 2048;
    int lane = threadIdx.x;
    float d[4] = {0, 0, 0, 0};
    for (int s = 0; s < 2; s++) {
        cp_async16(&a[s][lane / 2][lane % 2 * 8], from + (lane / 2) * 64 + s * 16 + lane % 2 * 8, true);
        cp_async16(&b[s][lane / 2][lane % 2 * 8], from + 1024 + (lane / 2) * 64 + s * 16 + lane % 2 * 8, lane < 16);
        cp_async_commit();
    }
    for (int s = 0; s < 4; s++) {
        cp_async_wait<1>();
        __syncthreads();
        if (s + 2 < 4) {
            cp_async16(&a[(s + 2) % 3][lane / 2][lane % 2 * 8], from + (lane / 2) * 64 + (s + 2) * 16 + lane % 2 * 8, true);
            cp_async16(&b[(s + 2) % 3][lane / 2][lane % 2 * 8], from + 1024 + (lane / 2) * 64 + (s + 2) * 16 + lane % 2 * 8, lane < 16);
        }
        cp_async_commit();
        uint32 fa[4], fb[4];
        ldmatrix_x4(fa, &a[s % 3][lane % 16][lane / 16 * 8]);
        ldmatrix_x4(fb, &b[s % 3][lane % 8 + lane / 16 * 8][lane / 8 % 2 * 8]);
        uint32 fb2[2] = {fb[0], fb[1]};
        mma_m16n8k16_bf16(d, fa, fb2);
    }
    for (int i = 0; i < 4; i++) y[blockIdx.x * 128 + (lane / 4 + i / 2 * 8) * 8 + lane % 4 * 2 + i % 2] = d[i];
})"},
    {"blocks of 1 to 1024 threads with partial warps", nullptr, {1}, {1000}, 0, 1000, 1000, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int count = __syncthreads_count(x[threadIdx.x] > 0), any = __syncthreads_or(threadIdx.x == 999), all = __syncthreads_and(threadIdx.x < 999);
    y[threadIdx.x] = count + any * 10000 + all * 20000 + __shfl_xor_sync(0xffffffffu, x[threadIdx.x], threadIdx.x < 992 ? 1 : 4);
})"},
    {"branches that meet again before the shuffle", nullptr, {1}, {64}, 0, 64, 64, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float v = x[threadIdx.x];
    if (threadIdx.x % 3 == 0) v = expf(v);
    else if (threadIdx.x % 3 == 1) v = -v;
    v += __shfl_down_sync(0xffffffffu, v, 3);
    unsigned set = __ballot_sync(0xffffffffu, v > 0);
    y[threadIdx.x] = v + __popc(set) + __any_sync(0xffffffffu, v > 100) + 2 * __all_sync(0xffffffffu, v < 100);
})"},
    {"a warp of 20 lanes, and lanes that returned before a smaller mask", nullptr, {2}, {20}, 0, 40, 40, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int lane = threadIdx.x, i = blockIdx.x * 20 + lane;
    float v = x[i];
    for (int step = 1; step < 32; step *= 2) { // what comes from beyond the block's end is not used
        float other = __shfl_down_sync(0xffffffffu, v, step);
        if (lane + step < 20) v += other;
    }
    unsigned positive = __ballot_sync(0xffffffffu, x[i] > 0);
    y[i] = v + positive + 1000 * __all_sync(0xffffffffu, x[i] < 2);
    if (lane == 3 || lane > 15) return;
    y[i] += __shfl_sync(0x0000fff7u, v, 5) + __popc(__ballot_sync(0x0000fff7u, 1));
})"},
    {"one barrier reached by loops, branches, templates and calls", nullptr, {2}, {96}, 0, 192, 192, R"(
template <int N> __device__ __forceinline__ float rotated(float* a, float v) {
    for (int i = 0; i < N; i++) {
        __syncthreads();
        a[threadIdx.x] = v;
        __syncthreads();
        v += a[(threadIdx.x + N) % 96];
    }
    return v;
}
__device__ __noinline__ float called(float* a, float v, int depth) {
    if (depth == 0) return rotated<1>(a, v);
    return called(a, v, depth - 1) + 1;
}
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[96];
    int i = blockIdx.x * 96 + threadIdx.x;
    float v = x[i];
    v = rotated<3>(a, v) + rotated<1>(a, v); v = rotated<2>(a, v);
    for (int round = 0; __syncthreads_or(round < 3); round++) {
        if (threadIdx.x % 2) v += 1;
        if (blockIdx.x == 0) { v += 2; __syncthreads(); } else { __syncthreads(); v *= 2; }
        if (threadIdx.x < 7) continue;
        v -= 1;
    }
    switch (blockIdx.x + (n > 10)) {
        case 1: v = called(a, v, 3); break;
        default: v = called(a, v, 9) + called(a, v, 2);
    }
    for (int k = 0; k < 4; k++) {
        float other = __shfl_xor_sync(0xffffffffu, v, 1 << k);
        if (v > other) v = other;
    }
    y[i] = v;
})"},
    {"random numbers and 64-bit products, no shared memory", nullptr, {5}, {32}, 0, 160, 160, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    unsigned i = blockIdx.x * 32 + threadIdx.x, h = i;
    for (int r = 0; r < 10; r++) h = __umulhi(h * 0x9E3779B9u + 77, 0xD2511F53u) ^ __brev(h) ^ (unsigned)__clz(h);
    y[i] = x[i] * (float)(h >> 8) + (float)__umul64hi(0x123456789abcdefull * i, 0xfedcba9876543210ull) * 1e-10f;
})"},
};

std::vector<float> run_once(const Good& g, const std::vector<float>& input, std::string& found)
{
    Buffer<float> x(input), y(g.outputs);
    // Histograms add to what is there; others overwrite it. Only what a kernel reads must be written before.
    if (strstr(g.source, "atomicMax")) REQUIRE(cuMemsetD8Async(y.data, 0, g.outputs * 4, stream));
    void* f = function((g.type ? prelude(g.type) : "") + g.source, "kernel");
    int status = launch(f, g.grid, g.block, g.shared, (const float*)x.data, y.data, (int)g.outputs);
    if (!status) status = cuStreamSynchronize(stream);
    if (status) {
        found = std::to_string(status) + " " + report();
        cudaemu_reset();
        return {};
    }
    return y.read();
}

} // namespace

void good_kernels()
{
    heading("good kernel", "clean", "schedules");
    for (const Good& g : s_kernels) {
        std::vector<float> input = numbers(g.inputs, 7);
        std::string found;
        std::vector<float> first;
        int runs = 0;
        for (int check = 0; check < 2 && found.empty(); check++)
            for (int schedule = 0; schedule < 10 && found.empty(); schedule++) {
                cudaemu_set_check(check);
                cudaemu_set_schedule(schedule < 2 ? schedule : 2, (unsigned)schedule * 7919);
                std::vector<float> y = run_once(g, input, found);
                if (runs++ == 0) first = y;
                if (found.empty() && memcmp(first.data(), y.data(), y.size() * sizeof(float))) found = "other bits under schedule " + std::to_string(schedule) + (check ? ", checked" : "");
            }
        row(g.name, found.empty(), found.empty() ? "forward, reverse, 8 random; checked and unchecked: " + std::to_string(runs) + " runs, the same bits" : found);
    }
    cudaemu_set_check(0);
    cudaemu_set_schedule(0, 0);
}
