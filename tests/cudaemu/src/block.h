#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "../shim/abi.h"
#include "fiber.h"

namespace emu {

constexpr int WarpSize = 32, MaxThreads = 1024, MaxWarps = MaxThreads / WarpSize, MaxValueBytes = 32;
constexpr long SharedLimit = 48 << 10, SharedOptIn = 163 << 10;

enum class Schedule { Forward, Reverse, Random };

// A kernel launch: what every block of it shares.
struct Launch {
    const EmuKernel* kernel;
    EmuIndex grid, block;
    long dynamic_shared, shared_limit;
    void** parameters;
    const char* parameters_begin; // the memory of the parameters' values
    long parameters_bytes;
    Schedule schedule;
    unsigned seed;
    bool check;
};

// What stopped a block: the status that its stream fails with from then on.
constexpr int IllegalAddress = 700, MisalignedAddress = 716, LaunchFailed = 719;

// The running thread is in a function of abi.h, called at this line, with this frame.
struct Here {
    int line;
    void* frame;
};

// Where a thread synchronises. Those that meet must be at the same place: in check mode the same call, reached by the same calls; else the same line.
struct Place {
    static constexpr int MaxCalls = 6;

    int line = 0;
    int depth = 0;                    // 0 unless checked
    const void* calls[MaxCalls] = {}; // return addresses, innermost first
};

// The lanes' values of one exchange. Whoever took part may go on to others before all have read these.
struct Exchange {
    uint32_t unread; // lanes that have not come to anything later
    alignas(64) char values[WarpSize * MaxValueBytes];
};

struct Warp {
    // Bits are lanes. existing = unstarted | ready | running | at_barrier | arrived | exited.
    uint32_t existing, unstarted, ready, at_barrier, arrived, exited;
    uint32_t mask; // of the rendezvous under way
    Place place;
    int bytes;          // of each lane's value; 0: nothing is exchanged
    Exchange* exchange; // its values
    uint32_t synced;    // the check mode's clock at the last __syncwarp
    Exchange exchanges[2];
    std::vector<std::unique_ptr<Exchange>> more; // if both are unread: lanes that take part in what follows are ahead of others that do not

    Exchange* unused()
    {
        for (Exchange& e : exchanges)
            if (!e.unread) return &e;
        for (auto& e : more)
            if (!e->unread) return e.get();
        more.push_back(std::make_unique<Exchange>());
        return more.back().get();
    }
    // These lanes have come to the rendezvous under way, and so have read the values of earlier ones.
    void all_read(uint32_t lanes)
    {
        exchanges[0].unread &= ~lanes;
        exchanges[1].unread &= ~lanes;
        for (auto& e : more) e->unread &= ~lanes;
    }
    bool holds(uintptr_t address) const
    {
        for (auto& e : more)
            if (address - (uintptr_t)e.get() < sizeof *e) return true;
        return false;
    }
    void forget_exchanges()
    {
        exchanges[0].unread = exchanges[1].unread = 0;
        if (!more.empty()) more.clear();
    }
};

struct Copy {
    char* to;
    const char* from; // null: zeros
    int line;
};
// A thread's cp.async copies on their way. Counted from the thread's start.
struct CopyQueue {
    std::vector<Copy> copies;
    std::vector<size_t> groups; // the end of each group in copies
};

struct SharedVariable {
    const void* key;
    const char* name;
    char* address;
    long bytes;
};

// Runs blocks, one after another, on the OS thread that owns it: its threads are fibers that take turns at barriers, shuffles and exits.
class BlockRunner {
public:
    BlockRunner();

    // The runner of the calling OS thread while it runs a block.
    static BlockRunner* current() { return s_current; }

    // Prepares for the blocks of a launch.
    void begin(const Launch& launch);

    // Runs one block; false if it was stopped (report.h then has why).
    bool run(EmuIndex block);

    // From the running thread, called by the kernel.
    void barrier(Here here);
    int barrier_vote(int kind, int value, Here here);
    void warp_sync(uint32_t mask, Here here);
    const char* exchange(const void* value, int bytes, uint32_t mask, Here here);
    char* shared(const void* key, const char* name, long bytes, int alignment);
    char* dynamic_shared() { return _arena; }
    void copy_async(void* to, const void* from, bool valid, int line);
    void copy_commit();
    void copy_wait(size_t groups);

    // Like exchange, but the last lane to arrive turns the 32 values (of `bytes` each) into results, `result_bytes` for each lane.
    const char* collective(const void* value, int bytes, int result_bytes, void (*combine)(const char* values, char* results), Here here);

    // For what needs all 32 lanes.
    void require_whole_warp(Here here);

    // Stops the block from within one of its threads, whose violation was reported with this status. Never returns.
    [[noreturn]] void stop(int status);

    // The check mode's clock began anew.
    void forget_syncs()
    {
        for (Warp& w : _warps) w.synced = 0;
    }

    const Launch& launch() const { return *_launch; }
    const EmuBlock& block() const { return _block; }
    int thread() const { return _thread; }
    const EmuIndex& thread_index(int thread) const { return _views[thread].index; }
    Warp& warp() { return _warps[_thread / WarpSize]; }
    const Warp& warp() const { return _warps[_thread / WarpSize]; }
    const Fiber* fiber() const { return _fiber; }
    int status() const { return _status; }
    const std::vector<SharedVariable>& variables() const { return _variables; }
    char* arena() const { return _arena; }

private:
    static __thread BlockRunner* s_current;

    static void worker(void* runner);
    int next();                       // the thread to run next, taken off its set; -1: none is left
    void take(int thread);            // makes it the running one
    void park(uint32_t Warp::* set);  // the running thread waits in a set until it is made ready
    void go(int thread);              // switches to a thread
    void finish();                    // the running thread returned
    Exchange* bring(const void* value, int bytes);
    bool arrive(uint32_t mask, int bytes, Here here);
    Place place_of(Here here) const;
    bool is_at(const Place& place, Here here) const;
    void release_barrier();
    [[noreturn]] void deadlock();
    uint32_t random();

    const Launch* _launch = nullptr;
    EmuBlock _block{};
    int _threads = 0, _warp_count = 0, _running_warp = 0, _thread = 0, _alive = 0;
    Place _barrier_place{};
    int _at_barrier = 0, _vote_or = 0, _vote_and = 1, _vote_count = 0, _result_or = 0, _result_and = 0, _result_count = 0;
    uint32_t _runnable = 0; // bits are warps that have unstarted or ready lanes
    uint32_t _random = 1;
    int _status = 0;
    Fiber* _fiber = nullptr;
    Fiber _main; // stands for the context that called run
    std::vector<Fiber*> _free, _all;
    Fiber* _fiber_of[MaxThreads] = {};
    EmuThread _views[MaxThreads] = {};
    CopyQueue _queues[MaxThreads];
    std::vector<int> _copying; // threads whose queues are in use
    char* _arena = nullptr;    // shared memory
    long _used = 0, _declared = 0;
    std::vector<SharedVariable> _variables;
    Warp _warps[MaxWarps] = {};
};

} // namespace emu
