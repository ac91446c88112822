/* masses_avx512.c - float gradients as integer masses, sixteen at a time.
 * SPDX-License-Identifier: MIT
 *
 * Integer instructions only, so neither rounding modes nor flushing of subnormals matter.
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"

enum {
    LANES = 16,
    /* From here on an element with exponent field 0 is shifted by at least 32 bits, to nothing, so
     * that its missing implicit bit does not matter. Below, the reference does the work. */
    SMALLEST_TOP = 32
};

NOTCH_TARGET_AVX512 static inline __mmask16 first_lanes(uint32_t count)
{
    return (__mmask16)(count >= LANES ? 0xffff : (1u << count) - 1);
}

NOTCH_TARGET_AVX512 static inline __m512i load_some(const uint32_t *values, uint32_t left)
{
    return left >= LANES ? _mm512_loadu_si512(values)
                         : _mm512_maskz_loadu_epi32(first_lanes(left), values);
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

NOTCH_TARGET_AVX512 static inline __m512i add_wide(__m512i sum, __m512i masses)
{
    const __m512i even = _mm512_maskz_mov_epi32(0x5555, masses);
    const __m512i odd = _mm512_srli_epi64(masses, 32);
    return _mm512_add_epi64(sum, _mm512_add_epi64(even, odd));
}

NOTCH_TARGET_AVX512 uint32_t notch_f32_largest_avx512(const void *values, uint32_t count)
{
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i magnitude = _mm512_set1_epi32(INT32_MAX);
    __m512i largest[4];
    for (int v = 0; v < 4; v++) {
        largest[v] = _mm512_setzero_si512();
    }
    uint32_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        for (uint32_t v = 0; v < 4; v++) {
            const __m512i x = _mm512_loadu_si512(bits + i + LANES * v);
            largest[v] = _mm512_max_epu32(largest[v], _mm512_and_si512(x, magnitude));
        }
    }
    for (; i < count; i += LANES) {
        const __m512i x = load_some(bits + i, count - i);
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
    for (; i + LANES <= count; i += LANES) {
        const __m512i mass = masses_of(_mm512_loadu_si512(bits + i), top, smoothing);
        _mm512_storeu_si512(masses + i, mass);
        sum = add_wide(sum, mass);
    }
    if (i < count) {
        const __mmask16 lanes = first_lanes(count - i);
        const __m512i some = masses_of(load_some(bits + i, count - i), top, smoothing);
        const __m512i mass = _mm512_maskz_mov_epi32(lanes, some);
        _mm512_mask_storeu_epi32(masses + i, lanes, mass);
        sum = add_wide(sum, mass);
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
    for (; i + 2 * LANES <= count; i += 2 * LANES) {
        sum0 = add_wide(sum0, masses_of(_mm512_loadu_si512(bits + i), top, smoothing));
        sum1 = add_wide(sum1, masses_of(_mm512_loadu_si512(bits + i + LANES), top, smoothing));
    }
    for (; i < count; i += LANES) {
        const __m512i mass = masses_of(load_some(bits + i, count - i), top, smoothing);
        sum0 = add_wide(sum0, _mm512_maskz_mov_epi32(first_lanes(count - i), mass));
    }
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(sum0, sum1));
}

NOTCH_TARGET_AVX512 void notch_f32_signed_avx512(const void *values, const uint32_t *counts,
                                                 uint32_t count, int32_t *updates)
{
    const uint32_t *bits = (const uint32_t *)values;
    const __m512i most = _mm512_set1_epi32(INT32_MAX), zero = _mm512_setzero_si512();
    for (uint32_t i = 0; i < count; i += LANES) {
        const __mmask16 lanes = first_lanes(count - i);
        const __m512i x = load_some(bits + i, count - i);
        const __mmask16 moves = _mm512_test_epi32_mask(x, most);
        __m512i u = _mm512_maskz_loadu_epi32(lanes & moves, counts + i);
        u = _mm512_min_epu32(u, most);
        u = _mm512_mask_sub_epi32(u, _mm512_movepi32_mask(x), zero, u);
        _mm512_mask_storeu_epi32(updates + i, lanes, u);
    }
}
