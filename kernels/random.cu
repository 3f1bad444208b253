// needs: philox.cuh
// Random numbers, bit for bit those of the CPU (Philox.Fill.cs, Philox.Normal.cs): an element depends on the seed, the stream and its place alone.
// The _rn functions keep the compiler from fusing a product and a sum that the CPU rounds twice.
// variants: T=float,bf16,double

INLINE float next_below(float x) { // the largest float below x
    if (x == 0) return __int_as_float(0x80000001);
    int bits = __float_as_int(x);
    return __int_as_float(x > 0 ? bits - 1 : bits + 1);
}
INLINE double next_below(double x) {
    if (x == 0) return __longlong_as_double(0x8000000000000001ll);
    int64 bits = __double_as_longlong(x);
    return __longlong_as_double(x > 0 ? bits - 1 : bits + 1);
}

// low + u·(high − low), u a multiple of 2⁻²⁴ (four elements a block) or 2⁻⁵³ (two).
INLINE void uniform(float (&y)[4], uint4 w, float low, float high) {
    float range = high - low, below = next_below(high), last = low > below ? low : below;
    uint32 words[4] = {w.x, w.y, w.z, w.w};
#pragma unroll
    for (int k = 0; k < 4; k++) {
        float v = fmaf((words[k] >> 8) * (1.f / (1 << 24)), range, low);
        y[k] = v < last ? v : last;
    }
}
INLINE void uniform(double (&y)[2], uint4 w, double low, double high) {
    double range = high - low, below = next_below(high), last = low > below ? low : below;
    uint64 words[2] = {join(w.x, w.y), join(w.z, w.w)};
#pragma unroll
    for (int k = 0; k < 2; k++) {
        double v = fma((double)(words[k] >> 11) * (1.0 / (1ll << 53)), range, low);
        y[k] = v < last ? v : last;
    }
}

// ln u for positive normal u, as Philox.Log.
INLINE double philox_log(double u) {
    int64 bits = __double_as_longlong(u);
    int e = (int)(bits >> 52) - 1023;
    double m = __longlong_as_double((bits & 0xFFFFFFFFFFFFFll) | 0x3FF0000000000000ll);
    if (m >= 1.4142135623730951) {
        m = __dmul_rn(m, 0.5);
        e++;
    }
    double s = __ddiv_rn(__dadd_rn(m, -1.0), __dadd_rn(m, 1.0)), t = __dmul_rn(s, s);
    double sum = 1.0 / 21;
    sum = fma(sum, t, 1.0 / 19);
    sum = fma(sum, t, 1.0 / 17);
    sum = fma(sum, t, 1.0 / 15);
    sum = fma(sum, t, 1.0 / 13);
    sum = fma(sum, t, 1.0 / 11);
    sum = fma(sum, t, 1.0 / 9);
    sum = fma(sum, t, 1.0 / 7);
    sum = fma(sum, t, 1.0 / 5);
    sum = fma(sum, t, 1.0 / 3);
    sum = fma(sum, t, 1.0);
    return fma((double)e, 0.6931471805599453, __dmul_rn(__dmul_rn(2.0, s), sum));
}

// sin x and cos x for |x| ≤ π/4, as Philox.SinCos.
INLINE void philox_sincos(double x, double& sin, double& cos) {
    double t = __dmul_rn(x, x);
    double s = 1.0 / 355687428096000.0;
    s = fma(s, t, -1.0 / 1307674368000.0);
    s = fma(s, t, 1.0 / 6227020800.0);
    s = fma(s, t, -1.0 / 39916800.0);
    s = fma(s, t, 1.0 / 362880.0);
    s = fma(s, t, -1.0 / 5040.0);
    s = fma(s, t, 1.0 / 120.0);
    s = fma(s, t, -1.0 / 6.0);
    sin = fma(__dmul_rn(s, t), x, x);
    double c = -1.0 / 6402373705728000.0;
    c = fma(c, t, 1.0 / 20922789888000.0);
    c = fma(c, t, -1.0 / 87178291200.0);
    c = fma(c, t, 1.0 / 479001600.0);
    c = fma(c, t, -1.0 / 3628800.0);
    c = fma(c, t, 1.0 / 40320.0);
    c = fma(c, t, -1.0 / 720.0);
    c = fma(c, t, 1.0 / 24.0);
    c = fma(c, t, -0.5);
    cos = fma(c, t, 1.0);
}

