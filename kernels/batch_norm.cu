// Batch norm over (N, C, L): y = (x − mean)·rstd·w + b by channel, M = N·L values in each; backward in training dx = w·rstd·(dy − Σdy/M − x̂·Σ(dy·x̂)/M), in evaluation w·rstd·dy;
// dw = Σ dy·x̂, db = Σ dy. A channel's sums are made in parts of `chunk` values, a block each, which are joined in the order of the chunks: their number depends on the shape alone.
// variants: T=float,bf16,double

// --- Which values a thread takes. ---

// The values of a channel in the order of (n, l), as units of one element or (where L allows it) of one pack: unit u is (u / per_sample, u % per_sample). Steps need no division.
struct ChannelWalk {
    int n, l, step_n, step_l, per_sample;
    INLINE ChannelWalk(int64 first, int step, int units_per_sample) {
        per_sample = units_per_sample;
        n = (int)(first / per_sample);
        l = (int)(first % per_sample);
        step_n = step / per_sample;
        step_l = step % per_sample;
    }
    INLINE void advance() {
        n += step_n;
        l += step_l;
        if (l >= per_sample) {
            l -= per_sample;
            n++;
        }
    }
};

// --- Mean and variance: every thread takes 16 values at a time, exactly, and joins them to what it has. ---

// Of `count` values: their mean and Σ (x − mean)².
struct Moments {
    acc_t count, mean, m2;
    INLINE Moments() : count((acc_t)0), mean((acc_t)0), m2((acc_t)0) {}
    INLINE Moments(acc_t c, acc_t m, acc_t q) : count(c), mean(m), m2(q) {}
    // Chan, Golub, LeVeque 1979: no cancellation however far the means are from 0.
    INLINE void join(Moments b) {
        if (b.count == (acc_t)0) return;
        acc_t sum = count + b.count, share = b.count / sum, d = b.mean - mean;
        mean = fn_fma(d, share, mean);
        m2 += b.m2 + d * d * count * share;
        count = sum;
    }
};

#define TILE 16 // values that a thread takes at a time

template <int N> INLINE void join_tile(Moments& a, const acc_t (&v)[N], int count) {
    if (count == 0) return;
    acc_t sum = (acc_t)0, m2 = (acc_t)0;
#pragma unroll
    for (int k = 0; k < N; k++) sum += k < count ? v[k] : (acc_t)0;
    acc_t mean = sum / count;
#pragma unroll
    for (int k = 0; k < N; k++) {
        acc_t d = k < count ? v[k] - mean : (acc_t)0;
        m2 = fn_fma(d, d, m2);
    }
    a.join(Moments((acc_t)count, mean, m2));
}

// Lane 0 gets the warp's.
INLINE Moments warp_join(Moments a) {
#pragma unroll
    for (int offset = WARP / 2; offset > 0; offset /= 2) {
        Moments b(__shfl_down_sync(FULL_MASK, a.count, offset), __shfl_down_sync(FULL_MASK, a.mean, offset), __shfl_down_sync(FULL_MASK, a.m2, offset));
        a.join(b);
    }
    return a;
}

template <int W> INLINE Moments thread_moments(const T* x, int64 c, int channels, int64 l, int64 first, int64 last) {
    Moments a;
    ChannelWalk walk(first + threadIdx.x, blockDim.x, (int)(l / W));
    for (int64 u = first + threadIdx.x; u < last; u += blockDim.x * (TILE / W)) {
        Pack<T, W> packs[TILE / W];
        acc_t v[TILE];
        int count = 0;
#pragma unroll
        for (int k = 0; k < TILE / W; k++) {
            if (u + k * (int)blockDim.x < last) {
                packs[k] = load_pack<W>(x + ((int64)walk.n * channels + c) * l + walk.l * W);
                count += W;
            }
            walk.advance();
        }
#pragma unroll
        for (int k = 0; k < TILE; k++) v[k] = k < count ? (acc_t)widen(packs[k / W].at[k % W]) : (acc_t)0;
        join_tile(a, v, count);
    }
    return a;
}

