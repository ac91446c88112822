/* sums_avx512.c - sums of masses: running, by runs, and where one reaches a target.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/sums_avx512.h"

#include "kernels/x86/kernels_x86.h"

NOTCH_TARGET_AVX512 void notch_cumulate_avx512(const uint32_t *masses, uint32_t count,
                                               uint64_t *cumulative)
{
    const __m512i first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
    const __m512i second = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);
    __m512i carry = _mm512_setzero_si512(), even, odd;
    for (uint32_t i = 0; i < count; i += NOTCH_LANES) {
        const uint32_t left = count - i;
        notch_prefetch_ahead(masses + i);
        notch_cumulate16(notch_load_some(masses + i, left), &carry, &even, &odd);
        const __mmask8 low = (__mmask8)(left >= 8 ? 0xff : (1u << left) - 1);
        const __mmask8 high = (__mmask8)(left >= 16 ? 0xff : left > 8 ? (1u << (left - 8)) - 1 : 0);
        _mm512_mask_storeu_epi64(cumulative + i, low, _mm512_permutex2var_epi64(even, first, odd));
        if (high != 0) {
            _mm512_mask_storeu_epi64(cumulative + i + 8, high,
                                     _mm512_permutex2var_epi64(even, second, odd));
        }
    }
}

NOTCH_TARGET_AVX512 static inline __m512i sum_run(const uint32_t *masses)
{
    __m512i sum = _mm512_setzero_si512();
    NOTCH_UNROLL
    for (int k = 0; k < NOTCH_RUN / NOTCH_LANES; k++) {
        sum = notch_add_pairs(sum, _mm512_loadu_si512(masses + NOTCH_LANES * k));
    }
    return sum;
}

NOTCH_TARGET_AVX512 uint64_t notch_run_sums_avx512(const uint32_t *masses, uint32_t count,
                                                   uint64_t *sums)
{
    __m512i total = _mm512_setzero_si512();
    uint32_t i = 0;
    for (; i + 8 * NOTCH_RUN <= count; i += 8 * NOTCH_RUN) {
        __m512i runs[8];
        NOTCH_UNROLL
        for (int k = 0; k < 8; k++) {
            for (int line = 0; line < NOTCH_RUN / NOTCH_LANES; line++) {
                notch_prefetch_ahead(masses + i + NOTCH_RUN * k + NOTCH_LANES * line);
            }
            runs[k] = sum_run(masses + i + NOTCH_RUN * k);
        }
        const __m512i eight = notch_sum_lanes_of_eight(runs);
        total = _mm512_add_epi64(total, eight);
        if (sums != NULL) {
            _mm512_storeu_si512(sums + i / NOTCH_RUN, eight);
        }
    }
    const uint64_t rest =
        notch_run_sums_ref(masses + i, count - i, sums != NULL ? sums + i / NOTCH_RUN : NULL);
    return (uint64_t)_mm512_reduce_add_epi64(total) + rest;
}

NOTCH_TARGET_AVX512 uint32_t notch_find_avx512(const uint32_t *masses, uint32_t count,
                                               uint64_t target)
{
    /* Sums rise, so the number of those that are not above the target is the index. */
    const __m512i bound = _mm512_set1_epi64((int64_t)target);
    __m512i carry = _mm512_setzero_si512(), even, odd;
    uint32_t passed = 0;
    for (uint32_t i = 0; i < count; i += NOTCH_LANES) {
        notch_cumulate16(notch_load_some(masses + i, count - i), &carry, &even, &odd);
        passed += (uint32_t)__builtin_popcount(_mm512_cmple_epu64_mask(even, bound));
        passed += (uint32_t)__builtin_popcount(_mm512_cmple_epu64_mask(odd, bound));
    }
    return passed;
}

NOTCH_TARGET_AVX512 uint32_t notch_rank_avx512(const uint64_t *rising, uint32_t count,
                                               uint64_t target)
{
    const __m512i bound = _mm512_set1_epi64((int64_t)target);
    uint32_t rank = 0;
    for (uint32_t i = 0; i < count; i += 8) {
        const __m512i eight = _mm512_loadu_si512(rising + i);
        rank += (uint32_t)__builtin_popcount(_mm512_cmple_epu64_mask(eight, bound));
    }
    return rank;
}
