// needs: attention.cuh
// variants: T=float,bf16 LANES=4,8,16,32 QUERIES=1,4
// Attention for a few queries, as in decoding: bound by reading K and V, once each, 16 bytes a thread. The keys are cut into parts of a length that depends on their number alone, so that one
// head keeps many multiprocessors busy (Dao et al. 2023, Flash-Decoding); the parts are combined in their order. LANES threads read a row, of up to LANES·VEC features.

#define THREADS 128
#define WARPS (THREADS / WARP)
#define GROUPS (THREADS / LANES) // of threads, each with keys of its own
#define AT_ONCE 4                // keys of a group that are read together

// A weighted sum of values under a maximum: y = Σ e^(s − max)·v, sum = Σ e^(s − max). A lane holds VEC features.
struct Part {
    float max, sum, y[VEC];
};

INLINE float power(float x) { return exp2_fast(x * (float)LOG2_E); }
INLINE float shift_of(float max) { return max == -INF_F ? 0 : max; } // no key seen yet: weights of 0, not NaN

INLINE void merge(Part& a, const Part& b) {
    float max = max_of(a.max, b.max), shift = shift_of(max), of_a = power(a.max - shift), of_b = power(b.max - shift);
    a.max = max;
    a.sum = a.sum * of_a + b.sum * of_b;
#pragma unroll
    for (int i = 0; i < VEC; i++) a.y[i] = a.y[i] * of_a + b.y[i] * of_b;
}

INLINE void read(float (&x)[VEC], const T* row, int lane, bool valid) {
    Pack<T, VEC> pack = {};
    if (valid) pack = load_pack<VEC>(row + lane * VEC);
#pragma unroll
    for (int i = 0; i < VEC; i++) x[i] = widen(pack.at[i]);
}

// y and L of a query, from the sum over all keys.
INLINE void finish(const Attention& a, const Place& at, int query, int lane, const Part& part) {
    float inverse = part.sum == 0 ? 0.f : 1 / part.sum;
    Pack<T, VEC> y;
#pragma unroll
    for (int i = 0; i < VEC; i++) y.at[i] = narrow<T>(part.y[i] * inverse);
    if (lane * VEC < a.e) store_pack(a.y.of(at.b, at.h) + query * a.y.row + lane * VEC, y);
    if (lane == 0) a.log_sum_exp[(int64)at.head * a.queries + query] = part.sum == 0 ? INF_F : part.max + logf(part.sum);
}

// Part p of split s of a query lies at (query, s): the features, then max and sum.
INLINE float* part_at(float* parts, const Attention& a, int64 query, int splits, int split) { return parts + (query * splits + split) * (LANES * VEC + 4); }

