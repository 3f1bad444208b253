#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace emu {

enum class Kind { Device, Host };

struct Allocation {
    uintptr_t address = 0;
    size_t bytes = 0;
    size_t number = 0; // counted from the process's start
    Kind kind = Kind::Device;
    bool freed = false;
};

// All memory of the emulated GPU lies in one reserved range, so that "is this an address of ours" is one comparison: first the blocks' shared memory, then the allocations.
// Each allocation has its own pages with inaccessible ones on both sides and ends with them; its addresses are used again only when many others were freed since.
struct Range {
    uintptr_t base = 0;
    size_t bytes = 0;
    size_t shared_bytes = 0; // of the shared arenas at its beginning
};
const Range& range();

// Null if the device's memory (CUDAEMU_MEMORY_MB) does not suffice.
void* allocate(size_t bytes, Kind kind);

// False if it is no allocation of this kind; then nothing happens.
bool release(const void* address, Kind kind);

// What lies at an address, or did: the allocation that contains it, else the nearest one before it. Null if there is none.
const Allocation* find_allocation(uintptr_t address);

// True if all bytes lie within a live allocation.
bool is_allocated(const void* address, size_t bytes);

// "… 4 bytes after allocation #12 of 400 bytes"
std::string describe_address(uintptr_t address);

// Calls visit for each live allocation.
void for_each_allocation(void (*visit)(const Allocation&));

size_t allocated_bytes();
size_t used_range_bytes(); // no address from here on was ever in use
size_t memory_bytes();

} // namespace emu
