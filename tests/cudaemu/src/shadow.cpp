// Formulas: an access A before the running access B is ordered before it if
//   A belongs to an earlier launch, or to the same thread; or
//   both belong to one block, and a __syncthreads of it lies between; or
//   both belong to one warp, and a __syncwarp of it lies between.
// Two accesses to a byte that are not ordered race unless both read or both are atomic. Checked kernels run one block after another on one OS thread, so a clock that ticks
// at each of these events tells all of that by comparison: launch start <= block start <= last barrier <= last __syncwarp of the warp <= now.
#include "shadow.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <sys/mman.h>
#include <vector>

#include "block.h"
#include "memory.h"
#include "report.h"
#include "settings.h"
#include "shadow_access.h"

namespace emu::shadow {

Shadow s;

// For each block of the running launch, when it began: to name the other one of a race.
static std::vector<std::pair<uint32_t, EmuIndex>> s_blocks;
// Allocations whose bytes count as unwritten until a checked kernel or the host writes them.
static std::vector<uintptr_t> s_tracked;
static const char* s_arena;   // the running block's shared memory
static long s_shared_extent; // how much of its states was set

static void* reserve(size_t bytes)
{
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        fprintf(stderr, "cudaemu: no address space for the check mode's shadow memory\n");
        abort();
    }
    madvise(p, bytes, MADV_DONTDUMP);
    madvise(p, bytes, MADV_HUGEPAGE); // far fewer page faults
    return p;
}

static void paint(uintptr_t address, size_t bytes, State state) { memset(s.states + (address - s.base), state, bytes); }

void turned_on()
{
    if (s.states) return;
    // Pages come into being when they are first touched.
    const Range& r = range();
    s.base = r.base;
    s.bytes = r.bytes;
    s.shared_bytes = r.shared_bytes;
    s.words = (Cell*)reserve(r.bytes / 4 * sizeof(Cell));
    s.byte_cells = (Cell*)reserve(r.bytes * sizeof(Cell));
    s.states = (uint8_t*)reserve(r.bytes);
    for_each_allocation([](const Allocation& a) { paint(a.address, a.bytes, Written); });
}

// Unchecked kernels write without a trace: what is there now counts as written.
void turned_off()
{
    for (uintptr_t address : s_tracked) {
        const Allocation* a = find_allocation(address);
        if (a && a->address == address && !a->freed) paint(address, a->bytes, Written);
    }
    s_tracked.clear();
}

void allocated(uintptr_t address, size_t bytes, bool host)
{
    if (!s.states) return;
    bool track = controls.check && !host;
    paint(address, bytes, track ? Unwritten : Written);
    if (track) s_tracked.push_back(address);
}

// The cells stay: what they tell lies before every later launch.
void released(uintptr_t address, size_t bytes)
{
    if (s.states) paint(address, bytes, Forbidden);
}

void discarded(uintptr_t address, size_t bytes)
{
    if (!s.states) return;
    size_t at = address - s.base;
    madvise(s.states + at, bytes, MADV_DONTNEED);
    madvise(s.words + at / 4, bytes / 4 * sizeof(Cell), MADV_DONTNEED);
    madvise(s.byte_cells + at, bytes * sizeof(Cell), MADV_DONTNEED);
}

void written(const void* address, size_t bytes)
{
    if (s.states) paint((uintptr_t)address, bytes, Written);
}

void copied(const void* to, const void* from, size_t bytes)
{
    if (s.states) memmove(s.states + ((uintptr_t)to - s.base), s.states + ((uintptr_t)from - s.base), bytes);
}

const void* first_unwritten(const void* address, size_t bytes)
{
    if (!s.states) return nullptr;
    const uint8_t* states = s.states + ((uintptr_t)address - s.base);
    for (size_t i = 0; i < bytes; i++)
        if (states[i] == Unwritten) return (const char*)address + i;
    return nullptr;
}

// --- The running kernel ---

// The next moment. When the clock is at its end (after two million barriers) it begins anew and forgets all accesses, also those of the running block: nothing wrong is
// reported for it, a race across this moment is missed.
static uint32_t advance()
{
    if (++s.clock < ClockEnd) return s.clock;
    size_t used = used_range_bytes();
    madvise(s.words, used / 4 * sizeof(Cell), MADV_DONTNEED);
    madvise(s.byte_cells, used * sizeof(Cell), MADV_DONTNEED);
    s.launch_start = s.block_start = s.last_barrier = s.clock = 1;
    s_blocks.clear();
    if (BlockRunner* r = BlockRunner::current()) {
        r->forget_syncs();
        s_blocks.push_back({s.clock, r->block().index});
    }
    return ++s.clock;
}

void begin_launch(const BlockRunner& runner)
{
    s.launch_start = advance();
    s_blocks.clear();
    s_arena = runner.arena();
    paint((uintptr_t)s_arena, (size_t)s_shared_extent, Forbidden);
    s_shared_extent = 0;
}

void begin_block(const BlockRunner& runner)
{
    s.block_start = s.last_barrier = advance();
    s_blocks.push_back({s.clock, runner.block().index});
    allow_shared(runner.arena(), runner.launch().dynamic_shared);
    for (const SharedVariable& v : runner.variables()) allow_shared(v.address, v.bytes);
}

void allow_shared(const char* address, long bytes)
{
    paint((uintptr_t)address, (size_t)bytes, Unwritten);
    s_shared_extent = std::max(s_shared_extent, address + bytes - s_arena);
}

void run_thread(const BlockRunner& runner)
{
    s.stack = (uintptr_t)runner.fiber()->stack;
    s.warp_synced = runner.warp().synced;
    s.stamp = stamp_of(s.clock, runner.thread());
}

