// The life of a block: its start, its threads one after another, barriers, ends.
#include <algorithm>
#include <cstring>
#include <sys/mman.h>

#include "report.h"
#include "scheduler.h"

namespace emu {

static thread_local BlockRunner* t_current;

BlockRunner* BlockRunner::current() { return t_current; }

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
    }
    _runnable = _warp_count == MaxWarps ? ~0u : (1u << _warp_count) - 1;
    _running_warp = _launch->schedule == Schedule::Reverse ? _warp_count - 1 : 0;
    if (_used > 0) memset(_arena, 0xFF, (size_t)_used); // poison: NaN
    if (_launch->check) shadow::begin_block(*this);

    BlockRunner* outer = t_current;
    t_current = this;
    emu_block = &_block;
    _copying.clear();
    _fiber = &_main;
    go(next());
    t_current = outer;
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
            report_kernel(text("barrier divergent: this thread returns while %d others wait at __syncthreads of line %d", _at_barrier, _barrier_line), _barrier_line);
            stop(LaunchFailed);
        }
        if (w.arrived & w.mask) {
            report_kernel(text("divergent shuffle: this lane returns while lanes %08x of its warp wait for it at line %d", w.arrived, w.line), w.line);
            stop(LaunchFailed);
        }
    }
    // As on hardware since Volta, those that returned are not waited for.
    if (_at_barrier > 0 && _at_barrier == _alive) release_barrier();
    if (w.arrived) {
        uint32_t expected = w.mask & w.existing & ~w.exited;
        if ((w.arrived & expected) == expected) {
            w.parity ^= 1;
            w.ready |= w.arrived;
            w.arrived = 0;
            _runnable |= 1u << _running_warp;
        }
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
        report_kernel(text("divergent shuffle: lanes %08x of a warp wait at line %d for lanes %08x, which wait elsewhere", w.arrived, w.line, missing), w.line);
        stop(LaunchFailed);
    }
    report_kernel(text("barrier divergent: %d threads wait at __syncthreads of line %d for %d that never come", _at_barrier, _barrier_line, _alive - _at_barrier), _barrier_line);
    stop(LaunchFailed);
}

void BlockRunner::barrier(int line)
{
    if (_at_barrier > 0 && line != _barrier_line) {
        report_kernel(text("barrier divergent: this thread is at __syncthreads of line %d while %d others wait at that of line %d", line, _at_barrier, _barrier_line), line);
        stop(LaunchFailed);
    }
    if (_launch->check && _alive < _threads) {
        report_kernel(text("barrier divergent: this thread is at __syncthreads while %d others have returned", _threads - _alive), line);
        stop(LaunchFailed);
    }
    _barrier_line = line;
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

int BlockRunner::barrier_vote(int kind, int value, int line)
{
    _vote_or |= value;
    _vote_and &= value;
    _vote_count += value;
    barrier(line);
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
