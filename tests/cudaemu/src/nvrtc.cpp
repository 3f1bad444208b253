// libnvrtc.so.12: the functions of the run-time compiler.
#include <cstring>
#include <mutex>

#include "compiler.h"
#include "driver.h"

using namespace emu;

namespace {

struct NvrtcProgram {
    Program program;
    std::string log, image;
};

constexpr int Fine = 0, InvalidInput = 3, InvalidProgram = 4, InvalidOption = 5, Compilation = 6;

} // namespace

EMU_API int nvrtcVersion(int* major, int* minor)
{
    *major = 12;
    *minor = 4;
    return Fine;
}

EMU_API const char* nvrtcGetErrorString(int status)
{
    static const char* const names[] = {"NVRTC_SUCCESS", "NVRTC_ERROR_OUT_OF_MEMORY", "NVRTC_ERROR_PROGRAM_CREATION_FAILURE", "NVRTC_ERROR_INVALID_INPUT", "NVRTC_ERROR_INVALID_PROGRAM",
        "NVRTC_ERROR_INVALID_OPTION", "NVRTC_ERROR_COMPILATION", "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE"};
    return status >= 0 && status < 8 ? names[status] : "NVRTC_ERROR unknown";
}

EMU_API int nvrtcGetNumSupportedArchs(int* count)
{
    *count = 4;
    return Fine;
}

EMU_API int nvrtcGetSupportedArchs(int* archs)
{
    static const int known[] = {70, 75, 80, 90};
    memcpy(archs, known, sizeof known);
    return Fine;
}

EMU_API int nvrtcCreateProgram(void** program, const char* source, const char* name, int, const char* const*, const char* const*)
{
    if (!program || !source) return InvalidInput;
    *program = new NvrtcProgram{{source, name && *name ? name : "default_program"}, "", ""};
    return Fine;
}

EMU_API int nvrtcDestroyProgram(void** program)
{
    if (!program || !*program) return InvalidProgram;
    delete (NvrtcProgram*)*program;
    *program = nullptr;
    return Fine;
}

EMU_API int nvrtcCompileProgram(void* program, int count, const char* const* options)
{
    auto* p = (NvrtcProgram*)program;
    if (!p) return InvalidProgram;
    for (int i = 0; i < count; i++)
        if (strncmp(options[i], "-", 1)) {
            p->log = std::string("nvrtc: error: invalid value for option ") + options[i];
            return InvalidOption;
        }
    {
        std::lock_guard<std::recursive_mutex> lock(api_mutex());
        compile_requests++;
    }
    // The other mode's build follows when it is first launched there.
    Build b = build(p->program, controls.check);
    p->log = b.log;
    if (!b.ok) return Compilation;
    p->image = p->program.image();
    return Fine;
}

EMU_API int nvrtcGetProgramLogSize(void* program, size_t* bytes)
{
    *bytes = ((NvrtcProgram*)program)->log.size() + 1;
    return Fine;
}

EMU_API int nvrtcGetProgramLog(void* program, char* log)
{
    const std::string& text = ((NvrtcProgram*)program)->log;
    memcpy(log, text.c_str(), text.size() + 1);
    return Fine;
}

static int image_size(void* program, size_t* bytes)
{
    auto* p = (NvrtcProgram*)program;
    if (p->image.empty()) return InvalidProgram;
    *bytes = p->image.size() + 1;
    return Fine;
}

static int image(void* program, char* to)
{
    auto* p = (NvrtcProgram*)program;
    if (p->image.empty()) return InvalidProgram;
    memcpy(to, p->image.c_str(), p->image.size() + 1);
    return Fine;
}

EMU_API int nvrtcGetCUBINSize(void* program, size_t* bytes) { return image_size(program, bytes); }
EMU_API int nvrtcGetCUBIN(void* program, char* to) { return image(program, to); }
EMU_API int nvrtcGetPTXSize(void* program, size_t* bytes) { return image_size(program, bytes); }
EMU_API int nvrtcGetPTX(void* program, char* to) { return image(program, to); }
