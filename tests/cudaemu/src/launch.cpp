// Modules, functions and kernel launches.
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <set>

#include "compiler.h"
#include "driver.h"
#include "report.h"

namespace emu {

namespace {

struct Module {
    Program program;
    const EmuModule* built[2] = {}; // unchecked, checked: each when it is first needed
};

struct Function {
    Module* module;
    std::string name;
    long max_dynamic = SharedLimit;
};

std::set<Module*> s_modules;
std::set<Function*> s_functions;

// The module in one mode; null if it does not compile or load.
const EmuModule* load(Module& module, bool check)
{
    const EmuModule*& built = module.built[check];
    if (built) return built;
    Build b = build(module.program, check);
    void* library = b.ok ? dlopen(b.path.c_str(), RTLD_NOW | RTLD_LOCAL) : nullptr;
    if (!library) {
        report_host(text("%s: %s", module.program.title.c_str(), b.ok ? dlerror() : b.log.c_str()));
        return nullptr;
    }
    return built = (const EmuModule*)dlsym(library, "emu_module");
}

const EmuKernel* kernel_of(const EmuModule* module, const std::string& name)
{
    for (int i = 0; module && i < module->kernels; i++)
        if (name == module->kernel[i]->name) return module->kernel[i];
    return nullptr;
}

// A launch with its own copy of the parameters: the caller's are gone when it runs later.
struct Recorded {
    Function* function;
    EmuIndex grid, block;
    long shared, limit;
    std::vector<char> values;
    std::vector<size_t> offsets;

    void run()
    {
        const EmuKernel* kernel = kernel_of(load(*function->module, controls.check), function->name);
        if (!kernel) {
            sticky = InvalidImage;
            return;
        }
        std::vector<void*> parameters;
        for (size_t o : offsets) parameters.push_back(values.data() + o);
        Launch launch{kernel, grid, block, shared, limit, parameters.data(), values.data(), (long)values.size(), controls.schedule, controls.seed, controls.check};
        run_grid(launch);
    }
};

} // namespace

long launches;

} // namespace emu

using namespace emu;

EMU_API int cuModuleLoadData(void** handle, const void* image)
{
    ENTER_UNLESS_CAPTURING;
    auto module = std::make_unique<Module>();
    if (!image || !Program::parse(image, module->program)) return InvalidImage;
    if (!load(*module, controls.check)) return InvalidImage;
    s_modules.insert(module.get());
    *handle = module.release();
    return Success;
}

// Its library stays loaded: the same program is likely to be loaded again.
EMU_API int cuModuleUnload(void* handle)
{
    ENTER;
    return s_modules.erase((Module*)handle) ? Success : InvalidHandle;
}

EMU_API int cuModuleGetFunction(void** handle, void* module, const char* name)
{
    ENTER;
    auto* m = (Module*)module;
    if (!s_modules.count(m)) return InvalidHandle;
    const EmuModule* built = m->built[0] ? m->built[0] : m->built[1];
    if (!name || !kernel_of(built, name)) {
        std::string there;
        for (int i = 0; i < built->kernels; i++) there += (i ? ", " : "") + std::string(built->kernel[i]->name);
        report_host(text("cuModuleGetFunction: %s has no kernel %s; it has %s", m->program.title.c_str(), name ? name : "(null)", there.empty() ? "none" : there.c_str()));
        return NotFound;
    }
    auto* function = new Function{m, name};
    s_functions.insert(function);
    *handle = function;
    return Success;
}

EMU_API int cuFuncSetAttribute(void* handle, int attribute, int value)
{
    ENTER;
    auto* function = (Function*)handle;
    if (!s_functions.count(function)) return InvalidHandle;
    constexpr int MaxDynamicSharedSizeBytes = 8;
    if (attribute != MaxDynamicSharedSizeBytes) return Success; // preferences
    if (value < 0 || value > SharedOptIn) return InvalidValue;
    function->max_dynamic = value;
    return Success;
}

EMU_API int cuLaunchKernel(void* handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, void* on, void** parameters, void** extra)
{
    ENTER;
    auto* function = (Function*)handle;
    Stream* stream = stream_of(on);
    if (!s_functions.count(function) || !stream) return InvalidHandle;
    const EmuKernel* kernel = kernel_of(load(*function->module, controls.check), function->name);
    if (!kernel) return InvalidImage;
    auto refuse = [&](const std::string& why) {
        report_host(text("launch of %s <<<(%u, %u, %u), (%u, %u, %u), %u>>>: %s", kernel->name, gx, gy, gz, bx, by, bz, shared, why.c_str()));
        return InvalidValue;
    };
    if (extra) return NotSupported;
    if (gx == 0 || gy == 0 || gz == 0 || bx == 0 || by == 0 || bz == 0) return refuse("a dimension is 0");
    if (gx > 0x7fffffff || gy > 65535 || gz > 65535) return refuse("the grid may have (2147483647, 65535, 65535) blocks");
    if (bx > 1024 || by > 1024 || bz > 64 || (unsigned long)bx * by * bz > MaxThreads) return refuse("a block may have (1024, 1024, 64) threads, 1024 in all");
    if (kernel->max_threads && bx * by * bz > (unsigned)kernel->max_threads) return refuse(text("its __launch_bounds__ are %d threads", kernel->max_threads));
    if ((long)shared > function->max_dynamic) return refuse(text("%ld bytes of dynamic shared memory are allowed: more need cuFuncSetAttribute", function->max_dynamic));

    Recorded r{function, {gx, gy, gz}, {bx, by, bz}, (long)shared, function->max_dynamic > SharedLimit ? SharedOptIn : SharedLimit, {}, {}};
    size_t bytes = 0;
    for (int i = 0; i < kernel->parameters; i++) {
        bytes = (bytes + 15) / 16 * 16;
        r.offsets.push_back(bytes);
        bytes += (size_t)kernel->sizes[i];
    }
    r.values.resize(bytes);
    for (int i = 0; i < kernel->parameters; i++) {
        if (!parameters || !parameters[i]) return refuse(text("parameter %d is missing", i));
        memcpy(r.values.data() + r.offsets[(size_t)i], parameters[i], (size_t)kernel->sizes[i]);
    }
    if (!stream->capturing && !controls.lazy) {
        r.run();
        return Success; // what went wrong in it the next call tells
    }
    return submit(*stream, [r]() mutable { r.run(); });
}
