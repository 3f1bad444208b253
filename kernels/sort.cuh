// Keys and items of sorting and searching. A key is an unsigned number whose order is that of the values: −∞ … −0 = 0 … ∞, NaN (all NaN are equal); an item is a key with the position it
// came from, so that no two are equal and every algorithm gives the one stable order, whatever the order in which it meets them.

INLINE uint32 ordered(float x) {
    if (x != x) return 0xffffffffu;
    uint32 bits = x == 0.f ? 0u : __float_as_uint(x);
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
INLINE uint64 ordered(double x) {
    if (x != x) return 0xffffffffffffffffull;
    uint64 bits = x == 0. ? 0ull : (uint64)__double_as_longlong(x);
    return bits >> 63 ? ~bits : bits | 0x8000000000000000ull;
}
INLINE uint32 ordered(int x) { return (uint32)x ^ 0x80000000u; }
INLINE uint64 ordered(int64 x) { return (uint64)x ^ 0x8000000000000000ull; }
INLINE uint32 ordered(uint8 x) { return x; }

INLINE bool is_nan(float x) { return x != x; }
INLINE bool is_nan(double x) { return x != x; }
template <typename U> INLINE bool is_nan(U) { return false; }

// Items of 32-bit keys are one 64-bit number, the key above the position.
struct alignas(16) LongItem {
    uint64 key;
    uint32 at;
    uint32 unused;
};
template <int BYTES> struct ItemOf { typedef uint64 type; };
template <> struct ItemOf<8> { typedef LongItem type; };
typedef ItemOf<sizeof(T)>::type item_t;

INLINE uint64 make_item(uint32 key, uint32 at) { return (uint64)key << 32 | at; }
INLINE LongItem make_item(uint64 key, uint32 at) {
    LongItem item;
    item.key = key;
    item.at = at;
    item.unused = 0;
    return item;
}
INLINE bool less(uint64 a, uint64 b) { return a < b; }
INLINE bool less(LongItem a, LongItem b) { return a.key < b.key || (a.key == b.key && a.at < b.at); }
INLINE uint32 position(uint64 item) { return (uint32)item; }
INLINE uint32 position(LongItem item) { return item.at; }

INLINE void last_item(uint64& item) { item = 0xffffffffffffffffull; }
INLINE void last_item(LongItem& item) { item = make_item(0xffffffffffffffffull, 0xffffffffu); }

// After every item of an element.
INLINE item_t no_item() {
    item_t item;
    last_item(item);
    return item;
}

INLINE item_t item_of(T x, uint32 at, bool descending) {
    auto key = ordered(x);
    return make_item(descending ? ~key : key, at);
}

INLINE uint64 shuffle(uint64 item, int lane) { return __shfl_sync(FULL_MASK, item, lane); }
INLINE LongItem shuffle(LongItem item, int lane) { return make_item(__shfl_sync(FULL_MASK, item.key, lane), __shfl_sync(FULL_MASK, item.at, lane)); }
INLINE uint64 shuffle_xor(uint64 item, int mask) { return __shfl_xor_sync(FULL_MASK, item, mask); }
INLINE LongItem shuffle_xor(LongItem item, int mask) { return make_item(__shfl_xor_sync(FULL_MASK, item.key, mask), __shfl_xor_sync(FULL_MASK, item.at, mask)); }
