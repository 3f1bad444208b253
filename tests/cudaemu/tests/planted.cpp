// Kernels with one bug each. The report must name a line that ends in "// here".
#include "harness.h"

namespace {

constexpr int IllegalAddress = 700, Misaligned = 716, LaunchFailed = 719;

struct Planted {
    const char* name;
    const char* finding; // what the report must start with
    int status;          // what the stream fails with
    Dim grid, block;
    unsigned shared;
    const char* source; // kernel(const float* x, float* y, int n): x is written, y is not; n = 64 elements each
};

const Planted s_bugs[] = {
    {"global out of bounds: read one past the end", "out of bounds: reads 4 bytes of global", IllegalAddress, {1}, {65}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int i = threadIdx.x;
    y[i % n] = x[i]; // here
})"},
    {"global out of bounds: write one past the end", "out of bounds: writes 4 bytes of global", IllegalAddress, {1}, {65}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int i = threadIdx.x;
    y[i] = 1; // here
})"},
    {"global out of bounds: write before the beginning", "out of bounds: writes 4 bytes of global", IllegalAddress, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    y[(int)threadIdx.x - 1] = 1; // here
})"},
    {"global out of bounds: one byte of sixteen", "out of bounds: reads", IllegalAddress, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    const char* p = (const char*)x + 1; // 255 bytes are left: 15 float4 and 15 bytes
    struct Bytes { char at[16]; };
    Bytes v;
    if (threadIdx.x < 16) {
        v = ((const Bytes*)p)[threadIdx.x]; // here
        y[threadIdx.x] = v.at[15];
    }
})"},
    {"global out of bounds: null pointer", "out of bounds: writes 4 bytes at an address that is no memory", IllegalAddress, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float* p = n > 0 ? (float*)0 : y;
    p[threadIdx.x] = 1; // here
})"},
    {"global out of bounds: an atomic", "out of bounds: atomically changes 4 bytes of global", IllegalAddress, {1}, {65}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    atomicAdd((int*)x + threadIdx.x, 1); // here
})"},
    {"global out of bounds: cp.async", "out of bounds: reads 16 bytes of global", IllegalAddress, {1}, {17}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[17];
    cp_async16(&a[threadIdx.x], x + 4 * threadIdx.x, true); // here
    cp_async_commit();
    cp_async_wait<0>();
    y[threadIdx.x] = a[threadIdx.x].x;
})"},
    {"shared out of bounds: cp.async to global memory", "out of bounds: cp.async to memory that is not shared", IllegalAddress, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    cp_async16(y, x, true); // here
    cp_async_commit();
    cp_async_wait<0>();
})"},
    {"shared out of bounds: ldmatrix", "out of bounds: reads 16 bytes of shared", IllegalAddress, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[31];
    if (threadIdx.x < 31) a[threadIdx.x] = make_float4(0, 0, 0, 0);
    __syncthreads();
    unsigned r[4];
    ldmatrix_x4(r, a + threadIdx.x); // here
    y[threadIdx.x] = r[0];
})"},
    {"shared out of bounds: write before the beginning", "out of bounds: writes 4 bytes of shared", IllegalAddress, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[32];
    a[(int)threadIdx.x - 1] = x[threadIdx.x]; // here
    y[threadIdx.x] = 0;
})"},
    {"shared out of bounds: read", "out of bounds: reads 4 bytes of shared", IllegalAddress, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[32];
    __shared__ float b[32];
    a[threadIdx.x] = b[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    y[threadIdx.x] = a[threadIdx.x + 1]; // here
})"},
    {"shared out of bounds: write past dynamic memory", "out of bounds: writes 4 bytes of shared", IllegalAddress, {1}, {33}, 128, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    extern __shared__ float4 dynamic_shared[];
    ((float*)dynamic_shared)[threadIdx.x] = x[threadIdx.x]; // here
    y[threadIdx.x] = 0;
})"},
    {"uninitialised global read", "uninitialised: reads 4 bytes of global", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    y[threadIdx.x] += x[threadIdx.x]; // here
})"},
    {"uninitialised global read: half of a float2", "uninitialised: reads", LaunchFailed, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    y[0] = x[0];
    float2 v = *(float2*)y; // here
    y[2] = v.x + v.y;
})"},
    {"uninitialised global read: an atomic", "uninitialised: atomically changes 4 bytes of global", LaunchFailed, {1}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    atomicAdd(y, x[threadIdx.x]); // here
})"},
    {"uninitialised global read: cp.async", "uninitialised: reads 16 bytes of global", LaunchFailed, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[1];
    cp_async16(a, y + 4, true); // here
    cp_async_commit();
    cp_async_wait<0>();
    y[0] = a[0].x;
})"},
    {"uninitialised shared read: dynamic memory", "uninitialised: reads 4 bytes of shared", LaunchFailed, {1}, {32}, 256, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    extern __shared__ float4 dynamic_shared[];
    y[threadIdx.x] = ((float*)dynamic_shared)[threadIdx.x]; // here
})"},
    {"uninitialised shared read: ldmatrix", "uninitialised: reads 16 bytes of shared", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[32];
    if (threadIdx.x != 9) a[threadIdx.x] = make_float4(0, 0, 0, 0);
    __syncthreads();
    unsigned r[4];
    ldmatrix_x4(r, a + threadIdx.x); // here
    y[threadIdx.x] = r[0];
})"},
    {"uninitialised shared read", "uninitialised: reads 4 bytes of shared", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[64];
    if (threadIdx.x != 63) a[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    y[threadIdx.x] = a[threadIdx.x]; // here
})"},
    {"uninitialised shared read: left by an earlier block", "uninitialised: reads 4 bytes of shared", LaunchFailed, {2}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[32];
    if (blockIdx.x == 0) a[threadIdx.x] = x[threadIdx.x];
    if (blockIdx.x == 1) y[threadIdx.x] = a[threadIdx.x]; // here
})"},
    {"missing barrier: read after write", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[64];
    a[threadIdx.x] = 0;
    __syncthreads();
    a[threadIdx.x] = x[threadIdx.x]; // here
    // __syncthreads() is missing
    y[threadIdx.x] = a[63 - threadIdx.x]; // here
})"},
    {"missing barrier: write after read", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[64];
    a[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    float v = a[(threadIdx.x + 32) % 64]; // here
    // __syncthreads() is missing
    a[threadIdx.x] = v; // here
    __syncthreads();
    y[threadIdx.x] = a[threadIdx.x];
})"},
    {"missing barrier: global memory within a block", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    ((float*)x)[threadIdx.x] = 1; // here
    y[threadIdx.x] = x[63 - threadIdx.x]; // here
})"},
    {"missing barrier: write after write", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[64];
    a[threadIdx.x] = 0; // here
    a[63 - threadIdx.x] = x[threadIdx.x]; // here
    __syncthreads();
    y[threadIdx.x] = a[threadIdx.x];
})"},
    {"missing barrier: an ldmatrix before others have written", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[64];
    a[threadIdx.x] = make_float4(0, 0, 0, 0);
    __syncthreads();
    a[threadIdx.x] = make_float4(1, 1, 1, 1); // here
    unsigned r[4];
    ldmatrix_x4(r, a + (threadIdx.x + 32) % 64); // here
    y[threadIdx.x] = r[0];
})"},
    {"missing order: a block reads what another wrote", "race: ", LaunchFailed, {2}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (blockIdx.x == 0) ((float*)x)[threadIdx.x] = 1; // here
    __syncthreads();
    if (blockIdx.x == 1) y[threadIdx.x] = x[31 - threadIdx.x]; // here
})"},
    {"missing __syncwarp: write after read", "race: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[32];
    a[threadIdx.x] = x[threadIdx.x];
    __syncwarp();
    float v = a[threadIdx.x ^ 1]; // here
    a[threadIdx.x] = v; // here
    __syncwarp();
    y[threadIdx.x] = a[threadIdx.x];
})"},
    {"missing barrier: a __syncwarp between two warps", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[64];
    a[threadIdx.x] = 0;
    __syncthreads();
    a[threadIdx.x] = x[threadIdx.x]; // here
    __syncwarp();
    y[threadIdx.x] = a[threadIdx.x ^ 32]; // here
})"},
    {"missing __syncwarp", "race: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[32];
    a[threadIdx.x] = 0;
    __syncwarp();
    a[threadIdx.x] = x[threadIdx.x]; // here
    __shfl_xor_sync(0xffffffffu, threadIdx.x, 1); // exchanges a register; orders no memory
    y[threadIdx.x] = a[threadIdx.x ^ 1]; // here
})"},
    {"barrier divergent by exit", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x >= 48) return;
    __syncthreads(); // here
    y[threadIdx.x] = x[threadIdx.x];
})"},
    {"barrier divergent by branch: two barriers", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x < 32) {
        y[threadIdx.x] = x[threadIdx.x];
        __syncthreads(); // here
    } else {
        __syncthreads(); // here
        y[threadIdx.x] = 0;
    }
})"},
    {"barrier divergent by branch: a loop's count", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    for (int i = 0; i <= (int)threadIdx.x / 32; i++) __syncthreads(); // here
    y[threadIdx.x] = x[threadIdx.x];
})"},
    {"barrier divergent by branch: two barriers on one line", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x < 32) __syncthreads(); else __syncthreads(); // here
    y[threadIdx.x] = x[threadIdx.x];
})"},
    {"barrier divergent by branch: two barriers of a macro", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
#define EITHER(condition) if (condition) __syncthreads(); else __syncthreads();
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    EITHER(threadIdx.x % 2) // here
    y[threadIdx.x] = x[threadIdx.x];
})"},
    {"barrier divergent by branch: an inlined function twice", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
__device__ __forceinline__ void store(float* y, float v) {
    y[threadIdx.x] = v;
    __syncthreads(); // here
}
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x < 32) store(y, x[threadIdx.x]);
    else store(y, 0);
})"},
    {"barrier divergent by branch: a called function twice", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
__device__ __noinline__ void wait() {
    __syncthreads(); // here
}
__device__ __noinline__ void store(float* y, float v) {
    y[threadIdx.x] = v;
    wait();
}
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x < 32) store(y, x[threadIdx.x]); else store(y, 0);
})"},
    {"barrier divergent by branch: a vote against a barrier", "barrier divergent: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int any = 0;
    if (threadIdx.x < 32) any = __syncthreads_or(x[threadIdx.x] > 0); // here
    else __syncthreads(); // here
    y[threadIdx.x] = any;
})"},
    {"divergent shuffle: some lanes", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float v = x[threadIdx.x];
    if (threadIdx.x < 16) v += __shfl_xor_sync(0xffffffffu, v, 1); // here
    y[threadIdx.x] = v;
})"},
    {"divergent shuffle: two places", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float v = x[threadIdx.x];
    if (threadIdx.x < 16) v += __shfl_xor_sync(0xffffffffu, v, 1); // here
    else v -= __shfl_xor_sync(0xffffffffu, v, 1); // here
    y[threadIdx.x] = v;
})"},
    {"divergent shuffle: two on one line", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float v = x[threadIdx.x];
    v += threadIdx.x % 2 ? __shfl_xor_sync(0xffffffffu, v, 1) : __shfl_xor_sync(0xffffffffu, v, 3); // here
    y[threadIdx.x] = v;
})"},
    {"divergent shuffle: a lane outside of its mask", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    y[threadIdx.x] = __shfl_xor_sync(0x0000ffffu, x[threadIdx.x], 1); // here
})"},
    {"divergent shuffle: masks that differ", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    y[threadIdx.x] = __shfl_xor_sync(threadIdx.x % 2 ? 0xffffffffu : 0x7fffffffu, x[threadIdx.x], 2); // here
})"},
    {"divergent __syncwarp: some lanes", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x > 7) __syncwarp(); // here
    y[threadIdx.x] = x[threadIdx.x];
})"},
    {"divergent mma: a warp of 20 lanes", "divergent mma or ldmatrix: it needs all 32 lanes", LaunchFailed, {1}, {20}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    unsigned a[4] = {0, 0, 0, 0}, b[2] = {0, 0};
    float d[4] = {0, 0, 0, 0};
    mma_m16n8k16_bf16(d, a, b); // here
    y[threadIdx.x] = d[0];
})"},
    {"divergent ldmatrix: a lane has returned", "divergent mma or ldmatrix: it needs all 32 lanes", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[32];
    a[threadIdx.x] = make_float4(0, 0, 0, 0);
    __syncthreads();
    if (threadIdx.x == 5) return;
    __syncwarp(0xffffffdfu);
    unsigned r[4];
    ldmatrix_x4(r, &a[threadIdx.x]); // here
    y[threadIdx.x] = r[0];
})"},
    {"divergent shuffle: lanes that returned", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    if (threadIdx.x == 31) return;
    y[threadIdx.x] = __shfl_down_sync(0xffffffffu, x[threadIdx.x], 1); // here
})"},
    {"divergent shuffle: shuffle against barrier", "divergent shuffle: ", LaunchFailed, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float v = x[threadIdx.x];
    if (threadIdx.x < 16) v = __shfl_xor_sync(0xffffffffu, v, 1); // here
    __syncthreads();
    y[threadIdx.x] = v;
})"},
    {"lost update: threads of a block", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ int count;
    if (threadIdx.x == 0) count = 0;
    __syncthreads();
    count += 1; // here
    __syncthreads();
    y[threadIdx.x] = count;
})"},
    {"lost update: blocks of a grid", "race: ", LaunchFailed, {4}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float* sum = (float*)x;
    *sum = *sum + 1; // here
})"},
    {"lost update: one thread without atomics", "race: ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    int* count = (int*)x;
    if (threadIdx.x == 40) *count = *count + 1; // here
    else atomicAdd(count, 1); // here
})"},
    {"lost update: neighbouring bytes are fine, the same byte is not", "race: writes 1 byte ", LaunchFailed, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    unsigned char* bytes = (unsigned char*)y;
    bytes[threadIdx.x] = 1;
    bytes[64 + threadIdx.x * 2 / 3] = 1; // here
})"},
    {"misaligned float4", "misaligned: the address must be a multiple of 16", Misaligned, {1}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    float4 v = *(const float4*)(x + 1 + 4 * threadIdx.x); // here
    y[threadIdx.x] = v.x + v.w;
})"},
    {"misaligned float4 in shared memory", "misaligned: the address must be a multiple of 16", Misaligned, {1}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[8][33]; // rows of 132 bytes
    for (int i = 0; i < 33; i++) a[threadIdx.x][i] = x[i];
    float4 v = *(float4*)&a[threadIdx.x][0]; // here
    y[threadIdx.x] = v.x + v.w;
})"},
    {"misaligned float2, double and int", "misaligned: the address must be a multiple of ", Misaligned, {3}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    const char* p = (const char*)x + 2;
    if (blockIdx.x == 0) y[threadIdx.x] = ((const float2*)(p + 2))[threadIdx.x].x; // here
    if (blockIdx.x == 1) y[threadIdx.x] = ((const double*)(p + 2))[threadIdx.x]; // here
    if (blockIdx.x == 2) y[threadIdx.x] = ((const int*)p)[threadIdx.x]; // here
})"},
    {"misaligned atomic", "misaligned: the address must be a multiple of 4", Misaligned, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    atomicAdd((int*)((char*)x + 2), 1); // here
})"},
    {"misaligned store of float4", "misaligned: the address must be a multiple of 16", Misaligned, {1}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    *(float4*)(y + 2 + 4 * threadIdx.x) = make_float4(1, 2, 3, 4); // here
})"},
    {"missing cp.async wait", "missing cp.async wait", LaunchFailed, {1}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[8];
    cp_async16(&a[threadIdx.x], x + 4 * threadIdx.x, true);
    cp_async_commit();
    // cp_async_wait<0>() is missing
    y[threadIdx.x] = a[threadIdx.x].x; // here
})"},
    {"missing cp.async wait: one group too few", "missing cp.async wait", LaunchFailed, {1}, {4}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[2][4];
    for (int s = 0; s < 2; s++) {
        cp_async16(&a[s][threadIdx.x], x + 16 * s + 4 * threadIdx.x, true);
        cp_async_commit();
    }
    cp_async_wait<1>();
    y[threadIdx.x] = a[0][threadIdx.x].x;
    y[threadIdx.x + 4] = a[1][threadIdx.x].x; // here
})"},
    {"cp.async: missing barrier after the wait", "race: ", LaunchFailed, {1}, {16}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[16];
    a[threadIdx.x] = make_float4(0, 0, 0, 0);
    __syncthreads();
    cp_async16(&a[threadIdx.x], x + 4 * threadIdx.x, true); // here
    cp_async_commit();
    cp_async_wait<0>();
    y[threadIdx.x] = a[15 - threadIdx.x].x; // here
})"},
    {"cp.async: refill of a buffer that others still read", "race: ", LaunchFailed, {1}, {16}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[16];
    a[threadIdx.x] = ((const float4*)x)[threadIdx.x];
    __syncthreads();
    float v = a[15 - threadIdx.x].x; // here
    cp_async16(&a[threadIdx.x], x + 4 * threadIdx.x, true); // here
    cp_async_commit();
    cp_async_wait<0>();
    y[threadIdx.x] = v;
})"},
    {"cp.async: misaligned source", "misaligned: the address must be a multiple of 16", Misaligned, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[1];
    cp_async16(a, x + 1, true); // here
    cp_async_commit();
    cp_async_wait<0>();
    y[0] = a[0].x;
})"},
    {"ldmatrix: misaligned row", "misaligned: the address must be a multiple of 16", Misaligned, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[33];
    a[threadIdx.x] = make_float4(0, 0, 0, 0);
    __syncthreads();
    unsigned r[4];
    ldmatrix_x4(r, (const char*)&a[threadIdx.x] + 8); // here
    y[threadIdx.x] = r[0];
})"},
    {"cp.async: misaligned destination", "misaligned: the address must be a multiple of 16", Misaligned, {1}, {1}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[2];
    cp_async16((float*)a + 2, x, true); // here
    cp_async_commit();
    cp_async_wait<0>();
    y[0] = a[0].x;
})"},
    {"missing cp.async wait: not committed", "missing cp.async wait", LaunchFailed, {1}, {8}, 0, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float4 a[8];
    cp_async16(&a[threadIdx.x], x + 4 * threadIdx.x, true);
    // cp_async_commit() is missing
    cp_async_wait<0>();
    y[threadIdx.x] = a[threadIdx.x].x; // here
})"},
    {"too much static shared memory", "too much shared memory", LaunchFailed, {1}, {1}, 40000, R"(
extern "C" __global__ void kernel(const float* x, float* y, int n) {
    __shared__ float a[4000]; // here
    a[0] = x[0];
    y[0] = a[0];
})"},
};

