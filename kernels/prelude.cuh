// Stands before every kernel: element types, vector loads, reductions and the functions that traced formulas call. No header of NVIDIA's or of the C++
// library is included: bare NVRTC has none. T, the element type in memory, and other choices are defined in the lines above (#define T float).
#ifndef T
#define T float
#endif

typedef unsigned char uint8;
typedef unsigned short uint16;
typedef unsigned int uint32;
typedef long long int64;
typedef unsigned long long uint64;

#define WARP 32
#define FULL_MASK 0xffffffffu
#define INF_F __int_as_float(0x7f800000) // INFINITY is not defined under NVRTC
#define NAN_F __int_as_float(0x7fffffff)
#define INLINE __device__ __forceinline__

// The upper half of a float32. Arithmetic happens in float.
struct alignas(2) bf16 {
    uint16 bits;
};

INLINE float to_float(bf16 x) { return __uint_as_float((uint32)x.bits << 16); }

// Rounds to nearest even; a NaN stays a quiet NaN.
INLINE bf16 to_bf16(float x) {
    bf16 y;
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800 && !defined(__CUDAEMU__)
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
#else
    uint32 u = __float_as_uint(x);
    y.bits = x != x ? (uint16)((u >> 16) | 0x40) : (uint16)((u + 0x7fff + ((u >> 16) & 1)) >> 16);
#endif
    return y;
}

// The type that an element is computed in: float for bf16, else its own.
template <typename U> struct Compute { typedef U type; };
template <> struct Compute<bf16> { typedef float type; };
typedef Compute<T>::type acc_t;

template <typename U> INLINE typename Compute<U>::type widen(U x) { return x; }
INLINE float widen(bf16 x) { return to_float(x); }

// Rounds to the element type U: narrow<T>(x).
template <typename U> struct Narrow { template <typename V> static INLINE U of(V x) { return (U)x; } };
template <> struct Narrow<bf16> { template <typename V> static INLINE bf16 of(V x) { return to_bf16((float)x); } };
template <typename U, typename V> INLINE U narrow(V x) { return Narrow<U>::of(x); }

// N elements read or written at once: 16 bytes where the type allows it. The address must be aligned to the whole.
template <typename U, int N> struct alignas(sizeof(U) * N) Pack {
    U at[N];
};

// Elements of T in 16 bytes.
#define VEC ((int)(16 / sizeof(T)))

template <int N, typename U> INLINE Pack<U, N> load_pack(const U* p) { return *reinterpret_cast<const Pack<U, N>*>(p); }
template <int N, typename U> INLINE void store_pack(U* p, Pack<U, N> v) { *reinterpret_cast<Pack<U, N>*>(p) = v; }
template <typename U> INLINE bool aligned16(const U* p) { return ((uint64)p & 15) == 0; }

// --- Reductions. Orders are fixed by the shape alone, so that sums have the same bits in every run. ---

INLINE float max_of(float a, float b) { return a > b || a != a ? a : b; } // NaN if either is
INLINE double max_of(double a, double b) { return a > b || a != a ? a : b; }
INLINE int max_of(int a, int b) { return a > b ? a : b; }
INLINE int64 max_of(int64 a, int64 b) { return a > b ? a : b; }
INLINE float min_of(float a, float b) { return a < b || a != a ? a : b; }
INLINE double min_of(double a, double b) { return a < b || a != a ? a : b; }
INLINE int min_of(int a, int b) { return a < b ? a : b; }
INLINE int64 min_of(int64 a, int64 b) { return a < b ? a : b; }

struct SumOf { template <typename V> static INLINE V of(V a, V b) { return a + b; } };
struct MaxOf { template <typename V> static INLINE V of(V a, V b) { return max_of(a, b); } };
struct MinOf { template <typename V> static INLINE V of(V a, V b) { return min_of(a, b); } };

