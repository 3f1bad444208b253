#pragma once
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "settings.h"

#define EMU_API extern "C" __attribute__((visibility("default")))

namespace emu {

// CUresult
enum : int {
    Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, Deinitialized = 4, InvalidDevice = 101, InvalidImage = 200, InvalidContext = 201, InvalidHandle = 400,
    IllegalState = 401, NotFound = 500, NotReady = 600, NotSupported = 801, CaptureUnsupported = 900, CaptureInvalidated = 901
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

struct Stream {
    std::deque<Work> queue; // in lazy mode: not run yet
    Graph* capturing = nullptr;
    bool invalidated = false;
};

// The stream of a handle (0, 1 and 2 are the default stream); null if there is none such.
Stream* stream_of(void* handle);

// Runs work in the stream's order: at once, in lazy mode at the next synchronisation; while the stream captures it becomes a node of the graph.
int submit(Stream& stream, Work work);

// Runs what is queued.
void flush(Stream& stream);
void flush_all();

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
