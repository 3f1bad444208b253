#pragma once
// The check of one access: what every hook does. Inline, for each load and store of a checked kernel comes through here.
#include <cstdint>
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "fiber.h"

namespace emu::shadow {

enum State : uint8_t { Forbidden, Unwritten, Written, OnItsWay };
enum class Access { Read, Write, Atomic };

// Who touched a word or byte, and when: clock << 11 | thread << 1 | atomic. 0: nobody. Where the clock ends (shadow.cpp's advance) all is forgotten.
typedef uint32_t Stamp;
constexpr uint32_t ClockEnd = (1u << 21) - 1;
inline Stamp stamp_of(uint32_t clock, int thread) { return clock << 11 | (uint32_t)thread << 1; }
inline uint32_t clock_of(Stamp stamp) { return stamp >> 11; }
inline int thread_of(Stamp stamp) { return (int)(stamp >> 1 & 1023); }
inline bool is_atomic(Stamp stamp) { return stamp & 1; }

// The last write and the last reads by two different threads: so that a thread's own read does not hide another's.
struct Cell {
    Stamp writer, reader, other_reader;
};
constexpr Stamp Split = ~0u; // as a word's writer: its bytes have cells of their own, since narrower accesses occurred

struct Shadow {
    uint8_t* states = nullptr; // one State a byte
    Cell* words = nullptr;     // one a 4-byte word
    Cell* byte_cells = nullptr;
    uintptr_t base = 0, stack = 0; // of the memory; of the running fiber's stack
    size_t bytes = 0, shared_bytes = 0;
    uint32_t clock = 1, launch_start = 0, block_start = 0, last_barrier = 0, warp_synced = 0;
    Stamp stamp = 0; // the running thread's, now
};
extern Shadow s;

// Report and stop the block; none of these returns, save outside() if the address is harmless.
[[noreturn]] void fail_state(uintptr_t address, size_t bytes, Access access, int line, const void* pc);
[[noreturn]] void fail_race(uintptr_t address, size_t bytes, Access access, Stamp other, bool other_reads, int line, const void* pc);
[[noreturn]] void fail_alignment(uintptr_t address, size_t alignment, int line, const void* pc);
void outside(uintptr_t address, size_t bytes, Access access, int line, const void* pc);

// floor: before it everything is ordered: the launch's start; for shared memory, which each block has for itself, the block's.
inline bool is_unordered(Stamp stamp, uint32_t floor)
{
    uint32_t when = clock_of(stamp);
    if (when < floor) return false;
    if (when < s.block_start) return true; // another block's
    if (when < s.last_barrier) return false;
    Stamp difference = stamp ^ s.stamp;
    if ((difference & 0x7fe) == 0) return false; // the same thread
    return !((difference & 0x7c0) == 0 && when < s.warp_synced);
}

// Notes an access; returns 0, or the stamp that it races with.
template <Access A> inline Stamp touch(Cell& c, uint32_t floor, bool& other_reads)
{
    other_reads = false;
    if (is_unordered(c.writer, floor) && !(A == Access::Atomic && is_atomic(c.writer))) return c.writer;
    if constexpr (A == Access::Read) {
        if ((c.reader ^ s.stamp) & 0x7fe) c.other_reader = c.reader;
        c.reader = s.stamp;
    } else {
        other_reads = true;
        if (is_unordered(c.reader, floor)) return c.reader;
        if (is_unordered(c.other_reader, floor)) return c.other_reader;
        // What is ordered after this write is ordered after the reads before it.
        c = {s.stamp | (A == Access::Atomic), 0, 0};
    }
    return 0;
}

template <Access A> inline void touch_bytes(size_t at, size_t bytes, uint32_t floor, int line, const void* pc)
{
    Cell& word = s.words[at / 4];
    Cell* cells = s.byte_cells + at / 4 * 4;
    if (word.writer != Split) {
        for (int i = 0; i < 4; i++) cells[i] = word;
        word.writer = Split;
    }
    for (size_t i = at; i < at + bytes; i++) {
        bool other_reads;
        if (Stamp other = touch<A>(s.byte_cells[i], floor, other_reads)) fail_race(s.base + i, 1, A, other, other_reads, line, pc);
    }
}

// An access to memory of ours at `at` from its base.
template <Access A> inline void touch_range(size_t at, size_t bytes, int line, const void* pc)
{
    uint32_t floor = at < s.shared_bytes ? s.block_start : s.launch_start;
    for (size_t i = at, end = at + bytes; i < end;) {
        Cell& word = s.words[i / 4];
        if (i % 4 || end - i < 4 || word.writer == Split) {
            size_t n = std::min(4 - i % 4, end - i);
            touch_bytes<A>(i, n, floor, line, pc);
            if (A == Access::Write && n == 4) word = {s.stamp, 0, 0}; // its bytes are alike again
            i += n;
            continue;
        }
        bool other_reads;
        if (Stamp other = touch<A>(word, floor, other_reads)) fail_race(s.base + i, bytes, A, other, other_reads, line, pc);
        i += 4;
    }
}

template <Access A> inline void check_states(size_t at, size_t bytes, int line, const void* pc)
{
    uint8_t* states = s.states + at;
    for (size_t i = 0; i < bytes; i++) {
        bool fine = states[i] == Written || (A == Access::Write && states[i] == Unwritten);
        if (!fine) fail_state(s.base + at, bytes, A, line, pc);
    }
    if (A == Access::Write) memset(states, Written, bytes);
}

template <Access A> inline void access_range(uintptr_t address, size_t bytes, int line, const void* pc)
{
    if (address - s.stack < Fiber::StackBytes || bytes == 0) return; // its own variables
    size_t at = address - s.base;
    if (at >= s.bytes) return outside(address, bytes, A, line, pc);
    check_states<A>(at, bytes, line, pc);
    touch_range<A>(at, bytes, line, pc);
}

// The same for a size known at compile time: states are compared all at once.
template <Access A, int N> inline void access(uintptr_t address, const void* pc)
{
    if (address - s.stack < Fiber::StackBytes) return;
    size_t at = address - s.base;
    if (__builtin_expect(at >= s.bytes, 0)) return outside(address, N, A, 0, pc);
    typedef typename std::conditional<N == 1, uint8_t, typename std::conditional<N == 2, uint16_t, typename std::conditional<N == 4, uint32_t, uint64_t>::type>::type>::type W;
    constexpr W all_written = (W)0x0202020202020202u;
    for (int i = 0; i < N; i += (int)sizeof(W)) {
        W states;
        memcpy(&states, s.states + at + i, sizeof states);
        if (states != all_written) {
            check_states<A>(at, N, 0, pc);
            break;
        }
    }
    touch_range<A>(at, N, 0, pc);
}

} // namespace emu::shadow
