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

/* The same place of the next block, which is wanted next: hardware does not look that far. It may
 * lie beyond the tensor, where a prefetch does nothing. */
static inline void prefetch_ahead(const uint32_t *values)
{
    _mm_prefetch((const char *)((uintptr_t)values + 4 * NOTCH_BLOCK), _MM_HINT_T0);
}

/* (significand << 8) >> (top - exponent field), plus smoothing; top = unit + 158 >= SMALLEST_TOP. */
NOTCH_TARGET_AVX512 static inline __m512i masses_of(__m512i bits, __m512i top, __m512i smoothing)
{
    const __m512i significand =
        _mm512_or_si512(_mm512_slli_epi32(bits, 8), _mm512_set1_epi32(INT32_MIN));
    const __m512i field = _mm512_srli_epi32(_mm512_slli_epi32(bits, 1), 24);
    const __m512i mass = _mm512_srlv_epi32(significand, _mm512_sub_epi32(top, field));
    return _mm512_add_epi32(mass, smoothing);
}

NOTCH_TARGET_AVX512 uint32_t notch_f32_largest_avx512(const void *values, uint32_t count)
{
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i magnitude = _mm512_set1_epi32(INT32_MAX);
    __m512i largest[4];
    NOTCH_UNROLL
    for (int v = 0; v < 4; v++) {
        largest[v] = _mm512_setzero_si512();
    }
    uint32_t i = 0;
    for (; i + 4 * NOTCH_LANES <= count; i += 4 * NOTCH_LANES) {
        NOTCH_UNROLL
        for (uint32_t v = 0; v < 4; v++) {
            const __m512i x = _mm512_loadu_si512(bits + i + NOTCH_LANES * v);
            largest[v] = _mm512_max_epu32(largest[v], _mm512_and_si512(x, magnitude));
        }
    }
    for (; i < count; i += NOTCH_LANES) {
        const __m512i x = notch_load_some(bits + i, count - i);
        largest[0] = _mm512_max_epu32(largest[0], _mm512_and_si512(x, magnitude));
    }
    return _mm512_reduce_max_epu32(_mm512_max_epu32(_mm512_max_epu32(largest[0], largest[1]),
                                                    _mm512_max_epu32(largest[2], largest[3])));
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
        prefetch_ahead(bits + i);
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

NOTCH_TARGET_AVX512 uint64_t notch_f32_mass_sum_avx512(const void *values, uint32_t count,
                                                       const notch_mass_scale *scale)
{
    if (scale->unit + 158 < SMALLEST_TOP) {
        return notch_f32_mass_sum_ref(values, count, scale);
    }
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i top = _mm512_set1_epi32(scale->unit + 158);
    const __m512i smoothing = _mm512_set1_epi32((int32_t)scale->smoothing);
    __m512i sum0 = _mm512_setzero_si512(), sum1 = sum0;
    uint32_t i = 0;
    for (; i + 2 * NOTCH_LANES <= count; i += 2 * NOTCH_LANES) {
        prefetch_ahead(bits + i);
        prefetch_ahead(bits + i + NOTCH_LANES);
        sum0 = notch_add_pairs(sum0, masses_of(_mm512_loadu_si512(bits + i), top, smoothing));
        sum1 = notch_add_pairs(
            sum1, masses_of(_mm512_loadu_si512(bits + i + NOTCH_LANES), top, smoothing));
    }
    for (; i < count; i += NOTCH_LANES) {
        const __m512i mass = masses_of(notch_load_some(bits + i, count - i), top, smoothing);
        sum0 = notch_add_pairs(sum0, _mm512_maskz_mov_epi32(notch_first_lanes(count - i), mass));
    }
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(sum0, sum1));
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
