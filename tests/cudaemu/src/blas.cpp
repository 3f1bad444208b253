// libcublas.so.12: matrix products. Column-major: C (m×n) = alpha · op(A) (m×k) · op(B) (k×n) + beta · C.
#include <cstring>
#include <vector>

#include "driver.h"
#include "memory.h"
#include "report.h"
#include "shadow.h"

using namespace emu;

namespace {

constexpr int BlasSuccess = 0, BlasNotInitialized = 1, BlasInvalidValue = 7, BlasExecutionFailed = 13, BlasNotSupported = 15;
constexpr int R32F = 0, R64F = 1, R16BF = 14;
constexpr int Compute32F = 68, Compute32FPedantic = 69, Compute64F = 70, Compute64FPedantic = 71, Compute32FFastTf32 = 77;

struct Handle {
    void* stream = nullptr;
};

struct Matrix {
    char* data;
    int type;
    long ld, stride;
    bool transposed;
};

struct Gemm {
    int m, n, k, batches;
    Matrix a, b, c;
    double alpha, beta;
    bool tf32;

    // With alpha 0 A and B are not read: they may hold NaNs, or be null.
    long depth() const { return alpha == 0 ? 0 : k; }
};

size_t size_of(int type) { return type == R64F ? 8 : type == R32F ? 4 : 2; }

// --- Elements of memory as the type that is computed in, and back. ---

template <class V> inline V load(const char* p, int type, long i, bool tf32)
{
    if (type == R64F) return (V)((const double*)p)[i];
    uint32_t bits = type == R32F ? ((const uint32_t*)p)[i] : (uint32_t)((const uint16_t*)p)[i] << 16;
    if (tf32 && (bits & 0x7f800000u) != 0x7f800000u) bits = (bits + 0x1000u) & ~0x1fffu;
    return (V)__builtin_bit_cast(float, bits);
}

template <class V> inline void store(char* p, int type, long i, V v)
{
    if (type == R64F) ((double*)p)[i] = (double)v;
    else if (type == R32F) ((float*)p)[i] = (float)v;
    else {
        float f = (float)v;
        auto u = __builtin_bit_cast(uint32_t, f);
        ((uint16_t*)p)[i] = f != f ? (uint16_t)(u >> 16 | 0x40) : (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
    }
}

// --- The product in tiles of C. A tile's sums run over k in blocks of Depth, in an order that the shape alone decides. ---

constexpr int Rows = 16, Columns = 6; // of the registers' tile
constexpr int TileRows = 96, TileColumns = 96, Depth = 256;

// c (Rows×Columns) += a · b, both packed: Rows or Columns elements for each step of k.
#define KERNEL_BODY                                                                       \
    V sums[Columns][Rows];                                                                \
    for (int j = 0; j < Columns; j++)                                                     \
        for (int i = 0; i < Rows; i++) sums[j][i] = c[j * TileRows + i];                  \
    for (int l = 0; l < depth; l++, a += Rows, b += Columns)                              \
        _Pragma("GCC unroll 6") for (int j = 0; j < Columns; j++)                         \
            _Pragma("GCC ivdep") for (int i = 0; i < Rows; i++) sums[j][i] += a[i] * b[j]; \
    for (int j = 0; j < Columns; j++)                                                     \
        for (int i = 0; i < Rows; i++) c[j * TileRows + i] = sums[j][i];

#ifdef __x86_64__
#define CLONES __attribute__((target_clones("arch=x86-64-v3", "default"), optimize("O3")))
#else
#define CLONES
#endif
CLONES void multiply(int depth, const float* a, const float* b, float* c)
{
    typedef float V;
    KERNEL_BODY
}
CLONES void multiply(int depth, const double* a, const double* b, double* c)
{
    typedef double V;
    KERNEL_BODY
}

// Packs op(X)[first.., l0..] with `width` rows side by side; zeros beyond `count`. X's element (row, l) is at row · row_step + l · l_step.
template <class V> void pack(V* to, int width, const char* x, int type, long row_step, long l_step, long first, long count, long l0, int depth, bool tf32)
{
    for (long r = 0; r < count; r += width) {
        long rows = std::min<long>(width, count - r);
        for (int l = 0; l < depth; l++, to += width) {
            long at = (first + r) * row_step + (l0 + l) * l_step;
            for (long i = 0; i < rows; i++) to[i] = load<V>(x, type, at + i * row_step, tf32);
            for (long i = rows; i < width; i++) to[i] = 0;
        }
    }
}

template <class V> void tile(const Gemm& g, int batch, long row, long column)
{
    static thread_local std::vector<V> s_a((TileRows + Rows) * Depth), s_b((TileColumns + Columns) * Depth), s_c(TileRows * TileColumns);
    const char* a = g.a.data + (size_t)batch * (size_t)g.a.stride * size_of(g.a.type);
    const char* b = g.b.data + (size_t)batch * (size_t)g.b.stride * size_of(g.b.type);
    char* c = g.c.data + (size_t)batch * (size_t)g.c.stride * size_of(g.c.type);
    long rows = std::min<long>(TileRows, g.m - row), columns = std::min<long>(TileColumns, g.n - column);
    std::fill(s_c.begin(), s_c.end(), V(0));
    for (long l = 0; l < g.depth(); l += Depth) {
        int depth = (int)std::min<long>(Depth, g.depth() - l);
        pack(s_a.data(), Rows, a, g.a.type, g.a.transposed ? g.a.ld : 1, g.a.transposed ? 1 : g.a.ld, row, rows, l, depth, g.tf32);
        pack(s_b.data(), Columns, b, g.b.type, g.b.transposed ? 1 : g.b.ld, g.b.transposed ? g.b.ld : 1, column, columns, l, depth, g.tf32);
        for (long j = 0; j < columns; j += Columns)
            for (long i = 0; i < rows; i += Rows) multiply(depth, &s_a[(size_t)(i * depth)], &s_b[(size_t)(j * depth)], &s_c[(size_t)(j * TileRows + i)]);
    }
    for (long j = 0; j < columns; j++)
        for (long i = 0; i < rows; i++) {
            long at = (column + j) * g.c.ld + row + i;
            V v = (V)g.alpha * s_c[(size_t)(j * TileRows + i)];
            if (g.beta != 0) v += (V)g.beta * load<V>(c, g.c.type, at, false); // beta 0: C is not read
            store(c, g.c.type, at, v);
        }
}

// Every byte of a matrix must be allocated and, if it is read, in check mode, written before.
bool check_matrix(const char* name, const Matrix& x, long rows, long columns, int batches, bool read)
{
    size_t size = size_of(x.type);
    read &= controls.check;
    // All of it in one allocation is the rule, which needs no look at each column.
    long end = (batches - 1) * x.stride + (columns - 1) * x.ld + rows;
    if (!read && x.stride >= 0 && columns > 0 && is_allocated(x.data, (size_t)end * size)) return true;
    for (long i = 0; i < batches && rows > 0; i++)
        for (long j = 0; j < columns; j++) {
            const char* begin = x.data + (size_t)(i * x.stride + j * x.ld) * size;
            size_t bytes = (size_t)rows * size;
            const void* unwritten = read ? shadow::first_unwritten(begin, bytes) : nullptr;
            if (is_allocated(begin, bytes) && !unwritten) continue;
            uintptr_t at = unwritten ? (uintptr_t)unwritten : (uintptr_t)begin;
            report_host(text("cublasGemm: matrix %s, column %ld of batch %ld (%zu bytes): %s at 0x%zx: %s", name, j, i, bytes, unwritten ? "uninitialised memory" : "out of bounds", (size_t)at,
                describe_address(at).c_str()));
            sticky = unwritten ? LaunchFailed : IllegalAddress;
            return false;
        }
    return true;
}

void run(const Gemm& g)
{
    bool double_precision = g.c.type == R64F;
    const Matrix &a = g.a, &b = g.b;
    if (g.depth() > 0 && !check_matrix("A", a, a.transposed ? g.k : g.m, a.transposed ? g.m : g.k, g.batches, true)) return;
    if (g.depth() > 0 && !check_matrix("B", b, b.transposed ? g.n : g.k, b.transposed ? g.k : g.n, g.batches, true)) return;
    if (!check_matrix("C", g.c, g.m, g.n, g.batches, g.beta != 0)) return;
    int down = (g.m + TileRows - 1) / TileRows, across = (g.n + TileColumns - 1) / TileColumns;
    auto one = [&](int i) {
        int t = i % (down * across), batch = i / (down * across);
        long row = (long)(t % down) * TileRows, column = (long)(t / down) * TileColumns;
        if (double_precision) tile<double>(g, batch, row, column);
        else tile<float>(g, batch, row, column);
    };
    // Sharing a small product costs more than it gains.
    int tiles = down * across * g.batches;
    if (2.0 * g.m * g.n * g.k * g.batches < 2e6)
        for (int i = 0; i < tiles; i++) one(i);
    else parallel(tiles, one);
    if (controls.check)
        for (long i = 0; i < g.batches; i++)
            for (long j = 0; j < g.n; j++) shadow::written(g.c.data + (size_t)(i * g.c.stride + j * g.c.ld) * size_of(g.c.type), (size_t)g.m * size_of(g.c.type));
}

} // namespace

EMU_API int cublasCreate_v2(void** handle)
{
    Call call;
    if (call.status) return BlasNotInitialized;
    *handle = new Handle;
    return BlasSuccess;
}

EMU_API int cublasDestroy_v2(void* handle)
{
    delete (Handle*)handle;
    return BlasSuccess;
}

EMU_API int cublasSetStream_v2(void* handle, void* stream)
{
    Call call;
    if (call.status) return BlasExecutionFailed;
    if (!handle) return BlasNotInitialized;
    if (!stream_of(stream)) return BlasInvalidValue;
    ((Handle*)handle)->stream = stream;
    return BlasSuccess;
}

EMU_API int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes)
{
    Call call;
    if (call.status) return BlasExecutionFailed;
    if (!handle) return BlasNotInitialized;
    return (uintptr_t)workspace % 256 || !is_allocated(workspace, bytes) ? BlasInvalidValue : BlasSuccess;
}

