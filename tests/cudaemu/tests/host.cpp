// Mistakes of the host's code, and what the API must answer.
#include "harness.h"

#include <thread>

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

void expect(const char* what, int expected, int status)
{
    const char* name = "?";
    cuGetErrorName(status, &name);
    std::string r = report();
    row(what, status == expected, std::to_string(status) + " " + name + (r.empty() ? "" : ": " + r));
    cudaemu_reset();
}

void lazy()
{
    cudaemu_set_lazy(1);
    void* fill = function(Source, "fill");
    float* pinned;
    REQUIRE(cuMemHostAlloc((void**)&pinned, 32 * sizeof(float), 0));
    {
        Buffer<float> y(32);
        pinned[0] = -1;
        REQUIRE(launch(fill, {1}, {32}, 0, y.data, 7.f));
        REQUIRE(cuMemcpyDtoHAsync_v2(pinned, y.data, 32 * sizeof(float), stream));
        float early = pinned[0];
        REQUIRE(cuStreamSynchronize(stream));
        row("missing synchronisation before reading a copied result", early == -1 && pinned[0] == 7, "before: " + std::to_string(early) + ", after: " + std::to_string(pinned[0]));

        // Pinned memory is read when the stream comes to the copy; so reusing it early changes what arrives.
        pinned[0] = 1;
        REQUIRE(cuMemcpyHtoDAsync_v2(y.data, pinned, 4, stream));
        pinned[0] = 2;
        float arrived = y.read()[0];
        row("pinned memory reused before its copy has run", arrived == 2, "arrived: " + std::to_string(arrived) + " instead of 1");

        void* event;
        float ms;
        REQUIRE(cuEventCreate(&event, 0));
        REQUIRE(cuEventRecord(event, stream));
        expect("an event's time asked before it is reached", 600, cuEventElapsedTime(&ms, event, event));
        REQUIRE(cuEventSynchronize(event));
        expect("and after it", 0, cuEventElapsedTime(&ms, event, event));
        cuEventDestroy_v2(event);
    }
    // Freed while a queued kernel needs it.
    cudaemu_set_check(1);
    float* p;
    REQUIRE(cuMemAlloc_v2((void**)&p, 128));
    REQUIRE(cuMemFreeAsync(p, stream));
    REQUIRE(launch(fill, {1}, {32}, 0, p, 1.f));
    expect("use after a stream-ordered free, in a kernel", 700, cuStreamSynchronize(stream));
    cudaemu_set_check(0);
    cudaemu_set_lazy(0);
    cuMemFreeHost(pinned);
}

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

void capture()
{
    Buffer<float> x(numbers(32, 1)), y(32);
    void *copy = function(Source, "copy"), *fill = function(Source, "fill"), *graph, *executable;
    REQUIRE(cuStreamBeginCapture_v2(stream, 2));
    expect("synchronisation while the stream captures", 900, cuStreamSynchronize(stream));
    expect("ends the capture", 901, cuStreamEndCapture(stream, &graph));
    void* event;
    REQUIRE(cuEventCreate(&event, 0));
    REQUIRE(cuStreamBeginCapture_v2(stream, 2));
    REQUIRE(cuEventRecord(event, stream));
    expect("synchronisation with a captured event", 900, cuEventSynchronize(event));
    expect("ends the capture too", 901, cuStreamEndCapture(stream, &graph));
    cuEventDestroy_v2(event);

    REQUIRE(cuMemsetD8Async(y.data, 0, 128, stream));
    REQUIRE(cuStreamBeginCapture_v2(stream, 2));
    void* during;
    expect("memory allocated while the stream captures", 0, cuMemAlloc_v2(&during, 128));
    {
        float value = 3;
        REQUIRE(launch(fill, {1}, {32}, 0, during, value)); // its arguments are gone when the graph runs
    }
    REQUIRE(launch(copy, {1}, {32}, 0, (const float*)during, y.data));
    REQUIRE(cuMemcpyDtoDAsync_v2(x.data, y.data, 128, stream));
    REQUIRE(cuStreamEndCapture(stream, &graph));
    float before = y.read()[5];
    size_t nodes = 0;
    REQUIRE(cuGraphGetNodes(graph, nullptr, &nodes));
    REQUIRE(cuGraphInstantiateWithFlags(&executable, graph, 0));
    REQUIRE(cuGraphDestroy(graph));
    REQUIRE(cuGraphLaunch(executable, stream));
    float after = x.read()[5];
    row("a captured step runs when it is launched, in order", before == 0 && after == 3 && nodes == 3,
        std::to_string(nodes) + " nodes, before " + std::to_string(before) + ", after " + std::to_string(after));
    REQUIRE(cuGraphExecDestroy(executable));
    REQUIRE(cuMemFree_v2(during));
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
    }
    cublasDestroy_v2(handle);
    cudaemu_set_check(0);
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
    lazy();
    contexts_and_frees();
    limits();
    capture();
    blas();
    compilation();
}
