// Division by numbers that the host knows, and pairs of tensors of any strides.

// A division by a variable takes some twenty instructions, this one three.
struct Divider {
    int64 divisor;
    uint32 multiplier, shift;
};

// ⌊n / d⌋ for n ≥ 0. Below 2³¹ as ⌊(⌊n·m / 2³²⌋ + n) / 2^s⌋ with s = ⌈log₂ d⌉ and m = ⌊2³²·(2^s − d) / d⌋ + 1 (Granlund and Montgomery, PLDI 1994).
INLINE int64 divide(int64 n, const Divider& d) {
    if ((n >> 31) == 0) return (__umulhi((uint32)n, d.multiplier) + (uint32)n) >> d.shift;
    return n / d.divisor;
}
INLINE int divide_small(int n, const Divider& d) { return (__umulhi((uint32)n, d.multiplier) + (uint32)n) >> d.shift; }

#define MAX_AXES 8

// The axes of two tensors of one shape, neighbours joined where both step evenly; axis 0 is the innermost. Strides count elements, or what a kernel moves at once.
struct CopyLayout {
    int axes;
    Divider sizes[MAX_AXES];
    int64 x[MAX_AXES];
    int64 y[MAX_AXES];
};

// Where element i of the row-major order lies in x and in y.
INLINE void locate(const CopyLayout& layout, int64 i, int64& x, int64& y) {
    x = y = 0;
    for (int axis = 0; axis < layout.axes - 1; axis++) {
        int64 rest = divide(i, layout.sizes[axis]), at = i - rest * layout.sizes[axis].divisor;
        x += at * layout.x[axis];
        y += at * layout.y[axis];
        i = rest;
    }
    x += i * layout.x[layout.axes - 1];
    y += i * layout.y[layout.axes - 1];
}