// Combines over the 32 lanes of a warp; every lane gets the result. All lanes must be here.
template <typename F, typename V> INLINE V warp_reduce(V v) {
#pragma unroll
    for (int offset = WARP / 2; offset > 0; offset /= 2) v = F::of(v, __shfl_xor_sync(FULL_MASK, v, offset));
    return v;
}
template <typename V> INLINE V warp_sum(V v) { return warp_reduce<SumOf>(v); }
template <typename V> INLINE V warp_max(V v) { return warp_reduce<MaxOf>(v); }

// Combines over a one-dimensional block of whole warps; every thread gets the result. identity is what absent warps count as. All threads must be here.
template <typename F, typename V> INLINE V block_reduce(V v, V identity) {
    __shared__ V partial[WARP];
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP, warps = blockDim.x / WARP;
    v = warp_reduce<F>(v);
    if (warps == 1) return v;
    __syncthreads(); // an earlier call's reads come first
    if (lane == 0) partial[warp] = v;
    __syncthreads();
    v = lane < warps ? partial[lane] : identity;
    return warp_reduce<F>(v);
}
template <typename V> INLINE V block_sum(V v) { return block_reduce<SumOf>(v, (V)0); }

// --- The functions that traced formulas call (see CudaFormula.cs), for each type. ---

#define ON_FLOATS(NAME, F, D) \
    INLINE float NAME(float x) { return F; } \
    INLINE double NAME(double x) { return D; }

ON_FLOATS(fn_exp, expf(x), exp(x))
ON_FLOATS(fn_expm1, expm1f(x), expm1(x))
ON_FLOATS(fn_log, logf(x), log(x))
ON_FLOATS(fn_log1p, log1pf(x), log1p(x))
ON_FLOATS(fn_tanh, tanhf(x), tanh(x))
ON_FLOATS(fn_sigmoid, 1.f / (1.f + expf(-x)), 1. / (1. + exp(-x)))
ON_FLOATS(fn_erf, erff(x), erf(x))
ON_FLOATS(fn_sin, sinf(x), sin(x))
ON_FLOATS(fn_cos, cosf(x), cos(x))
ON_FLOATS(fn_sqrt, sqrtf(x), sqrt(x))
ON_FLOATS(fn_rsqrt, 1.f / sqrtf(x), 1. / sqrt(x))
ON_FLOATS(fn_round, rintf(x), rint(x))
ON_FLOATS(fn_floor, floorf(x), floor(x))
ON_FLOATS(fn_abs, fabsf(x), fabs(x))
INLINE int fn_abs(int x) { return x < 0 ? (int)(0u - (uint32)x) : x; } // the least integer stays, as on the CPU
INLINE int64 fn_abs(int64 x) { return x < 0 ? (int64)(0ull - (uint64)x) : x; }
INLINE float fn_pow(float x, float y) { return powf(x, y); }
INLINE double fn_pow(double x, double y) { return pow(x, y); }
INLINE float fn_fma(float a, float b, float c) { return fmaf(a, b, c); }
INLINE double fn_fma(double a, double b, double c) { return fma(a, b, c); }
INLINE int fn_fma(int a, int b, int c) { return a * b + c; }
INLINE int64 fn_fma(int64 a, int64 b, int64 c) { return a * b + c; }

// --- Errors found on the device: an index out of range. The kernel goes on with a safe value; the host throws at its next look. ---

// In memory that the host reads. The first fault stays: state goes from 0 to 1 by one thread, which then writes the rest and sets 2.
struct Fault {
    int state;
    int site; // what the host knows about the call
    int64 value;
    int64 place;
};

template <int = 0> __device__ __noinline__ void report(Fault* fault, int site, int64 value, int64 place) {
    if (atomicCAS(&fault->state, 0, 1) != 0) return;
    fault->site = site;
    fault->value = value;
    fault->place = place;
    __threadfence_system();
    atomicExch(&fault->state, 2);
}
