// What the emulated instructions and cuBLAS compute, against plain loops.
#include "harness.h"

#include <cmath>
#include <cstdio>

namespace {

float from_bf16(uint16_t b)
{
    uint32_t u = (uint32_t)b << 16;
    float f;
    memcpy(&f, &u, 4);
    return f;
}
uint16_t to_bf16(float f)
{
    uint32_t u;
    memcpy(&u, &f, 4);
    return (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
float tf32(float f)
{
    uint32_t u;
    memcpy(&u, &f, 4);
    u = (u + 0x1000) & ~0x1fffu;
    memcpy(&f, &u, 4);
    return f;
}

const char Matrices[] = R"(
extern "C" __global__ void bf16_product(const bf16* a, const bf16* b, float* c) { // c[16×8] = a[16×16] · b[16×8], all row-major
    int g = threadIdx.x / 4, t = threadIdx.x % 4;
    const uint32* rows = (const uint32*)a; // pairs
    uint32 fa[4] = {rows[g * 8 + t], rows[(g + 8) * 8 + t], rows[g * 8 + t + 4], rows[(g + 8) * 8 + t + 4]};
    uint32 fb[2];
    for (int i = 0; i < 2; i++) fb[i] = (uint32)b[(2 * t + 8 * i) * 8 + g].bits | (uint32)b[(2 * t + 8 * i + 1) * 8 + g].bits << 16;
    float d[4] = {1, 1, 1, 1};
    mma_m16n8k16_bf16(d, fa, fb);
    for (int i = 0; i < 4; i++) c[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = d[i];
}
extern "C" __global__ void tf32_product(const float* a, const float* b, float* c) { // c[16×8] = a[16×8] · b[8×8]
    int g = threadIdx.x / 4, t = threadIdx.x % 4;
    uint32 fa[4] = {to_tf32(a[g * 8 + t]), to_tf32(a[(g + 8) * 8 + t]), to_tf32(a[g * 8 + t + 4]), to_tf32(a[(g + 8) * 8 + t + 4])};
    uint32 fb[2] = {to_tf32(b[t * 8 + g]), to_tf32(b[(t + 4) * 8 + g])};
    float d[4] = {1, 1, 1, 1};
    mma_m16n8k8_tf32(d, fa, fb);
    for (int i = 0; i < 4; i++) c[(g + i / 2 * 8) * 8 + 2 * t + i % 2] = d[i];
}
extern "C" __global__ void load_matrices(const bf16* x, uint32* plain, uint32* transposed) { // x: four 8×8 matrices
    __shared__ bf16 m[32][8];
    for (int i = 0; i < 8; i++) m[threadIdx.x][i] = x[threadIdx.x * 8 + i];
    __syncthreads();
    uint32 r[4];
    ldmatrix_x4(r, m[threadIdx.x]);
    for (int i = 0; i < 4; i++) plain[i * 32 + threadIdx.x] = r[i];
    ldmatrix_x4_trans(r, m[threadIdx.x]);
    for (int i = 0; i < 4; i++) transposed[i * 32 + threadIdx.x] = r[i];
}
extern "C" __global__ void shuffles(int* y) {
    int lane = threadIdx.x;
    y[lane] = __shfl_sync(FULL_MASK, lane, 35);
    y[32 + lane] = __shfl_sync(FULL_MASK, lane, 3, 8);
    y[64 + lane] = __shfl_up_sync(FULL_MASK, lane, 2, 8);
    y[96 + lane] = __shfl_down_sync(FULL_MASK, lane, 2, 8);
    y[128 + lane] = __shfl_xor_sync(FULL_MASK, lane, 5);
    double2 pair = make_double2(lane, -lane);
    y[160 + lane] = (int)__shfl_xor_sync(FULL_MASK, pair, 1).y;
    y[192 + lane] = (int)__ballot_sync(FULL_MASK, lane % 3 == 0);
}
extern "C" __global__ void missing_lanes(float* y) { // 20 lanes
    int lane = threadIdx.x;
    y[lane] = __shfl_xor_sync(FULL_MASK, 7.f, 1);
    y[lane] = __shfl_down_sync(FULL_MASK, (float)lane, 8);
    y[20 + lane] = __ballot_sync(FULL_MASK, 1);
    if (lane == 2) return;
    y[40 + lane] = __shfl_sync(0x000ffffbu, (float)lane, 2);
}
extern "C" __global__ void zero_filled(const float* x, float* y) {
    __shared__ float4 a[32];
    cp_async16(&a[threadIdx.x], x + threadIdx.x * 4, threadIdx.x < 16);
    cp_async_commit();
    cp_async_wait<0>();
    y[threadIdx.x] = a[threadIdx.x].x + a[threadIdx.x].w;
}
)";

std::string digits(double v)
{
    char text[32];
    snprintf(text, sizeof text, "%.3g", v);
    return text;
}

std::string largest(double error) { return "largest difference " + digits(error); }

void matrices()
{
    std::string source = prelude("bf16") + Matrices;
    std::vector<float> xa = numbers(256, 3), xb = numbers(128, 4);
    std::vector<uint16_t> a(256), b(128);
    for (int i = 0; i < 256; i++) a[(size_t)i] = to_bf16(xa[(size_t)i]);
    for (int i = 0; i < 128; i++) b[(size_t)i] = to_bf16(xb[(size_t)i]);
    Buffer<uint16_t> da(a), db(b);
    Buffer<float> c(128), fa(xa), fb(xb);
    REQUIRE(launch(function(source, "bf16_product"), {1}, {32}, 0, da.data, db.data, c.data));
    std::vector<float> got = c.read();
    double error = 0;
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < 8; j++) {
            double sum = 1;
            for (size_t k = 0; k < 16; k++) sum += (double)from_bf16(a[i * 16 + k]) * from_bf16(b[k * 8 + j]);
            error = std::max(error, std::abs(sum - got[i * 8 + j]));
        }
    row("mma m16n8k16 bf16", error < 1e-5, largest(error));

    REQUIRE(launch(function(source, "tf32_product"), {1}, {32}, 0, fa.data, fb.data, c.data));
    got = c.read();
    error = 0;
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < 8; j++) {
            double sum = 1;
            for (size_t k = 0; k < 8; k++) sum += (double)tf32(xa[i * 8 + k]) * tf32(xb[k * 8 + j]);
            error = std::max(error, std::abs(sum - got[i * 8 + j]));
        }
    row("mma m16n8k8 tf32", error < 1e-5, largest(error));

    Buffer<uint32_t> plain(128), transposed(128);
    REQUIRE(launch(function(source, "load_matrices"), {1}, {32}, 0, da.data, plain.data, transposed.data));
    std::vector<uint32_t> p = plain.read(), t = transposed.read();
    bool right = true;
    for (size_t m = 0; m < 4; m++)
        for (size_t lane = 0; lane < 32; lane++)
            for (size_t e = 0; e < 2; e++) {
                size_t row = lane / 4, column = lane % 4 * 2 + e;
                right &= (uint16_t)(p[m * 32 + lane] >> 16 * e) == a[m * 64 + row * 8 + column];
                right &= (uint16_t)(t[m * 32 + lane] >> 16 * e) == a[m * 64 + column * 8 + row];
            }
    row("ldmatrix.x4, plain and transposed", right, "all 512 elements");

    Buffer<int> y(224);
    REQUIRE(launch(function(source, "shuffles"), {1}, {32}, 0, y.data));
    std::vector<int> v = y.read();
    right = true;
    for (int l = 0; l < 32; l++) {
        auto at = [&](int k) { return v[(size_t)(k * 32 + l)]; };
        right &= at(0) == 3 && at(1) == l / 8 * 8 + 3 && at(2) == (l % 8 >= 2 ? l - 2 : l) && at(3) == (l % 8 < 6 ? l + 2 : l) && at(4) == (l ^ 5) && at(5) == -(l ^ 1) && at(6) == 0x49249249;
    }
    row("shuffles (widths 8 and 32, 16-byte values) and ballot", right, "all lanes");

    Buffer<float> z(std::vector<float>(60));
    REQUIRE(launch(function(source, "missing_lanes"), {1}, {20}, 0, z.data));
    got = z.read();
    right = true;
    for (size_t l = 0; l < 20; l++) right &= (l < 12 ? got[l] == (float)l + 8 : std::isnan(got[l])) && got[20 + l] == 0xfffff && (l == 2 ? got[42] == 0 : std::isnan(got[40 + l]));
    row("a block of 20 threads: lanes that are not there give NaN", right, "l + 8: " + digits(got[11]) + ", then " + digits(got[12]) + "; from a lane that returned: " + digits(got[40]));

    Buffer<float> filled(32);
    REQUIRE(launch(function(source, "zero_filled"), {1}, {32}, 0, (const float*)fb.data, filled.data));
    got = filled.read();
    right = true;
    for (size_t l = 0; l < 32; l++) right &= got[l] == (l < 16 ? xb[4 * l] + xb[4 * l + 3] : 0);
    row("cp.async fills with zeros where told, and reads nothing then", right, "all lanes");
}

// The check mode's clock ends after two million barriers and begins anew.
void many_barriers()
{
    const char source[] = R"(
extern "C" __global__ void many(float* y) {
    __shared__ float a[2];
    a[0] = a[1] = 1;
    for (int i = 0; i < 2200000; i++) __syncthreads();
    y[threadIdx.x] = a[0] + a[1];
}
extern "C" __global__ void racing(float* y) { y[0] = threadIdx.x; })";
    cudaemu_set_check(1);
    {
        Buffer<float> y(1);
        REQUIRE(launch(function(source, "many"), {1}, {1}, 0, y.data));
        bool clean = cuStreamSynchronize(stream) == 0 && y.read()[0] == 2;
        REQUIRE(launch(function(source, "racing"), {1}, {2}, 0, y.data));
        bool found = cuStreamSynchronize(stream) == 719;
        row("check mode beyond the end of its clock", clean && found, "clean after 2200000 barriers; then found " + report().substr(0, 60));
        cudaemu_reset();
    }
    cudaemu_set_check(0);
}