// A block a chunk of a channel: parts[c, chunk] = (mean, m2), or the channel's mean and variance if it is the only one.
extern "C" __global__ void __launch_bounds__(256) channel_moments(const T* x, acc_t* parts, acc_t* mean, acc_t* variance, int channels, int64 l, int64 per_channel, int64 chunk, int chunks) {
    __shared__ acc_t warps[3][WARP];
    int64 c = blockIdx.x / chunks;
    int64 first = (blockIdx.x % chunks) * chunk, last = first + chunk < per_channel ? first + chunk : per_channel;
    Moments a = l % VEC == 0 && aligned16(x) ? thread_moments<VEC>(x, c, channels, l, first / VEC, last / VEC) : thread_moments<1>(x, c, channels, l, first, last);
    a = warp_join(a);
    int lane = threadIdx.x % WARP, warp = threadIdx.x / WARP;
    if (lane == 0) {
        warps[0][warp] = a.count;
        warps[1][warp] = a.mean;
        warps[2][warp] = a.m2;
    }
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int w = 1; w < (int)blockDim.x / WARP; w++) a.join(Moments(warps[0][w], warps[1][w], warps[2][w]));
    if (chunks == 1) {
        mean[c] = a.mean;
        variance[c] = a.m2 / a.count;
    } else {
        parts[2 * (int64)blockIdx.x] = a.mean;
        parts[2 * (int64)blockIdx.x + 1] = a.m2;
    }
}

// The same where L = 1: 32 neighbouring channels a block, eight threads each.
extern "C" __global__ void __launch_bounds__(256) column_moments(const T* x, acc_t* parts, acc_t* mean, acc_t* variance, int channels, int64 n, int64 chunk, int chunks) {
    __shared__ acc_t lines[3][8][WARP];
    int lane = threadIdx.x % WARP, line = threadIdx.x / WARP;
    int64 c = (int64)(blockIdx.x / chunks) * WARP + lane;
    int64 first = (blockIdx.x % chunks) * chunk, last = first + chunk < n ? first + chunk : n;
    Moments a;
    if (c < channels) {
        for (int64 r = first + line; r < last; r += 8 * 8) {
            acc_t v[8];
            int count = 0;
#pragma unroll
            for (int k = 0; k < 8; k++) {
                bool inside = r + 8 * k < last;
                v[k] = inside ? (acc_t)widen(x[(r + 8 * k) * channels + c]) : (acc_t)0;
                count += inside ? 1 : 0;
            }
            join_tile(a, v, count);
        }
    }
    lines[0][line][lane] = a.count;
    lines[1][line][lane] = a.mean;
    lines[2][line][lane] = a.m2;
    __syncthreads();
    if (line != 0 || c >= channels) return;
    for (int k = 1; k < 8; k++) a.join(Moments(lines[0][k][lane], lines[1][k][lane], lines[2][k][lane]));
    if (chunks == 1) {
        mean[c] = a.mean;
        variance[c] = a.m2 / a.count;
    } else {
        int64 part = c * chunks + blockIdx.x % chunks;
        parts[2 * part] = a.mean;
        parts[2 * part + 1] = a.m2;
    }
}

// Joins the chunks' moments, a warp a channel.
extern "C" __global__ void __launch_bounds__(256) join_moments(const acc_t* parts, acc_t* mean, acc_t* variance, int channels, int64 per_channel, int64 chunk, int chunks) {
    int lane = threadIdx.x % WARP;
    int64 c = ((int64)blockIdx.x * blockDim.x + threadIdx.x) / WARP;
    if (c >= channels) return; // the whole warp
    Moments a;
    for (int k = lane; k < chunks; k += WARP) {
        int64 left = per_channel - k * chunk;
        a.join(Moments((acc_t)(left < chunk ? left : chunk), parts[2 * (c * chunks + k)], parts[2 * (c * chunks + k) + 1]));
    }
    a = warp_join(a);
    if (lane == 0) {
        mean[c] = a.mean;
        variance[c] = a.m2 / (acc_t)per_channel;
    }
}

// --- Backward's sums: parts[c, chunk] = (Σ dy, Σ dy·(x − mean)). ---

