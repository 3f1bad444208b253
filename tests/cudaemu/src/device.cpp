// Initialisation, the device, its context and its memory.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

#include "driver.h"
#include "memory.h"
#include "report.h"
#include "shadow.h"

namespace emu {

static std::string default_cache()
{
    const char* temp = getenv("TMPDIR");
    return std::string(temp && *temp ? temp : "/tmp") + "/cudaemu-" + std::to_string(getuid());
}

static long number_of(const char* variable, long otherwise)
{
    const char* text = getenv(variable);
    long n = text ? atol(text) : 0;
    return n > 0 ? n : otherwise;
}

const Settings& settings()
{
    static const Settings s = {(int)number_of("CUDAEMU_SMS", 4), (int)number_of("CUDAEMU_THREADS", 2),
        getenv("CUDAEMU_CACHE") && *getenv("CUDAEMU_CACHE") ? getenv("CUDAEMU_CACHE") : default_cache()};
    return s;
}

static void read_schedule(Controls& c, const char* text)
{
    if (!text || !*text || !strcmp(text, "forward")) return;
    if (!strcmp(text, "reverse")) c.schedule = Schedule::Reverse;
    else if (!strncmp(text, "random", 6) && (!text[6] || text[6] == ':')) c.schedule = Schedule::Random, c.seed = text[6] ? (unsigned)atol(text + 7) : 0;
    else fprintf(stderr, "cudaemu: CUDAEMU_SCHEDULE=%s: forward, reverse, random or random:SEED is expected; it is forward\n", text);
}

const Controls& Controls::from_environment()
{
    static const Controls s_first = [] {
        Controls c{number_of("CUDAEMU_CHECK", 0) > 0, number_of("CUDAEMU_LAZY", 0) > 0, Schedule::Forward, 0, (size_t)number_of("CUDAEMU_MEMORY_MB", 4096) << 20};
        read_schedule(c, getenv("CUDAEMU_SCHEDULE"));
        return c;
    }();
    return s_first;
}

Controls controls = Controls::from_environment();
int sticky;

static bool s_initialised, s_exiting;
static thread_local void* t_context;
static char s_context; // its address is the primary context's handle

std::recursive_mutex& api_mutex()
{
    static auto* mutex = new std::recursive_mutex; // never destroyed: finalizers may call while the process exits
    return *mutex;
}

Call::Call(bool needs_context) : status(Success), _lock(api_mutex())
{
    if (s_exiting) status = Deinitialized;
    else if (!s_initialised) status = NotInitialized;
    else if (needs_context && !t_context) status = InvalidContext;
    else if (needs_context && sticky) status = sticky;
}

} // namespace emu

using namespace emu;

#define ENTER_WITHOUT_CONTEXT \
    Call call(false);         \
    if (call.status) return call.status

EMU_API int cuInit(unsigned flags)
{
    std::lock_guard<std::recursive_mutex> lock(api_mutex());
    if (flags) return InvalidValue;
    // Finalizers may call while the process exits: from then on nothing is touched any more.
    if (!s_initialised) {
        if (controls.check) shadow::turned_on();
        atexit([] {
            std::lock_guard<std::recursive_mutex> exit_lock(api_mutex());
            s_exiting = true;
        });
    }
    s_initialised = true;
    return Success;
}

// status 0: found, 1: there is none of this name.
EMU_API int cuGetProcAddress_v2(const char* name, void** function, int, unsigned long long, int* status)
{
    Dl_info self;
    dladdr((const void*)&cuInit, &self);
    void* library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    void* found = nullptr;
    for (const char* version : {"_v2", ""})
        if (!found) found = dlsym(library, (std::string(name) + version).c_str());
    dlclose(library);
    if (!found) report_host(text("cuGetProcAddress: %s is not emulated", name));
    *function = found;
    if (status) *status = !found;
    return found ? Success : NotFound;
}

EMU_API int cuDriverGetVersion(int* version)
{
    *version = 12040;
    return Success;
}

