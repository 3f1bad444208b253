#pragma once
// The host side of the emulator's tests, against the functions that it exports.
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
int cuInit(unsigned);
int cuDeviceGetName(char*, int, int);
int cuDeviceGetAttribute(int*, int, int);
int cuDevicePrimaryCtxRetain(void**, int);
int cuCtxSetCurrent(void*);
int cuCtxSynchronize(void);
int cuGetErrorName(int, const char**);
int cuGetErrorString(int, const char**);
int cuMemAlloc_v2(void**, size_t);
int cuMemFree_v2(void*);
int cuMemAllocAsync(void**, size_t, void*);
int cuMemFreeAsync(void*, void*);
int cuMemGetInfo_v2(size_t*, size_t*);
int cuMemHostAlloc(void**, size_t, unsigned);
int cuMemFreeHost(void*);
int cuMemcpyHtoDAsync_v2(void*, const void*, size_t, void*);
int cuMemcpyDtoHAsync_v2(void*, const void*, size_t, void*);
int cuMemcpyDtoDAsync_v2(void*, const void*, size_t, void*);
int cuMemsetD8Async(void*, unsigned char, size_t, void*);
int cuMemsetD32Async(void*, unsigned, size_t, void*);
int cuStreamCreate(void**, unsigned);
int cuStreamDestroy_v2(void*);
int cuStreamSynchronize(void*);
int cuStreamQuery(void*);
int cuStreamWaitEvent(void*, void*, unsigned);
int cuStreamIsCapturing(void*, int*);
int cuThreadExchangeStreamCaptureMode(int*);
int cuStreamBeginCapture_v2(void*, int);
int cuStreamEndCapture(void*, void**);
int cuGraphInstantiateWithFlags(void**, void*, unsigned long long);
int cuGraphGetNodes(void*, void**, size_t*);
int cuGraphLaunch(void*, void*);
int cuGraphExecDestroy(void*);
int cuGraphDestroy(void*);
int cuEventCreate(void**, unsigned);
int cuEventRecord(void*, void*);
int cuEventSynchronize(void*);
int cuEventQuery(void*);
int cuEventElapsedTime(float*, void*, void*);
int cuEventDestroy_v2(void*);
int cuModuleLoadData(void**, const void*);
int cuModuleGetFunction(void**, void*, const char*);
int cuFuncSetAttribute(void*, int, int);
int cuLaunchKernel(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
int nvrtcCreateProgram(void**, const char*, const char*, int, const char* const*, const char* const*);
int nvrtcCompileProgram(void*, int, const char* const*);
int nvrtcGetProgramLogSize(void*, size_t*);
int nvrtcGetProgramLog(void*, char*);
int nvrtcGetCUBINSize(void*, size_t*);
int nvrtcGetCUBIN(void*, char*);
int nvrtcDestroyProgram(void**);
int cublasCreate_v2(void**);
int cublasSetStream_v2(void*, void*);
int cublasDestroy_v2(void*);
int cublasGemmEx(void*, int, int, int, int, int, const void*, const void*, int, int, const void*, int, int, const void*, void*, int, int, int, int);
int cublasGemmStridedBatchedEx(void*, int, int, int, int, int, const void*, const void*, int, int, long long, const void*, int, int, long long, const void*, void*, int, int, long long, int, int, int);
void cudaemu_set_check(int);
void cudaemu_set_schedule(int, unsigned);
void cudaemu_set_lazy(int);
void cudaemu_reset(void);
int cudaemu_last_report(char*, int);
long cudaemu_counter(int);
}

struct Dim {
    unsigned x = 1, y = 1, z = 1;
};

extern void* stream;

// The violation's text; empty if there was none.
std::string report();

// Fails the whole test run with a message: for steps that must work.
void require(int status, const char* what);
#define REQUIRE(call) require(call, #call)

// prelude.cuh and mma.cuh with an element type, to stand before a kernel.
std::string prelude(const char* type);

// The log of a compilation; empty if it succeeded.
std::string compile(const std::string& source, std::string& image);

// A function of a program, which must compile; programs are kept.
void* function(const std::string& source, const char* name);

// Launches with pointers to the arguments' values; returns cuLaunchKernel's status.
template <class... A> int launch(void* f, Dim grid, Dim block, unsigned shared, A... arguments)
{
    void* p[] = {(void*)&arguments..., nullptr};
    return cuLaunchKernel(f, grid.x, grid.y, grid.z, block.x, block.y, block.z, shared, stream, p, nullptr);
}

// Memory of the device, freed at the end.
template <class V> struct Buffer {
    V* data = nullptr;
    size_t count;

    explicit Buffer(size_t n) : count(n) { REQUIRE(cuMemAllocAsync((void**)&data, n * sizeof(V), stream)); }
    explicit Buffer(const std::vector<V>& values) : Buffer(values.size()) { REQUIRE(cuMemcpyHtoDAsync_v2(data, values.data(), count * sizeof(V), stream)); }
    Buffer(const Buffer&) = delete;
    ~Buffer() { (void)cuMemFreeAsync(data, stream); }

    std::vector<V> read() const
    {
        std::vector<V> values(count);
        REQUIRE(cuMemcpyDtoHAsync_v2(values.data(), data, count * sizeof(V), stream));
        REQUIRE(cuStreamSynchronize(stream));
        return values;
    }
};

std::vector<float> numbers(size_t n, unsigned seed);

// A line of the tables.
void row(const std::string& what, bool passed, const std::string& how);
void heading(const char* what, const char* passed, const char* how);

// A row for a status, with what was reported; then forgets the violation.
void expect(const char* what, int expected, int status);

void planted_bugs();
void host_mistakes();
void stream_mistakes();
void good_kernels();
void functions();
void building();
void settings();
void print_settings(); // what a child process of settings() does
