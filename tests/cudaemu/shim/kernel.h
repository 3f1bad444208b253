// CUDA's device language for g++: keywords, vector types, intrinsics. Follows abi.h, stands before every kernel. No header is included: parsing them would take longer than the kernel.

#define __CUDAEMU__ 1
#define __CUDACC_RTC__ 1
#define __CUDA_ARCH__ 800
#define __device__
#define __host__
#define __global__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __restrict__ __restrict
#define __align__(n) __attribute__((aligned(n)))
#define warpSize 32

// EMU_CHECK is defined where every access is hooked.
#ifdef EMU_CHECK
#define threadIdx emu_thread_index()
#define blockIdx emu_block_index()
#define blockDim emu_block_size()
#define gridDim emu_grid_size()
#define EMU_LANE emu_lane()
#else
#define threadIdx (emu_thread->index)
#define blockIdx (emu_block->index)
#define blockDim (emu_block->size)
#define gridDim (emu_block->grid)
#define EMU_LANE (emu_thread->lane)
#endif

#define EMU_INLINE static inline __attribute__((always_inline))
#define EMU_LINE int line = __builtin_LINE() // a default argument: the line of the call

// --- libm ---
extern "C" {
#define EMU_MATH1(F) double F(double); float F##f(float);
#define EMU_MATH2(F) double F(double, double); float F##f(float, float);
EMU_MATH1(exp) EMU_MATH1(exp2) EMU_MATH1(expm1) EMU_MATH1(log) EMU_MATH1(log2) EMU_MATH1(log10) EMU_MATH1(log1p) EMU_MATH1(sqrt) EMU_MATH1(cbrt)
EMU_MATH1(sin) EMU_MATH1(cos) EMU_MATH1(tan) EMU_MATH1(asin) EMU_MATH1(acos) EMU_MATH1(atan) EMU_MATH1(sinh) EMU_MATH1(cosh) EMU_MATH1(tanh)
EMU_MATH1(erf) EMU_MATH1(erfc) EMU_MATH1(lgamma) EMU_MATH1(tgamma) EMU_MATH1(rint) EMU_MATH1(nearbyint) EMU_MATH1(floor) EMU_MATH1(ceil) EMU_MATH1(trunc)
EMU_MATH1(round) EMU_MATH1(fabs)
EMU_MATH2(pow) EMU_MATH2(fmod) EMU_MATH2(fmax) EMU_MATH2(fmin) EMU_MATH2(atan2) EMU_MATH2(copysign) EMU_MATH2(hypot)
double fma(double, double, double);
float fmaf(float, float, float);
double ldexp(double, int);
float ldexpf(float, int);
void* memcpy(void*, const void*, unsigned long);
void* memset(void*, int, unsigned long);
#undef EMU_MATH1
#undef EMU_MATH2
}
EMU_INLINE float rsqrtf(float x) { return 1.f / sqrtf(x); }
EMU_INLINE double rsqrt(double x) { return 1. / sqrt(x); }
EMU_INLINE float __expf(float x) { return expf(x); }
EMU_INLINE float __logf(float x) { return logf(x); }
EMU_INLINE float __fdividef(float a, float b) { return a / b; }
EMU_INLINE float __frcp_rn(float x) { return 1.f / x; }
EMU_INLINE float __fsqrt_rn(float x) { return sqrtf(x); }
EMU_INLINE float __fmul_rn(float a, float b) { return a * b; }
EMU_INLINE float __fadd_rn(float a, float b) { return a + b; }
EMU_INLINE float __fsub_rn(float a, float b) { return a - b; }
EMU_INLINE float __fdiv_rn(float a, float b) { return a / b; }
EMU_INLINE float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
EMU_INLINE double __dmul_rn(double a, double b) { return a * b; }
EMU_INLINE double __dadd_rn(double a, double b) { return a + b; }
EMU_INLINE double __dsub_rn(double a, double b) { return a - b; }
EMU_INLINE double __ddiv_rn(double a, double b) { return a / b; }
EMU_INLINE double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
#define EMU_MIN_MAX(T) \
    EMU_INLINE T min(T a, T b) { return a < b ? a : b; } \
    EMU_INLINE T max(T a, T b) { return a > b ? a : b; }