EMU_API int cuDeviceGetCount(int* count)
{
    ENTER_WITHOUT_CONTEXT;
    *count = 1;
    return Success;
}

EMU_API int cuDeviceGet(int* device, int ordinal)
{
    ENTER_WITHOUT_CONTEXT;
    *device = ordinal;
    return ordinal == 0 ? Success : InvalidDevice;
}

EMU_API int cuDeviceGetName(char* name, int length, int device)
{
    ENTER_WITHOUT_CONTEXT;
    if (device || length <= 0) return device ? InvalidDevice : InvalidValue;
    strncpy(name, "TensorCore emulated GPU", (size_t)length);
    name[length - 1] = 0;
    return Success;
}

EMU_API int cuDeviceGetAttribute(int* value, int attribute, int device)
{
    ENTER_WITHOUT_CONTEXT;
    if (device) return InvalidDevice;
    switch (attribute) {
        case 1: *value = MaxThreads; break;          // threads a block
        case 2: case 3: *value = 1024; break;        // block dimensions x, y
        case 4: *value = 64; break;                  // z
        case 5: *value = 0x7fffffff; break;          // grid dimension x
        case 6: case 7: *value = 65535; break;       // y, z
        case 8: *value = (int)SharedLimit; break;    // shared memory a block
        case 10: *value = WarpSize; break;
        case 12: *value = 65536; break;              // registers a block
        case 13: *value = 1410000; break;            // clock, kHz
        case 16: *value = settings().multiprocessors; break;
        case 18: *value = 0; break;                  // integrated
        case 36: *value = 1215000; break;            // memory clock, kHz
        case 37: *value = 5120; break;               // memory bus, bits
        case 38: *value = 40 << 20; break;           // L2 cache
        case 39: *value = 2048; break;               // threads a multiprocessor
        case 75: *value = (int)number_of("CUDAEMU_COMPUTE", 80) / 10; break; // compute capability
        case 76: *value = (int)number_of("CUDAEMU_COMPUTE", 80) % 10; break;
        case 81: *value = 164 << 10; break;          // shared memory a multiprocessor
        case 97: *value = (int)SharedOptIn; break;
        case 106: *value = 32; break;                // blocks a multiprocessor
        case 115: *value = 1; break;                 // memory pools
        default: *value = 0; break;
    }
    return Success;
}

EMU_API int cuDeviceTotalMem_v2(size_t* bytes, int device)
{
    ENTER_WITHOUT_CONTEXT;
    *bytes = memory_bytes();
    return device ? InvalidDevice : Success;
}

EMU_API int cuDevicePrimaryCtxRetain(void** context, int device)
{
    ENTER_WITHOUT_CONTEXT;
    if (device) return InvalidDevice;
    *context = &s_context;
    return Success;
}

EMU_API int cuDevicePrimaryCtxRelease_v2(int device)
{
    ENTER_WITHOUT_CONTEXT;
    return device ? InvalidDevice : Success;
}

EMU_API int cuCtxSetCurrent(void* context)
{
    ENTER_WITHOUT_CONTEXT;
    if (context && context != &s_context) return InvalidContext;
    t_context = context;
    return Success;
}

EMU_API int cuCtxGetCurrent(void** context)
{
    ENTER_WITHOUT_CONTEXT;
    *context = t_context;
    return Success;
}

EMU_API int cuCtxGetDevice(int* device)
{
    ENTER;
    *device = 0;
    return Success;
}

EMU_API int cuMemGetInfo_v2(size_t* free, size_t* total)
{
    ENTER;
    *total = memory_bytes();
    *free = memory_bytes() - std::min(memory_bytes(), allocated_bytes());
    return Success;
}

// Memory whose free is still queued counts as taken until the stream comes to it: before there is none left, that is waited for.
static void* allocate_device(Stream* stream, size_t bytes)
{
    void* p = allocate(bytes, Kind::Device);
    if (!p && stream) {
        flush(*stream);
        p = allocate(bytes, Kind::Device);
    }
    if (!p) {
        flush_all();
        p = allocate(bytes, Kind::Device);
    }
    return p;
}

