// Streams, copies and memsets on them, events.
#include <cstring>
#include <ctime>
#include <memory>

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
    uint64_t number = 0; // its last record's place among the queued work
};

Stream s_default;
std::set<Stream*> s_streams;
std::set<Event*> s_events;
uint64_t s_number; // of the last queued work

} // namespace

Stream& default_stream() { return s_default; }
const std::set<Stream*>& streams() { return s_streams; }

Stream* stream_of(void* handle)
{
    if ((uintptr_t)handle <= 2) return &s_default;
    return s_streams.count((Stream*)handle) ? (Stream*)handle : nullptr;
}

int submit(Stream& stream, Work work)
{
    if (stream.capturing) {
        if (stream.invalidated) return CaptureInvalidated;
        stream.capturing->nodes.push_back(std::move(work));
        return Success;
    }
    if (&stream == &s_default) {
        // It would have to wait for the blocking streams' work, of which a capture has none that could be waited for.
        bool refused = false;
        for (Stream* s : s_streams)
            if (s->blocking && s->capturing) refused = s->invalidated = true;
        if (refused) return CaptureImplicit;
    }
    s_number++;
    if (controls.lazy) stream.queue.push_back({s_number, std::move(work)});
    else work();
    return Success;
}

void flush(Stream& stream, uint64_t last)
{
    while (!stream.queue.empty() && stream.queue.front().number <= last) {
        Queued next = std::move(stream.queue.front());
        stream.queue.pop_front();
        if (&stream == &s_default) {
            for (Stream* s : s_streams)
                if (s->blocking) flush(*s, next.number);
        } else if (stream.blocking) {
            flush(s_default, next.number);
        }
        if (!sticky) next.work();
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

// The synchronous copies go through the default stream.
EMU_API int cuMemcpyHtoD_v2(void* to, const void* from, size_t bytes)
{
    ENTER_UNLESS_CAPTURING;
    int status = cuMemcpyHtoDAsync_v2(to, from, bytes, nullptr);
    if (!status) flush(s_default);
    return status ? status : sticky;
}

EMU_API int cuMemcpyDtoH_v2(void* to, const void* from, size_t bytes)
{
    ENTER_UNLESS_CAPTURING;
    int status = cuMemcpyDtoHAsync_v2(to, from, bytes, nullptr);
    if (!status) flush(s_default);
    return status ? status : sticky;
}

template <class V> static int set_memory(const char* function, void* to, V value, size_t count, void* handle)
{
    ENTER_STREAM(handle);
    if (count == 0) return Success;
    if ((uintptr_t)to % sizeof(V) || !is_device_memory(function, to, count * sizeof(V))) return InvalidValue;
    return submit(*stream, [function, to, value, count] {
        if (!is_still_there(function, to, count * sizeof(V))) return;
        std::fill_n((V*)to, count, value);
        shadow::written(to, count * sizeof(V));
    });
}

EMU_API int cuMemsetD8Async(void* to, unsigned char value, size_t count, void* handle) { return set_memory("cuMemsetD8Async", to, value, count, handle); }
EMU_API int cuMemsetD32Async(void* to, unsigned value, size_t count, void* handle) { return set_memory("cuMemsetD32Async", to, value, count, handle); }

EMU_API int cuStreamCreate(void** handle, unsigned flags)
{
    ENTER;
    if (!handle || flags > 1) return InvalidValue;
    auto* stream = new Stream;
    stream->blocking = !(flags & 1);
    s_streams.insert(stream);
    *handle = stream;
    return Success;
}

EMU_API int cuStreamDestroy_v2(void* handle)
{
    ENTER_STREAM(handle);
    if (stream == &s_default) return InvalidHandle;
    flush(*stream);
    for (Event* e : s_events)
        if (e->stream == stream) e->stream = nullptr;
    s_streams.erase(stream);
    delete stream->capturing;
    delete stream;
    return sticky;
}

// What a wait for this stream must not meet: its own capture, or another that forbids waits.
static int refuse_wait(Stream& stream)
{
    if (!stream.capturing) return refuse_while_capturing();
    int status = stream.invalidated ? CaptureInvalidated : CaptureUnsupported;
    stream.invalidated = true;
    return status;
}

EMU_API int cuStreamSynchronize(void* handle)
{
    ENTER_STREAM(handle);
    if (int refused = refuse_wait(*stream)) return refused;
    flush(*stream);
    return sticky;
}

// In lazy mode who asks again and again is a kind of waiting: each time one more piece of work runs, after the answer.
static int answer_query(Stream& stream, bool done)
{
    if (done || stream.queue.empty()) return Success;
    flush(stream, stream.queue.front().number);
    return sticky ? sticky : NotReady;
}

EMU_API int cuStreamQuery(void* handle)
{
    ENTER_STREAM(handle);
    if (int refused = refuse_wait(*stream)) return refused;
    return answer_query(*stream, stream->queue.empty());
}

EMU_API int cuCtxSynchronize()
{
    ENTER;
    if (int refused = refuse_while_any_captures()) return refused;
    flush_all();
    return sticky;
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

#define ENTER_EVENT(handle)             \
    ENTER;                              \
    auto* event = (Event*)handle;       \
    if (!s_events.count(event)) return InvalidHandle

EMU_API int cuEventRecord(void* handle, void* on)
{
    ENTER_EVENT(handle);
    Stream* stream = stream_of(on);
    if (!stream) return InvalidHandle;
    if (stream->capturing && stream->invalidated) return CaptureInvalidated;
    event->stream = stream;
    event->captured = stream->capturing != nullptr;
    if (event->captured) return Success; // a place in the graph, no work
    event->recorded = true;
    event->done = false;
    uint64_t number = event->number = s_number + 1;
    int status = submit(*stream, [event, number] {
        if (!s_events.count(event) || event->number != number) return; // destroyed or recorded again
        event->done = true;
        clock_gettime(CLOCK_MONOTONIC, &event->time);
    });
    if (status) event->recorded = false;
    return status;
}

// Neither may one wait for a captured event, nor while a capture forbids waits.
static int refuse_wait(Event& event)
{
    if (!event.captured) return refuse_while_capturing();
    if (event.stream && event.stream->capturing) event.stream->invalidated = true;
    return CapturedEvent;
}

EMU_API int cuEventSynchronize(void* handle)
{
    ENTER_EVENT(handle);
    if (int refused = refuse_wait(*event)) return refused;
    if (event->recorded && !event->done && event->stream) flush(*event->stream, event->number);
    return sticky;
}

EMU_API int cuEventQuery(void* handle)
{
    ENTER_EVENT(handle);
    if (int refused = refuse_wait(*event)) return refused;
    return answer_query(event->stream ? *event->stream : s_default, !event->recorded || event->done || !event->stream);
}

EMU_API int cuStreamWaitEvent(void* handle, void* awaited, unsigned)
{
    ENTER_STREAM(handle);
    auto* event = (Event*)awaited;
    if (!s_events.count(event)) return InvalidHandle;
    if (event->captured) {
        if (event->stream == stream) return Success;
        report_host("cuStreamWaitEvent: a capture that spreads over several streams is not emulated");
        return NotSupported;
    }
    if (stream->capturing) {
        stream->invalidated = true;
        return CaptureIsolation;
    }
    if (!event->recorded || event->done || event->stream == stream) return Success;
    return submit(*stream, [source = event->stream, number = event->number] {
        if (source && (source == &s_default || s_streams.count(source))) flush(*source, number);
    });
}

EMU_API int cuEventElapsedTime(float* milliseconds, void* start, void* end)
{
    ENTER;
    auto *a = (Event*)start, *b = (Event*)end;
    if (!s_events.count(a) || !s_events.count(b)) return InvalidHandle;
    if (a->captured || b->captured) return CapturedEvent;
    if (!a->recorded || !b->recorded || !a->timed || !b->timed) return InvalidHandle;
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
