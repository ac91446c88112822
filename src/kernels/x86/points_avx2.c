/* points_avx2.c - prefix sums, and the points of stratified and systematic draws.
 * SPDX-License-Identifier: MIT
 *
 * Eight masses are held as four pairs: lane k of `even` and `odd` has masses 2 k and 2 k + 1.
 * Prefix sums of the pairs then give those of all eight with two shifts instead of three.
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx2.h"

/* Inclusive prefix sums of masses on top of *carry (in all lanes), which moves on. */
NOTCH_TARGET_AVX2 static inline void cumulate8(__m256i masses, __m256i *carry, __m256i *even,
                                               __m256i *odd)
{
    const __m256i zero = _mm256_setzero_si256();
    const __m256i second = _mm256_srli_epi64(masses, 32);
    __m256i sum = _mm256_add_epi64(_mm256_blend_epi32(masses, zero, 0xaa), second);
    sum = _mm256_add_epi64(sum, _mm256_slli_si256(sum, 8)); /* a, a + b, c, c + d */
    const __m256i low = _mm256_permute4x64_epi64(sum, 0x55);
    sum = _mm256_add_epi64(sum, _mm256_blend_epi32(low, zero, 0x0f));
    const __m256i last = _mm256_permute4x64_epi64(sum, 0xff);
    *odd = _mm256_add_epi64(sum, *carry);
    *even = _mm256_sub_epi64(*odd, second);
    *carry = _mm256_add_epi64(*carry, last);
}

NOTCH_TARGET_AVX2 void notch_cumulate_avx2(const uint32_t *masses, uint32_t count,
                                           uint64_t *cumulative)
{
    __m256i carry = _mm256_setzero_si256(), even, odd;
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        cumulate8(notch_load(masses + i), &carry, &even, &odd);
        const __m256i low = _mm256_unpacklo_epi64(even, odd);  /* 0, 1, 4, 5 */
        const __m256i high = _mm256_unpackhi_epi64(even, odd); /* 2, 3, 6, 7 */
        _mm256_storeu_si256((__m256i *)(cumulative + i),
                            _mm256_permute2x128_si256(low, high, 0x20));
        _mm256_storeu_si256((__m256i *)(cumulative + i + 4),
                            _mm256_permute2x128_si256(low, high, 0x31));
    }
    uint64_t sum = (uint64_t)_mm_cvtsi128_si64(_mm256_castsi256_si128(carry));
    for (; i < count; i++) {
        sum += masses[i];
        cumulative[i] = sum;
    }
}

/* What stays the same throughout a block, in all lanes. */
typedef struct notch_axis {
    __m256i shift, ratio, ratio_high, start; /* 64 bits; start * 2^20 */
    __m256i shared;                          /* 32 bits: the point, if all strata have the same */
    __m256i last_stratum, last_below;        /* 32 bits: of the block's end */
} notch_axis;

/* The last position so far: its stratum, and in lane 0 its `below`. */
typedef struct notch_reached {
    uint32_t stratum;
    __m256i strata, below;
} notch_reached;

/* start + floor(a * ratio / 2^52), rounded to stratum (high half) and fraction (low half). With
 * high parts below 2^20 and a = a1 2^32 + a0, ratio = r1 2^32 + r0, the quotient is
 *   a1 r1 2^12 + floor((a1 r0 + a0 r1 + floor(a0 r0 / 2^32)) / 2^20):
 * rounding down a0 r0 / 2^32 first loses nothing, as the other terms are integers. Likewise with
 * `start` and the final division by 2^6, of which a1 r1 2^12 is a multiple. The sum in brackets,
 * with start * 2^20 in it, is below 2^52 + 2^52 + 2^32 + 2^58. */
NOTCH_TARGET_AVX2 static inline __m256i position_of(const notch_axis *axis, __m256i cumulative)
{
    const __m256i a = _mm256_sllv_epi64(cumulative, axis->shift);
    const __m256i a_high = _mm256_srli_epi64(a, 32);
    const __m256i low = _mm256_srli_epi64(_mm256_mul_epu32(a, axis->ratio), 32);
    const __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(a_high, axis->ratio),
                                           _mm256_mul_epu32(a, axis->ratio_high));
    const __m256i middle = _mm256_add_epi64(cross, _mm256_add_epi64(low, axis->start));
    const __m256i high = _mm256_mul_epu32(a_high, axis->ratio_high);
    return _mm256_add_epi64(_mm256_slli_epi64(high, 12 - NOTCH_POSITION_EXTRA_BITS),
                            _mm256_srli_epi64(middle, 20 + NOTCH_POSITION_EXTRA_BITS));
}

