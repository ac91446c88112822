/* features.c - which vector instructions this processor and its operating system offer.
 * SPDX-License-Identifier: MIT
 *
 * Asks CPUID itself: the compiler's own test needs its run-time library, which freestanding code
 * does without.
 */
#include "kernels/x86/features.h"

#include <cpuid.h>
#include <stdatomic.h>
#include <stdint.h>

enum {
    LEAF1_ECX_OSXSAVE = 1 << 27,
    LEAF7_EBX_AVX2 = 1 << 5,
    LEAF7_EBX_AVX512F = 1 << 16,
    LEAF7_EBX_AVX512DQ = 1 << 17,
    LEAF7_EBX_AVX512IFMA = 1 << 21,
    LEAF7_EBX_AVX512BW = 1 << 30
};
#define LEAF7_EBX_AVX512VL (UINT32_C(1) << 31)

/* Register state that the operating system saves: SSE and AVX; these and the AVX-512 three. */
enum {
    STATE_AVX = 0x6,
    STATE_AVX512 = 0xe6
};

static bool has(uint32_t leaf7_ebx, uint32_t state)
{
    uint32_t eax, ebx, ecx, edx;
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || (ecx & LEAF1_ECX_OSXSAVE) == 0) {
        return false;
    }
    uint32_t saved, saved_high;
    __asm__("xgetbv" : "=a"(saved), "=d"(saved_high) : "c"(0));
    if ((saved & state) != state) {
        return false;
    }
    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ebx & leaf7_ebx) == leaf7_ebx;
}

/* CPUID can take tens of microseconds under a hypervisor, so its answer is remembered. Threads that
 * ask at the same time store the same value. */
enum {
    KNOWN = 1,
    HAS_AVX2 = 2,
    HAS_AVX512 = 4
};

static uint32_t features(void)
{
    static _Atomic uint32_t remembered;
    uint32_t found = atomic_load_explicit(&remembered, memory_order_relaxed);
    if (found == 0) {
        const uint32_t avx512 = (uint32_t)LEAF7_EBX_AVX512F | (uint32_t)LEAF7_EBX_AVX512DQ |
                                (uint32_t)LEAF7_EBX_AVX512IFMA | (uint32_t)LEAF7_EBX_AVX512BW |
                                LEAF7_EBX_AVX512VL;
        found = KNOWN | (has(LEAF7_EBX_AVX2, STATE_AVX) ? HAS_AVX2 : 0u) |
                (has(avx512, STATE_AVX512) ? HAS_AVX512 : 0u);
        atomic_store_explicit(&remembered, found, memory_order_relaxed);
    }
    return found;
}

bool notch_x86_has_avx2(void)
{
    return (features() & HAS_AVX2) != 0;
}

bool notch_x86_has_avx512(void)
{
    return (features() & HAS_AVX512) != 0;
}
