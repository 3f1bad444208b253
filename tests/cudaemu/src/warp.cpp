// What the lanes of a warp do together: shuffles, votes, matrix fragments.
#include <cstring>

#include "report.h"
#include "scheduler.h"

namespace emu {

void BlockRunner::warp_sync(uint32_t mask, Here here)
{
    if (!arrive(mask, 0, here)) return;
    release(warp(), _runnable, _running_warp);
    if (_launch->check) warp().synced = shadow::tick();
    if (_launch->check) shadow::run_thread(*this);
}

// Puts the running lane's value among those of the rendezvous under way, or of a new one.
inline Exchange* BlockRunner::bring(const void* value, int bytes)
{
    Warp& w = warp();
    if (w.arrived == 0) w.exchange = w.unused();
    else if (w.bytes != bytes) return nullptr; // at another place than the others: arrive() stops the block
    memcpy(w.exchange->values + (_thread % WarpSize) * bytes, value, (size_t)bytes);
    return w.exchange;
}

const char* BlockRunner::exchange(const void* value, int bytes, uint32_t mask, Here here)
{
    Exchange* e = bring(value, bytes);
    if (arrive(mask, bytes, here)) release(warp(), _runnable, _running_warp);
    return e->values;
}

void BlockRunner::require_whole_warp(Here here)
{
    uint32_t there = warp().existing & ~warp().exited;
    if (there == ~0u) return;
    report_kernel(text("divergent mma or ldmatrix: it needs all 32 lanes of a warp, of this there are %08x", there), here.line);
    stop(LaunchFailed);
}

const char* BlockRunner::collective(const void* value, int bytes, int result_bytes, void (*combine)(const char*, char*), Here here)
{
    require_whole_warp(here);
    Exchange* e = bring(value, bytes);
    if (arrive(~0u, bytes, here)) {
        alignas(64) char results[WarpSize * MaxValueBytes];
        combine(e->values, results);
        memcpy(e->values, results, (size_t)(WarpSize * result_bytes));
        release(warp(), _runnable, _running_warp);
    }
    return e->values;
}

// --- Fragments as in the PTX ISA: g = lane / 4, t = lane % 4. ---

struct Fragments {
    uint32_t a[4], b[2];
};

static float bf16_low(uint32_t pair) { return __builtin_bit_cast(float, pair << 16); }
static float bf16_high(uint32_t pair) { return __builtin_bit_cast(float, pair & 0xffff0000u); }

// c (16×8) = a (16×K) · b (K×8), spread over the lanes as d is: d[0..1] = C[g][2t..], d[2..3] = C[g+8][2t..].
template <int K> static void multiply(const float (&a)[16][K], const float (&b)[K][8], char* results)
{
    float c[16][8] = {};
    for (int i = 0; i < 16; i++)
        for (int k = 0; k < K; k++)
            for (int j = 0; j < 8; j++) c[i][j] += a[i][k] * b[k][j];
    auto* d = (float(*)[4])results;
    for (int lane = 0; lane < WarpSize; lane++) {
        int g = lane / 4, t = lane % 4;
        d[lane][0] = c[g][2 * t];
        d[lane][1] = c[g][2 * t + 1];
        d[lane][2] = c[g + 8][2 * t];
        d[lane][3] = c[g + 8][2 * t + 1];
    }
}

static void multiply_bf16(const char* values, char* results)
{
    float a[16][16], b[16][8];
    for (int lane = 0; lane < WarpSize; lane++) {
        Fragments f;
        memcpy(&f, values + lane * sizeof f, sizeof f);
        int g = lane / 4, t = lane % 4;
        for (int i = 0; i < 4; i++) {
            int row = g + i % 2 * 8, column = 2 * t + i / 2 * 8;
            a[row][column] = bf16_low(f.a[i]);
            a[row][column + 1] = bf16_high(f.a[i]);
        }
        for (int i = 0; i < 2; i++) {
            b[2 * t + i * 8][g] = bf16_low(f.b[i]);
            b[2 * t + i * 8 + 1][g] = bf16_high(f.b[i]);
        }
    }
    multiply(a, b, results);
}

static void multiply_tf32(const char* values, char* results)
{
    float a[16][8], b[8][8];
    auto tf32 = [](uint32_t x) { return __builtin_bit_cast(float, x & ~0x1fffu); }; // the hardware does not look at the lower 13 bits
    for (int lane = 0; lane < WarpSize; lane++) {
        Fragments f;
        memcpy(&f, values + lane * sizeof f, sizeof f);
        int g = lane / 4, t = lane % 4;
        for (int i = 0; i < 4; i++) a[g + i % 2 * 8][t + i / 2 * 4] = tf32(f.a[i]);
        for (int i = 0; i < 2; i++) b[t + i * 4][g] = tf32(f.b[i]);
    }
    multiply(a, b, results);
}

static void mma(void (*combine)(const char*, char*), float* d, const unsigned* a, const unsigned* b, Here here)
{
    Fragments f{{a[0], a[1], a[2], a[3]}, {b[0], b[1]}};
    float products[4];
    memcpy(products, BlockRunner::current()->collective(&f, sizeof f, sizeof products, combine, here) + emu_thread->lane * sizeof products, sizeof products);
    for (int i = 0; i < 4; i++) d[i] += products[i];
}

// Lane l brings row l % 8 of matrix l / 8; register i gets matrix i: lane l its row l / 4, elements 2 (l % 4) and the next.
static void ldmatrix(unsigned* r, const void* row, bool transposed, Here here)
{
    BlockRunner& runner = *BlockRunner::current();
    runner.require_whole_warp(here);
    if (runner.launch().check) shadow::read_for(row, 16, 16, here.line);
    auto* rows = (const uint16_t(*)[8])runner.exchange(row, 16, ~0u, here);
    int g = emu_thread->lane / 4, t = emu_thread->lane % 4;
    for (int i = 0; i < 4; i++) {
        const uint16_t(*m)[8] = rows + i * 8;
        uint32_t low = transposed ? m[2 * t][g] : m[g][2 * t], high = transposed ? m[2 * t + 1][g] : m[g][2 * t + 1];
        r[i] = low | high << 16;
    }
}

} // namespace emu

