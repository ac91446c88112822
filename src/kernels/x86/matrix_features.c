/* matrix_features.c - whether the processor multiplies bytes by fours.
 * SPDX-License-Identifier: MIT
 *
 * Remembered, as in features.c: CPUID can take tens of microseconds under a hypervisor.
 */
#include <cpuid.h>
#include <stdatomic.h>

#include "kernels/x86/matrix_x86.h"

enum {
    LEAF7_ECX_AVX512_VNNI = 1 << 11,
    KNOWN = 1,
    HAS_VNNI = 2
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
