/* features.c - which vector instructions this processor and its operating system offer.
 * SPDX-License-Identifier: MIT
 *
 * Asks CPUID itself: the compiler's own test needs its run-time library, which freestanding code
 * does without.
 */
#include "kernels/x86/features.h"

#include <cpuid.h>
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

bool notch_x86_has_avx2(void)
{
    return has(LEAF7_EBX_AVX2, STATE_AVX);
}

bool notch_x86_has_avx512(void)
{
    return has((uint32_t)LEAF7_EBX_AVX512F | (uint32_t)LEAF7_EBX_AVX512DQ |
                   (uint32_t)LEAF7_EBX_AVX512IFMA | (uint32_t)LEAF7_EBX_AVX512BW |
                   LEAF7_EBX_AVX512VL,
               STATE_AVX512);
}
