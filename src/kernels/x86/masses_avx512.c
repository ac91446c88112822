/* masses_avx512.c - float gradients as integer masses, sixteen at a time.
 * SPDX-License-Identifier: MIT
 *
 * Integer instructions only, so neither rounding modes nor flushing of subnormals matter.
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx512.h"

enum {
    /* From here on an element with exponent field 0 is shifted by at least 32 bits, to nothing, so
     * that its missing implicit bit does not matter. Below, the reference does the work. */
    SMALLEST_TOP = 32
};

/* (significand << 8) >> (top - exponent field), plus smoothing; top = unit + 158 >=
 * SMALLEST_TOP. */
NOTCH_TARGET_AVX512 static inline __m512i masses_of(__m512i bits, __m512i top, __m512i smoothing)
{
    const __m512i significand =
        _mm512_or_si512(_mm512_slli_epi32(bits, 8), _mm512_set1_epi32(INT32_MIN));
    const __m512i field = _mm512_srli_epi32(_mm512_slli_epi32(bits, 1), 24);
    const __m512i mass = _mm512_srlv_epi32(significand, _mm512_sub_epi32(top, field));
    return _mm512_add_epi32(mass, smoothing);
}

/* The masses of a run, in pairs of lanes; *largest gathers the magnitudes. */
NOTCH_TARGET_AVX512 static inline __m512i survey_run(const uint32_t *bits, __m512i top,
                                                     __m512i smoothing, __m512i *largest)
{
    const __m512i magnitude = _mm512_set1_epi32(INT32_MAX);
    __m512i sum = _mm512_setzero_si512();
    NOTCH_UNROLL
    for (int k = 0; k < NOTCH_RUN / NOTCH_LANES; k++) {
        notch_prefetch_ahead(bits + NOTCH_LANES * k);
        const __m512i x = _mm512_loadu_si512(bits + NOTCH_LANES * k);
        *largest = _mm512_max_epu32(*largest, _mm512_and_si512(x, magnitude));
        sum = notch_add_pairs(sum, masses_of(x, top, smoothing));
    }
    return sum;
}

NOTCH_TARGET_AVX512 uint32_t notch_f32_survey_avx512(const void *values, uint32_t count,
                                                     const notch_mass_scale *scale, uint64_t *sum,
                                                     uint64_t *run_sums)
{
    if (scale->unit + 158 < SMALLEST_TOP) {
        return notch_f32_survey_ref(values, count, scale, sum, run_sums);
    }
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i top = _mm512_set1_epi32(scale->unit + 158);
    const __m512i smoothing = _mm512_set1_epi32((int32_t)scale->smoothing);
    __m512i largest = _mm512_setzero_si512(), total = largest;
    uint32_t i = 0;
    for (; i + 8 * NOTCH_RUN <= count; i += 8 * NOTCH_RUN) {
        __m512i runs[8];
        NOTCH_UNROLL
        for (uint32_t k = 0; k < 8; k++) {
            runs[k] = survey_run(bits + i + NOTCH_RUN * k, top, smoothing, &largest);
        }
        const __m512i eight = notch_sum_lanes_of_eight(runs);
        total = _mm512_add_epi64(total, eight);
        if (run_sums != NULL) {
            _mm512_storeu_si512(run_sums + i / NOTCH_RUN, eight);
        }
    }
    uint64_t rest = 0;
    const uint32_t rest_largest = notch_f32_survey_ref(
        bits + i, count - i, scale, &rest, run_sums != NULL ? run_sums + i / NOTCH_RUN : NULL);
    const uint32_t most = _mm512_reduce_max_epu32(largest);
    *sum = (uint64_t)_mm512_reduce_add_epi64(total) + rest;
    return most > rest_largest ? most : rest_largest;
}

NOTCH_TARGET_AVX512 uint64_t notch_f32_masses_avx512(const void *values, uint32_t count,
                                                     const notch_mass_scale *scale,
                                                     uint32_t *masses)
{
    if (scale->unit + 158 < SMALLEST_TOP) {
        return notch_f32_masses_ref(values, count, scale, masses);
    }
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i top = _mm512_set1_epi32(scale->unit + 158);
    const __m512i smoothing = _mm512_set1_epi32((int32_t)scale->smoothing);
    __m512i sum = _mm512_setzero_si512();
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        notch_prefetch_ahead(bits + i);
        const __m512i mass = masses_of(_mm512_loadu_si512(bits + i), top, smoothing);
        _mm512_storeu_si512(masses + i, mass);
        sum = notch_add_pairs(sum, mass);
    }
    if (i < count) {
        const __mmask16 lanes = notch_first_lanes(count - i);
        const __m512i some = masses_of(notch_load_some(bits + i, count - i), top, smoothing);
        const __m512i mass = _mm512_maskz_mov_epi32(lanes, some);
        _mm512_mask_storeu_epi32(masses + i, lanes, mass);
        sum = notch_add_pairs(sum, mass);
    }
    return (uint64_t)_mm512_reduce_add_epi64(sum);
}

NOTCH_TARGET_AVX512 void notch_f32_signed_avx512(const void *values, const uint32_t *counts,
                                                 uint32_t count, int32_t *updates)
{
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i most = _mm512_set1_epi32(INT32_MAX), zero = _mm512_setzero_si512();
    for (uint32_t i = 0; i < count; i += NOTCH_LANES) {
        const __mmask16 lanes = notch_first_lanes(count - i);
        const __m512i x = notch_load_some(bits + i, count - i);
        const __mmask16 moves = _mm512_test_epi32_mask(x, most);
        __m512i u = _mm512_maskz_loadu_epi32(lanes & moves, counts + i);
        u = _mm512_min_epu32(u, most);
        u = _mm512_mask_sub_epi32(u, _mm512_movepi32_mask(x), zero, u);
        _mm512_mask_storeu_epi32(updates + i, lanes, u);
    }
}

NOTCH_TARGET_AVX512 uint32_t notch_f32_find_avx512(const void *values, uint32_t count,
                                                   const notch_mass_scale *scale, uint64_t target)
{
    if (scale->unit + 158 < SMALLEST_TOP || count != NOTCH_RUN) {
        return notch_f32_find_ref(values, count, scale, target);
    }
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i top = _mm512_set1_epi32(scale->unit + 158);
    const __m512i smoothing = _mm512_set1_epi32((int32_t)scale->smoothing);
    const __m512i bound = _mm512_set1_epi64((int64_t)target);
    __m512i carry = _mm512_setzero_si512();
    uint32_t passed = 0;
    NOTCH_UNROLL
    for (int k = 0; k < NOTCH_RUN / NOTCH_LANES; k++) {
        __m512i even, odd;
        notch_cumulate16(masses_of(_mm512_loadu_si512(bits + NOTCH_LANES * k), top, smoothing),
                         &carry, &even, &odd);
        const uint32_t low = _mm512_cmple_epu64_mask(even, bound);
        const uint32_t high = _mm512_cmple_epu64_mask(odd, bound);
        passed += (uint32_t)__builtin_popcount(low | high << 8);
    }
    return passed;
}
