/* throw_avx512.c - independent trials over categories, eight categories compared at once.
 * SPDX-License-Identifier: MIT
 *
 * One comparison passes over all categories that a search from the table's cell on usually has to
 * pass over, so that there is next to nothing to mispredict.
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"

enum {
    EIGHT = 8 /* categories */
};

/* Which of eight categories end beyond `at`. Those behind the last one may be anything. */
NOTCH_TARGET_AVX512 static inline uint32_t beyond(const uint64_t *cumulative, uint64_t at)
{
    return _mm512_cmpgt_epu64_mask(_mm512_loadu_si512(cumulative), _mm512_set1_epi64((int64_t)at));
}

NOTCH_TARGET_AVX512 void notch_throw_avx512(const notch_throw *how, const uint32_t *words,
                                            uint32_t count, uint32_t *counts)
{
    const uint64_t *cumulative = how->cumulative;
    const uint16_t *guide = how->guide;
    const uint64_t base = how->base, high = how->total >> 32, low = how->total & UINT32_MAX;
    const uint32_t shift = how->shift;
    for (uint32_t t = 0; t < count; t++) {
        const uint64_t at = base + words[t] * high + ((words[t] * low) >> 32);
        uint32_t i = guide[words[t] >> shift];
        uint32_t mask = beyond(cumulative + i, at);
        while (mask == 0) {
            i += EIGHT;
            mask = beyond(cumulative + i, at);
        }
        counts[i + (uint32_t)__builtin_ctz(mask)]++;
    }
}
