// What the emulated GPU and the kernels compiled for it share. The library includes this file; the compiler's front (compiler.cpp) puts it and kernel.h before every kernel.

struct EmuIndex {
    unsigned x, y, z;
};

// What a kernel reads of its thread and block. One of each is current per OS thread.
struct EmuThread {
    EmuIndex index;
    int lane;
};
struct EmuBlock {
    EmuIndex index, size, grid;
};

// One kernel of a compiled program.
struct EmuKernel {
    const char* name;
    void (*run)(void** parameters); // one thread
    int parameters;
    const int* sizes; // bytes of each parameter
    int max_threads;  // of __launch_bounds__; 0: none given
};
struct EmuModule {
    int kernels;
    const EmuKernel* const* kernel;
};

// initial-exec: one instruction to read; and .NET loads libraries with RTLD_LOCAL, where the general model would need a loader that finds the symbol again.
#define EMU_THREAD_LOCAL extern __thread __attribute__((tls_model("initial-exec"), visibility("default")))

extern "C" {
EMU_THREAD_LOCAL const EmuThread* emu_thread;
EMU_THREAD_LOCAL const EmuBlock* emu_block;

// The same by value, for checked kernels: a load of theirs would be hooked. Constant within a thread.
EmuIndex emu_thread_index() __attribute__((const));
EmuIndex emu_block_index() __attribute__((const));
EmuIndex emu_block_size() __attribute__((const));
EmuIndex emu_grid_size() __attribute__((const));
int emu_lane() __attribute__((const));

// Synchronisation. line: the source line, which must be the same for all that take part.
void emu_barrier(int line);
int emu_barrier_vote(int kind, int value, int line); // kind 0: or, 1: and, 2: count
void emu_warp_sync(unsigned mask, int line);

// Gives each lane's value to the others: returns 32 values of that many bytes (at most 16) in a row, valid until this lane's next exchange but one. Those of lanes that do not exist
// or have returned are 0xFF.
const void* emu_exchange(const void* value, int bytes, unsigned mask, int line);

// Memory of the block for the __shared__ variable that key stands for; the dynamic part.
void* emu_shared(const void* key, const char* name, long bytes, int alignment);
void* emu_dynamic_shared();

void emu_mma_m16n8k16_bf16(float* d, const unsigned* a, const unsigned* b, int line);
void emu_mma_m16n8k8_tf32(float* d, const unsigned* a, const unsigned* b, int line);
void emu_ldmatrix_x4(unsigned* r, const void* row, int transposed, int line);
void emu_cp_async16(void* shared, const void* global, int valid, int line);
void emu_cp_async_commit();
void emu_cp_async_wait(int groups);
}