/* points[strata], where the strata rise from `reached` to `last`. */
NOTCH_TARGET_AVX2 static inline __m256i points_at(const uint32_t *points, __m256i strata,
                                                  const notch_reached *reached, uint32_t last)
{
    if (last - reached->stratum >= 2 * NOTCH_LANES) {
        return _mm256_i32gather_epi32((const int *)points, strata, 4);
    }
    const uint32_t *first = points + reached->stratum;
    const __m256i index = _mm256_sub_epi32(strata, reached->strata);
    const __m256i low = _mm256_permutevar8x32_epi32(notch_load(first), index);
    const __m256i high = _mm256_permutevar8x32_epi32(notch_load(first + NOTCH_LANES), index);
    return _mm256_blendv_epi8(low, high,
                              _mm256_cmpgt_epi32(index, _mm256_set1_epi32(NOTCH_LANES - 1)));
}

/* Counts of the next eight categories.
 * `below` is one less than the points below a position, which makes no difference to differences.
 * It rises with the position, so the end of the block can cut it off instead of the position; the
 * strata then only have to stay among the points. */
NOTCH_TARGET_AVX2 static inline __m256i counts_of(const notch_axis *axis, __m256i even, __m256i odd,
                                                  const uint32_t *points, uint32_t stride,
                                                  notch_reached *reached)
{
    const __m256i last_lane = _mm256_set1_epi32(7);
    const __m256i one_up = _mm256_setr_epi32(7, 0, 1, 2, 3, 4, 5, 6);
    even = position_of(axis, even);
    odd = position_of(axis, odd);
    const __m256i fractions = _mm256_blend_epi32(even, _mm256_shuffle_epi32(odd, 0xa0), 0xaa);
    const __m256i strata = _mm256_blend_epi32(_mm256_shuffle_epi32(even, 0xf5), odd, 0xaa);
    __m256i point = axis->shared;
    if (stride != 0) {
        const __m256i within = _mm256_min_epi32(strata, axis->last_stratum);
        const uint32_t last = (uint32_t)_mm256_extract_epi32(within, 7);
        point = points_at(points, within, reached, last);
        reached->stratum = last;
        reached->strata = _mm256_permutevar8x32_epi32(within, last_lane);
    }
    /* all ones, or -1, where the point is not below */
    const __m256i ahead = _mm256_cmpeq_epi32(_mm256_max_epu32(fractions, point), point);
    const __m256i below = _mm256_min_epi32(_mm256_add_epi32(strata, ahead), axis->last_below);
    const __m256i turned = _mm256_permutevar8x32_epi32(below, one_up);
    const __m256i before = _mm256_blend_epi32(turned, reached->below, 0x01);
    reached->below = turned;
    return _mm256_sub_epi32(below, before);
}

/* One less than the points below a position. */
static int32_t below_of(uint64_t position, const uint32_t *points, uint32_t stride)
{
    const uint64_t rounded = position >> NOTCH_POSITION_EXTRA_BITS;
    const uint32_t stratum = (uint32_t)(rounded >> 32);
    return (int32_t)stratum - ((uint32_t)rounded > points[stratum * stride] ? 0 : 1);
}

NOTCH_TARGET_AVX2 void notch_point_counts_avx2(const notch_positions *positions,
                                               const uint32_t *masses, uint32_t count,
                                               const uint32_t *points, uint32_t stride,
                                               uint32_t *counts)
{
    const uint64_t start = positions->start, end = start + positions->width;
    const notch_axis axis = {
        _mm256_set1_epi64x((int64_t)positions->shift),
        _mm256_set1_epi64x((int64_t)positions->ratio),
        _mm256_set1_epi64x((int64_t)(positions->ratio >> 32)),
        _mm256_set1_epi64x((int64_t)(start << 20)),
        _mm256_set1_epi32((int32_t)points[0]),
        _mm256_set1_epi32((int32_t)(end >> NOTCH_POSITION_BITS)),
        _mm256_set1_epi32(below_of(end, points, stride)),
    };
    notch_reached reached = {0, _mm256_setzero_si256(),
                             _mm256_set1_epi32(below_of(start, points, stride))};
    __m256i carry = _mm256_setzero_si256(), even, odd;
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        cumulate8(notch_load(masses + i), &carry, &even, &odd);
        const __m256i result = counts_of(&axis, even, odd, points, stride, &reached);
        _mm256_storeu_si256((__m256i *)(counts + i), result);
    }
    if (i < count) {
        const __m256i lanes = _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)(count - i)),
                                                 _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
        cumulate8(_mm256_maskload_epi32((const int *)(masses + i), lanes), &carry, &even, &odd);
        const __m256i result = counts_of(&axis, even, odd, points, stride, &reached);
        _mm256_maskstore_epi32((int *)(counts + i), lanes, result);
    }
}