template <class V> V narrowed(double v) { return (V)v; }
template <> uint16_t narrowed<uint16_t>(double v) { return to_bf16((float)v); }
double widened(float v) { return v; }
double widened(double v) { return v; }
double widened(uint16_t v) { return from_bf16(v); }

// Largest error in units of the type's rounding and the sum's length.
template <class In, class Out> void product(const char* name, int type_in, int type_out, int compute, double unit)
{
    void* handle;
    REQUIRE(cublasCreate_v2(&handle));
    REQUIRE(cublasSetStream_v2(handle, stream));
    double worst = 0;
    int cases = 0;
    for (int shape = 0; shape < 4; shape++)
        for (int transposes = 0; transposes < 4; transposes++)
            for (int add = 0; add < 2; add++) {
                static const int shapes[4][4] = {{1, 1, 1, 1}, {37, 20, 5, 3}, {130, 100, 300, 1}, {97, 200, 64, 1}};
                auto [m, n, k, batches] = shapes[shape];
                bool ta = transposes & 1, tb = transposes & 2, fast = compute == 77;
                int lda = (ta ? k : m) + 3, ldb = (tb ? n : k) + 2, ldc = m + 1;
                long sa = (long)lda * (ta ? m : k), sb = (long)ldb * (tb ? k : n), sc = (long)ldc * n;
                auto values = [&](long count, unsigned seed) {
                    std::vector<float> f = numbers((size_t)count, seed);
                    std::vector<In> v;
                    for (float x : f) v.push_back(narrowed<In>(x));
                    return v;
                };
                std::vector<In> a = values(sa * batches, 1), b = values(sb * batches, 2);
                std::vector<Out> c((size_t)(sc * batches), narrowed<Out>(0.5));
                Buffer<In> da(a), db(b);
                Buffer<Out> dc(c);
                double alpha = 1.5, beta = add ? 2 : 0;
                float alpha_f = 1.5f, beta_f = (float)beta;
                bool wide = compute == 70;
                const void *scale = wide ? (void*)&alpha : &alpha_f, *old = wide ? (void*)&beta : &beta_f;
                REQUIRE(cublasGemmStridedBatchedEx(handle, ta, tb, m, n, k, scale, da.data, type_in, lda, sa, db.data, type_in, ldb, sb, old, dc.data, type_out, ldc, sc, batches, compute, -1));
                std::vector<Out> got = dc.read();
                for (long batch = 0; batch < batches; batch++)
                    for (long j = 0; j < n; j++)
                        for (long i = 0; i < m; i++) {
                            double sum = 0;
                            for (long l = 0; l < k; l++) {
                                double x = widened(a[(size_t)(batch * sa + (ta ? i * lda + l : l * lda + i))]), y = widened(b[(size_t)(batch * sb + (tb ? l * ldb + j : j * ldb + l))]);
                                sum += fast ? (double)tf32((float)x) * tf32((float)y) : x * y;
                            }
                            double expected = alpha * sum + beta * 0.5;
                            worst = std::max(worst, std::abs(widened(got[(size_t)(batch * sc + j * ldc + i)]) - expected) / (unit * std::max(1., std::abs(expected))));
                        }
                cases++;
            }
    cublasDestroy_v2(handle);
    row(name, worst < 4, std::to_string(cases) + " shapes and transpositions, largest error " + digits(worst) + " × " + digits(unit));
}

} // namespace

void functions()
{
    heading("function", "right", "how");
    for (int check = 0; check < 2; check++) {
        cudaemu_set_check(check);
        matrices();
    }
    cudaemu_set_check(0);
    many_barriers();
    product<float, float>("cuBLAS float32", 0, 0, 68, 5e-6);
    product<float, float>("cuBLAS float32, tf32", 0, 0, 77, 5e-6);
    product<double, double>("cuBLAS float64", 1, 1, 70, 1e-14);
    product<uint16_t, uint16_t>("cuBLAS bfloat16", 14, 14, 68, 4e-3);
    product<uint16_t, float>("cuBLAS bfloat16 to float32", 14, 0, 68, 5e-6);
}