EMU_API int cublasSetMathMode(void* handle, int) { return handle ? BlasSuccess : BlasNotInitialized; }

EMU_API int cublasGetVersion_v2(void* handle, int* version)
{
    *version = 120400;
    return handle ? BlasSuccess : BlasNotInitialized;
}

EMU_API const char* cublasGetStatusName(int status)
{
    switch (status) {
        case 0: return "CUBLAS_STATUS_SUCCESS";
        case 1: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case 3: return "CUBLAS_STATUS_ALLOC_FAILED";
        case 7: return "CUBLAS_STATUS_INVALID_VALUE";
        case 8: return "CUBLAS_STATUS_ARCH_MISMATCH";
        case 11: return "CUBLAS_STATUS_MAPPING_ERROR";
        case 13: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case 14: return "CUBLAS_STATUS_INTERNAL_ERROR";
        case 15: return "CUBLAS_STATUS_NOT_SUPPORTED";
        case 16: return "CUBLAS_STATUS_LICENSE_ERROR";
        default: return "unknown";
    }
}

EMU_API const char* cublasGetStatusString(int status)
{
    switch (status) {
        case 0: return "success";
        case 1: return "the library was not initialized";
        case 3: return "the resource allocation failed";
        case 7: return "an unsupported value or parameter was passed to the function";
        case 8: return "the function requires an architectural feature absent from the device architecture";
        case 11: return "an access to GPU memory space failed";
        case 13: return "the GPU program failed to execute";
        case 14: return "an internal operation failed";
        case 15: return "the functionality requested is not supported";
        case 16: return "the functionality requested requires some license";
        default: return "unknown";
    }
}

