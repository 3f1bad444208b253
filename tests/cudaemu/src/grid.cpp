// Spreads the blocks of a grid over a few threads of the operating system.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <numeric>
#include <thread>

#include "driver.h"
#include "report.h"
#include "shadow.h"

namespace emu {

namespace {

// Helpers that sleep between jobs. A job is a function that each calls once, with its number; the caller is number 0.
class Pool {
public:
    explicit Pool(int helpers)
    {
        for (int i = 0; i < helpers; i++) std::thread([this, i] { help(i + 1); }).detach();
    }

    // Lets the helpers join in. They may come late, or after the work is done.
    void start(const std::function<void(int)>& job)
    {
        std::lock_guard<std::mutex> lock(_mutex);
        _job = &job;
        _generation++;
        _wake.notify_all();
    }

    // No helper enters the job any more; waits for those inside.
    void finish()
    {
        std::unique_lock<std::mutex> lock(_mutex);
        _job = nullptr;
        _idle.wait(lock, [this] { return _inside == 0; });
    }

private:
    void help(int number)
    {
        std::unique_lock<std::mutex> lock(_mutex);
        for (uint64_t seen = 0;;) {
            _wake.wait(lock, [&] { return _generation != seen; });
            seen = _generation;
            if (!_job) continue;
            const std::function<void(int)>& job = *_job;
            _inside++;
            lock.unlock();
            job(number);
            lock.lock();
            if (--_inside == 0) _idle.notify_all();
        }
    }

    std::mutex _mutex;
    std::condition_variable _wake, _idle;
    const std::function<void(int)>* _job = nullptr;
    uint64_t _generation = 0;
    int _inside = 0;
};

Pool& pool()
{
    static auto* pool = new Pool(settings().threads - 1); // never destroyed: its threads live as long as the process
    return *pool;
}

// A thread of the pool runs blocks with its own runner; number 0's is that of whichever thread holds the API's lock.
BlockRunner& runner_of(int number)
{
    static auto* runners = new std::vector<std::unique_ptr<BlockRunner>>((size_t)settings().threads);
    auto& r = (*runners)[(size_t)number];
    if (!r) r = std::make_unique<BlockRunner>();
    return *r;
}

// The order of the blocks: i -> (first + i · step) mod count, where step has no common divisor with count.
struct Order {
    uint64_t count, first, step;

    Order(Schedule schedule, unsigned seed, uint64_t blocks) : count(blocks), first(0), step(1)
    {
        if (schedule == Schedule::Reverse) first = step = blocks - 1;
        if (schedule == Schedule::Random) {
            uint64_t mixed = (seed + 1) * 0x9E3779B97F4A7C15u;
            first = mixed % blocks;
            step = (mixed >> 20) % blocks;
            while (std::gcd(step, blocks) != 1) step++;
        }
        if (step == 0) step = 1;
    }

    uint64_t operator()(uint64_t i) const { return (uint64_t)((first + (unsigned __int128)i * step) % count); }
};

} // namespace

void run_grid(Launch& launch)
{
    launches++;
    EmuIndex g = launch.grid;
    const Order order(launch.schedule, launch.seed, (uint64_t)g.x * g.y * g.z);
    std::atomic<uint64_t> next{0};
    std::atomic<int> status{0};
    bool helped = launch.check || settings().threads == 1 || order.count == 1; // helpers were called, or shall not be
    auto started = std::chrono::steady_clock::now();
    std::function<void(int)> job;
    job = [&](int number) {
        BlockRunner& runner = runner_of(number);
        bool begun = false;
        for (;;) {
            uint64_t i = next.fetch_add(1, std::memory_order_relaxed);
            if (i >= order.count || status.load(std::memory_order_relaxed)) return;
            if (!begun) runner.begin(launch);
            begun = true;
            uint64_t b = order(i);
            if (!runner.run({(unsigned)(b % g.x), (unsigned)(b / g.x % g.y), (unsigned)(b / ((uint64_t)g.x * g.y))})) status = runner.status();
            // Waking a thread takes as long as a small grid.
            if (number == 0 && !helped && std::chrono::steady_clock::now() - started > std::chrono::microseconds(20)) {
                helped = true;
                pool().start(job);
            }
        }
    };
    if (launch.check) shadow::begin_launch(runner_of(0));
    job(0);
    if (helped && !launch.check && settings().threads > 1) pool().finish();
    if (status) sticky = status;
}

void parallel(int count, const std::function<void(int)>& f)
{
    std::atomic<int> next{0};
    std::function<void(int)> job = [&](int) {
        for (int i; (i = next.fetch_add(1)) < count;) f(i);
    };
    if (settings().threads == 1 || count == 1) return job(0);
    pool().start(job);
    job(0);
    pool().finish();
}

} // namespace emu
