// needs: strides.cuh
// Convolutions with few channels in a group, above all depthwise ones: a product of matrices would leave most of a tile empty, so each thread sums on its own. Bound by memory, or by the
// instructions around each multiply-add: a thread takes four positions of a plane, which share the weights that it loads.
// variants: T=float,bf16,double

#define THREADS 256
#define PER_THREAD 4

// source (N, groups·channels, …), target (N, groups·rows, …), weights with strides of their own. In the transposed form source and target are those of the transposed convolution.
struct Direct {
    int groups, channels, rows;
    int source_height, source_width;
    int kernel_height, kernel_width;
    int stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w;
    int64 weight_group, weight_row, weight_channel;
    int positions;        // of a target plane
    int64 count;          // threads: planes of the target times `quarter`
    Divider quarter;      // ⌈positions / 4⌉: a thread's positions are so far apart
    Divider planes, line; // target planes of an image, elements of a line
    Divider by_stride_h, by_stride_w;
};

// A thread's plane of the target, its group's source and weights, and its positions.
struct Own {
    int64 plane;
    int first, apart;
    const T *source, *weight;
};
INLINE Own find(int64 thread, const T* x, const T* weight, const Direct& d, int& channel) {
    Own own;
    own.plane = divide(thread, d.quarter);
    own.apart = (int)d.quarter.divisor;
    own.first = (int)(thread - own.plane * own.apart);
    int64 image = divide(own.plane, d.planes);
    channel = (int)(own.plane - image * d.planes.divisor);
    int group = channel / d.rows;
    own.source = x + (image * d.groups + group) * d.channels * d.source_height * d.source_width;
    own.weight = weight + group * d.weight_group + (channel - group * d.rows) * d.weight_row;
    return own;
}

INLINE void store(T* y, const T* bias, const acc_t (&sum)[PER_THREAD], const Own& own, int channel, const Direct& d) {
    acc_t add = bias ? widen(bias[channel]) : (acc_t)0;
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        int at = own.first + k * own.apart;
        if (at < d.positions) y[own.plane * d.positions + at] = narrow<T>(sum[k] + add);
    }
}

// y = bias + x ⋆ weight.
extern "C" __global__ void __launch_bounds__(THREADS) direct(const T* x, const T* weight, const T* bias, T* y, Direct d) {
    int64 thread = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (thread >= d.count) return;
    int channel;
    Own own = find(thread, x, weight, d, channel);
    int h0[PER_THREAD], w0[PER_THREAD];
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        int at = own.first + k * own.apart, i = divide_small(at, d.line), j = at - i * (int)d.line.divisor;
        h0[k] = at < d.positions ? i * d.stride_h - d.padding_h : -(1 << 30);
        w0[k] = j * d.stride_w - d.padding_w;
    }
    acc_t sum[PER_THREAD] = {};
    for (int c = 0; c < d.channels; c++) {
        const T* image = own.source + (int64)c * d.source_height * d.source_width;
        const T* weights = own.weight + c * d.weight_channel;
        for (int p = 0; p < d.kernel_height; p++) {
#pragma unroll 1 // four loads at once are enough; more would want registers
            for (int q = 0; q < d.kernel_width; q++) {
                acc_t by = widen(*weights++);
#pragma unroll
                for (int k = 0; k < PER_THREAD; k++) {
                    int h = h0[k] + p * d.dilation_h, w = w0[k] + q * d.dilation_w;
                    if ((uint32)h < (uint32)d.source_height && (uint32)w < (uint32)d.source_width) sum[k] = fn_fma(by, (acc_t)widen(image[h * d.source_width + w]), sum[k]);
                }
            }
        }
    }
    store(y, bias, sum, own, channel, d);
}

// The source coordinate that reaches a target's through a tap, (target − tap's offset) / stride, or −1 if that is not whole or outside.
INLINE int source_of(int target, int size, const Divider& stride) {
    if (target < 0) return -1;
    int at = divide_small(target, stride);
    return at * (int)stride.divisor == target && at < size ? at : -1;
}

