// Streams, copies, events and graphs.
#include <cstring>
#include <ctime>
#include <memory>
#include <set>

#include "driver.h"
#include "memory.h"
#include "report.h"
#include "shadow.h"

namespace emu {

namespace {

struct Event {
    Stream* stream = nullptr; // where it was recorded last
    bool recorded = false, done = false, captured = false, timed = true;
    timespec time{};
    uint64_t recording = 0; // which of its recordings it waits for
};

Stream s_default;
std::set<Stream*> s_streams;
std::set<Event*> s_events;
std::set<Graph*> s_graphs, s_executables;

template <class S, class P> bool has(const S& set, P* p) { return set.count(p) > 0; }

} // namespace

Stream* stream_of(void* handle)
{
    if ((uintptr_t)handle <= 2) return &s_default;
    return has(s_streams, (Stream*)handle) ? (Stream*)handle : nullptr;
}

int submit(Stream& stream, Work work)
{
    if (stream.capturing) {
        if (stream.invalidated) return CaptureInvalidated;
        stream.capturing->nodes.push_back(std::move(work));
        return Success;
    }
    if (controls.lazy) {
        stream.queue.push_back(std::move(work));
        return Success;
    }
    work();
    return Success;
}

void flush(Stream& stream)
{
    while (!stream.queue.empty()) {
        Work work = std::move(stream.queue.front());
        stream.queue.pop_front();
        if (!sticky) work();
    }
}

void flush_all()
{
    flush(s_default);
    for (Stream* s : s_streams) flush(*s);
}

static bool is_pinned(const void* host)
{
    const Allocation* a = find_allocation((uintptr_t)host);
    return a && a->kind == Kind::Host && is_allocated(host, 1);
}

// Reports an operand that is no live device memory.
static bool is_device_memory(const char* function, const void* address, size_t bytes)
{
    if (is_allocated(address, bytes)) return true;
    report_host(text("%s: %zu bytes at %p: %s", function, bytes, address, describe_address((uintptr_t)address).c_str()));
    return false;
}

// At the time that the work runs its memory may be gone: then the stream fails as a kernel's would.
static bool is_still_there(const char* function, const void* address, size_t bytes)
{
    if (is_device_memory(function, address, bytes)) return true;
    sticky = IllegalAddress;
    return false;
}

} // namespace emu

using namespace emu;

#define ENTER_STREAM(handle)             \
    ENTER;                               \
    Stream* stream = stream_of(handle);  \
    if (!stream) return InvalidHandle

EMU_API int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, void* handle)
{
    ENTER_STREAM(handle);
    if (bytes == 0) return Success;
    if (!from || !is_device_memory("cuMemcpyHtoDAsync", to, bytes)) return InvalidValue;
    auto copy = [to, bytes](const void* source) {
        if (!is_still_there("cuMemcpyHtoDAsync", to, bytes)) return;
        memcpy(to, source, bytes);
        shadow::written(to, bytes);
    };
    // Pageable memory is read before the call returns; pinned memory when the stream comes to it.
    if (is_pinned(from) || stream->capturing || !controls.lazy) return submit(*stream, [copy, from] { copy(from); });
    auto snapshot = std::make_shared<std::vector<char>>((const char*)from, (const char*)from + bytes);
    return submit(*stream, [copy, snapshot] { copy(snapshot->data()); });
}

EMU_API int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, void* handle)
{
    ENTER_STREAM(handle);
    if (bytes == 0) return Success;
    if (!to || !is_device_memory("cuMemcpyDtoHAsync", from, bytes)) return InvalidValue;
    int status = submit(*stream, [to, from, bytes] {
        if (is_still_there("cuMemcpyDtoHAsync", from, bytes)) memcpy(to, from, bytes);
    });
    // "For transfers from device memory to pageable host memory, the function will return only once the copy has completed."
    if (!status && !stream->capturing && !is_pinned(to)) flush(*stream);
    return status ? status : sticky;
}

EMU_API int cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t bytes, void* handle)
{
    ENTER_STREAM(handle);
    if (bytes == 0) return Success;
    if (!is_device_memory("cuMemcpyDtoDAsync", to, bytes) || !is_device_memory("cuMemcpyDtoDAsync", from, bytes)) return InvalidValue;
    return submit(*stream, [to, from, bytes] {
        if (!is_still_there("cuMemcpyDtoDAsync", to, bytes) || !is_still_there("cuMemcpyDtoDAsync", from, bytes)) return;
        memmove(to, from, bytes);
        shadow::copied(to, from, bytes);
    });
}

EMU_API int cuMemsetD8Async(void* to, unsigned char value, size_t bytes, void* handle)
{
    ENTER_STREAM(handle);
    if (bytes == 0) return Success;
    if (!is_device_memory("cuMemsetD8Async", to, bytes)) return InvalidValue;
    return submit(*stream, [to, value, bytes] {
        if (!is_still_there("cuMemsetD8Async", to, bytes)) return;
        memset(to, value, bytes);
        shadow::written(to, bytes);
    });
}

EMU_API int cuStreamCreate(void** handle, unsigned)
{
    ENTER;
    auto* stream = new Stream;
    s_streams.insert(stream);
    *handle = stream;
    return Success;
}

