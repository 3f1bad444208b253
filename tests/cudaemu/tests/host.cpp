// Mistakes of the host's code, and what the API must answer.
#include "harness.h"

#include <cmath>
#include <csignal>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

void expect(const char* what, int expected, int status)
{
    const char* name = "?";
    cuGetErrorName(status, &name);
    std::string r = report();
    row(what, status == expected, std::to_string(status) + " " + name + (r.empty() ? "" : ": " + r));
    cudaemu_reset();
}

namespace {

const char Source[] = R"(
extern "C" __global__ void fill(float* y, float v) { y[threadIdx.x] = v; }
extern "C" __global__ void copy(const float* x, float* y) { y[threadIdx.x] = x[threadIdx.x]; }
extern "C" __global__ void __launch_bounds__(2 * 64, 4) bounded(float* y) { y[threadIdx.x] = 1; }
extern "C" __global__ void shared(float* y) {
    extern __shared__ float4 dynamic_shared[];
    dynamic_shared[threadIdx.x] = make_float4(1, 2, 3, 4);
    y[threadIdx.x] = dynamic_shared[threadIdx.x].z;
}
)";

void contexts_and_frees()
{
    int status = 0;
    std::thread([&] {
        void* p;
        status = cuMemAlloc_v2(&p, 16);
    }).join();
    expect("no current context on a thread", 201, status);

    float host[4] = {};
    void* p;
    REQUIRE(cuMemAlloc_v2(&p, 16));
    REQUIRE(cuMemFree_v2(p));
    expect("use after free: copy to the device", 1, cuMemcpyHtoDAsync_v2(p, host, 16, stream));
    expect("use after free: copy to the host", 1, cuMemcpyDtoHAsync_v2(host, p, 16, stream));
    expect("double free", 1, cuMemFree_v2(p));
    expect("free of an address within an allocation", 1, [&] {
        Buffer<float> x(8);
        return cuMemFree_v2(x.data + 1);
    }());
    cudaemu_set_check(1);
    void* fill = function(Source, "fill");
    REQUIRE(launch(fill, {1}, {1}, 0, p, 1.f));
    expect("use after free, in a kernel", 700, cuStreamSynchronize(stream));
    REQUIRE(cuMemAlloc_v2(&p, 16));
    REQUIRE(launch(fill, {1}, {5}, 0, p, 1.f));
    (void)cuStreamSynchronize(stream);
    int next = cuMemcpyHtoDAsync_v2(p, host, 16, stream);
    expect("every call fails after a violation", 700, next);
    expect("until cudaemu_reset", 0, cuMemcpyHtoDAsync_v2(p, host, 16, stream));
    cudaemu_set_check(0);
    expect("copy past an allocation's end", 1, cuMemcpyHtoDAsync_v2((char*)p + 4, host, 16, stream));
    expect("memset past an allocation's end", 1, cuMemsetD8Async(p, 0, 17, stream));
    // Unchecked kernels: what is left of the allocation's last 256 bytes is watched.
    REQUIRE(launch(fill, {1}, {6}, 0, p, 1.f));
    REQUIRE(cuMemFree_v2(p));
    row("unchecked write past the end, found at the free", report().find("after the end of an allocation") != std::string::npos, report());
    cudaemu_reset();
    expect("more memory than there is (256 MiB here)", 2, cuMemAlloc_v2(&p, (size_t)257 << 20));
}

