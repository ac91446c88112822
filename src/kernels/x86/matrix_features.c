/* matrix_features.c - whether the processor multiplies bytes by fours, and tiles of them.
 * SPDX-License-Identifier: MIT
 *
 * Remembered, as in features.c: CPUID can take tens of microseconds under a hypervisor.
 */
#include <cpuid.h>
#include <stdatomic.h>

#include "kernels/x86/matrix_x86.h"

enum {
    LEAF7_ECX_AVX512_VNNI = 1 << 11,
    LEAF7_EDX_AMX_TILE = 1 << 24,
    LEAF7_EDX_AMX_INT8 = 1 << 25,
    KNOWN = 1,
    HAS_VNNI = 2,
    HAS_AMX = 2
};

bool notch_x86_has_avx512_vnni(void)
{
    static _Atomic uint32_t remembered;
    uint32_t found = atomic_load_explicit(&remembered, memory_order_relaxed);
    if (found == 0) {
        uint32_t eax, ebx, ecx, edx;
        const bool has =
            __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ecx & LEAF7_ECX_AVX512_VNNI) != 0;
        found = KNOWN | (has ? HAS_VNNI : 0u);
        atomic_store_explicit(&remembered, found, memory_order_relaxed);
    }
    return (found & HAS_VNNI) != 0;
}

#if NOTCH_HAVE_AMX

enum {
    STATE_TILES = 3 << 17, /* that the operating system saves: configuration and data */
    LEAF1_ECX_OSXSAVE = 1 << 27,
    ARCH_PRCTL = 158, /* the system call, and what it is asked: leave to use tile data */
    ARCH_REQUEST_STATE = 0x1023,
    TILE_DATA = 18
};

/* Linux gives a process its 8 KiB of tiles a thread when it asks for them (kernel documentation,
 * arch/x86/xstate). Without the C library, which freestanding code does without. */
static bool ask_for_tiles(void)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"((long)ARCH_PRCTL), "D"((long)ARCH_REQUEST_STATE), "S"((long)TILE_DATA)
                     : "rcx", "r11", "memory");
    return result == 0;
}

static bool find_amx(void)
{
    const uint32_t wanted = LEAF7_EDX_AMX_TILE | LEAF7_EDX_AMX_INT8;
    uint32_t eax, ebx, ecx, edx, saved, saved_high;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & LEAF1_ECX_OSXSAVE) == 0 ||
        !__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) || (edx & wanted) != wanted) {
        return false;
    }
    __asm__("xgetbv" : "=a"(saved), "=d"(saved_high) : "c"(0));
    return (saved & STATE_TILES) == STATE_TILES && ask_for_tiles();
}

bool notch_x86_has_amx(void)
{
    static _Atomic uint32_t remembered;
    uint32_t found = atomic_load_explicit(&remembered, memory_order_relaxed);
    if (found == 0) {
        found = KNOWN | (find_amx() ? HAS_AMX : 0u);
        atomic_store_explicit(&remembered, found, memory_order_relaxed);
    }
    return (found & HAS_AMX) != 0;
}

#endif
