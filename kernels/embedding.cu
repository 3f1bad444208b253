// Rows by index: y[i] = weight[index[i]], and y[index[i]] += rows[i] in the order of i, in rows of `length` elements. An index out of range is reported by the check, and skipped here.
// Bound by memory.
// variants: T=float,bf16,double,int,int64,uint8

extern "C" __global__ void __launch_bounds__(256) check_indices(const int64* indices, int64 n, int64 size, int has_ignored, int64 ignored, Fault* fault, int site) {
    for (int64 i = (int64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += (int64)gridDim.x * blockDim.x) {
        int64 at = indices[i];
        if ((uint64)at >= (uint64)size && !(has_ignored && at == ignored)) report(fault, site, at, i);
    }
}

#define BATCH 4 // packs that a thread loads before it stores the first

// `lanes` threads, a power of two, for each row.
template <int W> INLINE void copy_rows(const T* weight, const int64* indices, T* y, int64 count, int64 size, int64 length, int lanes) {
    int64 i = ((int64)blockIdx.x * blockDim.x + threadIdx.x) / lanes;
    int lane = threadIdx.x % lanes;
    if (i >= count) return;
    int64 index = indices[i], packs = length / W;
    bool inside = (uint64)index < (uint64)size;
    const T* from = weight + index * length;
    T* to = y + i * length;
    for (int64 at = lane; at < packs; at += lanes * BATCH) {
        Pack<T, W> v[BATCH];
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
#pragma unroll
            for (int j = 0; j < W; j++) v[k].at[j] = narrow<T>(0);
            if (inside && at + k * lanes < packs) v[k] = load_pack<W>(from + (at + k * lanes) * W);
        }
#pragma unroll
        for (int k = 0; k < BATCH; k++)
            if (at + k * lanes < packs) store_pack<W>(to + (at + k * lanes) * W, v[k]);
    }
}

extern "C" __global__ void __launch_bounds__(256) gather_rows(const T* weight, const int64* indices, T* y, int64 count, int64 size, int64 length, int lanes) {
    if (length % VEC == 0 && aligned16(weight) && aligned16(y)) copy_rows<VEC>(weight, indices, y, count, size, length, lanes);
    else copy_rows<1>(weight, indices, y, count, size, length, lanes);
}

// --- The sum over equal indices, without atomics. `order` lists the positions by index, equal ones in their order (sort.cu). It is cut into chunks; a thread takes one chunk and one pack of
// --- columns and adds the rows of each index, a run, one after the other. A run that lies in one chunk goes to y at once. Of one that does not, the first chunk leaves y + its rows in `tails`
// --- and each further one its sum in `heads`; scatter_joins adds those in the order of the chunks. So the order of each sum depends on the indices alone.

// Where the sum of a run goes when it ends or the chunk does.
template <int W> INLINE void leave_run(const acc_t (&sum)[W], T* y, acc_t* heads, acc_t* tails, int64 c, int64 column, int64 index, int64 size, int64 length, bool head, bool open) {
    if (head || open) {
        acc_t* to = (head ? heads : tails) + c * length + column;
#pragma unroll
        for (int j = 0; j < W; j++) to[j] = sum[j];
    } else if ((uint64)index < (uint64)size) {
        Pack<T, W> out;
#pragma unroll
        for (int j = 0; j < W; j++) out.at[j] = narrow<T>(sum[j]);
        store_pack<W>(y + index * length + column, out);
    }
}

template <int W> INLINE void add_to_rows(const T* rows, const int64* indices, const int64* order, T* y, acc_t* heads, acc_t* tails, int64 count, int64 size, int64 length, int chunk) {
    int64 columns = length / W, at = (int64)blockIdx.x * blockDim.x + threadIdx.x, c = at / columns, column = at % columns * W;
    int64 first = c * chunk, last = first + chunk < count ? first + chunk : count;
    if (first >= count) return;
    int64 current = first > 0 ? indices[order[first - 1]] : -1;
    bool head = first > 0 && indices[order[first]] == current; // the chunk begins within a run
    acc_t sum[W];
#pragma unroll
    for (int j = 0; j < W; j++) sum[j] = (acc_t)0;
    for (int64 e = first; e < last; e += BATCH) {
        int64 position[BATCH], index[BATCH];
        bool begins[BATCH];
        Pack<T, W> row[BATCH], old[BATCH]; // a run begins with y's row
#pragma unroll
        for (int k = 0; k < BATCH; k++) position[k] = e + k < last ? order[e + k] : 0;
#pragma unroll
        for (int k = 0; k < BATCH; k++) index[k] = e + k < last ? indices[position[k]] : 0;
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
            begins[k] = e + k < last && (index[k] != (k == 0 ? current : index[k - 1]) || (e + k == first && !head));
            if (e + k < last) row[k] = load_pack<W>(rows + position[k] * length + column);
            if (begins[k] && (uint64)index[k] < (uint64)size) old[k] = load_pack<W>(y + index[k] * length + column);
        }
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
            if (e + k >= last) break;
            if (begins[k]) {
                if (e + k > first) leave_run<W>(sum, y, heads, tails, c, column, current, size, length, head, false);
                head = false;
                bool inside = (uint64)index[k] < (uint64)size;
#pragma unroll
                for (int j = 0; j < W; j++) sum[j] = inside ? (acc_t)widen(old[k].at[j]) : (acc_t)0;
            }
            current = index[k];
#pragma unroll
            for (int j = 0; j < W; j++) sum[j] += (acc_t)widen(row[k].at[j]);
        }
    }
    leave_run<W>(sum, y, heads, tails, c, column, current, size, length, head, last < count && indices[order[last]] == current);
}

extern "C" __global__ void __launch_bounds__(256) scatter_rows(const T* rows, const int64* indices, const int64* order, T* y, acc_t* heads, acc_t* tails, int64 count, int64 size, int64 length,
                                                              int chunk) {
    if (length % VEC == 0 && aligned16(rows) && aligned16(y)) add_to_rows<VEC>(rows, indices, order, y, heads, tails, count, size, length, chunk);
    else add_to_rows<1>(rows, indices, order, y, heads, tails, count, size, length, chunk);
}

// A thread a chunk and a column: the chunk's last run, if it began there and goes on.
extern "C" __global__ void __launch_bounds__(256) scatter_joins(const int64* indices, const int64* order, T* y, const acc_t* heads, const acc_t* tails, int64 count, int64 size, int64 length,
                                                               int chunk) {
    int64 at = (int64)blockIdx.x * blockDim.x + threadIdx.x, c = at / length, column = at % length;
    int64 next = (c + 1) * chunk;
    if (next >= count) return;
    int64 index = indices[order[next]];
    if ((uint64)index >= (uint64)size || indices[order[next - 1]] != index || (c > 0 && indices[order[c * chunk - 1]] == index)) return;
    // The chunks after this one that begin with the index: their number by binary search, since the order is sorted.
    int64 chunks = (count + chunk - 1) / chunk, low = c + 1, high = chunks - 1;
    while (low < high) {
        int64 middle = (low + high + 1) / 2;
        if (indices[order[middle * chunk]] == index) low = middle;
        else high = middle - 1;
    }
    acc_t sum = tails[c * length + column];
#pragma unroll 8
    for (int64 k = c + 1; k <= low; k++) sum += heads[k * length + column];
    y[index * length + column] = narrow<T>(sum);
}
