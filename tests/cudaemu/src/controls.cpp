// The emulator's own controls, for tests. Negative values mean what the environment says.
#include <cstring>

#include "compiler.h"
#include "driver.h"
#include "memory.h"
#include "report.h"
#include "shadow.h"

using namespace emu;

#define LOCK std::lock_guard<std::recursive_mutex> lock(api_mutex())

// Every access of every kernel is checked from now on.
EMU_API void cudaemu_set_check(int on)
{
    LOCK;
    flush_all();
    bool check = on < 0 ? Controls::from_environment().check : on != 0;
    if (controls.check == check) return;
    controls.check = check;
    if (check) shadow::turned_on();
    else shadow::turned_off();
}

// The order of threads, warps and blocks. kind 0: forward, 1: reverse, 2: random.
EMU_API void cudaemu_set_schedule(int kind, unsigned seed)
{
    LOCK;
    flush_all();
    if (kind < 0) {
        controls.schedule = Controls::from_environment().schedule;
        controls.seed = Controls::from_environment().seed;
        return;
    }
    controls.schedule = kind == 1 ? Schedule::Reverse : kind == 2 ? Schedule::Random : Schedule::Forward;
    controls.seed = seed;
}

// Work queued on a stream runs only when something waits for it.
EMU_API void cudaemu_set_lazy(int on)
{
    LOCK;
    flush_all();
    controls.lazy = on < 0 ? Controls::from_environment().lazy : on != 0;
}

// The device's memory. (.NET's own environment does not reach native code.)
EMU_API void cudaemu_set_memory(long mebibytes)
{
    LOCK;
    controls.memory_bytes = mebibytes < 0 ? Controls::from_environment().memory_bytes : (size_t)mebibytes << 20;
}

// Forgets a violation, its report and what is queued.
EMU_API void cudaemu_reset()
{
    LOCK;
    flush_all();
    sticky = 0;
    clear_report();
}

// The first violation since the last reset, cut to size - 1 characters; empty if there was none. Returns its length.
EMU_API int cudaemu_last_report(char* buffer, int size)
{
    LOCK;
    std::string report = last_report();
    if (size > 0) {
        size_t n = std::min(report.size(), (size_t)size - 1);
        memcpy(buffer, report.data(), n);
        buffer[n] = 0;
    }
    return (int)report.size();
}

// which 0: kernel launches that ran, 1: calls of nvrtcCompileProgram, 2: bytes of device memory in use.
EMU_API long cudaemu_counter(int which)
{
    LOCK;
    return which == 0 ? launches : which == 1 ? compile_requests : which == 2 ? (long)allocated_bytes() : -1;
}
