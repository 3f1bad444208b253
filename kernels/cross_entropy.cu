// needs: rows.cuh online_sum.cuh
// Cross-entropy on logits, p = softmax(logits) in each row of n classes. With class targets: loss = −(1 − ε)·ln p(target) − ε·mean ln p, dx = dy·(p − (1 − ε)·onehot − ε/n); with
// probabilities q: loss = −Σ q·ln p, dx = dy·(p·Σq − q), dq = −dy·ln p. Neither p nor ln p is stored, only each row's statistics: its largest logit, Σ e^(x − max), Σ q.
// Bound by memory: forward reads the logits once, backward reads and writes them once. dx may be the logits' own memory: each element is read and written by one thread, in this order.
// variants: T=float,bf16,double

#define STATISTICS 3
#define BATCH 4 // packs that a thread loads before it looks at the first
#define BACKWARD_BLOCKS (sizeof(T) == 8 ? 1 : 0) // of a multiprocessor, at least: in double the compiler would spill registers for the sake of a second one; 0 lets it choose

// A target out of range was reported by the check before; here it counts as ignored.
INLINE bool counts(int64 target, int n, int64 ignored) { return target != ignored && (uint64)target < (uint64)n; }

INLINE void walk_row(const T* x, int n, int lane, int lanes, bool smoothing, OnlineSum& total, acc_t& sum) {
    RowCut c = cut_row(x, n);
    for (int at = lane; at < c.packs; at += lanes * BATCH) {
        Pack<T, VEC> packs[BATCH];
        acc_t v[BATCH * VEC];
        load_batch<BATCH>(packs, x + c.head, at, lanes, c.packs);
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
            bool inside = at + k * lanes < c.packs;
#pragma unroll
            for (int j = 0; j < VEC; j++) {
                v[k * VEC + j] = inside ? (acc_t)widen(packs[k].at[j]) : (acc_t)-INF_F;
                if (smoothing && inside) sum += v[k * VEC + j];
            }
        }
        total.add(v);
    }
    for (int e = lane; e < c.edges; e += lanes) {
        acc_t v = (acc_t)widen(x[c.edge(e)]);
        total.add(v);
        sum += v;
    }
}

extern "C" __global__ void __launch_bounds__(512) cross_entropy(const T* x, const int64* targets, acc_t* losses, acc_t* statistics, int64 rows, int n, int lanes, acc_t smoothing,
                                                               int64 ignored) {
    RowPlace p = row_place(lanes);
    int64 target = p.row < rows ? targets[p.row] : ignored;
    bool used = p.row < rows && counts(target, n, ignored);
    OnlineSum total;
    acc_t sum = (acc_t)0;
    const T* row = x + p.row * n;
    if (used) walk_row(row, n, p.lane, lanes, smoothing > (acc_t)0, total, sum);
    total.join(lanes);
    if (smoothing > (acc_t)0) sum = row_sum(sum, lanes);
    if (p.lane != 0 || p.row >= rows) return;
    // −ln p(target) with every term near 0: x − max first, as max + ln sum would lose digits beside a large max.
    acc_t loss = (acc_t)0;
    if (used) {
        acc_t log_sum = fn_log(total.sum);
        loss = log_sum - ((acc_t)widen(row[target]) - total.max);
        if (smoothing > (acc_t)0) loss = ((acc_t)1 - smoothing) * loss + smoothing * (log_sum - (sum / n - total.max));
    }
    losses[p.row] = loss;
    statistics[p.row * STATISTICS] = total.max;
    statistics[p.row * STATISTICS + 1] = total.sum;
}

extern "C" __global__ void __launch_bounds__(512, BACKWARD_BLOCKS)
    cross_entropy_backward(const T* px, const int64* targets, const acc_t* statistics, const acc_t* dy, T* pdx, int64 rows, int n, int lanes, acc_t smoothing, int64 ignored) {
    RowPlace p = row_place(lanes);
    if (p.row >= rows) return;
    const T* x = px + p.row * n;
    T* dx = pdx + p.row * n;
    RowCut c = cut_rows(x, dx, n);
    int64 target = targets[p.row];
    if (!counts(target, n, ignored)) {
        Pack<T, VEC> zeros;
#pragma unroll
        for (int j = 0; j < VEC; j++) zeros.at[j] = narrow<T>((acc_t)0);
        for (int at = p.lane; at < c.packs; at += lanes) store_pack<VEC>(dx + c.head + at * VEC, zeros);
        for (int e = p.lane; e < c.edges; e += lanes) dx[c.edge(e)] = zeros.at[0];
        return;
    }
    // dx = factor·e^(x − max) − shift, and − hit at the target.
    acc_t g = dy[p.row], max = statistics[p.row * STATISTICS], factor = g / statistics[p.row * STATISTICS + 1], shift = g * smoothing / n, hit = g * ((acc_t)1 - smoothing);
    int of_packs = (int)target - c.head; // the target's place among the packs' elements
    for (int at = p.lane; at < c.packs; at += lanes * BATCH) {
        Pack<T, VEC> v[BATCH];
        load_batch<BATCH>(v, x + c.head, at, lanes, c.packs);
#pragma unroll
        for (int k = 0; k < BATCH; k++) {
            int pack = at + k * lanes;
            if (pack >= c.packs) break;
#pragma unroll
            for (int j = 0; j < VEC; j++) {
                acc_t d = fn_fma(fn_exp((acc_t)widen(v[k].at[j]) - max), factor, -shift);
                v[k].at[j] = narrow<T>(pack * VEC + j == of_packs ? d - hit : d);
            }
            store_pack<VEC>(dx + c.head + pack * VEC, v[k]);
        }
    }
    for (int e = p.lane; e < c.edges; e += lanes) {
        int i = c.edge(e);
        acc_t d = fn_fma(fn_exp((acc_t)widen(x[i]) - max), factor, -shift);
        dx[i] = narrow<T>(i == (int)target ? d - hit : d);
    }
}

