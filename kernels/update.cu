// An optimizer's rule over many tensors in one launch. FORMULA, written by the library from the rule's body, gives the new p, s and t from p, g, s, t and the constants; each is read and
// written once: 28 bytes a parameter for AdamW in float32, the bound by memory.

struct Update {
    T* p;
    const T* g;
    T *s, *t; // state of p's size, or null
    int64 n;
    int64 first_block;
    acc_t constants[12];
};

#define PER_BLOCK 4096

// The last entry of a table, ordered by first_block, that begins at or before this block.
template <typename Entry> INLINE const Entry& entry_of_block(const Entry* table, int count) {
    int low = 0, high = count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (table[middle].first_block <= blockIdx.x) low = middle;
        else high = middle - 1;
    }
    return table[low];
}

// Three blocks of a multiprocessor suit doubles: with a fourth in mind the compiler would spill a register. 0 lets it choose.
extern "C" __global__ void __launch_bounds__(256, sizeof(T) == 8 ? 3 : 0) update(const Update* updates, int count) {
    const Update& u = entry_of_block(updates, count);
    T *up = u.p, *us = u.s, *ut = u.t;
    const T* ug = u.g;
    DECLARE_CONSTANTS
    int64 from = ((int64)blockIdx.x - u.first_block) * PER_BLOCK, to = from + PER_BLOCK < u.n ? from + PER_BLOCK : u.n;
    bool aligned = aligned16(up) && aligned16(ug) && aligned16(us) && aligned16(ut);
    for (int64 i = from + threadIdx.x * VEC; i < to; i += blockDim.x * VEC) {
        int lanes = to - i < VEC ? (int)(to - i) : VEC;
        Pack<T, VEC> vp, vg, vs, vt;
        if (aligned && lanes == VEC) {
            vp = load_pack<VEC>(up + i);
            vg = load_pack<VEC>(ug + i);
            if (us) vs = load_pack<VEC>(us + i);
            if (ut) vt = load_pack<VEC>(ut + i);
        } else {
#pragma unroll
            for (int k = 0; k < VEC; k++) { // unrolled to the whole: an index that varies would put the packs into memory
                if (k >= lanes) continue;
                vp.at[k] = up[i + k];
                vg.at[k] = ug[i + k];
                if (us) vs.at[k] = us[i + k];
                if (ut) vt.at[k] = ut[i + k];
            }
        }
#pragma unroll
        for (int k = 0; k < VEC; k++) {
            if (k >= lanes) continue;
            acc_t p = widen(vp.at[k]), g = widen(vg.at[k]), s = us ? widen(vs.at[k]) : (acc_t)0, t = ut ? widen(vt.at[k]) : (acc_t)0;
            FORMULA
            vp.at[k] = narrow<T>(p);
            if (us) vs.at[k] = narrow<T>(s);
            if (ut) vt.at[k] = narrow<T>(t);
        }
        if (aligned && lanes == VEC) {
            store_pack<VEC>(up + i, vp);
            if (us) store_pack<VEC>(us + i, vs);
            if (ut) store_pack<VEC>(ut + i, vt);
        } else {
#pragma unroll
            for (int k = 0; k < VEC; k++) {
                if (k >= lanes) continue;
                up[i + k] = vp.at[k];
                if (us) us[i + k] = vs.at[k];
                if (ut) ut[i + k] = vt.at[k];
            }
        }
    }
}