EMU_API int cuStreamDestroy_v2(void* handle)
{
    ENTER_STREAM(handle);
    if (stream == &s_default) return InvalidHandle;
    flush(*stream);
    s_streams.erase(stream);
    delete stream;
    return sticky;
}

EMU_API int cuStreamSynchronize(void* handle)
{
    ENTER_STREAM(handle);
    if (stream->capturing) {
        stream->invalidated = true;
        return CaptureUnsupported;
    }
    flush(*stream);
    return sticky;
}

EMU_API int cuCtxSynchronize()
{
    ENTER;
    flush_all();
    return sticky;
}

// --- Capture and graphs ---

EMU_API int cuStreamBeginCapture_v2(void* handle, int)
{
    ENTER_STREAM(handle);
    if (stream == &s_default) return CaptureUnsupported; // the legacy stream cannot be captured
    if (stream->capturing) return IllegalState;
    stream->capturing = new Graph;
    stream->invalidated = false;
    return Success;
}

EMU_API int cuStreamEndCapture(void* handle, void** graph)
{
    ENTER_STREAM(handle);
    *graph = nullptr;
    if (!stream->capturing) return IllegalState;
    Graph* captured = stream->capturing;
    stream->capturing = nullptr;
    if (stream->invalidated) {
        delete captured;
        return CaptureInvalidated;
    }
    s_graphs.insert(captured);
    *graph = captured;
    return Success;
}

EMU_API int cuGraphInstantiateWithFlags(void** executable, void* graph, unsigned long long)
{
    ENTER;
    if (!has(s_graphs, (Graph*)graph)) return InvalidValue;
    auto* copy = new Graph(*(Graph*)graph);
    s_executables.insert(copy);
    *executable = copy;
    return Success;
}

EMU_API int cuGraphGetNodes(void* graph, void** nodes, size_t* count)
{
    ENTER;
    if (!has(s_graphs, (Graph*)graph)) return InvalidValue;
    if (nodes) return NotSupported;
    *count = ((Graph*)graph)->nodes.size();
    return Success;
}

EMU_API int cuGraphLaunch(void* executable, void* handle)
{
    ENTER_STREAM(handle);
    auto* graph = (Graph*)executable;
    if (!has(s_executables, graph)) return InvalidValue;
    return submit(*stream, [graph] {
        if (!has(s_executables, graph)) return report_host("cuGraphExecDestroy before the graph had run");
        for (const Work& node : graph->nodes)
            if (!sticky) node();
    });
}

EMU_API int cuGraphExecDestroy(void* executable)
{
    Call call;
    if (call.status && call.status != sticky) return call.status;
    if (!s_executables.erase((Graph*)executable)) return InvalidValue;
    delete (Graph*)executable;
    return call.status;
}

EMU_API int cuGraphDestroy(void* graph)
{
    ENTER;
    if (!s_graphs.erase((Graph*)graph)) return InvalidValue;
    delete (Graph*)graph;
    return Success;
}

// --- Events ---

EMU_API int cuEventCreate(void** handle, unsigned flags)
{
    ENTER;
    auto* event = new Event;
    event->timed = !(flags & 2);
    s_events.insert(event);
    *handle = event;
    return Success;
}

#define ENTER_EVENT(handle)                        \
    ENTER;                                         \
    auto* event = (Event*)handle;                  \
    if (!has(s_events, event)) return InvalidHandle

EMU_API int cuEventRecord(void* handle, void* on)
{
    ENTER_EVENT(handle);
    Stream* stream = stream_of(on);
    if (!stream) return InvalidHandle;
    event->stream = stream;
    event->captured = stream->capturing != nullptr;
    if (event->captured) return submit(*stream, [] {});
    event->recorded = true;
    event->done = false;
    uint64_t recording = ++event->recording;
    return submit(*stream, [event, recording] {
        if (!has(s_events, event) || event->recording != recording) return; // destroyed or recorded again
        event->done = true;
        clock_gettime(CLOCK_MONOTONIC, &event->time);
    });
}

EMU_API int cuEventSynchronize(void* handle)
{
    ENTER_EVENT(handle);
    if (event->captured) {
        if (event->stream->capturing) event->stream->invalidated = true;
        return CaptureUnsupported;
    }
    if (event->recorded && has(s_streams, event->stream)) flush(*event->stream);
    if (event->recorded && event->stream == &s_default) flush(s_default);
    return sticky;
}

EMU_API int cuEventQuery(void* handle)
{
    ENTER_EVENT(handle);
    if (event->captured) return CaptureUnsupported;
    return !event->recorded || event->done ? Success : NotReady;
}

EMU_API int cuEventElapsedTime(float* milliseconds, void* start, void* end)
{
    ENTER;
    auto *a = (Event*)start, *b = (Event*)end;
    if (!has(s_events, a) || !has(s_events, b) || !a->recorded || !b->recorded || !a->timed || !b->timed) return InvalidHandle;
    if (!a->done || !b->done) return NotReady;
    *milliseconds = (float)((double)(b->time.tv_sec - a->time.tv_sec) * 1e3 + (double)(b->time.tv_nsec - a->time.tv_nsec) * 1e-6);
    return Success;
}

EMU_API int cuEventDestroy_v2(void* handle)
{
    ENTER_EVENT(handle);
    s_events.erase(event);
    delete event;
    return Success;
}
