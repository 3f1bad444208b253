// The emulated GPU's own tests: it must find every planted bug, and stay silent on good kernels under every schedule.
#include "harness.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

void* stream;
static int s_passed, s_failed;

std::string report()
{
    char text[4000];
    cudaemu_last_report(text, sizeof text);
    return text;
}

void require(int status, const char* what)
{
    if (status == 0) return;
    const char* name = nullptr;
    cuGetErrorName(status, &name);
    printf("%s gives %d %s\n%s\n0 passed, 1 failed\n", what, status, name ? name : "", report().c_str());
    exit(1);
}

static std::string file(const char* name)
{
    std::ifstream in(std::string(CUDAEMU_ROOT "/../../kernels/") + name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::string prelude(const char* type) { return std::string("#define T ") + type + "\n" + file("prelude.cuh") + file("mma.cuh") + "#line 1 \"test.cu\"\n"; }

std::string compile(const std::string& source, std::string& image)
{
    void* program;
    require(nvrtcCreateProgram(&program, source.c_str(), "test.cu", 0, nullptr, nullptr), "nvrtcCreateProgram");
    const char* options[] = {"--gpu-architecture=sm_80", "--std=c++17"};
    int status = nvrtcCompileProgram(program, 2, options);
    size_t bytes;
    nvrtcGetProgramLogSize(program, &bytes);
    std::string log(bytes, 0);
    nvrtcGetProgramLog(program, log.data());
    log.resize(bytes - 1);
    if (status == 0) {
        nvrtcGetCUBINSize(program, &bytes);
        image.resize(bytes);
        nvrtcGetCUBIN(program, image.data());
    }
    nvrtcDestroyProgram(&program);
    return status ? (log.empty() ? "it failed" : log) : "";
}

void* function(const std::string& source, const char* name)
{
    static std::map<std::string, void*> s_modules;
    void*& module = s_modules[source];
    if (!module) {
        std::string image, log = compile(source, image);
        if (!log.empty()) {
            printf("%s does not compile:\n%s\n", name, log.c_str());
            require(6, "nvrtcCompileProgram");
        }
        REQUIRE(cuModuleLoadData(&module, image.data()));
    }
    void* f;
    REQUIRE(cuModuleGetFunction(&f, module, name));
    return f;
}

std::vector<float> numbers(size_t n, unsigned seed)
{
    std::vector<float> v(n);
    for (float& x : v) {
        seed = seed * 1664525u + 1013904223u;
        x = (float)(seed >> 8) / (1 << 23) - 1;
    }
    return v;
}

void heading(const char* what, const char* passed, const char* how) { printf("\n%-58s | %-5s | %s\n%s\n", what, passed, how, std::string(150, '-').c_str()); }

void row(const std::string& what, bool passed, const std::string& how)
{
    std::string one_line = how.substr(0, how.find('\n'));
    printf("%-58s | %-5s | %s\n", what.c_str(), passed ? "yes" : "NO", one_line.c_str());
    (passed ? s_passed : s_failed)++;
    fflush(stdout);
}

int main(int argc, char** argv)
{
    REQUIRE(cuInit(0));
    void* context;
    REQUIRE(cuDevicePrimaryCtxRetain(&context, 0));
    REQUIRE(cuCtxSetCurrent(context));
    REQUIRE(cuStreamCreate(&stream, 1));
    std::string only = argc > 1 ? argv[1] : "";
    if (only == "settings") {
        print_settings();
        return 0;
    }
    if (only.empty() || only == "planted") planted_bugs();
    if (only.empty() || only == "host") host_mistakes();
    if (only.empty() || only == "streams") stream_mistakes();
    if (only.empty() || only == "functions") functions();
    if (only.empty() || only == "good") good_kernels();
    if (only.empty() || only == "build") building();
    if (only.empty() || only == "environment") settings();
    printf("\n%d passed, %d failed\n", s_passed, s_failed);
    return s_failed ? 1 : 0;
}