uint32_t tick() { return advance(); }

void barrier(const BlockRunner& runner)
{
    s.last_barrier = advance();
    run_thread(runner);
}

// --- Violations ---

[[noreturn]] static void violation(int status, const std::string& what, int line, const void* pc, uintptr_t address)
{
    report_kernel(what, line, pc, address);
    BlockRunner::current()->stop(status);
}

static std::string count(size_t bytes) { return text(bytes == 1 ? "%zu byte" : "%zu bytes", bytes); }

static const char* verb(Access access) { return access == Access::Read ? "reads" : access == Access::Write ? "writes" : "atomically changes"; }

void fail_state(uintptr_t address, size_t bytes, Access access, int line, const void* pc)
{
    const uint8_t* states = s.states + (address - s.base);
    size_t i = 0;
    while (i < bytes && states[i] == Written) i++;
    for (size_t j = 0; j < bytes; j++) // nothing is worse than memory that is not its own
        if (states[j] == Forbidden) {
            i = j;
            break;
        }
    const char* space = address - s.base < s.shared_bytes ? "shared" : "global";
    if (states[i] == Forbidden) violation(IllegalAddress, text("out of bounds: %s %s of %s memory", verb(access), count(bytes).c_str(), space), line, pc, address + i);
    if (states[i] == OnItsWay)
        violation(LaunchFailed, text("missing cp.async wait: %s %s of shared memory that an asynchronous copy is about to fill", verb(access), count(bytes).c_str()), line, pc, address + i);
    violation(LaunchFailed, text("uninitialised: %s %s of %s memory of which byte %zu was never written", verb(access), count(bytes).c_str(), space, i), line, pc, address + i);
}

void fail_race(uintptr_t address, size_t bytes, Access access, Stamp other, bool other_reads, int line, const void* pc)
{
    const BlockRunner& r = *BlockRunner::current();
    const EmuIndex& t = r.thread_index(thread_of(other));
    uint32_t when = clock_of(other);
    std::string who = text("thread (%u, %u, %u)", t.x, t.y, t.z);
    if (when < s.block_start) {
        EmuIndex b{};
        for (auto& [start, index] : s_blocks)
            if (start <= when) b = index;
        who += text(" of block (%u, %u, %u)", b.x, b.y, b.z);
    }
    const char* did = other_reads ? "read" : is_atomic(other) ? "atomically changed" : "wrote";
    bool same_warp = thread_of(other) / WarpSize == r.thread() / WarpSize;
    const char* order = when < s.block_start ? "and blocks have no order" : same_warp ? "without a __syncwarp or __syncthreads between" : "without a __syncthreads between";
    violation(LaunchFailed, text("race: %s %s that %s %s, %s", verb(access), count(bytes).c_str(), who.c_str(), did, order), line, pc, address);
}

void fail_alignment(uintptr_t address, size_t alignment, int line, const void* pc)
{
    violation(MisalignedAddress, text("misaligned: the address must be a multiple of %zu", alignment), line, pc, address);
}

// Memory that is not the GPU's: fine if it is the emulator's own or the kernel's constants.
void outside(uintptr_t address, size_t bytes, Access access, int line, const void* pc)
{
    const BlockRunner& r = *BlockRunner::current();
    const Launch& launch = r.launch();
    auto within = [&](const void* begin, size_t size) { return address - (uintptr_t)begin < size; };
    if (within(&r, sizeof r) || r.warp().holds(address) || within(launch.parameters_begin, (size_t)launch.parameters_bytes) || within(launch.parameters, sizeof(void*) * (size_t)launch.kernel->parameters)) return;
    // A kernel's constants, looked up once a page: the loader is slow.
    static uintptr_t s_pages[256];
    uintptr_t page = address >> 12;
    if (access == Access::Read && address >= 4096) {
        if (s_pages[page % 256] == page) return;
        Dl_info info;
        if (dladdr((const void*)address, &info)) {
            s_pages[page % 256] = page;
            return;
        }
    }
    violation(IllegalAddress, text("out of bounds: %s %s at an address that is no memory of the GPU", verb(access), count(bytes).c_str()), line, pc, address);
}

// --- Accesses of library functions ---

void read_for(const void* address, int bytes, int alignment, int line)
{
    if ((uintptr_t)address % (unsigned)alignment) fail_alignment((uintptr_t)address, (size_t)alignment, line, nullptr);
    access_range<Access::Read>((uintptr_t)address, (size_t)bytes, line, nullptr);
}

void begin_copy(void* to, const void* from, int line)
{
    auto a = (uintptr_t)to, b = (uintptr_t)from;
    if (a % 16 || b % 16) fail_alignment(a % 16 ? a : b, 16, line, nullptr);
    if (a - s.base >= s.shared_bytes) violation(IllegalAddress, "out of bounds: cp.async to memory that is not shared", line, nullptr, a);
    // From now on it may be written: that must not meet others' reads.
    for (int i = 0; i < 16; i++)
        if (s.states[a - s.base + i] == OnItsWay) s.states[a - s.base + i] = Written; // a second copy to the same place: the last stays
    access_range<Access::Write>(a, 16, line, nullptr);
    if (from) access_range<Access::Read>(b, 16, line, nullptr);
    paint(a, 16, OnItsWay);
}

void end_copy(void* to, const void* from, int line)
{
    paint((uintptr_t)to, 16, Written);
    access_range<Access::Write>((uintptr_t)to, 16, line, nullptr);
    if (from) access_range<Access::Read>((uintptr_t)from, 16, line, nullptr);
}

} // namespace emu::shadow