EMU_API int cublasGemmStridedBatchedEx(void* handle, int transpose_a, int transpose_b, int m, int n, int k, const void* alpha, void* a, int type_a, int lda, long long stride_a, void* b, int type_b,
    int ldb, long long stride_b, const void* beta, void* c, int type_c, int ldc, long long stride_c, int batches, int compute, int)
{
    Call call;
    if (call.status) return BlasExecutionFailed;
    if (!handle) return BlasNotInitialized;
    bool narrow = compute == Compute32F || compute == Compute32FPedantic || compute == Compute32FFastTf32, wide = compute == Compute64F || compute == Compute64FPedantic;
    auto is_float = [](int type) { return type == R32F || type == R16BF; };
    bool known = (narrow && type_a == type_b && is_float(type_a) && is_float(type_c) && (type_c == R32F || type_a == R16BF)) || (wide && type_a == R64F && type_b == R64F && type_c == R64F);
    if (!known) return BlasNotSupported;
    // Up to conjugation, which reals do not have.
    if (transpose_a < 0 || transpose_a > 2 || transpose_b < 0 || transpose_b > 2 || m < 0 || n < 0 || k < 0 || batches < 0 || !alpha || !beta) return BlasInvalidValue;
    if (lda < std::max(1, transpose_a ? k : m) || ldb < std::max(1, transpose_b ? n : k) || ldc < std::max(1, m)) return BlasInvalidValue;
    Stream* stream = stream_of(((Handle*)handle)->stream);
    if (!stream) return BlasExecutionFailed; // destroyed
    if (m == 0 || n == 0 || batches == 0) return BlasSuccess;
    auto scalar = [wide](const void* p) { return wide ? *(const double*)p : (double)*(const float*)p; };
    Gemm g{m, n, k, batches, {(char*)a, type_a, lda, stride_a, transpose_a != 0}, {(char*)b, type_b, ldb, stride_b, transpose_b != 0}, {(char*)c, type_c, ldc, stride_c, false}, scalar(alpha),
        scalar(beta), compute == Compute32FFastTf32 && type_a == R32F};
    return submit(*stream, [g] { run(g); }) ? BlasExecutionFailed : BlasSuccess;
}

EMU_API int cublasGemmEx(void* handle, int transpose_a, int transpose_b, int m, int n, int k, const void* alpha, void* a, int type_a, int lda, void* b, int type_b, int ldb, const void* beta, void* c,
    int type_c, int ldc, int compute, int algorithm)
{
    return cublasGemmStridedBatchedEx(handle, transpose_a, transpose_b, m, n, k, alpha, a, type_a, lda, 0, b, type_b, ldb, 0, beta, c, type_c, ldc, 0, 1, compute, algorithm);
}