// Mistakes that results show, unchecked, under another order of threads.
const Planted s_unordered[] = {
    {"order: floats added by atomics", "", 0, {8}, {64}, 0, R"(
extern "C" __global__ void kernel(float* x, float* y, int n) {
    if (blockIdx.x == 0 && threadIdx.x < 64) y[threadIdx.x] = 0;
    atomicAdd(x, x[1 + threadIdx.x % 63] * 1.1f);
})"},
    {"order: a missing barrier", "", 0, {1}, {64}, 0, R"(
extern "C" __global__ void kernel(float* x, float* y, int n) {
    __shared__ float a[64];
    a[threadIdx.x] = x[threadIdx.x];
    y[threadIdx.x] = a[63 - threadIdx.x];
})"},
    {"order: a missing __syncwarp", "", 0, {1}, {32}, 0, R"(
extern "C" __global__ void kernel(float* x, float* y, int n) {
    __shared__ float a[32];
    y[threadIdx.x + 32] = 0;
    a[threadIdx.x] = x[threadIdx.x];
    y[threadIdx.x] = a[threadIdx.x ^ 1];
})"},
    {"order: a lost update between blocks", "", 0, {8}, {32}, 0, R"(
extern "C" __global__ void kernel(float* x, float* y, int n) {
    y[threadIdx.x] = y[threadIdx.x + 32] = 0;
    x[threadIdx.x] = x[threadIdx.x] * 0.5f + blockIdx.x;
})"},
};

