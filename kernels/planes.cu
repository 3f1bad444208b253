// needs: strides.cuh
// Elements of planes named by their places (int32): the gradients of max pooling. A place outside its plane reads as 0 and is not written.
// variants: T=float,bf16,double

#define THREADS 256
#define PER_THREAD 4 // loads on their way before the first store

// y[plane, i] = x[plane, places[plane, i]].
extern "C" __global__ void __launch_bounds__(THREADS) gather_planes(const T* x, const int* places, T* y, int64 n, Divider count, int area) {
    int64 first = (int64)blockIdx.x * (THREADS * PER_THREAD) + threadIdx.x;
    T v[PER_THREAD];
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++) {
        int64 i = first + k * THREADS;
        if (i >= n) break;
        int place = places[i];
        v[k] = (uint32)place < (uint32)area ? x[divide(i, count) * area + place] : narrow<T>(0.f);
    }
#pragma unroll
    for (int k = 0; k < PER_THREAD; k++)
        if (first + k * THREADS < n) y[first + k * THREADS] = v[k];
}

#define TILE ((int)(16384 / sizeof(acc_t))) // positions whose sums a block keeps in shared memory: 16 KiB, and as many claims

// y[plane, places[plane, i]] += x[plane, i] from zeros, in the order of i. A block takes several small planes or a tile of a large one, and goes through the elements of its planes, THREADS at
// a time. Where several of these name one place, the earliest wins a round and adds; the others try again. Nothing depends on the order of the threads.
extern "C" __global__ void __launch_bounds__(THREADS)
scatter_planes(const T* x, const int* places, T* y, int64 planes, int area, Divider count, int planes_per_block, Divider tiles) {
    __shared__ acc_t sums[TILE];
    __shared__ uint32 claims[TILE];
    int64 group = divide(blockIdx.x, tiles), first_plane = group * planes_per_block;
    int from = (int)(blockIdx.x - group * tiles.divisor) * TILE; // of a large plane
    int here = (int)(planes - first_plane < planes_per_block ? planes - first_plane : planes_per_block);
    int size = tiles.divisor == 1 ? here * area : (area - from < TILE ? area - from : TILE);
    for (int i = threadIdx.x; i < size; i += THREADS) {
        sums[i] = 0;
        claims[i] = 0;
    }
    __syncthreads();
    x += first_plane * count.divisor;
    places += first_plane * count.divisor;
    int64 items = here * count.divisor;
    uint32 round = 0;
    for (int64 next = 0; next < items; next += THREADS) {
        int64 item = next + threadIdx.x;
        int at = 0;
        bool pending = false;
        acc_t v = 0;
        if (item < items) {
            int place = places[item];
            at = planes_per_block == 1 ? place - from : (int)divide(item, count) * area + place;
            pending = (uint32)place < (uint32)area && (uint32)at < (uint32)size;
            if (pending) v = widen(x[item]);
        }
        do {
            // Claims of later rounds are larger, so that none has to be taken back; within a round the first thread's is the largest.
            if (++round == 1u << 24) {
                for (int i = threadIdx.x; i < size; i += THREADS) claims[i] = 0;
                round = 1;
                __syncthreads();
            }
            uint32 claim = round * THREADS + (THREADS - 1 - threadIdx.x);
            if (pending) atomicMax(&claims[at], claim);
            __syncthreads();
            if (pending && claims[at] == claim) {
                sums[at] += v;
                pending = false;
            }
        } while (__syncthreads_or(pending));
    }
    y += first_plane * area + from;
    if (aligned16(y)) {
        int packs = size / VEC;
        for (int p = threadIdx.x; p < packs; p += THREADS) {
            Pack<T, VEC> v;
#pragma unroll
            for (int k = 0; k < VEC; k++) v.at[k] = narrow<T>(sums[p * VEC + k]);
            store_pack<VEC>(y + p * VEC, v);
        }
        for (int i = packs * VEC + threadIdx.x; i < size; i += THREADS) y[i] = narrow<T>(sums[i]);
    } else {
        for (int i = threadIdx.x; i < size; i += THREADS) y[i] = narrow<T>(sums[i]);
    }
}
