// The life of a block: its start, its threads one after another, barriers, ends.
#include <algorithm>
#include <cstring>
#include <sys/mman.h>

#include "report.h"
#include "scheduler.h"

namespace emu {

__thread BlockRunner* BlockRunner::s_current;

BlockRunner::BlockRunner() : _arena(shared_arena_of_next_runner()) {}

void BlockRunner::begin(const Launch& launch)
{
    _launch = &launch;
    EmuIndex b = launch.block;
    _block = {{0, 0, 0}, b, launch.grid};
    _threads = (int)(b.x * b.y * b.z);
    _warp_count = (_threads + WarpSize - 1) / WarpSize;
    for (int i = 0; i < _threads; i++) _views[i] = {{i % b.x, i / b.x % b.y, i / (b.x * b.y)}, i % WarpSize};
    for (int i = 0; i < _warp_count; i++) {
        int lanes = std::min(WarpSize, _threads - i * WarpSize);
        _warps[i].existing = lanes == WarpSize ? ~0u : (1u << lanes) - 1;
    }
    // Addresses of shared variables last for a launch; the first block that meets one places it.
    _variables.clear();
    _declared = launch.dynamic_shared;
    _used = launch.dynamic_shared;
    _random = launch.seed * 2654435761u | 1;
}

bool BlockRunner::run(EmuIndex index)
{
    _block.index = index;
    _alive = _threads;
    _at_barrier = _vote_or = _vote_count = 0;
    _vote_and = 1;
    _status = 0;
    for (int i = 0; i < _warp_count; i++) {
        Warp& w = _warps[i];
        w.unstarted = w.existing;
        w.ready = w.at_barrier = w.arrived = w.exited = 0;
        w.synced = 0;
        w.forget_exchanges();
    }
    _runnable = _warp_count == MaxWarps ? ~0u : (1u << _warp_count) - 1;
    _running_warp = _launch->schedule == Schedule::Reverse ? _warp_count - 1 : 0;
    if (_used > 0) memset(_arena, 0xFF, (size_t)_used); // poison: NaN
    if (_launch->check) shadow::begin_block(*this);

    BlockRunner* outer = s_current;
    s_current = this;
    emu_block = &_block;
    _copying.clear();
    _fiber = &_main;
    go(next());
    s_current = outer;
    if (_status) {
        // Its threads stay where they were: their stacks start anew.
        _free = _all;
        for (Fiber* f : _all) f->start(worker, this);
        std::fill(_fiber_of, _fiber_of + _threads, nullptr);
        for (int t : _copying) _queues[t] = {};
        _copying.clear();
    }
    return _status == 0;
}

// What a fiber does: one thread after another. A kernel whose threads never wait runs on a single fiber without a switch.
void BlockRunner::worker(void* runner)
{
    auto& r = *(BlockRunner*)runner;
    r._fiber->outermost = __builtin_frame_address(0);
    for (;;) {
        r._launch->kernel->run(r._launch->parameters);
        r.finish();
        int n = r.next();
        if (n >= 0 && !r._fiber_of[n]) {
            r.take(n);
            continue;
        }
        if (n < 0 && r._alive > 0) r.deadlock();
        r._free.push_back(r._fiber);
        if (n >= 0) r.go(n);
        else switch_context(&r._fiber->context, r._main.context);
        // Here again with another thread to run, which take() has made the running one.
    }
}

void BlockRunner::finish()
{
    Warp& w = warp();
    uint32_t bit = 1u << _thread % WarpSize;
    _fiber_of[_thread] = nullptr;
    w.exited |= bit;
    _alive--;
    CopyQueue& q = _queues[_thread];
    q.copies.clear();
    q.groups.clear();
    if (_launch->check) {
        if (_at_barrier > 0) {
            report_kernel(text("barrier divergent: this thread returns while %d others wait at __syncthreads of line %d", _at_barrier, _barrier_place.line), _barrier_place.line);
            stop(LaunchFailed);
        }
        if (w.arrived && (w.mask & bit)) {
            report_kernel(text("divergent shuffle: this lane returns while lanes %08x of its warp wait for it at line %d", w.arrived, w.place.line), w.place.line);
            stop(LaunchFailed);
        }
    }
    // As on hardware since Volta, those that returned are not waited for.
    if (_at_barrier > 0 && _at_barrier == _alive) release_barrier();
    if (w.arrived) {
        uint32_t expected = w.mask & w.existing & ~w.exited;
        if ((w.arrived & expected) == expected) emu::release(w, _runnable, _running_warp);
    }
}

void BlockRunner::stop(int status)
{
    _status = status;
    switch_context(&_fiber->context, _main.context);
    __builtin_unreachable();
}

void BlockRunner::deadlock()
{
    for (int i = 0; i < _warp_count; i++) {
        Warp& w = _warps[i];
        if (!w.arrived) continue;
        uint32_t missing = w.mask & w.existing & ~w.exited & ~w.arrived;
        _thread = i * WarpSize + __builtin_ctz(w.arrived);
        report_kernel(text("divergent shuffle: lanes %08x of a warp wait at line %d for lanes %08x, which wait elsewhere", w.arrived, w.place.line, missing), w.place.line);
        stop(LaunchFailed);
    }
    report_kernel(text("barrier divergent: %d threads wait at __syncthreads of line %d for %d that never come", _at_barrier, _barrier_place.line, _alive - _at_barrier), _barrier_place.line);
    stop(LaunchFailed);
}

// Calls f with each return address on the running thread's stack, innermost first, until it returns false. Checked kernels are compiled with frame pointers: a frame begins with its
// caller's, then comes the return address. The last, into the emulator, is left out.
template <class F> static void for_each_call(Here here, void* outermost, F f)
{
#if defined(__x86_64__) || defined(__aarch64__)
    for (auto* at = (void**)here.frame; at[0] < outermost && f(at[1]); at = (void**)at[0]) {}
#else
    (void)here, (void)outermost, (void)f;
#endif
}

Place BlockRunner::place_of(Here here) const
{
    Place place;
    place.line = here.line;
    if (_launch->check)
        for_each_call(here, _fiber->outermost, [&place](void* call) {
            place.calls[place.depth++] = call;
            return place.depth < Place::MaxCalls;
        });
    return place;
}

bool BlockRunner::is_at(const Place& place, Here here) const
{
    int depth = 0;
    bool same = place.line == here.line;
    for_each_call(here, _fiber->outermost, [&](void* call) {
        same &= depth < place.depth && place.calls[depth] == call;
        return same && ++depth < Place::MaxCalls;
    });
    return same && depth == place.depth;
}

void BlockRunner::barrier(Here here)
{
    if (_at_barrier > 0 && (_barrier_place.line != here.line || (_launch->check && !is_at(_barrier_place, here)))) {
        Place place = place_of(here);
        report_kernel(text("barrier divergent: this thread is at __syncthreads of %s while %d others wait at that of %s", describe(place, _barrier_place).c_str(), _at_barrier,
            describe(_barrier_place, place).c_str()), here.line);
        stop(LaunchFailed);
    }
    if (_launch->check && _alive < _threads) {
        report_kernel(text("barrier divergent: this thread is at __syncthreads while %d others have returned", _threads - _alive), here.line);
        stop(LaunchFailed);
    }
    if (_at_barrier == 0) _barrier_place = place_of(here);
    if (++_at_barrier == _alive) release_barrier();
    else park(&Warp::at_barrier);
}

void BlockRunner::release_barrier()
{
    for (int i = 0; i < _warp_count; i++) {
        Warp& w = _warps[i];
        // The last to come keeps running; it is in no set.
        w.ready |= w.at_barrier;
        if (w.at_barrier) _runnable |= 1u << i;
        w.at_barrier = 0;
    }
    _at_barrier = 0;
    _result_or = _vote_or;
    _result_and = _vote_and;
    _result_count = _vote_count;
    _vote_or = _vote_count = 0;
    _vote_and = 1;
    if (_launch->check) shadow::barrier(*this);
}

int BlockRunner::barrier_vote(int kind, int value, Here here)
{
    _vote_or |= value;
    _vote_and &= value;
    _vote_count += value;
    barrier(here);
    return kind == 0 ? _result_or : kind == 1 ? _result_and : _result_count;
}

char* BlockRunner::shared(const void* key, const char* name, long bytes, int alignment)
{
    for (SharedVariable& v : _variables)
        if (v.key == key) return v.address;
    // A checked kernel's variables stand apart, so that an index too far hits none of them.
    long gap = _launch->check ? 64 : 0;
    long at = (_used + gap + alignment - 1) / alignment * alignment;
    _declared += bytes;
    if (_declared > _launch->shared_limit) {
        report_kernel(text("too much shared memory: with %s (%ld bytes) the block has %ld bytes, of %ld", name, bytes, _declared, _launch->shared_limit), 0, __builtin_return_address(0));
        stop(LaunchFailed);
    }
    _used = at + bytes;
    _variables.push_back({key, name, _arena + at, bytes});
    memset(_arena + at, 0xFF, (size_t)bytes);
    if (_launch->check) shadow::allow_shared(_arena + at, bytes);
    return _arena + at;
}

} // namespace emu
