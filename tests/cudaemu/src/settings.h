#pragma once
#include <cstddef>
#include <string>

#include "block.h"

namespace emu {

// From the environment, read once.
struct Settings {
    int multiprocessors; // CUDAEMU_SMS
    int threads;         // CUDAEMU_THREADS
    std::string cache;   // CUDAEMU_CACHE
};
const Settings& settings();

// From the environment, then changed by the functions of controls.cpp.
struct Controls {
    bool check, lazy;    // CUDAEMU_CHECK, CUDAEMU_LAZY
    Schedule schedule;   // CUDAEMU_SCHEDULE
    unsigned seed;
    size_t memory_bytes; // CUDAEMU_MEMORY_MB

    static const Controls& from_environment();
};
extern Controls controls;

} // namespace emu