using namespace emu;

#define EMU_API extern "C" __attribute__((visibility("default")))
#define HERE Here{line, __builtin_frame_address(0)}
#define RUNNER BlockRunner::current()
#define KEEP_FRAME asm volatile("") // while the function called looks at it: no jump in place of the call

EMU_API void emu_barrier(int line)
{
    RUNNER->barrier(HERE);
    KEEP_FRAME;
}
EMU_API int emu_barrier_vote(int kind, int value, int line)
{
    int result = RUNNER->barrier_vote(kind, value, HERE);
    KEEP_FRAME;
    return result;
}
EMU_API void emu_warp_sync(unsigned mask, int line)
{
    RUNNER->warp_sync(mask, HERE);
    KEEP_FRAME;
}
EMU_API const void* emu_exchange(const void* value, int bytes, unsigned mask, int line)
{
    const void* values = RUNNER->exchange(value, bytes, mask, HERE);
    KEEP_FRAME;
    return values;
}
EMU_API void emu_mma_m16n8k16_bf16(float* d, const unsigned* a, const unsigned* b, int line)
{
    mma(multiply_bf16, d, a, b, HERE);
    KEEP_FRAME;
}
EMU_API void emu_mma_m16n8k8_tf32(float* d, const unsigned* a, const unsigned* b, int line)
{
    mma(multiply_tf32, d, a, b, HERE);
    KEEP_FRAME;
}
EMU_API void emu_ldmatrix_x4(unsigned* r, const void* row, int transposed, int line)
{
    ldmatrix(r, row, transposed != 0, HERE);
    KEEP_FRAME;
}
