#include "fiber.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#if !defined(__x86_64__) || defined(CUDAEMU_UCONTEXT)
#define USE_UCONTEXT 1
#include <ucontext.h>
#endif

namespace emu {

Fiber* Fiber::create(int number)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    // A guard page below: a kernel that overflows its stack stops instead of writing into a neighbour's.
    char* memory = (char*)mmap(nullptr, StackBytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        perror("cudaemu: no memory for a thread's stack");
        abort();
    }
    mprotect(memory, page, PROT_NONE);
    auto* fiber = new Fiber;
    fiber->stack = memory + page;
    fiber->number = number;
    return fiber;
}

#ifndef USE_UCONTEXT

// void emu_switch(void** from, void* to): System V keeps rbx, rbp, r12-r15 and the stack pointer across calls.
asm(R"(
.text
.p2align 4
.type emu_switch, @function
emu_switch:
    .cfi_startproc
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
    .cfi_endproc
.size emu_switch, .-emu_switch

.p2align 4
.type emu_first, @function
emu_first: # what a new fiber's first switch returns to: start() put the function in r12, its argument in r13
    movq %r13, %rdi
    callq *%r12
    ud2
.size emu_first, .-emu_first
)");
extern "C" void emu_switch(void** from, void* to) __attribute__((visibility("hidden")));
extern "C" void emu_first() __attribute__((visibility("hidden")));

void Fiber::start(void (*entry)(void*), void* argument)
{
    // Tops at different places of their pages: all at the same would compete for the same few cache lines.
    size_t stagger = (size_t)number * 320 % 4096 & ~(size_t)63;
    auto* top = (void**)(stack + StackBytes - stagger);
    *--top = nullptr;           // keeps the alignment that a call has: 16 bytes before the return address
    *--top = nullptr;
    *--top = (void*)emu_first;  // ret
    *--top = nullptr;           // rbp
    *--top = nullptr;           // rbx
    *--top = (void*)entry;      // r12
    *--top = argument;          // r13
    *--top = nullptr;           // r14
    *--top = nullptr;           // r15
    context = top;
}

void switch_context(void** from, void* to) { emu_switch(from, to); }

#else

// Other processors: slower, by the C library. A context is a ucontext_t at the stack's lowest end; the scheduler's own is on the heap.
static thread_local ucontext_t t_main;

static ucontext_t* of(void** place)
{
    if (!*place) *place = &t_main;
    return (ucontext_t*)*place;
}

static void first(unsigned entry_high, unsigned entry_low, unsigned argument_high, unsigned argument_low)
{
    auto join = [](unsigned high, unsigned low) { return (uintptr_t)high << 32 | low; };
    ((void (*)(void*))join(entry_high, entry_low))((void*)join(argument_high, argument_low));
}

void Fiber::start(void (*entry)(void*), void* argument)
{
    auto* c = (ucontext_t*)stack;
    getcontext(c);
    c->uc_stack.ss_sp = stack + 4096;
    c->uc_stack.ss_size = StackBytes - 4096;
    c->uc_link = nullptr;
    auto e = (uintptr_t)entry, a = (uintptr_t)argument;
    makecontext(c, (void (*)())first, 4, (unsigned)(e >> 32), (unsigned)e, (unsigned)(a >> 32), (unsigned)a);
    context = c;
}

void switch_context(void** from, void* to)
{
    swapcontext(of(from), (ucontext_t*)to);
}

#endif

} // namespace emu