EMU_API int cuMemAlloc_v2(void** pointer, size_t bytes)
{
    ENTER_UNLESS_CAPTURING;
    if (!pointer || bytes == 0) return InvalidValue;
    *pointer = allocate_device(nullptr, bytes);
    return *pointer ? Success : OutOfMemory;
}

// Memory is freed even if an earlier violation makes the call fail: else it would stay for good.
EMU_API int cuMemFree_v2(void* pointer)
{
    Call call;
    if (call.status && call.status != sticky) return call.status;
    if (!pointer) return call.status;
    if (int refused = refuse_while_capturing()) return refused;
    flush_all(); // waits for the device
    if (!release(pointer, Kind::Device)) {
        report_host(text("cuMemFree of %p: %s", pointer, describe_address((uintptr_t)pointer).c_str()));
        return InvalidValue;
    }
    return call.status;
}

EMU_API int cuMemAllocAsync(void** pointer, size_t bytes, void* handle)
{
    ENTER;
    Stream* stream = stream_of(handle);
    if (!stream) return InvalidHandle;
    if (!pointer || bytes == 0) return InvalidValue;
    if (stream->capturing) {
        report_host("cuMemAllocAsync while the stream captures: a graph's own allocations are not emulated");
        return NotSupported;
    }
    *pointer = allocate_device(stream, bytes);
    return *pointer ? Success : OutOfMemory;
}

EMU_API int cuMemFreeAsync(void* pointer, void* handle)
{
    Call call;
    if (call.status && call.status != sticky) return call.status;
    Stream* stream = stream_of(handle);
    if (!stream) return InvalidHandle;
    if (stream->capturing || !is_allocated(pointer, 1)) {
        stream->invalidated = true;
        report_host(text("cuMemFreeAsync of %p%s: %s", pointer, stream->capturing ? " while the stream captures" : "", describe_address((uintptr_t)pointer).c_str()));
        return InvalidValue;
    }
    if (call.status) {
        release(pointer, Kind::Device);
        return call.status;
    }
    return submit(*stream, [pointer] {
        if (!release(pointer, Kind::Device)) report_host(text("cuMemFreeAsync of %p: %s", pointer, describe_address((uintptr_t)pointer).c_str()));
    });
}

EMU_API int cuDeviceGetDefaultMemPool(void** pool, int device)
{
    ENTER_WITHOUT_CONTEXT;
    *pool = &s_context;
    return device ? InvalidDevice : Success;
}

EMU_API int cuMemPoolSetAttribute(void* pool, int, void*)
{
    ENTER_WITHOUT_CONTEXT;
    return pool == &s_context ? Success : InvalidValue;
}

EMU_API int cuMemPoolTrimTo(void* pool, size_t)
{
    ENTER_WITHOUT_CONTEXT;
    return pool == &s_context ? Success : InvalidValue;
}

EMU_API int cuMemHostAlloc(void** pointer, size_t bytes, unsigned)
{
    ENTER_UNLESS_CAPTURING;
    if (!pointer || bytes == 0) return InvalidValue;
    *pointer = allocate(bytes, Kind::Host);
    return *pointer ? Success : OutOfMemory;
}

EMU_API int cuMemFreeHost(void* pointer)
{
    Call call;
    if (call.status && call.status != sticky) return call.status;
    if (int refused = refuse_while_capturing()) return refused;
    flush_all();
    if (!release(pointer, Kind::Host)) {
        report_host(text("cuMemFreeHost of %p: %s", pointer, describe_address((uintptr_t)pointer).c_str()));
        return InvalidValue;
    }
    return call.status;
}

EMU_API int cuMemHostGetDevicePointer_v2(void** device, void* host, unsigned flags)
{
    ENTER;
    const Allocation* a = find_allocation((uintptr_t)host);
    if (flags || !a || a->freed || a->kind != Kind::Host) return InvalidValue;
    *device = host;
    return Success;
}
