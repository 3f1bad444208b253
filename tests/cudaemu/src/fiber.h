#pragma once
#include <cstddef>

namespace emu {

// A stack on which a GPU thread runs until it waits for others. Switching takes a few nanoseconds: only the registers that a called function must keep are exchanged
// (ucontext's functions would ask the kernel for the signal mask at each switch).
struct Fiber {
    void* context = nullptr; // where it goes on: its stack pointer
    char* stack = nullptr;   // its lowest address
    int number = 0;          // staggers the stacks' tops
    int thread = -1;         // the GPU thread that it carries
    void* outermost = nullptr; // the frame of the function that calls kernels

    static constexpr size_t StackBytes = 256 << 10;

    // The fiber's first switch calls entry(argument), which must never return.
    static Fiber* create(int number);
    void start(void (*entry)(void*), void* argument);
};

// Leaves the running context, which `from` will bring back, for `to`.
void switch_context(void** from, void* to);

} // namespace emu
