// Mistakes with streams, events and captured graphs, and what the API must answer. Lazy mode stands for a GPU that is slow.
#include "harness.h"

#include <thread>

namespace {

const char Source[] = R"(
extern "C" __global__ void fill(float* y, float v) { y[threadIdx.x] = v; }
extern "C" __global__ void copy(const float* x, float* y) { y[threadIdx.x] = x[threadIdx.x]; }
)";

constexpr int Global = 0, ThreadLocal = 1, Relaxed = 2; // modes of a capture

// Calls a function in a thread of its own, with the context.
template <class F> int elsewhere(F call)
{
    int status = 0;
    std::thread([&] {
        void* context;
        REQUIRE(cuDevicePrimaryCtxRetain(&context, 0));
        REQUIRE(cuCtxSetCurrent(context));
        status = call();
    }).join();
    return status;
}

std::string values(std::initializer_list<float> numbers)
{
    std::string text;
    for (float v : numbers) text += (text.empty() ? "" : ", ") + std::to_string((int)v);
    return text;
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

// An event stands for what its stream got before it, and for nothing after.
void events()
{
    cudaemu_set_lazy(1);
    void *fill = function(Source, "fill"), *event, *other;
    REQUIRE(cuEventCreate(&event, 2));
    REQUIRE(cuStreamCreate(&other, 1));
    float* pinned;
    REQUIRE(cuMemHostAlloc((void**)&pinned, 128, 0));
    {
        Buffer<float> y(32);
        auto write = [&](float v, void* on, float* to) {
            void* p[] = {(void*)&y.data, &v};
            REQUIRE(cuLaunchKernel(fill, 1, 1, 1, 32, 1, 1, 0, on, p, nullptr));
            REQUIRE(cuMemcpyDtoHAsync_v2(to, y.data, 4, on));
        };
        pinned[0] = pinned[1] = -1;
        write(1, stream, pinned);
        REQUIRE(cuEventRecord(event, stream));
        write(2, stream, pinned + 1);
        REQUIRE(cuEventSynchronize(event));
        row("waiting for an event set too early", pinned[0] == 1 && pinned[1] == -1, "before the event, after it: " + values({pinned[0], pinned[1]}));
        REQUIRE(cuStreamSynchronize(stream));

        pinned[0] = -1;
        write(3, stream, pinned);
        REQUIRE(cuEventRecord(event, stream));
        int asked = 0, first = cuEventQuery(event);
        while (asked < 100 && cuEventQuery(event) == 600) asked++;
        row("a loop that asks for an event ends", first == 600 && asked < 100 && pinned[0] == 3, "asked " + std::to_string(asked + 1) + " times");
        write(4, stream, pinned);
        expect("a stream's state asked while it works", 600, cuStreamQuery(stream));
        REQUIRE(cuStreamSynchronize(stream));
        expect("and when it is done", 0, cuStreamQuery(stream));

        pinned[0] = pinned[1] = -1;
        write(5, stream, pinned);
        write(6, other, pinned + 1);
        REQUIRE(cuStreamSynchronize(other));
        row("a stream that does not wait for another", pinned[0] == -1 && pinned[1] == 6, "other stream, this one: " + values({pinned[0], pinned[1]}));
        pinned[1] = -1;
        REQUIRE(cuEventRecord(event, stream));
        REQUIRE(cuStreamWaitEvent(other, event, 0));
        REQUIRE(cuMemcpyDtoHAsync_v2(pinned + 1, y.data, 4, other));
        REQUIRE(cuStreamSynchronize(other));
        row("and one that does, by an event", pinned[0] == 5 && pinned[1] == 5, "other stream, this one: " + values({pinned[0], pinned[1]}));

        // The default stream waits for blocking streams and they for it.
        REQUIRE(cuStreamDestroy_v2(other));
        REQUIRE(cuStreamCreate(&other, 0));
        pinned[0] = pinned[1] = pinned[2] = -1;
        write(7, other, pinned);
        write(8, nullptr, pinned + 1);
        write(9, other, pinned + 2);
        REQUIRE(cuStreamSynchronize(nullptr));
        bool default_waits = pinned[0] == 7 && pinned[1] == 8 && pinned[2] == -1;
        write(10, nullptr, pinned + 1);
        write(11, other, pinned + 2);
        REQUIRE(cuStreamSynchronize(other));
        row("the default stream and a blocking one in one order", default_waits && pinned[1] == 10 && pinned[2] == 11, values({pinned[0], pinned[1], pinned[2]}));
    }
    REQUIRE(cuStreamDestroy_v2(other));
    cuEventDestroy_v2(event);
    cuMemFreeHost(pinned);

    // Memory (256 MiB here) that a queued free will give back.
    void *large, *again;
    constexpr size_t Large = (size_t)200 << 20;
    REQUIRE(cuMemAllocAsync(&large, Large, stream));
    REQUIRE(cuMemFreeAsync(large, stream));
    expect("memory that a queued free gives back, in stream order", 0, cuMemAllocAsync(&again, Large, stream));
    REQUIRE(cuMemFreeAsync(again, stream));
    expect("and at once", 0, cuMemAlloc_v2(&again, Large));
    expect("there is no more", 2, cuMemAllocAsync(&large, Large, stream));
    REQUIRE(cuMemFree_v2(again));
    cudaemu_set_lazy(0);
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
    expect("synchronisation with a captured event", 907, cuEventSynchronize(event));
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

// Each call that a capture does not allow: its answer, and the capture's end.
void refused_while_capturing()
{
    void *graph, *p, *event, *other, *blocking;
    REQUIRE(cuEventCreate(&event, 0));
    REQUIRE(cuStreamCreate(&other, 1));
    REQUIRE(cuStreamCreate(&blocking, 0));
    Buffer<float> y(32);
    void* fill = function(Source, "fill");
    auto during = [&](const char* what, int mode, int expected, int end, auto call) {
        REQUIRE(cuStreamBeginCapture_v2(stream, mode));
        expect(what, expected, call());
        int after = expected ? launch(fill, {1}, {32}, 0, y.data, 1.f) : end, ended = cuStreamEndCapture(stream, &graph);
        if (after != end || ended != end) expect("  the capture after it", end, after != end ? after : ended);
        if (!ended) REQUIRE(cuGraphDestroy(graph));
    };
    auto allocate = [&] {
        int status = cuMemAlloc_v2(&p, 128);
        return status ? status : cuMemFree_v2(p);
    };
    during("capture: wait for the context", Relaxed, 900, 901, [&] { return cuCtxSynchronize(); });
    during("capture: wait for the context, from another thread", Relaxed, 900, 901, [&] { return elsewhere([] { return cuCtxSynchronize(); }); });
    during("capture: the stream's state is asked", Relaxed, 900, 901, [&] { return cuStreamQuery(stream); });
    during("capture: a captured event's state is asked", Relaxed, 907, 901, [&] {
        REQUIRE(cuEventRecord(event, stream));
        return cuEventQuery(event);
    });
    during("capture: copy to pageable memory, then wait", Relaxed, 900, 901, [&] {
        float v;
        REQUIRE(cuMemcpyDtoHAsync_v2(&v, y.data, 4, stream));
        return cuStreamSynchronize(stream);
    });
    during("capture: memory freed in stream order that is not the graph's", Relaxed, 1, 901, [&] { return cuMemFreeAsync(y.data, stream); });
    during("capture: wait for an event of uncaptured work", Relaxed, 905, 901, [&] {
        REQUIRE(cuEventRecord(event, other));
        return cuStreamWaitEvent(stream, event, 0);
    });
    during("capture, global: allocation", Global, 900, 901, allocate);
    during("capture, global: allocation in another thread", Global, 900, 901, [&] { return elsewhere(allocate); });
    during("capture, global: wait for another stream", Global, 900, 901, [&] { return cuStreamSynchronize(other); });
    during("capture, global: an event of uncaptured work is asked", Global, 900, 901, [&] {
        REQUIRE(cuEventRecord(event, other));
        return cuEventQuery(event);
    });
    during("capture, global: pinned memory", Global, 900, 901, [&] { return cuMemHostAlloc(&p, 128, 0); });
    during("capture, thread-local: allocation", ThreadLocal, 900, 901, allocate);
    during("capture, thread-local: allocation in another thread", ThreadLocal, 0, 0, [&] { return elsewhere(allocate); });
    during("capture, relaxed: allocation, wait for another stream", Relaxed, 0, 0, [&] {
        REQUIRE(allocate());
        return cuStreamSynchronize(other);
    });
    during("capture, global: allocation in a thread that is relaxed", Global, 0, 0, [&] {
        int mode = Relaxed;
        REQUIRE(cuThreadExchangeStreamCaptureMode(&mode));
        int status = allocate();
        REQUIRE(cuThreadExchangeStreamCaptureMode(&mode));
        return status;
    });
    during("capture: use of the default stream, which does not wait for this one", Relaxed, 0, 0, [&] { return cuMemsetD32Async(y.data, 1, 32, nullptr); });

    REQUIRE(cuStreamBeginCapture_v2(blocking, Relaxed));
    expect("capture of a blocking stream: use of the default stream", 906, cuMemsetD32Async(y.data, 1, 32, nullptr));
    int state;
    REQUIRE(cuStreamIsCapturing(blocking, &state));
    row("the capture is lost", state == 2, "cuStreamIsCapturing: " + std::to_string(state));
    expect("and ends so", 901, cuStreamEndCapture(blocking, &graph));

    REQUIRE(cuStreamBeginCapture_v2(stream, ThreadLocal));
    expect("capture, thread-local: ended by another thread", 908, elsewhere([&] { return cuStreamEndCapture(stream, &graph); }));
    expect("capture: begun again before its end", 401, cuStreamBeginCapture_v2(stream, ThreadLocal));
    REQUIRE(cuStreamEndCapture(stream, &graph));
    REQUIRE(cuGraphDestroy(graph));
    expect("capture: ended without a beginning", 401, cuStreamEndCapture(stream, &graph));
    expect("capture of the default stream", 900, cuStreamBeginCapture_v2(nullptr, Relaxed));
    expect("a mode of capture that is none", 1, cuStreamBeginCapture_v2(stream, 3));
    REQUIRE(cuStreamDestroy_v2(other));
    REQUIRE(cuStreamDestroy_v2(blocking));
    cuEventDestroy_v2(event);
}

} // namespace

void stream_mistakes()
{
    heading("mistake with streams", "found", "how");
    lazy();
    events();
    capture();
    refused_while_capturing();
}
