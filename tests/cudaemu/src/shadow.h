#pragma once
#include <cstddef>
#include <cstdint>

namespace emu {

class BlockRunner;

// The memory of one more block's shared variables (memory.cpp).
char* shared_arena_of_next_runner();

// The check mode's knowledge of memory: of each byte, whether it may be touched and whether it was written; of each word, who touched it last.
namespace shadow {

// A violation found by a library function rather than a hook is reported with its line. All of these stop the block if they find one.
void read_for(const void* address, int bytes, int alignment, int line);
void begin_copy(void* to, const void* from, int line);
void end_copy(void* to, const void* from, int line);

// From the scheduler.
void begin_launch(const BlockRunner& runner);
void begin_block(const BlockRunner& runner);
void run_thread(const BlockRunner& runner);
void barrier(const BlockRunner& runner);
uint32_t tick(); // the time after a __syncwarp
void allow_shared(const char* address, long bytes);

// From the host side.
void turned_on();
void turned_off();
void allocated(uintptr_t address, size_t bytes, bool host);
void released(uintptr_t address, size_t bytes);
void discarded(uintptr_t address, size_t bytes); // its addresses are not used again
void written(const void* address, size_t bytes);
void copied(const void* to, const void* from, size_t bytes);

// The first of the bytes that was never written; null if all were.
const void* first_unwritten(const void* address, size_t bytes);

} // namespace shadow
} // namespace emu
