#include "shadow.h"
namespace emu { namespace shadow {
void read_for(BlockRunner&, const void*, int, int, int) {}
void begin_copy(BlockRunner&, void*, const void*, int) {}
void end_copy(BlockRunner&, void*, const void*, int) {}
void begin_launch(const BlockRunner&) {}
void begin_block(const BlockRunner&, long) {}
void run_thread(const BlockRunner&) {}
void barrier() {}
uint64_t tick() { return 0; }
void allow_shared(const char*, long) {}
void turned_on() {}
void turned_off() {}
void allocated(uintptr_t, size_t, bool) {}
void released(uintptr_t, size_t) {}
void written(const void*, size_t) {}
void copied(const void*, const void*, size_t) {}
const void* first_unwritten(const void*, size_t) { return nullptr; }
}}
