#include "memory.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <sys/mman.h>

#include "block.h"
#include "report.h"
#include "settings.h"
#include "shadow.h"

namespace emu {

constexpr size_t Page = 4096, Alignment = 256, MaxRunners = 64;
constexpr size_t ArenaBytes = 256 << 10; // of one block's shared memory, with room for gaps between variables
constexpr unsigned char Poison = 0xFF, Canary = 0xA5;
constexpr size_t Remembered = 20000; // freed allocations kept for reports

static Range s_range;
static uintptr_t s_next; // where the next allocation goes
static std::map<uintptr_t, Allocation> s_allocations; // live ones and the last freed
static std::map<size_t, uintptr_t> s_freed;           // by age
static size_t s_bytes, s_count, s_runners;

const Range& range()
{
    if (s_range.base) return s_range;
    // The check mode's shadow is several times as large; half of what is left of 128 TB is far from full.
    for (size_t bytes = (size_t)2 << 40; bytes >= (size_t)1 << 34; bytes /= 2) {
        void* p = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED) continue;
        s_range = {(uintptr_t)p, bytes, MaxRunners * 2 * ArenaBytes};
        s_next = s_range.base + s_range.shared_bytes;
        return s_range;
    }
    fprintf(stderr, "cudaemu: no address space for the emulated GPU's memory\n");
    abort();
}

char* shared_arena_of_next_runner()
{
    const Range& r = range();
    // An arena ends where its pages do; the same number of inaccessible bytes follows.
    char* arena = (char*)r.base + s_runners++ % MaxRunners * 2 * ArenaBytes;
    mprotect(arena, ArenaBytes, PROT_READ | PROT_WRITE);
    return arena;
}

static bool is_live_in(uintptr_t begin, uintptr_t end, uintptr_t* after)
{
    auto i = s_allocations.lower_bound(end);
    while (i != s_allocations.begin()) {
        --i;
        if (i->first + i->second.bytes + Page <= begin) return false;
        if (i->second.freed) continue;
        *after = (i->first + i->second.bytes + 2 * Page) / Page * Page + Page;
        return true;
    }
    return false;
}

static bool s_wrapped;

// A place for that many whole pages, with a page free on both sides.
static uintptr_t place(size_t pages)
{
    for (int attempt = 0; attempt < 1 << 20; attempt++) {
        if (s_next + pages + 2 * Page > s_range.base + s_range.bytes) {
            s_wrapped = true;
            s_next = s_range.base + s_range.shared_bytes;
        }
        uintptr_t begin = s_next + Page, after;
        if (s_wrapped && is_live_in(begin, begin + pages, &after)) {
            s_next = after;
            continue;
        }
        s_next = begin + pages;
        return begin;
    }
    return 0;
}

void* allocate(size_t bytes, Kind kind, bool in_stream_order)
{
    range();
    if (kind == Kind::Device && (bytes > memory_bytes() || s_bytes + bytes > memory_bytes())) return nullptr;
    size_t slots = (bytes + Alignment - 1) / Alignment * Alignment, pages = (slots + Page - 1) / Page * Page;
    uintptr_t begin = place(pages);
    if (!begin || mprotect((void*)begin, pages, PROT_READ | PROT_WRITE)) return nullptr;
    uintptr_t address = begin + pages - slots;
    memset((void*)address, Poison, bytes);
    memset((char*)address + bytes, Canary, slots - bytes);
    s_allocations[address] = {address, bytes, ++s_count, kind, false, in_stream_order};
    if (kind == Kind::Device) s_bytes += bytes;
    shadow::allocated(address, bytes, kind == Kind::Host);
    return (void*)address;
}

bool release(const void* pointer, Kind kind)
{
    auto address = (uintptr_t)pointer;
    auto i = s_allocations.find(address);
    if (i == s_allocations.end() || i->second.freed || i->second.kind != kind) return false;
    Allocation& a = i->second;
    size_t slots = (a.bytes + Alignment - 1) / Alignment * Alignment;
    for (size_t j = a.bytes; j < slots; j++)
        if (((unsigned char*)address)[j] != Canary) {
            report_host(text("memory after the end of an allocation was written: %s", describe_address(address + j).c_str()));
            break;
        }
    uintptr_t begin = address / Page * Page, end = address + slots;
    madvise((void*)begin, end - begin, MADV_DONTNEED);
    mprotect((void*)begin, end - begin, PROT_NONE);
    shadow::released(begin, end - begin);
    a.freed = true;
    if (kind == Kind::Device) s_bytes -= a.bytes;
    s_freed[a.number] = address;
    if (s_freed.size() > Remembered) {
        s_allocations.erase(s_freed.begin()->second);
        s_freed.erase(s_freed.begin());
    }
    return true;
}

const Allocation* find_allocation(uintptr_t address)
{
    auto i = s_allocations.upper_bound(address);
    if (i == s_allocations.begin()) return nullptr;
    return &(--i)->second;
}

bool is_allocated(const void* pointer, size_t bytes)
{
    const Allocation* a = find_allocation((uintptr_t)pointer);
    return a && !a->freed && (uintptr_t)pointer + bytes <= a->address + a->bytes;
}

std::string describe_address(uintptr_t address)
{
    auto name = [](const Allocation& a) {
        return text("%sallocation #%zu of %zu bytes at 0x%zx%s", a.kind == Kind::Host ? "host " : "", a.number, a.bytes, (size_t)a.address, a.freed ? ", which is freed" : "");
    };
    const Allocation* a = find_allocation(address);
    if (!a) return address < 4096 ? "null, or nearly" : "no allocation";
    if (address < a->address + a->bytes) return text("byte %zu of %s", (size_t)(address - a->address), name(*a).c_str());
    // Nearer to the next one?
    auto next = s_allocations.upper_bound(address);
    size_t past = address - (a->address + a->bytes);
    if (next != s_allocations.end() && next->first - address < past) return text("%zu bytes before %s", (size_t)(next->first - address), name(next->second).c_str());
    return text("%zu bytes past the end of %s", past, name(*a).c_str());
}

void for_each_allocation(void (*visit)(const Allocation&))
{
    for (auto& [address, a] : s_allocations)
        if (!a.freed) visit(a);
}

size_t allocated_bytes() { return s_bytes; }
size_t memory_bytes() { return settings().memory_bytes; }

} // namespace emu
