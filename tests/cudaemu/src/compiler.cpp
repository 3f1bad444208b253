// Compiles kernels with g++ into shared libraries, kept on disk by the hash of all that goes into them.
#include "compiler.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "report.h"
#include "rewrite.h"
#include "settings.h"

extern char** environ;

// The shim's text, part of this library.
asm(".section .rodata\n"
    ".global emu_shim_begin, emu_shim_end\n.hidden emu_shim_begin, emu_shim_end\n"
    "emu_shim_begin:\n.incbin \"" CUDAEMU_SHIM "/abi.h\"\n.incbin \"" CUDAEMU_SHIM "/kernel.h\"\nemu_shim_end:\n.byte 0\n.previous\n");
extern "C" const char emu_shim_begin[], emu_shim_end[];

namespace emu {

static const char Magic[] = "cudaemu image 1\n";

std::string Program::image() const { return Magic + title + "\n" + std::to_string(source.size()) + "\n" + source; }

bool Program::parse(const void* image, Program& program)
{
    auto* p = (const char*)image;
    if (strncmp(p, Magic, sizeof Magic - 1)) return false;
    p += sizeof Magic - 1;
    const char* end = strchr(p, '\n');
    program.title.assign(p, end);
    char* text;
    size_t bytes = strtoull(end + 1, &text, 10);
    program.source.assign(text + 1, bytes);
    return true;
}

static std::string hash(const std::string& text)
{
    // Two FNV-1a of 64 bits with different beginnings: chance collisions are out of the question.
    uint64_t a = 0xcbf29ce484222325u, b = 0x9e3779b97f4a7c15u;
    for (unsigned char c : text) {
        a = (a ^ c) * 0x100000001b3u;
        b = (b ^ c) * 0x100000001b3u;
        b ^= b >> 29;
    }
    return emu::text("%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
}

static std::vector<std::string> flags(bool check)
{
    std::vector<std::string> f = {"-std=c++17", "-w", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique", "-fno-strict-aliasing", "-fno-exceptions", "-fno-rtti", "-fno-asynchronous-unwind-tables",
        "-ftls-model=initial-exec", "-fno-math-errno", "-fmax-errors=20",
        "-ffp-contract=off"}; // nvcc contracts too, but the tests compare bits between schedules and builds
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) f.push_back("-march=x86-64-v3"); // fmaf as one instruction
#endif
    if (check) {
        // Hooks at each access; their implementation is ours (hooks.cpp), the sanitizers' run-time libraries are not linked. -g1: lines for the reports. -Og compiles in two thirds
        // of -O1's time and removes fewer accesses before they can be checked.
        for (const char* o : {"-Og", "-g1", "-gdwarf-4", "-fsanitize=thread", "-fsanitize=alignment", "--param=tsan-instrument-func-entry-exit=0", "-fno-tree-loop-distribute-patterns", "-fno-omit-frame-pointer",
                 "-DEMU_CHECK"})
            f.push_back(o);
    } else {
        f.push_back("-O2");
    }
    return f;
}

static int run(const std::vector<std::string>& arguments, const std::string& log)
{
    std::vector<char*> argv;
    for (const std::string& a : arguments) argv.push_back((char*)a.c_str());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child;
    int error = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error) return -1;
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static std::string read_file(const std::string& path)
{
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

static void make_folders(const std::string& path)
{
    for (size_t i = 1; i != std::string::npos; i = path.find('/', i + 1)) mkdir(path.substr(0, i).c_str(), 0777);
    mkdir(path.c_str(), 0777);
}

// The program for g++: shim, source, and a table of its kernels.
static std::string complete(const Program& program)
{
    Rewritten r = rewrite(program.source);
    std::string all = "#line 1 \"cudaemu/shim\"\n" + std::string(emu_shim_begin, emu_shim_end) + "#line 1 \"" + program.title + "\"\n" + r.text + "\n#line 1 \"cudaemu/table\"\n";
    std::string list;
    for (size_t i = 0; i < r.kernels.size(); i++) {
        const KernelName& k = r.kernels[i];
        std::string n = "emu_kernel_" + std::to_string(i);
        all += "static constexpr EmuKernel " + n + " = EmuThunk<&" + k.name + ">::describe(\"" + k.name + "\", emu_bounds(" + k.bounds + "));\n";
        list += "&" + n + ", ";
    }
    all += "static const EmuKernel* const emu_kernels[] = {" + list + "nullptr};\n";
    all += "extern \"C\" __attribute__((visibility(\"default\"))) const EmuModule emu_module = {" + std::to_string(r.kernels.size()) + ", emu_kernels};\n";
    return all;
}

Build build(const Program& program, bool check)
{
    std::string text = complete(program), everything = std::string(__VERSION__) + "\n";
    std::vector<std::string> options = flags(check);
    for (const std::string& f : options) everything += f + "\n";
    Build result;
    const std::string& folder = settings().cache;
    std::string base = folder + "/" + hash(everything + text);
    result.path = base + ".so";
    if (access(result.path.c_str(), R_OK) == 0) {
        result.ok = true;
        return result;
    }

    make_folders(folder);
    static std::atomic<int> s_serial{0};
    std::string own = base + emu::text(".%d.%d", (int)getpid(), s_serial++), source = own + ".cpp", library = own + ".so", log = own + ".log";
    std::ofstream(source) << text;
    Dl_info self;
    dladdr((const void*)&build, &self);
    std::vector<std::string> command = {"g++"};
    command.insert(command.end(), options.begin(), options.end());
    // Linked against this library: under RTLD_LOCAL its functions are found only so. A function that nobody defines is an error here, where there is a log to put it.
    for (const std::string& a : {std::string("-shared"), std::string("-nostdlib"), std::string("-Wl,-z,defs"), std::string("-pipe"), source, std::string(self.dli_fname), std::string("-lm"), std::string("-lc"), std::string("-o"),
             library}) command.push_back(a);
    int status = run(command, log);
    result.log = read_file(log);
    if (status < 0) result.log += "cudaemu: g++ did not start (apt-get install g++)\n";
    result.ok = status == 0 && rename(library.c_str(), result.path.c_str()) == 0;
    unlink(library.c_str());
    unlink(log.c_str());
    if (!getenv("CUDAEMU_KEEP")) unlink(source.c_str());
    return result;
}

long compile_requests;

} // namespace emu