template <int W> INLINE void thread_sums(const T* x, const T* dy, acc_t mean, int64 c, int channels, int64 l, int64 first, int64 last, acc_t& sum, acc_t& dot) {
    ChannelWalk walk(first + threadIdx.x, blockDim.x, (int)(l / W));
    const int batch = W == 1 ? 4 : 2;
    for (int64 u = first + threadIdx.x; u < last; u += blockDim.x * batch) {
        Pack<T, W> v[batch], g[batch];
#pragma unroll
        for (int k = 0; k < batch; k++) {
            if (u + k * (int)blockDim.x < last) {
                int64 at = ((int64)walk.n * channels + c) * l + walk.l * W;
                v[k] = load_pack<W>(x + at);
                g[k] = load_pack<W>(dy + at);
            }
            walk.advance();
        }
#pragma unroll
        for (int k = 0; k < batch; k++) {
            if (u + k * (int)blockDim.x >= last) break;
#pragma unroll
            for (int j = 0; j < W; j++) {
                acc_t d = (acc_t)widen(g[k].at[j]);
                sum += d;
                dot = fn_fma(d, (acc_t)widen(v[k].at[j]) - mean, dot);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) channel_sums(const T* x, const T* dy, const acc_t* mean, acc_t* parts, int channels, int64 l, int64 per_channel, int64 chunk, int chunks) {
    int64 c = blockIdx.x / chunks;
    int64 first = (blockIdx.x % chunks) * chunk, last = first + chunk < per_channel ? first + chunk : per_channel;
    acc_t sum = (acc_t)0, dot = (acc_t)0;
    if (l % VEC == 0 && aligned16(x) && aligned16(dy)) thread_sums<VEC>(x, dy, mean[c], c, channels, l, first / VEC, last / VEC, sum, dot);
    else thread_sums<1>(x, dy, mean[c], c, channels, l, first, last, sum, dot);
    sum = block_sum(sum);
    dot = block_sum(dot);
    if (threadIdx.x == 0) {
        parts[2 * (int64)blockIdx.x] = sum;
        parts[2 * (int64)blockIdx.x + 1] = dot;
    }
}

extern "C" __global__ void __launch_bounds__(256) column_sums(const T* x, const T* dy, const acc_t* mean, acc_t* parts, int channels, int64 n, int64 chunk, int chunks) {
    __shared__ acc_t lines[2][8][WARP];
    int lane = threadIdx.x % WARP, line = threadIdx.x / WARP;
    int64 c = (int64)(blockIdx.x / chunks) * WARP + lane;
    int64 first = (blockIdx.x % chunks) * chunk, last = first + chunk < n ? first + chunk : n;
    acc_t sum = (acc_t)0, dot = (acc_t)0;
    if (c < channels) {
        acc_t m = mean[c];
#pragma unroll 4
        for (int64 r = first + line; r < last; r += 8) {
            acc_t d = (acc_t)widen(dy[r * channels + c]);
            sum += d;
            dot = fn_fma(d, (acc_t)widen(x[r * channels + c]) - m, dot);
        }
    }
    lines[0][line][lane] = sum;
    lines[1][line][lane] = dot;
    __syncthreads();
    if (line != 0 || c >= channels) return;
    for (int k = 1; k < 8; k++) {
        sum += lines[0][k][lane];
        dot += lines[1][k][lane];
    }
    int64 part = c * chunks + blockIdx.x % chunks;
    parts[2 * part] = sum;
    parts[2 * part + 1] = dot;
}

// dw = rstd·Σ dy·(x − mean), db = Σ dy; and what dx = ((dy − offset) − (x − mean)·slope)·scale needs: constants (offset, slope, scale) × C. A warp a channel.
extern "C" __global__ void __launch_bounds__(256) join_sums(const acc_t* parts, const acc_t* rstd, const T* weight, T* dw, T* db, acc_t* constants, int channels, int64 per_channel, int chunks,
                                                           int training) {
    int lane = threadIdx.x % WARP;
    int64 c = ((int64)blockIdx.x * blockDim.x + threadIdx.x) / WARP;
    if (c >= channels) return; // the whole warp
    acc_t sum = (acc_t)0, dot = (acc_t)0;
    for (int k = lane; k < chunks; k += WARP) {
        sum += parts[2 * (c * chunks + k)];
        dot += parts[2 * (c * chunks + k) + 1];
    }
    sum = warp_sum(sum);
    dot = warp_sum(dot);
    if (lane != 0) return;
    acc_t r = rstd[c], count = (acc_t)per_channel;
    if (dw) dw[c] = narrow<T>(dot * r);
    if (db) db[c] = narrow<T>(sum);
    if (!constants) return;
    constants[c] = training ? sum / count : (acc_t)0;
    constants[channels + c] = training ? dot * r * r / count : (acc_t)0;
    constants[2 * (int64)channels + c] = weight ? r * (acc_t)widen(weight[c]) : r;
}

// --- Elementwise, in the order of memory: a block takes 16 · 256 values; a thread finds its first one's channel by a division and the next by a step. Packs where none reaches over channels. ---

// The channel of a value, and of those `step` further.
struct FlatWalk {
    int64 l, at_l, step_l;
    int c, channels, step_c;
    INLINE FlatWalk(int64 at, int step, int channel_count, int64 per_channel, int64 count) {
        channels = channel_count;
        l = per_channel;
        if (count <= 0x7fffffff) { // short divisions
            uint32 plane = (uint32)at / (uint32)l;
            c = (int)(plane % (uint32)channels);
            at_l = (uint32)at - plane * (uint32)l;
        } else {
            int64 plane = at / l;
            c = (int)(plane % channels);
            at_l = at - plane * l;
        }
        int steps = l > step ? 0 : step / (int)l;
        step_c = steps % channels;
        step_l = step - steps * l;
    }
    INLINE void advance() {
        c += step_c;
        at_l += step_l;
        if (at_l >= l) {
            at_l -= l;
            c++;
        }
        if (c >= channels) c -= channels;
    }
};

struct Affine { // y = (x − mean)·scale + shift
    acc_t mean, scale, shift;
    INLINE void load(int c, const acc_t* means, const acc_t* rstd, const T* weight, const T* bias) {
        mean = means[c];
        scale = weight ? rstd[c] * (acc_t)widen(weight[c]) : rstd[c];
        shift = bias ? (acc_t)widen(bias[c]) : (acc_t)0;
    }
    INLINE T of(T x) const { return narrow<T>(fn_fma((acc_t)widen(x) - mean, scale, shift)); }
};

template <int W> INLINE void forward_values(const T* x, const acc_t* mean, const acc_t* rstd, const T* weight, const T* bias, T* y, int channels, int64 l, int64 count) {
    const int batch = 16 / W;
    int step = blockDim.x * W;
    int64 at = (int64)blockIdx.x * blockDim.x * 16 + threadIdx.x * W;
    if (at >= count) return;
    FlatWalk walk(at, step, channels, l, count);
    Pack<T, W> v[batch];
#pragma unroll
    for (int k = 0; k < batch; k++)
        if (at + k * step < count) v[k] = load_pack<W>(x + at + k * step);
#pragma unroll
    for (int k = 0; k < batch; k++, walk.advance()) {
        if (at + k * step >= count) return;
        Affine f;
        f.load(walk.c, mean, rstd, weight, bias);
#pragma unroll
        for (int j = 0; j < W; j++) v[k].at[j] = f.of(v[k].at[j]);
        store_pack<W>(y + at + k * step, v[k]);
    }
}

// Blocks of a multiprocessor, at least, where the compiler would spill a register or two for the sake of a fourth; 0 lets it choose.
#define FORWARD_BLOCKS (sizeof(T) == 8 ? 3 : 0)
#define BACKWARD_BLOCKS (sizeof(T) == 2 ? 3 : 0)

extern "C" __global__ void __launch_bounds__(256, FORWARD_BLOCKS)
    batch_norm(const T* x, const acc_t* mean, const acc_t* rstd, const T* weight, const T* bias, T* y, int channels, int64 l, int64 count) {
    if (l % VEC == 0 && aligned16(x) && aligned16(y)) forward_values<VEC>(x, mean, rstd, weight, bias, y, channels, l, count);
    else forward_values<1>(x, mean, rstd, weight, bias, y, channels, l, count);
}

struct AffineBackward { // dx = ((dy − offset) − (x − mean)·slope)·scale
    acc_t mean, offset, slope, scale;
    INLINE void load(int c, int channels, const acc_t* means, const acc_t* constants) {
        mean = means[c];
        offset = constants[c];
        slope = constants[channels + c];
        scale = constants[2 * (int64)channels + c];
    }
    INLINE T of(T x, T dy) const { return narrow<T>(((acc_t)widen(dy) - offset - ((acc_t)widen(x) - mean) * slope) * scale); }
};

template <int W> INLINE void backward_values(const T* x, const acc_t* mean, const acc_t* constants, const T* dy, T* dx, int channels, int64 l, int64 count) {
    const int batch = 16 / W;
    int step = blockDim.x * W;
    int64 at = (int64)blockIdx.x * blockDim.x * 16 + threadIdx.x * W;
    if (at >= count) return;
    FlatWalk walk(at, step, channels, l, count);
    Pack<T, W> v[batch], g[batch];
#pragma unroll
    for (int k = 0; k < batch; k++)
        if (at + k * step < count) {
            v[k] = load_pack<W>(x + at + k * step);
            g[k] = load_pack<W>(dy + at + k * step);
        }
#pragma unroll
    for (int k = 0; k < batch; k++, walk.advance()) {
        if (at + k * step >= count) return;
        AffineBackward f;
        f.load(walk.c, channels, mean, constants);
#pragma unroll
        for (int j = 0; j < W; j++) g[k].at[j] = f.of(v[k].at[j], g[k].at[j]);
        store_pack<W>(dx + at + k * step, g[k]);
    }
}

extern "C" __global__ void __launch_bounds__(256, BACKWARD_BLOCKS)
    batch_norm_backward(const T* x, const acc_t* mean, const acc_t* constants, const T* dy, T* dx, int channels, int64 l, int64 count) {
    if (l % VEC == 0 && aligned16(x) && aligned16(dy) && aligned16(dx)) backward_values<VEC>(x, mean, constants, dy, dx, channels, l, count);
    else backward_values<1>(x, mean, constants, dy, dx, channels, l, count);
}