// Two walks: the second finds the logits in the L2 cache. A class of probability 0 adds nothing, also where its logit is −∞.
INLINE void add_weighted(acc_t x, acc_t q, acc_t max, acc_t& mass, acc_t& weighted) {
    mass += q;
    if (q != (acc_t)0) weighted = fn_fma(q, x - max, weighted);
}

extern "C" __global__ void __launch_bounds__(512) soft_cross_entropy(const T* px, const T* pq, acc_t* losses, acc_t* statistics, int64 rows, int n, int lanes) {
    RowPlace p = row_place(lanes);
    OnlineSum total;
    acc_t unused = (acc_t)0, mass = (acc_t)0, weighted = (acc_t)0;
    const T* x = px + p.row * n;
    const T* q = pq + p.row * n;
    if (p.row < rows) walk_row(x, n, p.lane, lanes, false, total, unused);
    total.join(lanes);
    if (p.row < rows) {
        RowCut c = cut_rows(x, q, n);
        for (int at = p.lane; at < c.packs; at += lanes * 2) {
            Pack<T, VEC> v[2], w[2];
            load_batch<2>(v, x + c.head, at, lanes, c.packs);
            load_batch<2>(w, q + c.head, at, lanes, c.packs);
#pragma unroll
            for (int k = 0; k < 2; k++) {
                if (at + k * lanes >= c.packs) break;
#pragma unroll
                for (int j = 0; j < VEC; j++) add_weighted((acc_t)widen(v[k].at[j]), (acc_t)widen(w[k].at[j]), total.max, mass, weighted);
            }
        }
        for (int e = p.lane; e < c.edges; e += lanes) add_weighted((acc_t)widen(x[c.edge(e)]), (acc_t)widen(q[c.edge(e)]), total.max, mass, weighted);
    }
    mass = row_sum(mass, lanes);
    weighted = row_sum(weighted, lanes);
    if (p.lane != 0 || p.row >= rows) return;
    losses[p.row] = fn_log(total.sum) * mass - weighted;
    statistics[p.row * STATISTICS] = total.max;
    statistics[p.row * STATISTICS + 1] = total.sum;
    statistics[p.row * STATISTICS + 2] = mass;
}

extern "C" __global__ void __launch_bounds__(512, BACKWARD_BLOCKS)
    soft_cross_entropy_backward(const T* px, const T* pq, const acc_t* statistics, const acc_t* dy, T* pdx, T* pdq, int64 rows, int n, int lanes) {
    RowPlace p = row_place(lanes);
    if (p.row >= rows) return;
    const T* x = px + p.row * n;
    const T* q = pq + p.row * n;
    T* dx = pdx ? pdx + p.row * n : nullptr;
    T* dq = pdq ? pdq + p.row * n : nullptr;
    RowCut c = cut_row(x, n, ((uint64)x ^ (uint64)q) | (dx ? (uint64)x ^ (uint64)dx : 0) | (dq ? (uint64)x ^ (uint64)dq : 0));
    acc_t g = dy[p.row], max = statistics[p.row * STATISTICS], sum = statistics[p.row * STATISTICS + 1], mass = statistics[p.row * STATISTICS + 2];
    acc_t factor = g * mass / sum, log_sum = fn_log(sum);
    for (int at = p.lane; at < c.packs; at += lanes * 2) {
        Pack<T, VEC> v[2], w[2];
        load_batch<2>(v, x + c.head, at, lanes, c.packs);
        load_batch<2>(w, q + c.head, at, lanes, c.packs);
#pragma unroll
        for (int k = 0; k < 2; k++) {
            int pack = at + k * lanes;
            if (pack >= c.packs) break;
#pragma unroll
            for (int j = 0; j < VEC; j++) {
                acc_t shifted = (acc_t)widen(v[k].at[j]) - max;
                w[k].at[j] = narrow<T>(fn_fma(fn_exp(shifted), factor, -g * (acc_t)widen(w[k].at[j])));
                v[k].at[j] = narrow<T>(-g * (shifted - log_sum));
            }
            if (dx) store_pack<VEC>(dx + c.head + pack * VEC, w[k]);
            if (dq) store_pack<VEC>(dq + c.head + pack * VEC, v[k]);
        }
    }
    for (int e = p.lane; e < c.edges; e += lanes) {
        int i = c.edge(e);
        acc_t shifted = (acc_t)widen(x[i]) - max, w = (acc_t)widen(q[i]);
        if (dx) dx[i] = narrow<T>(fn_fma(fn_exp(shifted), factor, -g * w));
        if (dq) dq[i] = narrow<T>(-g * (shifted - log_sum));
    }
}