// True if the report names a line that ends in "// here".
bool names_line(const std::string& report, const std::string& source)
{
    size_t begin = 0;
    for (int line = 1; begin < source.size(); line++) {
        size_t end = source.find('\n', begin);
        std::string text = source.substr(begin, end - begin), n = std::to_string(line);
        if (text.find("// here") != std::string::npos && (report.find(", line " + n) != std::string::npos || report.find("test.cu:" + n) != std::string::npos)) return true;
        begin = end == std::string::npos ? source.size() : end + 1;
    }
    return false;
}

} // namespace

void planted_bugs()
{
    heading("planted bug", "found", "how");
    cudaemu_set_check(1);
    for (const Planted& bug : s_bugs) {
        // Under every schedule, and each with the status, the finding and the line.
        std::string how;
        bool found = true;
        for (int schedule = 0; schedule < 5; schedule++) {
            cudaemu_set_schedule(schedule < 2 ? schedule : 2, (unsigned)schedule);
            {
                Buffer<float> x(numbers(64, 1)), y(64);
                void* f = function(bug.source, "kernel");
                int status = launch(f, bug.grid, bug.block, bug.shared, (const float*)x.data, y.data, 64);
                if (!status) status = cuStreamSynchronize(stream);
                std::string r = report();
                if (how.empty()) how = std::to_string(status) + " " + r;
                bool same = status == bug.status && r.compare(0, strlen(bug.finding), bug.finding) == 0 && names_line(r, bug.source);
                if (!same && found) how = "schedule " + std::to_string(schedule) + ": " + std::to_string(status) + " " + r;
                found &= same;
            }
            cudaemu_reset();
        }
        row(bug.name, found, how);
    }
    cudaemu_set_check(0);
    for (const Planted& bug : s_unordered) {
        std::vector<std::vector<float>> results;
        for (int schedule = 0; schedule < 5; schedule++) {
            cudaemu_set_schedule(schedule < 2 ? schedule : 2, (unsigned)schedule);
            Buffer<float> x(numbers(64, 1)), y(64);
            REQUIRE(launch(function(bug.source, "kernel"), bug.grid, bug.block, bug.shared, x.data, y.data, 64));
            std::vector<float> all = x.read(), other = y.read();
            all.insert(all.end(), other.begin(), other.end());
            bool seen = false;
            for (auto& r : results) seen |= memcmp(r.data(), all.data(), all.size() * sizeof(float)) == 0;
            if (!seen) results.push_back(all);
        }
        row(bug.name, results.size() > 1, std::to_string(results.size()) + " different results under 5 schedules");
    }
    cudaemu_set_schedule(0, 0);
}