// What shows without checks.
void memory()
{
    void* copy = function(Source, "copy");
    Buffer<float> y(std::vector<float>(32));
    auto copied = [&](const float* x) {
        REQUIRE(launch(copy, {1}, {32}, 0, x, y.data));
        return y.read()[7];
    };
    float *x, *again;
    REQUIRE(cuMemAlloc_v2((void**)&x, 128));
    float fresh = copied(x);
    row("poison: unchecked read of fresh memory", fresh != fresh, std::to_string(fresh));
    REQUIRE(cuMemsetD8Async(x, 0, 128, stream));
    REQUIRE(cuMemFree_v2(x));
    float freed = copied(x);
    row("poison: unchecked read of freed memory", freed != freed, std::to_string(freed));
    REQUIRE(cuMemAlloc_v2((void**)&again, 128));
    row("an address is not used again at once", again != x, "the next allocation of its size lies elsewhere");
    REQUIRE(launch(function(Source, "fill"), {1}, {1}, 0, again - 1, 1.f));
    REQUIRE(cuMemFree_v2(again));
    row("unchecked write before the beginning, found at the free", report().find("before the beginning of an allocation") != std::string::npos, report());
    cudaemu_reset();

    // Further away the pages are inaccessible; that ends the process, so another one does it.
    auto touched = [&](long floats) {
        pid_t child = fork();
        if (child == 0) {
            signal(SIGSEGV, SIG_DFL);
            launch(function(Source, "fill"), {1}, {1}, 0, y.data + floats, 1.f);
            _exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    };
    row("guard page after an allocation", touched(64) == SIGSEGV && touched(0) == 0, "an unchecked write 256 bytes further on ends the process");
    row("guard page before an allocation", touched(-1024) == SIGSEGV, "an unchecked write a page before ends the process");
}

void limits()
{
    Buffer<float> y(2048);
    void *fill = function(Source, "fill"), *bounded = function(Source, "bounded"), *shared = function(Source, "shared");
    expect("launch limits: 1025 threads", 1, launch(fill, {1}, {1025}, 0, y.data, 1.f));
    expect("launch limits: 32 × 33 threads", 1, launch(fill, {1}, {32, 33}, 0, y.data, 1.f));
    expect("launch limits: 65 threads in z", 1, launch(fill, {1}, {1, 1, 65}, 0, y.data, 1.f));
    expect("launch limits: 65536 blocks in y", 1, launch(fill, {1, 65536}, {1}, 0, y.data, 1.f));
    expect("launch limits: no blocks", 1, launch(fill, {0}, {1}, 0, y.data, 1.f));
    expect("launch limits: more threads than __launch_bounds__", 1, launch(bounded, {1}, {129}, 0, y.data));
    expect("as many threads as __launch_bounds__", 0, launch(bounded, {1}, {128}, 0, y.data));
    expect("more than 48 KiB of dynamic shared memory without opt-in", 1, launch(shared, {1}, {32}, (48 << 10) + 16, y.data));
    expect("opt-in beyond 163 KiB", 1, cuFuncSetAttribute(shared, 8, (163 << 10) + 1));
    expect("opt-in", 0, cuFuncSetAttribute(shared, 8, 100 << 10));
    expect("more than 48 KiB with opt-in", 0, launch(shared, {1}, {32}, 100 << 10, y.data));
    expect("more than the opt-in", 1, launch(shared, {1}, {32}, 101 << 10, y.data));
    void* f;
    REQUIRE(cuModuleGetFunction(&f, nullptr, "fill") == 400 ? 0 : 1);
    expect("launch of what is no function", 400, launch(&f, {1}, {1}, 0, y.data, 1.f));
}

void blas()
{
    cudaemu_set_check(1);
    void* handle;
    float one = 1, zero = 0;
    REQUIRE(cublasCreate_v2(&handle));
    REQUIRE(cublasSetStream_v2(handle, stream));
    {
        Buffer<float> a(numbers(16, 1)), b(numbers(16, 2)), c(16), u(16);
        (void)cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 4, u.data, 0, 4, &zero, c.data, 0, 4, 68, -1);
        expect("cuBLAS reads uninitialised memory", 719, cuStreamSynchronize(stream));
        (void)cublasGemmEx(handle, 0, 0, 4, 4, 5, &one, a.data, 0, 4, b.data, 0, 5, &zero, c.data, 0, 4, 68, -1);
        expect("cuBLAS reads past the end", 700, cuStreamSynchronize(stream));
        (void)cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 4, b.data, 0, 4, &one, c.data, 0, 4, 68, -1);
        expect("cuBLAS adds to uninitialised memory", 719, cuStreamSynchronize(stream));
        (void)cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 4, b.data, 0, 4, &zero, c.data, 0, 4, 68, -1);
        expect("cuBLAS without a mistake", 0, cuStreamSynchronize(stream));
        int status = cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 3, b.data, 0, 4, &zero, c.data, 0, 4, 68, -1);
        row("cuBLAS: leading dimension too small", status == 7, "CUBLAS status " + std::to_string(status));

        // With alpha 0 A and B are not read, with beta 0 C is not.
        std::vector<float> nans(16, NAN);
        Buffer<float> bad(nans), old(std::vector<float>(16, 2)), result(nans);
        REQUIRE(cublasGemmEx(handle, 0, 0, 4, 4, 4, &zero, bad.data, 0, 4, bad.data, 0, 4, &one, old.data, 0, 4, 68, -1));
        std::vector<float> kept = old.read();
        REQUIRE(cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 4, b.data, 0, 4, &zero, result.data, 0, 4, 68, -1));
        std::vector<float> product = result.read();
        REQUIRE(cublasGemmEx(handle, 0, 0, 4, 4, 4, &zero, nullptr, 0, 4, u.data, 0, 4, &zero, result.data, 0, 4, 68, -1));
        std::vector<float> zeros = result.read();
        row("cuBLAS: factors of 0 hide NaNs, null and uninitialised memory", kept[5] == 2 && product[5] == product[5] && zeros[5] == 0,
            "alpha 0: " + std::to_string(kept[5]) + ", beta 0: " + std::to_string(product[5]) + ", both: " + std::to_string(zeros[5]));
    }
    cudaemu_set_check(0);
    {
        // Unchecked, the bounds are still held: a fault would end the process.
        Buffer<float> a(16), c(16);
        REQUIRE(cublasGemmEx(handle, 0, 0, 4, 4, 4000, &one, a.data, 0, 4, a.data, 0, 4000, &zero, c.data, 0, 4, 68, -1));
        expect("cuBLAS reads past the end, unchecked", 700, cuStreamSynchronize(stream));
        REQUIRE(cublasGemmStridedBatchedEx(handle, 0, 0, 2, 2, 2, &one, a.data, 0, 2, 4, a.data, 0, 2, 0, &zero, c.data, 0, 2, 4, 5, 68, -1));
        expect("cuBLAS: a batch past the end, unchecked", 700, cuStreamSynchronize(stream));
        float* freed;
        REQUIRE(cuMemAlloc_v2((void**)&freed, 64));
        REQUIRE(cuMemFree_v2(freed));
        REQUIRE(cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 4, a.data, 0, 4, &zero, freed, 0, 4, 68, -1));
        expect("cuBLAS writes to freed memory, unchecked", 700, cuStreamSynchronize(stream));
        void* other;
        REQUIRE(cuStreamCreate(&other, 1));
        REQUIRE(cublasSetStream_v2(handle, other));
        REQUIRE(cuStreamDestroy_v2(other));
        int status = cublasGemmEx(handle, 0, 0, 4, 4, 4, &one, a.data, 0, 4, a.data, 0, 4, &zero, c.data, 0, 4, 68, -1);
        row("cuBLAS on a destroyed stream", status == 13, "CUBLAS status " + std::to_string(status));
    }
    cublasDestroy_v2(handle);
}

void compilation()
{
    std::string image, log = compile("#define A 1\n\nextern \"C\" __global__ void k(float* y) {\n    __shared__ float a[32];\n\n    y[0] = unknown_name;\n}\n", image);
    row("a compile error names the source's line", log.find("test.cu:6") != std::string::npos && log.find("unknown_name") != std::string::npos, log);
    log = compile("extern \"C\" __global__ void k(float* y) {\n    __shared__ float a[32], b[32];\n    y[0] = a[0] + b[0];\n}\n", image);
    row("an unknown form of __shared__ does not compile", log.find("test.cu:2") != std::string::npos && log.find("one variable a statement") != std::string::npos, log);
    void* module;
    expect("an image that is none", 200, cuModuleLoadData(&module, "nonsense"));
}

} // namespace

void host_mistakes()
{
    heading("mistake of the host", "found", "how");
    contexts_and_frees();
    memory();
    limits();
    blas();
    compilation();
}
