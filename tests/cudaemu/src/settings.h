#pragma once
#include <cstddef>
#include <string>

#include "block.h"

namespace emu {

// From the environment, read once.
struct Settings {
    int multiprocessors; // CUDAEMU_SMS
    size_t memory_bytes; // CUDAEMU_MEMORY_MB
    int threads;         // CUDAEMU_THREADS
    std::string cache;   // CUDAEMU_CACHE
};
const Settings& settings();

// Set by the controls (controls.cpp).
struct Controls {
    bool check = false, lazy = false;
    Schedule schedule = Schedule::Forward;
    unsigned seed = 0;
};
extern Controls controls;

} // namespace emu
