// Environment variables, each in a process of its own that says what it is like there; and the names that the library exports.
#include "harness.h"

#include <cstdio>
#include <dlfcn.h>
#include <fstream>
#include <glob.h>
#include <set>
#include <sstream>

extern "C" void cudaemu_set_memory(long);
extern "C" int cuGetProcAddress_v2(const char*, void**, int, unsigned long long, int*);

namespace {

const char Source[] = R"(
extern "C" __global__ void beyond(float* y) { y[threadIdx.x] = 1; }
extern "C" __global__ void order(int* y) { y[1 + atomicAdd(y, 1)] = threadIdx.x; }
)";

std::string output(const std::string& command)
{
    std::string all;
    char part[500];
    FILE* pipe = popen(command.c_str(), "r");
    while (pipe && fgets(part, sizeof part, pipe)) all += part;
    if (pipe) pclose(pipe);
    return all.substr(0, all.find('\n'));
}

// The order in which 16 threads ran.
std::string order()
{
    Buffer<int> y(std::vector<int>(17));
    REQUIRE(launch(function(Source, "order"), {1}, {16}, 0, y.data));
    std::string text;
    for (int v : y.read()) text += (text.empty() ? "" : " ") + std::to_string(v);
    return text.substr(text.find(' ') + 1);
}

void variable(const char* set, const char* expected)
{
    std::string got = output(std::string(set) + " '" CUDAEMU_ROOT "/build/tests' settings");
    row(set, got.find(expected) != std::string::npos, got);
}

// Names after LibraryImport: the entry point, or the method's own.
std::set<std::string> imported()
{
    std::set<std::string> names;
    glob_t files;
    if (glob(CUDAEMU_ROOT "/../../src/TensorCore/Cuda/Interop/*.cs", 0, nullptr, &files)) return names;
    for (size_t i = 0; i < files.gl_pathc; i++) {
        std::ifstream in(files.gl_pathv[i]);
        std::stringstream all;
        all << in.rdbuf();
        std::string text = all.str();
        for (size_t at = 0; (at = text.find("[LibraryImport(", at)) != std::string::npos; at++) {
            size_t end = text.find("]\n", at), entry = text.find("EntryPoint = \"", at), open = text.find('(', end), space = text.rfind(' ', open);
            if (entry < end) names.insert(text.substr(entry + 14, text.find('"', entry + 14) - entry - 14));
            else names.insert(text.substr(space + 1, open - space - 1));
        }
    }
    globfree(&files);
    return names;
}

} // namespace

void print_settings()
{
    size_t free, total;
    REQUIRE(cuMemGetInfo_v2(&free, &total));
    Buffer<float> y(32);
    REQUIRE(launch(function(Source, "beyond"), {1}, {32}, 0, y.data));
    bool lazy = cuStreamQuery(stream) == 600;
    REQUIRE(cuStreamSynchronize(stream));
    std::string o = order();
    REQUIRE(launch(function(Source, "beyond"), {1}, {33}, 0, y.data));
    bool checked = cuStreamSynchronize(stream) == 700;
    int major, minor;
    REQUIRE(cuDeviceGetAttribute(&major, 75, 0));
    REQUIRE(cuDeviceGetAttribute(&minor, 76, 0));
    printf("check %d, lazy %d, %zu MiB, sm_%d%d, order %s.\n", checked, lazy, total >> 20, major, minor, o.c_str());
}

void settings()
{
    heading("setting", "works", "what it is like");
    const char Forward[] = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", Reverse[] = "15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 0";
    variable("CUDAEMU_MEMORY_MB=123", ("check 0, lazy 0, 123 MiB, sm_80, order " + std::string(Forward) + ".").c_str());
    variable("CUDAEMU_CHECK=1", "check 1, lazy 0");
    variable("CUDAEMU_CHECK=0", "check 0, lazy 0");
    variable("CUDAEMU_COMPUTE=75", "sm_75");
    variable("CUDAEMU_LAZY=1", "check 0, lazy 1");
    variable("CUDAEMU_SCHEDULE=forward", Forward);
    variable("CUDAEMU_SCHEDULE=reverse", Reverse);
    std::string first = output("CUDAEMU_SCHEDULE=random:1 '" CUDAEMU_ROOT "/build/tests' settings"), again = output("CUDAEMU_SCHEDULE=random:1 '" CUDAEMU_ROOT "/build/tests' settings"),
                other = output("CUDAEMU_SCHEDULE=random:2 '" CUDAEMU_ROOT "/build/tests' settings");
    row("CUDAEMU_SCHEDULE=random:1, twice, and random:2", first == again && first != other && first.find(Forward) == std::string::npos, first + " " + other);
    std::string wrong = output("CUDAEMU_SCHEDULE=sideways '" CUDAEMU_ROOT "/build/tests' settings 2>&1");
    row("CUDAEMU_SCHEDULE=sideways", wrong.find("CUDAEMU_SCHEDULE=sideways: forward, reverse, random or random:SEED is expected") != std::string::npos, wrong);

    cudaemu_set_schedule(1, 0);
    std::string reverse = order();
    cudaemu_set_schedule(-1, 0);
    std::string back = order();
    row("cudaemu_set_schedule; -1 goes back to the environment's", reverse == Reverse && back == Forward, reverse + "; " + back);
    size_t free, total, least;
    cudaemu_set_memory(7);
    REQUIRE(cuMemGetInfo_v2(&free, &least));
    cudaemu_set_memory(-1);
    REQUIRE(cuMemGetInfo_v2(&free, &total));
    row("cudaemu_set_memory; -1 goes back to the environment's", least == (size_t)7 << 20 && total == (size_t)256 << 20, std::to_string(least >> 20) + " MiB; " + std::to_string(total >> 20) + " MiB");

    std::string missing;
    std::set<std::string> names = imported();
    void* library = dlopen(CUDAEMU_ROOT "/build/libcuda.so.1", RTLD_NOW);
    for (const std::string& name : names)
        if (!dlsym(library, name.c_str())) missing += " " + name;
    row("exports all that the host side imports", names.size() > 30 && missing.empty(), std::to_string(names.size()) + " functions; missing:" + (missing.empty() ? " none" : missing));
    void* f;
    int status;
    bool found = cuGetProcAddress_v2("cuMemAlloc", &f, 12000, 0, &status) == 0 && f == (void*)&cuMemAlloc_v2 && status == 0;
    expect("cuGetProcAddress of a function that there is not", 500, cuGetProcAddress_v2("cuTexRefCreate", &f, 12000, 0, &status));
    row("and of one that there is", found && !f && status == 1, "cuMemAlloc gives cuMemAlloc_v2");
    void* module = nullptr;
    std::string image, log = compile(Source, image);
    REQUIRE(cuModuleLoadData(&module, image.data()));
    expect("a kernel that the module has not", 500, cuModuleGetFunction(&f, module, "befond"));
    log = compile("__device__ float unknown(float);\nextern \"C\" __global__ void k(float* y) { y[0] = unknown(y[1]); }\n", image);
    row("a function that nobody defines does not compile", log.find("undefined reference to `unknown(float)'") != std::string::npos, log.substr(log.find('\n') + 1));
}
