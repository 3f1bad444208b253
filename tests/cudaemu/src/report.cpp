#include "report.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <mutex>

#include "block.h"
#include "memory.h"

namespace emu {

static std::string s_last;
static std::mutex s_mutex;

std::string text(const char* format, ...)
{
    char buffer[2000];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    return buffer;
}

static void publish(const std::string& report)
{
    std::lock_guard<std::mutex> lock(s_mutex);
    fprintf(stderr, "cudaemu: %s\n", report.c_str());
    if (s_last.empty()) s_last = report; // the first is the cause
}

// The source lines of a code address, innermost first: "softmax.cu:41, called at softmax.cu:60".
static std::string source_of(const void* pc)
{
    Dl_info info;
    if (!pc || !dladdr(pc, &info) || !info.dli_fname) return "";
    auto offset = (size_t)((const char*)pc - (const char*)info.dli_fbase) - 1; // of the call before the return address
    FILE* out = popen(text("addr2line -i -e '%s' 0x%zx 2>/dev/null", info.dli_fname, offset).c_str(), "r");
    if (!out) return "";
    std::string lines;
    char line[1000];
    while (fgets(line, sizeof line, out)) {
        line[strcspn(line, " \n")] = 0; // also cuts "(discriminator …)"
        const char* slash = strrchr(line, '/');
        if (strstr(line, "cudaemu/shim") || strstr(line, "cudaemu/table") || line[0] == '?') continue;
        lines += (lines.empty() ? "" : ", called at ") + std::string(slash ? slash + 1 : line);
    }
    pclose(out);
    return lines;
}

void report_kernel(const std::string& what, int line, const void* pc, uintptr_t address)
{
    const BlockRunner& r = *BlockRunner::current();
    const EmuIndex &b = r.block().index, &t = r.thread_index(r.thread());
    std::string where = line ? text("line %d", line) : source_of(pc);
    std::string report = text("%s: kernel %s, block (%u, %u, %u), thread (%u, %u, %u)", what.c_str(), r.launch().kernel->name, b.x, b.y, b.z, t.x, t.y, t.z);
    if (!where.empty()) report += ", " + where;
    if (address) {
        report += text(", address 0x%zx", (size_t)address);
        bool shared = address - range().base < range().shared_bytes;
        report += shared ? text(": shared memory, byte %ld", (long)(address - (uintptr_t)r.arena())) : ": " + describe_address(address);
        if (shared)
            for (const SharedVariable& v : r.variables())
                if (address >= (uintptr_t)v.address && address < (uintptr_t)v.address + (size_t)v.bytes + 64)
                    report += text(", byte %ld of %s of %ld bytes", (long)(address - (uintptr_t)v.address), v.name, v.bytes);
    }
    publish(report);
}

// The lines of the calls that lead to a place.
static std::string path_of(const Place& place)
{
    std::string path;
    for (int i = 0; i < place.depth; i++) {
        std::string source = source_of(place.calls[i]);
        if (!source.empty()) path += (path.empty() ? "" : ", called at ") + source;
    }
    return path;
}

std::string describe(const Place& place, const Place& other)
{
    std::string where = text("line %d", place.line);
    if (place.line != other.line || place.depth == 0) return where;
    std::string path = path_of(place);
    return where + " (" + (path == path_of(other) ? "one of several there" : path) + ")";
}

void report_host(const std::string& what) { publish(what); }

std::string last_report()
{
    std::lock_guard<std::mutex> lock(s_mutex);
    return s_last;
}

void clear_report()
{
    std::lock_guard<std::mutex> lock(s_mutex);
    s_last.clear();
}

} // namespace emu
