#pragma once
// How a thread waits and which goes on. Inline, for every barrier and shuffle of every thread comes through here: a fifth faster than by calls.
#include <cstring>

#include "block.h"
#include "report.h"
#include "shadow.h"

#define HOT inline __attribute__((always_inline))

namespace emu {

HOT uint32_t BlockRunner::random()
{
    _random ^= _random << 13;
    _random ^= _random >> 17;
    return _random ^= _random << 5;
}

// The bit at a random place among the set ones.
inline int random_bit(uint32_t set, uint32_t random)
{
    for (int skip = (int)(random % (uint32_t)__builtin_popcount(set)); skip > 0; skip--) set &= set - 1;
    return __builtin_ctz(set);
}

HOT int BlockRunner::next()
{
    if (_runnable == 0) return -1;
    int w = _running_warp, lane;
    bool reverse = _launch->schedule == Schedule::Reverse, random_order = _launch->schedule == Schedule::Random;
    if (random_order) {
        w = random_bit(_runnable, random());
    } else if (!(_runnable >> w & 1)) { // a warp goes on as long as it can: its data is in the cache
        uint32_t after = reverse ? _runnable & ((1u << w) - 1) : _runnable >> w << w;
        uint32_t set = after ? after : _runnable;
        w = reverse ? 31 - __builtin_clz(set) : __builtin_ctz(set);
    }
    Warp& warp = _warps[w];
    uint32_t lanes = warp.unstarted | warp.ready;
    lane = random_order ? random_bit(lanes, random()) : reverse ? 31 - __builtin_clz(lanes) : __builtin_ctz(lanes);
    uint32_t bit = 1u << lane;
    warp.unstarted &= ~bit;
    warp.ready &= ~bit;
    if (!(warp.unstarted | warp.ready)) _runnable &= ~(1u << w);
    return w * WarpSize + lane;
}

HOT void BlockRunner::take(int thread)
{
    _thread = thread;
    _running_warp = thread / WarpSize;
    emu_thread = &_views[thread];
    _fiber->thread = thread;
    _fiber_of[thread] = _fiber;
    if (_launch->check) shadow::run_thread(*this);
}

HOT void BlockRunner::go(int thread)
{
    Fiber* self = _fiber;
    Fiber* fiber = _fiber_of[thread];
    if (!fiber) {
        if (_free.empty()) {
            fiber = Fiber::create((int)_all.size());
            fiber->start(worker, this);
            _all.push_back(fiber);
        } else {
            fiber = _free.back();
            _free.pop_back();
        }
    }
    _fiber = fiber;
    take(thread);
    switch_context(&self->context, fiber->context);
}

HOT void BlockRunner::park(uint32_t Warp::* set)
{
    warp().*set |= 1u << _thread % WarpSize;
    int n = next();
    if (n < 0) deadlock();
    go(n);
}

// The running lane comes to a rendezvous; waits there unless it is the last.
HOT bool BlockRunner::arrive(uint32_t mask, int bytes, Here here)
{
    Warp& w = warp();
    uint32_t bit = 1u << _thread % WarpSize;
    if (w.arrived == 0) {
        w.mask = mask;
        w.bytes = bytes;
        if (_launch->check) w.place = place_of(here);
        else w.place.line = here.line, w.place.depth = 0;
        if (!(mask & bit) || (_launch->check && (mask & w.exited))) {
            report_kernel(text("divergent shuffle: lane mask %08x, lanes that have returned %08x", mask, w.exited), here.line);
            stop(LaunchFailed);
        }
    } else if (w.mask != mask || w.bytes != bytes || w.place.line != here.line || (_launch->check && !is_at(w.place, here))) {
        Place place = place_of(here);
        report_kernel(text("divergent shuffle: this lane is at %s with lane mask %08x, lanes %08x wait at %s with mask %08x", describe(place, w.place).c_str(), mask, w.arrived,
            describe(w.place, place).c_str(), w.mask), here.line);
        stop(LaunchFailed);
    }
    uint32_t expected = mask & w.existing & ~w.exited;
    if (((w.arrived | bit) & expected) != expected) {
        park(&Warp::arrived);
        return false;
    }
    return true;
}

// Lets the lanes that wait go on; called when the last has arrived. What others read of lanes that are not there is poison.
inline void release(Warp& w, uint32_t& runnable, int number)
{
    if (w.bytes > 0) {
        w.all_read(w.mask);
        w.exchange->unread = w.arrived;
        for (uint32_t absent = ~w.existing | w.exited; absent; absent &= absent - 1) memset(w.exchange->values + __builtin_ctz(absent) * w.bytes, 0xFF, (size_t)w.bytes);
    }
    if (w.arrived) runnable |= 1u << number;
    w.ready |= w.arrived;
    w.arrived = 0;
}

} // namespace emu

#undef HOT
