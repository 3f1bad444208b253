// What the attention kernels share: their arguments, as AttentionKernel.cs lays them out, and how a block finds its head.
// Shapes: q (B, H, T, D), k (B, H, S, D), v (B, H, S, E), y (B, H, T, E). Every last axis is contiguous, the other strides are free.

#define LOG2_E 1.4426950408889634
#define LN_2 0.6931471805599453

// A matrix of rows for each head; strides in elements.
struct Rows {
    T* data;
    int64 batch, head, row;

    INLINE T* of(int b, int h) const { return data + b * batch + h * head; }
};

// Numbers added to the scores, (B, H, T, S), the last axis contiguous; expanded axes have stride 0.
struct Mask {
    const T* data; // null: no mask
    int64 batch, head, row;

    INLINE const T* of(int b, int h, int query) const { return data + b * batch + h * head + query * row; }
};

// What backward needs of a query: L = ln Σ e^s, in units that suit the kernel, and δ = Σ dy·y.
typedef Pack<acc_t, 2> Statistics;

struct Attention {
    Rows q, k, v, y;
    Rows dy, dq, dk, dv; // backward only
    Mask mask;
    acc_t* log_sum_exp;     // (B, H, T)
    Statistics* statistics; // (B, H, padded)
    int padded;             // T rounded up, so that whole tiles of statistics can be read
    int heads, queries, keys, d, e;
    int causal; // query i sees keys up to i + S − T
    int packed; // all rows can be read and written 16 bytes at a time
    float score_scale; // of the fast kernels: scale, or scale·log2(e) without a mask
    double scale;
};

// The same value, which the compiler takes for another: what is computed from it is computed again, and need not be kept in registers over a loop.
INLINE int again(int x) {
    asm volatile("" : "+r"(x));
    return x;
}

// A block's head, and which block of the head it is. Heads and blocks share the grid's first axis, the only one without a limit of 65535.
struct Place {
    int head, b, h, block;

    INLINE Place(const Attention& a, int blocks, int index = blockIdx.x) {
        head = index / blocks;
        block = index % blocks;
        b = head / a.heads;
        h = head % a.heads;
    }
};

INLINE int blocks_of(int n, int size) { return (n + size - 1) / size; }

// The last key that a query sees.
INLINE int last_key(const Attention& a, int query) { return a.causal ? min_of(query + a.keys - a.queries, a.keys - 1) : a.keys - 1; }

// 2^x in one instruction, 2 ulp; results below 2^-126 are 0.
INLINE float exp2_fast(float x) {
#ifdef __CUDAEMU__
    return exp2f(x);
#else
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
#endif
}

// The memory that the launch asks for.
INLINE float4* shared_memory() {
    extern __shared__ float4 dynamic_shared[];
    return dynamic_shared;
}
