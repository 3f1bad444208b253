#include "memory.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
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

// Freed memory waits before it is used again, so that a use after free finds poison or, in check mode, a freed allocation. New pages are what allocation costs most, above all
// on virtual machines (15 us a page fault), so that never using them again is too dear.
constexpr size_t MinWaiting = 16;                      // slots of a size that wait at least,
constexpr size_t WaitingBytes = (size_t)16 << 20;      // unless all that wait take more than this
constexpr size_t MaxWaitingBytes = (size_t)128 << 20;  // beyond, memory goes back to the system
constexpr size_t Remembered = 20000;                   // freed allocations kept for reports

static Range s_range;
static uintptr_t s_next; // where the next slot goes
static std::map<uintptr_t, Allocation> s_allocations; // live ones and the last freed
static std::map<size_t, uintptr_t> s_freed;           // by age
static size_t s_bytes, s_count, s_frees, s_runners;

// What is watched before an allocation: the end of its first page.
static size_t front_bytes(size_t slot, size_t rounded) { return std::min(Alignment, slot - rounded); }

// Pages for one allocation, with an inaccessible one before and after.
struct Slot {
    uintptr_t begin;
    uintptr_t address; // of the allocation that it held
    size_t age;        // when that was freed
};
static std::map<size_t, std::deque<Slot>> s_waiting; // by bytes
static size_t s_waiting_bytes;

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

// A slot's bytes for an allocation: whole pages; of large ones there are few sizes, an eighth apart.
static size_t slot_bytes(size_t bytes)
{
    size_t pages = (bytes + Page - 1) / Page, step = 1;
    while (pages / step > 16) step *= 2;
    return (pages + step - 1) / step * step * Page;
}

static void forget(uintptr_t freed)
{
    auto i = s_allocations.find(freed);
    if (i == s_allocations.end()) return;
    s_freed.erase(i->second.number);
    s_allocations.erase(i);
}

static uintptr_t take_slot(size_t bytes)
{
    std::deque<Slot>& waiting = s_waiting[bytes];
    if (!waiting.empty() && (waiting.size() > MinWaiting || s_waiting_bytes > WaitingBytes)) {
        auto [begin, address, age] = waiting.front();
        waiting.pop_front();
        forget(address);
        s_waiting_bytes -= bytes;
        return begin;
    }
    uintptr_t begin = s_next + Page;
    if (begin + bytes + Page > s_range.base + s_range.bytes || mprotect((void*)begin, bytes, PROT_READ | PROT_WRITE)) return 0;
    s_next = begin + bytes;
    // All pages at once, where the system can: cheaper than a fault for each.
    if (bytes > Page) madvise((void*)begin, bytes, MADV_POPULATE_WRITE);
    return begin;
}

static void put_slot(uintptr_t begin, size_t bytes, uintptr_t address)
{
    s_waiting[bytes].push_back({begin, address, ++s_frees});
    s_waiting_bytes += bytes;
    while (s_waiting_bytes > MaxWaitingBytes) {
        // The slot that has waited longest, for good: its addresses stay inaccessible.
        auto oldest = s_waiting.end();
        for (auto i = s_waiting.begin(); i != s_waiting.end(); ++i)
            if (!i->second.empty() && (oldest == s_waiting.end() || i->second.front().age < oldest->second.front().age)) oldest = i;
        Slot slot = oldest->second.front();
        oldest->second.pop_front();
        s_waiting_bytes -= oldest->first;
        madvise((void*)slot.begin, oldest->first, MADV_DONTNEED);
        mprotect((void*)slot.begin, oldest->first, PROT_NONE);
        shadow::discarded(slot.begin, oldest->first);
    }
}

void* allocate(size_t bytes, Kind kind)
{
    range();
    if (kind == Kind::Device && (bytes > memory_bytes() || s_bytes + bytes > memory_bytes())) return nullptr;
    // It ends where its pages do, up to the alignment.
    size_t rounded = (bytes + Alignment - 1) / Alignment * Alignment, slot = slot_bytes(rounded);
    uintptr_t begin = take_slot(slot);
    if (!begin) return nullptr;
    uintptr_t address = begin + slot - rounded;
    memset((void*)address, Poison, bytes);
    memset((char*)address + bytes, Canary, rounded - bytes);
    memset((char*)address - front_bytes(slot, rounded), Canary, front_bytes(slot, rounded));
    s_allocations[address] = {address, bytes, ++s_count, kind, false};
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
    size_t rounded = (a.bytes + Alignment - 1) / Alignment * Alignment, slot = slot_bytes(rounded);
    for (size_t j = 0; j < front_bytes(slot, rounded) + rounded - a.bytes; j++) {
        uintptr_t at = j < rounded - a.bytes ? address + a.bytes + j : address - 1 - (j - (rounded - a.bytes));
        if (*(unsigned char*)at == Canary) continue;
        report_host(text("memory %s of an allocation was written: %s", at < address ? "before the beginning" : "after the end", describe_address(at).c_str()));
        break;
    }
    memset((void*)address, Poison, a.bytes);
    shadow::released(address, a.bytes);
    a.freed = true;
    if (kind == Kind::Device) s_bytes -= a.bytes;
    s_freed[a.number] = address;
    put_slot(address + rounded - slot, slot, address);
    if (s_freed.size() > Remembered) forget(s_freed.begin()->second);
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

size_t used_range_bytes() { return s_next - s_range.base; }
size_t allocated_bytes() { return s_bytes; }
size_t memory_bytes() { return controls.memory_bytes; }

} // namespace emu
