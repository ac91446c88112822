/* points_avx512.c - the points of stratified and systematic draws, sixteen categories at a time.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx512.h"

/* The position of a cumulative mass, rounded to stratum (high half) and fraction (low half). */
NOTCH_TARGET_AVX512 static inline __m512i position_of(__m512i cumulative, __m128i shift,
                                                      __m512i ratio, __m512i start, __m512i end)
{
    const __m512i offset = _mm512_madd52hi_epu64(start, _mm512_sll_epi64(cumulative, shift), ratio);
    return _mm512_srli_epi64(_mm512_min_epu64(offset, end), NOTCH_POSITION_EXTRA_BITS);
}

NOTCH_TARGET_AVX512 void notch_point_counts_avx512(const notch_positions *positions,
                                                   const uint32_t *masses, uint32_t count,
                                                   const uint32_t *points, uint32_t stride,
                                                   uint32_t *counts)
{
    const __m128i shift = _mm_cvtsi32_si128((int)positions->shift);
    const __m512i ratio = _mm512_set1_epi64((int64_t)positions->ratio);
    const __m512i start = _mm512_set1_epi64((int64_t)positions->start);
    const __m512i end = _mm512_set1_epi64((int64_t)(positions->start + positions->width));
    const __m512i shared = _mm512_set1_epi32((int32_t)points[0]);
    const __m512i one = _mm512_set1_epi32(1);

    const uint64_t rounded = positions->start >> NOTCH_POSITION_EXTRA_BITS;
    uint32_t stratum = (uint32_t)(rounded >> 32); /* of the last position so far */
    __m512i previous = _mm512_set1_epi32(
        (int32_t)(stratum + ((uint32_t)rounded > points[stratum * stride] ? 1 : 0)));

    __m512i carry = _mm512_setzero_si512(), even, odd;
    for (uint32_t i = 0; i < count; i += NOTCH_LANES) {
        const uint32_t left = count - i;
        notch_cumulate16(notch_load_some(masses + i, left), &carry, &even, &odd);
        even = position_of(even, shift, ratio, start, end);
        odd = position_of(odd, shift, ratio, start, end);
        const __m512i fractions = _mm512_mask_shuffle_epi32(even, 0xaaaa, odd, (_MM_PERM_ENUM)0xa0);
        const __m512i strata = _mm512_mask_shuffle_epi32(odd, 0x5555, even, (_MM_PERM_ENUM)0xf5);
        __m512i point = shared;
        if (stride != 0) {
            /* Positions rise, so the last lane tells whether 32 or 64 points from the first will
             * do. */
            const __m512i index = _mm512_sub_epi32(strata, _mm512_set1_epi32((int32_t)stratum));
            const uint32_t last =
                (uint32_t)_mm_extract_epi32(_mm512_extracti32x4_epi32(strata, 3), 3);
            if (last - stratum < 2 * NOTCH_LANES) {
                point =
                    _mm512_permutex2var_epi32(_mm512_loadu_si512(points + stratum), index,
                                              _mm512_loadu_si512(points + stratum + NOTCH_LANES));
            } else if (last - stratum < 4 * NOTCH_LANES) {
                const uint32_t *from = points + stratum + 2 * NOTCH_LANES;
                const __m512i near =
                    _mm512_permutex2var_epi32(_mm512_loadu_si512(points + stratum), index,
                                              _mm512_loadu_si512(points + stratum + NOTCH_LANES));
                const __m512i far = _mm512_permutex2var_epi32(
                    _mm512_loadu_si512(from), index, _mm512_loadu_si512(from + NOTCH_LANES));
                const __mmask16 is_far =
                    _mm512_cmpge_epu32_mask(index, _mm512_set1_epi32(2 * NOTCH_LANES));
                point = _mm512_mask_mov_epi32(near, is_far, far);
            } else {
                point = _mm512_i32gather_epi32(strata, points, 4);
            }
            stratum = last;
        }
        const __mmask16 passed = _mm512_cmpgt_epu32_mask(fractions, point);
        const __m512i below = _mm512_mask_add_epi32(strata, passed, strata, one);
        const __m512i before = _mm512_alignr_epi32(below, previous, 15);
        const __m512i result = _mm512_sub_epi32(below, before);
        if (left >= NOTCH_LANES) {
            _mm512_storeu_si512(counts + i, result);
        } else {
            _mm512_mask_storeu_epi32(counts + i, notch_first_lanes(left), result);
        }
        previous = below;
    }
}
