#pragma once
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "settings.h"

#define EMU_API extern "C" __attribute__((visibility("default")))

namespace emu {

// CUresult
enum : int {
    Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, Deinitialized = 4, InvalidDevice = 101, InvalidImage = 200, InvalidContext = 201, InvalidHandle = 400,
    IllegalState = 401, NotFound = 500, NotReady = 600, NotSupported = 801, CaptureUnsupported = 900, CaptureInvalidated = 901, CaptureIsolation = 905, CaptureImplicit = 906,
    CapturedEvent = 907, CaptureWrongThread = 908
};

// All of the API is one lock: a call is atomic, and work runs in the thread that calls (or waits for) it.
std::recursive_mutex& api_mutex();

// At the beginning of each call: takes the lock; status says why the call must not go on (not initialised, no context on this thread, an earlier violation).
class Call {
public:
    explicit Call(bool needs_context = true);
    int status;

private:
    std::lock_guard<std::recursive_mutex> _lock;
};

// What a violation left: every call fails with it until cudaemu_reset, as after a fault on a real GPU.
extern int sticky;

typedef std::function<void()> Work;

struct Graph {
    std::vector<Work> nodes;
};

enum class CaptureMode { Global, ThreadLocal, Relaxed };

// In lazy mode: work that has not run yet, with its place among that of all streams.
struct Queued {
    uint64_t number;
    Work work;
};

struct Stream {
    bool blocking = true; // waits for what the default stream got before, as the default stream does for it
    std::deque<Queued> queue;
    Graph* capturing = nullptr;
    CaptureMode mode = CaptureMode::Global;
    std::thread::id capturer;
    bool invalidated = false; // the capture: by a call that it does not allow
};

Stream& default_stream();
const std::set<Stream*>& streams(); // the others

// The stream of a handle (0, 1 and 2 are the default stream); null if there is none such.
Stream* stream_of(void* handle);

// Runs work in the stream's order: at once, in lazy mode at the next synchronisation; while the stream captures it becomes a node of the graph.
int submit(Stream& stream, Work work);

// Runs what is queued; up to a number: that and what it must come after.
void flush(Stream& stream, uint64_t last = ~(uint64_t)0);
void flush_all();

// Calls that a capture does not see and whose effect no replay would have (allocations, waits for anything else): not allowed while a stream captures in a mode that forbids them to
// this thread. Its capture is lost then.
int refuse_while_capturing();

// A wait for all streams: never allowed while one captures.
int refuse_while_any_captures();

// Runs all blocks of a kernel (grid.cpp). On a violation sets sticky.
void run_grid(Launch& launch);

// Calls f(i) for i in [0, count) on the pool's threads.
void parallel(int count, const std::function<void(int)>& f);

extern long launches;

} // namespace emu

// At the top of an API function.
#define ENTER                       \
    ::emu::Call call;               \
    if (call.status) return call.status

#define ENTER_STREAM(handle)             \
    ENTER;                               \
    Stream* stream = stream_of(handle);  \
    if (!stream) return InvalidHandle

#define ENTER_UNLESS_CAPTURING           \
    ENTER;                               \
    if (int refused = refuse_while_capturing()) return refused