// Two independent standard normal numbers, as Philox.BoxMuller.
INLINE void box_muller(double u, double v, double& z0, double& z1) {
    double r = sqrt(__dmul_rn(-2.0, philox_log(u)));
    double q = __dmul_rn(4.0, v);
    int quadrant = (int)q;
    double sin, cos;
    philox_sincos(__dmul_rn(__dadd_rn(__dadd_rn(q, -(double)quadrant), -0.5), 3.141592653589793 / 2), sin, cos);
    double x = __dmul_rn(r, cos), y = __dmul_rn(r, sin);
    z0 = quadrant == 0 ? x : quadrant == 1 ? -y : quadrant == 2 ? -x : y;
    z1 = quadrant == 0 ? y : quadrant == 1 ? x : quadrant == 2 ? -y : -x;
}

extern "C" __global__ void __launch_bounds__(256) fill_uniform(T* y, int64 n, DRAW_PARAMETERS, double low, double high) {
    READ_DRAW
    const int per = sizeof(T) == 8 ? 2 : 4;
    int64 block = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (block * per >= n) return;
    acc_t v[per];
    uniform(v, philox(block, stream, seed), (acc_t)low, (acc_t)high);
    T out[per];
#pragma unroll
    for (int k = 0; k < per; k++) out[k] = narrow<T>(v[k]);
    store_up_to<per>(y, block * per, n, out);
}

extern "C" __global__ void __launch_bounds__(256) fill_normal(T* y, int64 n, DRAW_PARAMETERS, double mean, double deviation) {
    READ_DRAW
    const int per = sizeof(T) == 8 ? 2 : 4;
    int64 block = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (block * per >= n) return;
    uint4 w = philox(block, stream, seed);
    double z[4];
    if (sizeof(T) == 8) {
        box_muller((double)((join(w.x, w.y) >> 11) + 1) * (1.0 / (1ll << 53)), (double)(join(w.z, w.w) >> 11) * (1.0 / (1ll << 53)), z[0], z[1]);
    } else {
        box_muller(((double)w.x + 1.0) * (1.0 / 4294967296.0), (double)w.y * (1.0 / 4294967296.0), z[0], z[1]);
        box_muller(((double)w.z + 1.0) * (1.0 / 4294967296.0), (double)w.w * (1.0 / 4294967296.0), z[2], z[3]);
    }
    T out[per];
#pragma unroll
    for (int k = 0; k < per; k++) out[k] = narrow<T>(fma(deviation, z[k], mean));
    store_up_to<per>(y, block * per, n, out);
}

// y = x·scale where word i is below keep·2³², else 0, also where x is not finite. Four elements a thread.
extern "C" __global__ void __launch_bounds__(256) dropout(const T* x, T* y, int64 n, DRAW_PARAMETERS, double keep, acc_t scale) {
    READ_DRAW
    int64 block = (int64)blockIdx.x * blockDim.x + threadIdx.x, at = block * 4;
    if (at >= n) return;
    uint64 threshold = threshold_of(keep);
    uint4 w = philox(block, stream, seed);
    uint32 words[4] = {w.x, w.y, w.z, w.w};
    if (at + 4 <= n && ((uint64)x % sizeof(Pack<T, 4>)) == 0 && ((uint64)y % sizeof(Pack<T, 4>)) == 0) {
        Pack<T, 4> v = load_pack<4>(x + at);
#pragma unroll
        for (int k = 0; k < 4; k++) v.at[k] = narrow<T>(words[k] < threshold ? (acc_t)widen(v.at[k]) * scale : (acc_t)0);
        store_pack<4>(y + at, v);
    } else {
#pragma unroll
        for (int k = 0; k < 4; k++)
            if (at + k < n) y[at + k] = narrow<T>(words[k] < threshold ? (acc_t)widen(x[at + k]) * scale : (acc_t)0);
    }
}
