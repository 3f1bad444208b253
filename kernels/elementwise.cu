// A formula over elements. The lines above bring INPUTS(M), OUTPUTS(M) (their types and names: M(T, x)), CONSTANTS(M) and FORMULA, which computes the outputs from the
// inputs, all in acc_t; the library writes them from the body of the op (Formula.cs).
// Bound by memory: every input is read and every output written once, 16 bytes at a time.

#define PARAMETER_IN(type, name) const type *name##_p,
#define PARAMETER_OUT(type, name) type *name##_p,
#define PARAMETER_CONSTANT(name) acc_t name,
#define DECLARE(type, name) acc_t name;
#define IS_ALIGNED(type, name) &&((uint64)name##_p % sizeof(Pack<type, VEC>)) == 0

#define LOAD_PACK(type, name) Pack<type, VEC> name##_v = load_pack<VEC>(name##_p + i);
#define MAKE_PACK(type, name) Pack<type, VEC> name##_v;
#define STORE_PACK(type, name) store_pack<VEC>(name##_p + i, name##_v);
#define WIDEN_LANE(type, name) acc_t name = (acc_t)widen(name##_v.at[k]);
#define NARROW_LANE(type, name) name##_v.at[k] = narrow<type>(name);

#define LOAD_ONE(type, name) acc_t name = (acc_t)widen(name##_p[i]);
#define STORE_ONE(type, name) name##_p[i] = narrow<type>(name);

// Blocks of a multiprocessor, at least. For more the compiler would spill registers of some formulas in double (exp) and bf16 (a division); in float it does not, and 0 lets it choose.
#define BLOCKS (sizeof(T) == 8 ? 4 : sizeof(T) == 2 ? 6 : 0)

// All inputs of the output's shape and contiguous. Each thread takes VEC elements. Outputs may be inputs: a thread reads all of its elements before it writes.
extern "C" __global__ void __launch_bounds__(256, BLOCKS) contiguous(INPUTS(PARAMETER_IN) OUTPUTS(PARAMETER_OUT) CONSTANTS(PARAMETER_CONSTANT) int64 n) {
    int64 i = ((int64)blockIdx.x * blockDim.x + threadIdx.x) * VEC;
    if (i + VEC <= n INPUTS(IS_ALIGNED) OUTPUTS(IS_ALIGNED)) {
        INPUTS(LOAD_PACK)
        OUTPUTS(MAKE_PACK)
#pragma unroll
        for (int k = 0; k < VEC; k++) {
            INPUTS(WIDEN_LANE)
            OUTPUTS(DECLARE)
            FORMULA
            OUTPUTS(NARROW_LANE)
        }
        OUTPUTS(STORE_PACK)
    } else {
        for (int64 end = i + VEC < n ? i + VEC : n; i < end; i++) {
            INPUTS(LOAD_ONE)
            OUTPUTS(DECLARE)
            FORMULA
            OUTPUTS(STORE_ONE)
        }
    }
}

#define MAX_AXES 8
#define MAX_INPUTS 3

// How inputs are read for a contiguous output: neighbouring axes are joined where all inputs allow it; axis 0 is the innermost.
struct Layout {
    int axes;
    uint32 sizes[MAX_AXES];
    int64 strides[MAX_INPUTS][MAX_AXES];
};

// The elements before input number `input`'s element of output element i, by 32-bit divisions where i fits.
INLINE void offsets(const Layout& layout, int64 i, int64 (&at)[MAX_INPUTS]) {
#pragma unroll
    for (int input = 0; input < MAX_INPUTS; input++) at[input] = 0;
    for (int axis = 0; axis < layout.axes - 1; axis++) {
        uint32 size = layout.sizes[axis];
        int64 rest = (i >> 32) == 0 ? (int64)((uint32)i / size) : i / size;
        int64 digit = i - rest * size;
#pragma unroll
        for (int input = 0; input < MAX_INPUTS; input++) at[input] += digit * layout.strides[input][axis];
        i = rest;
    }
#pragma unroll
    for (int input = 0; input < MAX_INPUTS; input++) at[input] += i * layout.strides[input][layout.axes - 1];
}

#define LOAD_AT(type, name) acc_t name = (acc_t)widen(name##_p[at[input++]]);

// Inputs of any strides, one element a thread.
extern "C" __global__ void __launch_bounds__(256) strided(INPUTS(PARAMETER_IN) OUTPUTS(PARAMETER_OUT) CONSTANTS(PARAMETER_CONSTANT) Layout layout, int64 n) {
    int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int64 at[MAX_INPUTS];
    offsets(layout, i, at);
    int input = 0;
    INPUTS(LOAD_AT)
    OUTPUTS(DECLARE)
    FORMULA
    OUTPUTS(STORE_ONE)
}

// The innermost stride is 1 (a vector) or 0 (one value for all).
template <typename U> INLINE Pack<U, VEC> load_row(const U* p, int64 at, int64 stride) {
    if (stride != 0) return load_pack<VEC>(p + at);
    Pack<U, VEC> v;
    U one = p[at];
#pragma unroll
    for (int k = 0; k < VEC; k++) v.at[k] = one;
    return v;
}

#define LOAD_ROW(type, name) \
    Pack<type, VEC> name##_v = load_row(name##_p, at[input], layout.strides[input][0]); \
    input++;

// Innermost strides of 0 or 1, an innermost size that VEC divides, and aligned rows: VEC elements a thread.
extern "C" __global__ void __launch_bounds__(256) rows(INPUTS(PARAMETER_IN) OUTPUTS(PARAMETER_OUT) CONSTANTS(PARAMETER_CONSTANT) Layout layout, int64 n) {
    int64 i = ((int64)blockIdx.x * blockDim.x + threadIdx.x) * VEC;
    if (i >= n) return;
    int64 at[MAX_INPUTS];
    offsets(layout, i, at);
    int input = 0;
    INPUTS(LOAD_ROW)
    OUTPUTS(MAKE_PACK)
#pragma unroll
    for (int k = 0; k < VEC; k++) {
        INPUTS(WIDEN_LANE)
        OUTPUTS(DECLARE)
        FORMULA
        OUTPUTS(NARROW_LANE)
    }
    OUTPUTS(STORE_PACK)
}