EMU_MIN_MAX(int) EMU_MIN_MAX(unsigned) EMU_MIN_MAX(long long) EMU_MIN_MAX(unsigned long long)
#undef EMU_MIN_MAX

// --- Vector types: aligned to their size, to 16 bytes at most. ---
typedef EmuIndex uint3;
typedef EmuIndex dim3;
#define EMU_VECTOR(T, N) \
    struct N##1 { T x; }; \
    struct alignas(2 * sizeof(T)) N##2 { T x, y; }; \
    struct N##3_ { T x, y, z; }; \
    struct alignas(4 * sizeof(T) > 16 ? 16 : 4 * sizeof(T)) N##4 { T x, y, z, w; }; \
    EMU_INLINE N##2 make_##N##2(T a, T b) { return {a, b}; } \
    EMU_INLINE N##4 make_##N##4(T a, T b, T c, T d) { return {a, b, c, d}; }
EMU_VECTOR(float, float) EMU_VECTOR(double, double) EMU_VECTOR(int, int) EMU_VECTOR(unsigned, uint) EMU_VECTOR(long long, longlong)
EMU_VECTOR(unsigned long long, ulonglong) EMU_VECTOR(short, short) EMU_VECTOR(unsigned short, ushort) EMU_VECTOR(signed char, char) EMU_VECTOR(unsigned char, uchar)
#undef EMU_VECTOR
typedef float3_ float3;
typedef int3_ int3;

// --- Bits ---
template <class A, class B> EMU_INLINE A emu_bits(B b) { return __builtin_bit_cast(A, b); }
EMU_INLINE float __int_as_float(int x) { return emu_bits<float>(x); }
EMU_INLINE float __uint_as_float(unsigned x) { return emu_bits<float>(x); }
EMU_INLINE int __float_as_int(float x) { return emu_bits<int>(x); }
EMU_INLINE unsigned __float_as_uint(float x) { return emu_bits<unsigned>(x); }
EMU_INLINE double __longlong_as_double(long long x) { return emu_bits<double>(x); }
EMU_INLINE long long __double_as_longlong(double x) { return emu_bits<long long>(x); }
EMU_INLINE int __mulhi(int a, int b) { return (int)((long long)a * b >> 32); }
EMU_INLINE unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((unsigned long long)a * b >> 32); }
EMU_INLINE long long __mul64hi(long long a, long long b) { return (long long)((__int128)a * b >> 64); }
EMU_INLINE unsigned long long __umul64hi(unsigned long long a, unsigned long long b) { return (unsigned long long)((unsigned __int128)a * b >> 64); }
EMU_INLINE int __popc(unsigned x) { return __builtin_popcount(x); }
EMU_INLINE int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
EMU_INLINE int __clz(int x) { return x ? __builtin_clz(x) : 32; }
EMU_INLINE int __clzll(long long x) { return x ? __builtin_clzll(x) : 64; }
EMU_INLINE int __ffs(int x) { return __builtin_ffs(x); }
EMU_INLINE int __ffsll(long long x) { return __builtin_ffsll(x); }
EMU_INLINE unsigned __brev(unsigned x) {
    x = __builtin_bswap32(x);
    x = (x & 0x0f0f0f0fu) << 4 | (x >> 4 & 0x0f0f0f0fu);
    x = (x & 0x33333333u) << 2 | (x >> 2 & 0x33333333u);
    return (x & 0x55555555u) << 1 | (x >> 1 & 0x55555555u);
}
EMU_INLINE unsigned __funnelshift_l(unsigned low, unsigned high, unsigned n) { return (unsigned)(((unsigned long long)high << 32 | low) << (n & 31) >> 32); }
EMU_INLINE unsigned __funnelshift_r(unsigned low, unsigned high, unsigned n) { return (unsigned)(((unsigned long long)high << 32 | low) >> (n & 31)); }

