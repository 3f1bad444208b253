// Philox4x32-10, the same numbers as TensorCore.Philox on the CPU: element i depends on (seed, stream, i) alone. The key is the seed, the counter
// (block, stream). Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

INLINE uint4 philox(uint64 block, uint64 stream, uint64 seed) {
    uint32 c0 = (uint32)block, c1 = (uint32)(block >> 32), c2 = (uint32)stream, c3 = (uint32)(stream >> 32);
    uint32 k0 = (uint32)seed, k1 = (uint32)(seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        uint32 lo0 = 0xD2511F53u * c0, hi0 = __umulhi(0xD2511F53u, c0);
        uint32 lo1 = 0xCD9E8D57u * c2, hi1 = __umulhi(0xCD9E8D57u, c2);
        c0 = hi1 ^ c1 ^ k0;
        c1 = lo1;
        c2 = hi0 ^ c3 ^ k1;
        c3 = lo0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return make_uint4(c0, c1, c2, c3);
}

INLINE uint64 join(uint32 low, uint32 high) { return ((uint64)high << 32) | low; }

// The word of element i where a block serves four elements.
INLINE uint32 philox_word(uint64 i, uint64 stream, uint64 seed) {
    uint4 w = philox(i >> 2, stream, seed);
    switch (i & 3) {
        case 0: return w.x;
        case 1: return w.y;
        case 2: return w.z;
        default: return w.w;
    }
}

// Every random kernel's own parameters. Where `draw` is not null, seed and stream are read from there: a captured graph gets fresh ones for each replay.
#define DRAW_PARAMETERS uint64 seed, uint64 stream, const uint64* draw
#define READ_DRAW                \
    if (draw) {                  \
        seed = draw[0];          \
        stream = draw[1];        \
    }

// A probability in units of 2⁻³², against which a word is compared.
INLINE uint64 threshold_of(double probability) { return (uint64)rint(probability * 4294967296.0); }

// Elements at … at + N − 1 of n.
template <int N, typename U> INLINE void store_up_to(U* y, int64 at, int64 n, const U (&v)[N]) {
#pragma unroll
    for (int k = 0; k < N; k++)
        if (at + k < n) y[at + k] = v[k];
}
