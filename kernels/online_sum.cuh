// The largest element of a row and the sum of exponentials, for softmax and cross-entropy. Follows rows.cuh.

// The larger of two; of a number and NaN the number. A NaN shows in the sums anyway, and this is one instruction where max_of is four.
struct LargerOf {
    static INLINE float of(float a, float b) { return fmaxf(a, b); }
    static INLINE double of(double a, double b) { return fmax(a, b); }
};

INLINE acc_t row_max(acc_t v, int lanes) { return row_reduce<LargerOf>(v, lanes, (acc_t)-INF_F); }

// The largest of the elements seen and Σ e^(x − largest), the sum so far rescaled when a larger one turns up (Milakov, Gimelshein 2018, arXiv:1805.02867).
struct OnlineSum {
    acc_t max, sum;
    INLINE OnlineSum() : max((acc_t)-INF_F), sum((acc_t)0) {}
    // While all are −∞ the shift is 0, not −∞ − (−∞).
    static INLINE acc_t shift(acc_t max) { return max == (acc_t)-INF_F ? (acc_t)0 : max; }
    template <int N> INLINE void add(const acc_t (&v)[N]) {
        acc_t larger = max;
#pragma unroll
        for (int k = 0; k < N; k++) larger = LargerOf::of(larger, v[k]);
        if (larger != max) sum *= fn_exp(max - larger);
        max = larger;
        acc_t s = shift(max), part = (acc_t)0;
#pragma unroll
        for (int k = 0; k < N; k++) part += fn_exp(v[k] - s);
        sum += part;
    }
    INLINE void add(acc_t v) {
        acc_t one[1] = {v};
        add(one);
    }
    // Joins those of a row's lanes. All threads of the block must be here.
    INLINE void join(int lanes) {
        acc_t larger = row_max(max, lanes);
        sum = row_sum(sum * fn_exp(max - shift(larger)), lanes);
        max = larger;
    }
};
