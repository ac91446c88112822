/* features.c - whether this 64-bit ARM processor multiplies bytes by fours.
 * SPDX-License-Identifier: MIT
 *
 * Reads the identification register itself: the auxiliary vector belongs to the C library, which
 * freestanding code does without. Programs may not read it on the processor, so Linux (4.11 and
 * later) traps and answers for it, with what all cores have; elsewhere the compiler's target says.
 */
#include "kernels/arm/features.h"

#include "kernels/kernels.h"

#if NOTCH_HAVE_NEON

#if defined(__linux__) && !defined(__ARM_FEATURE_DOTPROD)

#include <stdatomic.h>

enum {
    ISAR0_DP_SHIFT = 44, /* the field DP, 4 bits */
    ISAR0_DP_MASK = 15,
    KNOWN = 1,
    HAS_DOT_PRODUCT = 2
};

/* A trap takes a microsecond, so its answer is remembered. Threads that ask at the same time store
 * the same value. */
bool notch_arm_has_dot_product(void)
{
    static _Atomic uint32_t remembered;
    uint32_t found = atomic_load_explicit(&remembered, memory_order_relaxed);
    if (found == 0) {
        uint64_t isar0;
        __asm__("mrs %0, ID_AA64ISAR0_EL1" : "=r"(isar0));
        const bool has = ((isar0 >> ISAR0_DP_SHIFT) & ISAR0_DP_MASK) != 0;
        found = KNOWN | (has ? HAS_DOT_PRODUCT : 0u);
        atomic_store_explicit(&remembered, found, memory_order_relaxed);
    }
    return (found & HAS_DOT_PRODUCT) != 0;
}

#else

bool notch_arm_has_dot_product(void)
{
#if defined(__ARM_FEATURE_DOTPROD)
    return true;
#else
    return false;
#endif
}

#endif

#endif
