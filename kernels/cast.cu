// Conversions between the dtypes, from T to the type in the kernel's name; the CPU's rules. Bound by memory.
// variants: T=float,bf16,double,int,int64,uint8

#define THREADS 256

// From whole numbers: to int the lower 32 bits, to bfloat16 by way of float.
template <typename To> struct Convert {
    static INLINE To of(float x) { return (To)x; }
    static INLINE To of(double x) { return (To)x; }
    static INLINE To of(int64 x) { return (To)x; }
};
template <> struct Convert<bf16> {
    static INLINE bf16 of(float x) { return to_bf16(x); }
    static INLINE bf16 of(double x) { return to_bf16((float)x); }
    static INLINE bf16 of(int64 x) { return to_bf16((float)x); }
};
template <> struct Convert<uint8> { // bool
    template <typename V> static INLINE uint8 of(V x) { return x != 0 ? 1 : 0; }
};

// Towards zero; what is too large saturates, NaN is 0.
#define INT_LEAST (-2147483647 - 1)
#define INT64_LEAST (-9223372036854775807ll - 1)
template <> struct Convert<int> {
    template <typename V> static INLINE int saturated(V x) { return x >= (V)2147483648.0 ? 2147483647 : x <= (V)-2147483648.0 ? INT_LEAST : x != x ? 0 : (int)x; }
    static INLINE int of(float x) { return saturated(x); }
    static INLINE int of(double x) { return saturated(x); }
    static INLINE int of(int64 x) { return (int)x; }
};
template <> struct Convert<int64> {
    template <typename V> static INLINE int64 saturated(V x) { return x >= (V)9223372036854775808.0 ? 9223372036854775807ll : x <= (V)-9223372036854775808.0 ? INT64_LEAST : x != x ? 0 : (int64)x; }
    static INLINE int64 of(float x) { return saturated(x); }
    static INLINE int64 of(double x) { return saturated(x); }
    static INLINE int64 of(int64 x) { return x; }
};

INLINE float source(float x) { return x; }
INLINE float source(bf16 x) { return to_float(x); }
INLINE double source(double x) { return x; }
INLINE int64 source(int x) { return x; }
INLINE int64 source(int64 x) { return x; }
INLINE int64 source(uint8 x) { return x; }

// N elements, 16 bytes at a time where they are more.
template <int N, typename U> INLINE void load_run(const U* p, U (&v)[N]) {
    const int AT_ONCE = N * sizeof(U) <= 16 ? N : 16 / sizeof(U);
#pragma unroll
    for (int i = 0; i < N; i += AT_ONCE) {
        Pack<U, AT_ONCE> part = load_pack<AT_ONCE>(p + i);
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++) v[i + k] = part.at[k];
    }
}
template <int N, typename U> INLINE void store_run(U* p, const U (&v)[N]) {
    const int AT_ONCE = N * sizeof(U) <= 16 ? N : 16 / sizeof(U);
#pragma unroll
    for (int i = 0; i < N; i += AT_ONCE) {
        Pack<U, AT_ONCE> part;
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++) part.at[k] = v[i + k];
        store_pack<AT_ONCE>(p + i, part);
    }
}

// 16 bytes of the narrower type at once, but at most 8 elements: of double to bool 64 bytes are read.
template <typename To> INLINE void cast(const T* x, To* y, int64 n) {
    const int NARROWER = sizeof(T) < sizeof(To) ? sizeof(T) : sizeof(To), N = 16 / NARROWER < 8 ? 16 / NARROWER : 8;
    int64 i = ((int64)blockIdx.x * THREADS + threadIdx.x) * N;
    if (i + N <= n && aligned16(x) && aligned16(y)) {
        T v[N];
        To w[N];
        load_run<N>(x + i, v);
#pragma unroll
        for (int k = 0; k < N; k++) w[k] = Convert<To>::of(source(v[k]));
        store_run<N>(y + i, w);
    } else {
        for (int64 end = i + N < n ? i + N : n; i < end; i++) y[i] = Convert<To>::of(source(x[i]));
    }
}

extern "C" __global__ void __launch_bounds__(THREADS) to_float32(const T* x, float* y, int64 n) { cast(x, y, n); }
extern "C" __global__ void __launch_bounds__(THREADS) to_float64(const T* x, double* y, int64 n) { cast(x, y, n); }
extern "C" __global__ void __launch_bounds__(THREADS) to_bfloat16(const T* x, bf16* y, int64 n) { cast(x, y, n); }
extern "C" __global__ void __launch_bounds__(THREADS) to_int32(const T* x, int* y, int64 n) { cast(x, y, n); }
extern "C" __global__ void __launch_bounds__(THREADS) to_int64(const T* x, int64* y, int64 n) { cast(x, y, n); }
extern "C" __global__ void __launch_bounds__(THREADS) to_bool(const T* x, uint8* y, int64 n) { cast(x, y, n); }
