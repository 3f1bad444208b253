// The functions of shim/abi.h that kernels call.
#include "block.h"
#include "report.h"
#include "shadow.h"

using namespace emu;

#define EMU_API extern "C" __attribute__((visibility("default")))

extern "C" {
__thread const EmuThread* emu_thread;
__thread const EmuBlock* emu_block;
}

EMU_API EmuIndex emu_thread_index() { return emu_thread->index; }
EMU_API EmuIndex emu_block_index() { return emu_block->index; }
EMU_API EmuIndex emu_block_size() { return emu_block->size; }
EMU_API EmuIndex emu_grid_size() { return emu_block->grid; }
EMU_API int emu_lane() { return emu_thread->lane; }

EMU_API void* emu_shared(const void* key, const char* name, long bytes, int alignment) { return BlockRunner::current()->shared(key, name, bytes, alignment); }
EMU_API void* emu_dynamic_shared() { return BlockRunner::current()->dynamic_shared(); }
EMU_API void emu_cp_async16(void* shared, const void* global, int valid, int line) { BlockRunner::current()->copy_async(shared, global, valid != 0, line); }
EMU_API void emu_cp_async_commit() { BlockRunner::current()->copy_commit(); }
EMU_API void emu_cp_async_wait(int groups) { BlockRunner::current()->copy_wait((size_t)groups); }

namespace emu {

void BlockRunner::copy_async(void* to, const void* from, bool valid, int line)
{
    CopyQueue& q = _queues[_thread];
    if (q.copies.empty() && q.groups.empty()) _copying.push_back(_thread);
    if (_launch->check) shadow::begin_copy(to, valid ? from : nullptr, line);
    q.copies.push_back({(char*)to, valid ? (const char*)from : nullptr, line});
}

void BlockRunner::copy_commit()
{
    CopyQueue& q = _queues[_thread];
    q.groups.push_back(q.copies.size());
}

// The copies happen here and no earlier, so that whoever reads without having waited finds the old bytes.
void BlockRunner::copy_wait(size_t groups)
{
    CopyQueue& q = _queues[_thread];
    if (q.groups.size() <= groups) return;
    size_t done = q.groups.size() - groups, end = q.groups[done - 1];
    for (size_t i = 0; i < end; i++) {
        const Copy& c = q.copies[i];
        if (_launch->check) shadow::end_copy(c.to, c.from, c.line);
        if (c.from) __builtin_memcpy(c.to, c.from, 16);
        else __builtin_memset(c.to, 0, 16);
    }
    q.copies.erase(q.copies.begin(), q.copies.begin() + (long)end);
    q.groups.erase(q.groups.begin(), q.groups.begin() + (long)done);
    for (size_t& g : q.groups) g -= end;
}

} // namespace emu