// --- Memory ---
template <class V> EMU_INLINE V __ldg(const V* p) { return *p; }
template <class V> EMU_INLINE V __ldcs(const V* p) { return *p; }
template <class V> EMU_INLINE V __ldcg(const V* p) { return *p; }
template <class V> EMU_INLINE void __stcs(V* p, V v) { *p = v; }
template <class V> EMU_INLINE void __stcg(V* p, V v) { *p = v; }
EMU_INLINE void __threadfence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
EMU_INLINE void __threadfence_block() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
EMU_INLINE void __threadfence_system() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

// Atomics of 4 and 8 bytes through the bits of the value, so that float and double need no other code.
template <int Size> struct EmuWord { typedef unsigned type; };
template <> struct EmuWord<8> { typedef unsigned long long type; };
template <class V> struct EmuSame { typedef V type; }; // keeps the second argument out of type deduction, as CUDA's overloads do
template <class V> EMU_INLINE V atomicExch(V* p, typename EmuSame<V>::type v) {
    typedef typename EmuWord<sizeof(V)>::type W;
    return emu_bits<V>(__atomic_exchange_n((W*)p, emu_bits<W>(v), __ATOMIC_RELAXED));
}
template <class V> EMU_INLINE V atomicCAS(V* p, typename EmuSame<V>::type compare, typename EmuSame<V>::type v) {
    typedef typename EmuWord<sizeof(V)>::type W;
    W expected = emu_bits<W>(compare);
    __atomic_compare_exchange_n((W*)p, &expected, emu_bits<W>(v), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return emu_bits<V>(expected);
}
#define EMU_ATOMIC(NAME, NEW) \
    template <class V> EMU_INLINE V NAME(V* p, typename EmuSame<V>::type v) { \
        typedef typename EmuWord<sizeof(V)>::type W; \
        W bits = __atomic_load_n((W*)p, __ATOMIC_RELAXED); \
        for (;;) { \
            V old = emu_bits<V>(bits); \
            if (__atomic_compare_exchange_n((W*)p, &bits, emu_bits<W>((V)(NEW)), false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) return old; \
        } \
    }
EMU_ATOMIC(atomicAdd, old + v) EMU_ATOMIC(atomicSub, old - v) EMU_ATOMIC(atomicMax, old > v ? old : v) EMU_ATOMIC(atomicMin, old < v ? old : v)
EMU_ATOMIC(atomicAnd, old & v) EMU_ATOMIC(atomicOr, old | v) EMU_ATOMIC(atomicXor, old ^ v) EMU_ATOMIC(atomicInc, old >= v ? (V)0 : (V)(old + 1))
#undef EMU_ATOMIC

// --- Synchronisation and warps ---
EMU_INLINE void __syncthreads(EMU_LINE) { emu_barrier(line); }
EMU_INLINE int __syncthreads_or(int v, EMU_LINE) { return emu_barrier_vote(0, v != 0, line); }
EMU_INLINE int __syncthreads_and(int v, EMU_LINE) { return emu_barrier_vote(1, v != 0, line); }
EMU_INLINE int __syncthreads_count(int v, EMU_LINE) { return emu_barrier_vote(2, v != 0, line); }
EMU_INLINE void __syncwarp(unsigned mask = ~0u, EMU_LINE) { emu_warp_sync(mask, line); }

// source: the lane to read from, in the caller's group of `width` lanes; its own value if that lane is outside of the group.
template <class V> EMU_INLINE V emu_shuffle(unsigned mask, V v, int source, int line) {
    static_assert(sizeof(V) <= 16, "a shuffled value has at most 16 bytes");
    V result;
    __builtin_memcpy((void*)&result, (const char*)emu_exchange(&v, sizeof(V), mask, line) + source * sizeof(V), sizeof(V));
    return result;
}
template <class V> EMU_INLINE V __shfl_sync(unsigned mask, V v, int source, int width = 32, EMU_LINE) {
    return emu_shuffle(mask, v, (EMU_LANE & ~(width - 1)) | (source & (width - 1)), line);
}
template <class V> EMU_INLINE V __shfl_xor_sync(unsigned mask, V v, int bits, int width = 32, EMU_LINE) {
    int lane = EMU_LANE, source = lane ^ bits;
    return emu_shuffle(mask, v, source <= (lane | (width - 1)) ? source : lane, line);
}
template <class V> EMU_INLINE V __shfl_up_sync(unsigned mask, V v, unsigned delta, int width = 32, EMU_LINE) {
    int lane = EMU_LANE, source = lane - (int)delta;
    return emu_shuffle(mask, v, source >= (lane & ~(width - 1)) ? source : lane, line);
}
template <class V> EMU_INLINE V __shfl_down_sync(unsigned mask, V v, unsigned delta, int width = 32, EMU_LINE) {
    int lane = EMU_LANE, source = lane + (int)delta;
    return emu_shuffle(mask, v, source <= (lane | (width - 1)) ? source : lane, line);
}
EMU_INLINE unsigned __ballot_sync(unsigned mask, int p, EMU_LINE) {
    unsigned char v = p != 0, all[32];
    __builtin_memcpy(all, emu_exchange(&v, 1, mask, line), 32);
    unsigned set = 0;
    for (int i = 0; i < 32; i++) set |= (unsigned)(all[i] == 1) << i;
    return set & mask;
}
EMU_INLINE int __any_sync(unsigned mask, int p, EMU_LINE) { return __ballot_sync(mask, p, line) != 0; }
EMU_INLINE int __all_sync(unsigned mask, int p, EMU_LINE) { return __ballot_sync(mask, !p, line) == 0; }

// --- Tensor cores and asynchronous copies: the functions of mma.cuh ---
EMU_INLINE void mma_m16n8k16_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], EMU_LINE) { emu_mma_m16n8k16_bf16(d, a, b, line); }
EMU_INLINE void mma_m16n8k8_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], EMU_LINE) { emu_mma_m16n8k8_tf32(d, a, b, line); }
EMU_INLINE unsigned to_tf32(float x) {
    unsigned u = __float_as_uint(x);
    return (u & 0x7f800000u) == 0x7f800000u ? u : (u + 0x1000u) & ~0x1fffu; // ties away from zero; infinities and NaNs stay
}
EMU_INLINE void ldmatrix_x4(unsigned (&r)[4], const void* row, EMU_LINE) { emu_ldmatrix_x4(r, row, 0, line); }
EMU_INLINE void ldmatrix_x4_trans(unsigned (&r)[4], const void* row, EMU_LINE) { emu_ldmatrix_x4(r, row, 1, line); }
EMU_INLINE void cp_async16(void* shared, const void* global, bool valid, EMU_LINE) { emu_cp_async16(shared, global, valid, line); }
EMU_INLINE void cp_async_commit() { emu_cp_async_commit(); }
template <int N> EMU_INLINE void cp_async_wait() { emu_cp_async_wait(N); }

// --- From an array of pointers to a call ---
template <unsigned long... I> struct EmuSequence {};
template <unsigned long N, unsigned long... I> struct EmuCount : EmuCount<N - 1, N - 1, I...> {};
template <unsigned long... I> struct EmuCount<0, I...> { typedef EmuSequence<I...> type; };
template <class... A> struct EmuSizes { static constexpr int of[] = {(int)sizeof(A)..., 0}; };
template <auto F> struct EmuThunk;
template <class... A, void (*F)(A...)> struct EmuThunk<F> {
    template <unsigned long... I> EMU_INLINE void call(void** p, EmuSequence<I...>) { F(*(A*)p[I]...); }
    static void run(void** p) { call(p, typename EmuCount<sizeof...(A)>::type()); }
    static constexpr EmuKernel describe(const char* name, int max_threads) { return {name, &run, (int)sizeof...(A), EmuSizes<A...>::of, max_threads}; }
};
template <class... N> constexpr int emu_bounds(int threads = 0, N...) { return threads; }