// The adjoint: each position of y collects what the positions of x spread to it.
extern "C" __global__ void __launch_bounds__(THREADS) direct_transposed(const T* x, const T* weight, const T* bias, T* y, Direct d) {
    int64 thread = (int64)blockIdx.x * THREADS + threadIdx.x;
    if (thread >= d.count) return;
    int channel;
    Own own = find(thread, x, weight, d, channel);
    int h0[PER_THREAD], w0[PER_THREAD];
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        int at = own.first + k * own.apart, i = divide_small(at, d.line), j = at - i * (int)d.line.divisor;
        h0[k] = at < d.positions ? i + d.padding_h : -1;
        w0[k] = j + d.padding_w;
    }
    acc_t sum[PER_THREAD] = {};
    for (int c = 0; c < d.channels; c++) {
        const T* image = own.source + (int64)c * d.source_height * d.source_width;
        const T* weights = own.weight + c * d.weight_channel;
        for (int p = 0; p < d.kernel_height; p++) {
            int h[PER_THREAD];
#pragma unroll
            for (int k = 0; k < PER_THREAD; k++) h[k] = source_of(h0[k] - p * d.dilation_h, d.source_height, d.by_stride_h);
            for (int q = 0; q < d.kernel_width; q++) {
                acc_t by = widen(*weights++);
#pragma unroll
                for (int k = 0; k < PER_THREAD; k++) {
                    int w = source_of(w0[k] - q * d.dilation_w, d.source_width, d.by_stride_w);
                    if ((h[k] | w) >= 0) sum[k] = fn_fma(by, (acc_t)widen(image[h[k] * d.source_width + w]), sum[k]);
                }
            }
        }
    }
    store(y, bias, sum, own, channel, d);
}

#define TAPS 9 // taps whose sums a thread keeps at once: a 3×3 kernel reads dy once

struct DirectWeight {
    int groups, channels, rows; // of a group: in x, in dy
    int height, width;          // of x
    int kernel_height, kernel_width;
    int stride_h, stride_w, padding_h, padding_w, dilation_h, dilation_w;
    int tap_groups, splits;
    int64 positions, chunk; // images·OH·OW, and those of a part
    Divider plane, line;    // OH·OW, OW
};

// partial[split, o, c, tap] = Σ over a part of the positions of dy[n, o, i, j]·x[n, c, i·s − pad + p·d, j·s − pad + q·d]: a block for each (o, c), up to TAPS taps and part.
extern "C" __global__ void __launch_bounds__(THREADS) direct_weight_gradient(const T* x, const T* dy, acc_t* partial, DirectWeight d) {
    __shared__ int2 shift[TAPS];
    uint32 rest = blockIdx.x;
    int tap_group = rest % d.tap_groups;
    rest /= d.tap_groups;
    int split = rest % d.splits;
    rest /= d.splits;
    int c = rest % d.channels, o = rest / d.channels, group = o / d.rows, taps = d.kernel_height * d.kernel_width;
    if (threadIdx.x < TAPS) {
        int tap = tap_group * TAPS + threadIdx.x;
        shift[threadIdx.x] = tap < taps ? make_int2(tap / d.kernel_width * d.dilation_h - d.padding_h, tap % d.kernel_width * d.dilation_w - d.padding_w) : make_int2(-(1 << 30), 0);
    }
    __syncthreads();
    acc_t sum[TAPS] = {};
    int64 begin = split * d.chunk, end = d.positions - begin < d.chunk ? d.positions : begin + d.chunk;
    int outputs = d.groups * d.rows, inputs = d.groups * d.channels;
    for (int64 at = begin + threadIdx.x; at < end; at += THREADS) {
        int64 image = divide(at, d.plane);
        int place = (int)(at - image * d.plane.divisor), i = divide_small(place, d.line), j = place - i * (int)d.line.divisor;
        acc_t v = widen(dy[(image * outputs + o) * d.plane.divisor + place]);
        const T* source = x + (image * inputs + group * d.channels + c) * d.height * d.width;
#pragma unroll
        for (int t = 0; t < TAPS; t++) {
            int h = i * d.stride_h + shift[t].x, w = j * d.stride_w + shift[t].y;
            if ((uint32)h < (uint32)d.height && (uint32)w < (uint32)d.width) sum[t] = fn_fma(v, (acc_t)widen(source[h * d.width + w]), sum[t]);
        }
    }
#pragma unroll
    for (int t = 0; t < TAPS; t++) {
        acc_t total = block_sum(sum[t]);
        int tap = tap_group * TAPS + t;
        if (threadIdx.x == 0 && tap < taps) partial[((int64)(split * outputs + o) * d.channels + c) * taps + tap] = total;
    }
}
