/* masses_avx2.c - float gradients as integer masses, eight at a time.
 * SPDX-License-Identifier: MIT
 *
 * Integer instructions only, so neither rounding modes nor flushing of subnormals matter.
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx2.h"

enum {
    /* From here on an element with exponent field 0 is shifted by at least 32 bits, to nothing, so
     * that its missing implicit bit does not matter. Below, the reference does the work. */
    SMALLEST_TOP = 32
};

/* (significand << 8) >> (top - exponent field), plus smoothing; top = unit + 158 >=
 * SMALLEST_TOP. */
NOTCH_TARGET_AVX2 static inline __m256i masses_of(__m256i bits, __m256i top, __m256i smoothing)
{
    const __m256i significand =
        _mm256_or_si256(_mm256_slli_epi32(bits, 8), _mm256_set1_epi32(INT32_MIN));
    const __m256i field = _mm256_and_si256(_mm256_srli_epi32(bits, 23), _mm256_set1_epi32(0xff));
    const __m256i mass = _mm256_srlv_epi32(significand, _mm256_sub_epi32(top, field));
    return _mm256_add_epi32(mass, smoothing);
}

NOTCH_TARGET_AVX2 static inline __m256i larger(__m256i largest, const uint32_t *bits)
{
    const __m256i magnitudes = _mm256_and_si256(notch_load(bits), _mm256_set1_epi32(INT32_MAX));
    return _mm256_max_epu32(largest, magnitudes);
}

NOTCH_TARGET_AVX2 static inline uint32_t largest_lane(__m256i v)
{
    __m128i most = _mm_max_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    most = _mm_max_epu32(most, _mm_unpackhi_epi64(most, most));
    most = _mm_max_epu32(most, _mm_shuffle_epi32(most, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(most);
}

NOTCH_TARGET_AVX2 uint32_t notch_f32_survey_avx2(const void *values, uint32_t count,
                                                 const notch_mass_scale *scale, uint64_t *sum,
                                                 uint64_t *run_sums)
{
    if (scale->unit + 158 < SMALLEST_TOP) {
        return notch_f32_survey_ref(values, count, scale, sum, run_sums);
    }
    const uint32_t *bits = (const uint32_t *)values;
    const __m256i top = _mm256_set1_epi32(scale->unit + 158);
    const __m256i smoothing = _mm256_set1_epi32((int32_t)scale->smoothing);
    __m256i largest0 = _mm256_setzero_si256(), largest1 = largest0;
    uint64_t total = 0;
    uint32_t i = 0;
    for (; i + NOTCH_RUN <= count; i += NOTCH_RUN) {
        __m256i run0 = _mm256_setzero_si256(), run1 = run0;
        for (uint32_t k = i; k < i + NOTCH_RUN; k += 2 * NOTCH_LANES) {
            notch_prefetch_ahead(bits + k);
            largest0 = larger(largest0, bits + k);
            largest1 = larger(largest1, bits + k + NOTCH_LANES);
            run0 = notch_add_pairs(run0, masses_of(notch_load(bits + k), top, smoothing));
            run1 = notch_add_pairs(run1,
                                   masses_of(notch_load(bits + k + NOTCH_LANES), top, smoothing));
        }
        const uint64_t run = notch_sum_lanes(_mm256_add_epi64(run0, run1));
        if (run_sums != NULL) {
            run_sums[i / NOTCH_RUN] = run;
        }
        total += run;
    }
    uint64_t rest;
    const uint32_t rest_largest = notch_f32_survey_ref(
        bits + i, count - i, scale, &rest, run_sums != NULL ? run_sums + i / NOTCH_RUN : NULL);
    const uint32_t most = largest_lane(_mm256_max_epu32(largest0, largest1));
    *sum = total + rest;
    return most > rest_largest ? most : rest_largest;
}

NOTCH_TARGET_AVX2 uint64_t notch_f32_masses_avx2(const void *values, uint32_t count,
                                                 const notch_mass_scale *scale, uint32_t *masses)
{
    if (scale->unit + 158 < SMALLEST_TOP) {
        return notch_f32_masses_ref(values, count, scale, masses);
    }
    const uint32_t *bits = (const uint32_t *)values;
    const __m256i top = _mm256_set1_epi32(scale->unit + 158);
    const __m256i smoothing = _mm256_set1_epi32((int32_t)scale->smoothing);
    __m256i sum = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        notch_prefetch_ahead(bits + i);
        const __m256i mass = masses_of(notch_load(bits + i), top, smoothing);
        _mm256_storeu_si256((__m256i *)(masses + i), mass);
        sum = notch_add_pairs(sum, mass);
    }
    return notch_sum_lanes(sum) + notch_f32_masses_ref(bits + i, count - i, scale, masses + i);
}

NOTCH_TARGET_AVX2 void notch_f32_signed_avx2(const void *values, const uint32_t *counts,
                                             uint32_t count, int32_t *updates)
{
    const uint32_t *bits = (const uint32_t *)values;
    const __m256i most = _mm256_set1_epi32(INT32_MAX), minus_zero = _mm256_set1_epi32(INT32_MIN);
    uint32_t i = 0;
    for (; i + NOTCH_LANES <= count; i += NOTCH_LANES) {
        const __m256i x = notch_load(bits + i);
        const __m256i steps = _mm256_min_epu32(notch_load(counts + i), most);
        /* negated where x < 0 as an integer, 0 where x is 0: wrong for -0 only */
        const __m256i u = _mm256_sign_epi32(steps, x);
        const __m256i wrong = _mm256_cmpeq_epi32(x, minus_zero);
        _mm256_storeu_si256((__m256i *)(updates + i), _mm256_andnot_si256(wrong, u));
    }
    notch_f32_signed_ref(bits + i, counts + i, count - i, updates + i);
}
