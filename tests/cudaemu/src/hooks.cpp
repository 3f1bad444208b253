// The functions that g++ calls around each access under -fsanitize=thread,alignment. The compiler's own run-time libraries are not linked: these take their place.
// An access that is wrong is never executed: the hook stops the block.
#include <algorithm>
#include <type_traits>

#include "block.h"
#include "report.h"
#include "shadow.h"
#include "shadow_access.h"

using namespace emu;
using namespace emu::shadow;

#define EMU_API extern "C" __attribute__((visibility("default")))
#define PC __builtin_return_address(0)

#define HOOKS(N) \
    EMU_API void __tsan_read##N(void* p) { access<Access::Read, N>((uintptr_t)p, PC); } \
    EMU_API void __tsan_write##N(void* p) { access<Access::Write, N>((uintptr_t)p, PC); } \
    EMU_API void __tsan_unaligned_read##N(void* p) { access<Access::Read, N>((uintptr_t)p, PC); } \
    EMU_API void __tsan_unaligned_write##N(void* p) { access<Access::Write, N>((uintptr_t)p, PC); }
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)

EMU_API void __tsan_read_range(void* p, long bytes) { access_range<Access::Read>((uintptr_t)p, (size_t)bytes, 0, PC); }
EMU_API void __tsan_write_range(void* p, long bytes) { access_range<Access::Write>((uintptr_t)p, (size_t)bytes, 0, PC); }

EMU_API void __tsan_init() {}
EMU_API void __tsan_func_entry(void*) {}
EMU_API void __tsan_func_exit() {}

// The atomics that the shim is made of. On 4 and 8 bytes they must be aligned: the hardware knows no others.
template <class W> static void check_atomic(volatile W* p, const void* pc)
{
    if ((uintptr_t)p % sizeof(W)) fail_alignment((uintptr_t)p, sizeof(W), 0, pc);
    access<Access::Atomic, sizeof(W)>((uintptr_t)p, pc);
}

#define ATOMICS(BITS, W) \
    EMU_API W __tsan_atomic##BITS##_load(const volatile W* p, int) \
    { \
        check_atomic((volatile W*)p, PC); \
        return *p; \
    } \
    EMU_API W __tsan_atomic##BITS##_exchange(volatile W* p, W v, int) \
    { \
        check_atomic(p, PC); \
        return __atomic_exchange_n(p, v, __ATOMIC_RELAXED); \
    } \
    EMU_API bool __tsan_atomic##BITS##_compare_exchange_strong(volatile W* p, W* expected, W v, int, int) \
    { \
        check_atomic(p, PC); \
        return __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED); \
    }
ATOMICS(32, uint32_t)
ATOMICS(64, uint64_t)
EMU_API void __tsan_atomic_thread_fence(int) {}

// What -fsanitize=alignment passes: the ABI of libubsan.
struct TypeMismatch {
    const char* file;
    uint32_t line, column;
    const void* type;
    uint8_t log_alignment, kind;
};
EMU_API void __ubsan_handle_type_mismatch_v1(TypeMismatch* data, uintptr_t address)
{
    if (address % ((uintptr_t)1 << data->log_alignment)) fail_alignment(address, (size_t)1 << data->log_alignment, 0, PC);
}