// Grid B·H · splits, each of `length` keys. parts: (B·H·T, splits, LANES·VEC + 4), or null with one split, which then writes the result.
extern "C" __global__ void __launch_bounds__(THREADS) attention_few(Attention a, float* parts, int splits, int length) {
    __shared__ Part of_warps[WARPS][LANES][QUERIES];
    Place at(a, splits);
    int lane = threadIdx.x % LANES, group = threadIdx.x / LANES;
    bool has_key = lane * VEC < a.d, has_value = lane * VEC < a.e;
    const T* k = a.k.of(at.b, at.h);
    const T* v = a.v.of(at.b, at.h);
    float q[QUERIES][VEC];
    Part part[QUERIES] = {};
#pragma unroll
    for (int t = 0; t < QUERIES; t++) {
        read(q[t], a.q.of(at.b, at.h) + t * a.q.row, lane, has_key && t < a.queries);
        part[t].max = -INF_F;
    }
    int begin = at.block * length, end = min_of(begin + length, a.keys);
    for (int first = begin; first < end; first += GROUPS * AT_ONCE) {
        float key[AT_ONCE][VEC], value[AT_ONCE][VEC];
#pragma unroll
        for (int u = 0; u < AT_ONCE; u++) {
            int row = first + u * GROUPS + group;
            read(key[u], k + row * a.k.row, lane, has_key && row < end);
            read(value[u], v + row * a.v.row, lane, has_value && row < end);
        }
#pragma unroll
        for (int t = 0; t < QUERIES; t++) {
            float s[AT_ONCE], max = part[t].max;
#pragma unroll
            for (int u = 0; u < AT_ONCE; u++) {
                int row = first + u * GROUPS + group;
                s[u] = 0;
#pragma unroll
                for (int i = 0; i < VEC; i++) s[u] = fmaf(q[t][i], key[u][i], s[u]);
#pragma unroll
                for (int offset = LANES / 2; offset > 0; offset /= 2) s[u] += __shfl_xor_sync(FULL_MASK, s[u], offset);
                s[u] *= (float)a.scale;
                bool seen = row < end && t < a.queries && row <= last_key(a, t);
                if (seen && a.mask.data) s[u] += widen(a.mask.of(at.b, at.h, t)[row]);
                if (!seen) s[u] = -INF_F;
                max = max_of(max, s[u]);
            }
            float shift = shift_of(max), correction = power(part[t].max - shift);
            part[t].max = max;
            part[t].sum *= correction;
#pragma unroll
            for (int i = 0; i < VEC; i++) part[t].y[i] *= correction;
#pragma unroll
            for (int u = 0; u < AT_ONCE; u++) {
                float p = power(s[u] - shift);
                part[t].sum += p;
#pragma unroll
                for (int i = 0; i < VEC; i++) part[t].y[i] = fmaf(p, value[u][i], part[t].y[i]);
            }
        }
    }
    // Groups of a warp, then warps; the first group of each has the sum.
#pragma unroll
    for (int t = 0; t < QUERIES; t++) {
#pragma unroll
        for (int offset = LANES; offset < WARP; offset *= 2) {
            Part other;
            other.max = __shfl_xor_sync(FULL_MASK, part[t].max, offset);
            other.sum = __shfl_xor_sync(FULL_MASK, part[t].sum, offset);
#pragma unroll
            for (int i = 0; i < VEC; i++) other.y[i] = __shfl_xor_sync(FULL_MASK, part[t].y[i], offset);
            merge(part[t], other);
        }
        if (threadIdx.x % WARP < LANES) of_warps[threadIdx.x / WARP][lane][t] = part[t];
    }
    __syncthreads();
    if (threadIdx.x >= LANES) return;
#pragma unroll
    for (int t = 0; t < QUERIES; t++) {
        if (t >= a.queries) break;
        Part sum = of_warps[0][lane][t];
        for (int w = 1; w < WARPS; w++) merge(sum, of_warps[w][lane][t]);
        if (!parts) {
            finish(a, at, t, lane, sum);
            continue;
        }
        float* to = part_at(parts, a, (int64)at.head * a.queries + t, splits, at.block);
#pragma unroll
        for (int i = 0; i < VEC; i += 4) store_pack(to + lane * VEC + i, Pack<float, 4>{sum.y[i], sum.y[i + 1], sum.y[i + 2], sum.y[i + 3]});
        if (lane == 0) store_pack(to + LANES * VEC, Pack<float, 2>{sum.max, sum.sum});
    }
}

// Combines the parts. LANES threads a query; grid ⌈B·H·T / GROUPS⌉.
extern "C" __global__ void __launch_bounds__(THREADS) attention_few_combine(Attention a, float* parts, int splits, int64 count) {
    int64 row = (int64)blockIdx.x * GROUPS + threadIdx.x / LANES;
    int lane = threadIdx.x % LANES;
    if (row >= count) return;
    Part sum = {};
    sum.max = -INF_F;
    for (int split = 0; split < splits; split++) {
        const float* from = part_at(parts, a, row, splits, split);
        Part part;
#pragma unroll
        for (int i = 0; i < VEC; i += 4) {
            Pack<float, 4> four = load_pack<4>(from + lane * VEC + i);
#pragma unroll
            for (int j = 0; j < 4; j++) part.y[i + j] = four.at[j];
        }
        Pack<float, 2> two = load_pack<2>(from + LANES * VEC);
        part.max = two.at[0];
        part.sum = two.at[1];
        merge(sum, part);
    }
    Place at(a, a.queries, (int)row); // a "block" of a head is a query here
    finish(a, at, at.block, lane, sum);
}
