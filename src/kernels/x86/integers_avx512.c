/* integers_avx512.c - integer gradients as masses, and back to signed updates.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx512.h"

NOTCH_TARGET_AVX512 uint64_t notch_i32_masses_avx512(const int32_t *values, uint32_t count,
                                                     uint32_t *masses)
{
    __m512i sum = _mm512_setzero_si512();
    for (uint32_t i = 0; i < count; i += NOTCH_LANES) {
        const __mmask16 lanes = notch_first_lanes(count - i);
        notch_prefetch_ahead(values + i);
        /* |-2^31| wraps to 2^31, which is right as an unsigned number */
        const __m512i mass = _mm512_abs_epi32(_mm512_maskz_loadu_epi32(lanes, values + i));
        _mm512_mask_storeu_epi32(masses + i, lanes, mass);
        sum = notch_add_pairs(sum, mass);
    }
    return (uint64_t)_mm512_reduce_add_epi64(sum);
}

NOTCH_TARGET_AVX512 void notch_i32_signed_avx512(const int32_t *values, const uint32_t *counts,
                                                 uint32_t count, int32_t *updates)
{
    const __m512i most = _mm512_set1_epi32(INT32_MAX), zero = _mm512_setzero_si512();
    for (uint32_t i = 0; i < count; i += NOTCH_LANES) {
        const __mmask16 lanes = notch_first_lanes(count - i);
        const __m512i x = _mm512_maskz_loadu_epi32(lanes, values + i);
        __m512i u = _mm512_maskz_loadu_epi32(_mm512_test_epi32_mask(x, x), counts + i);
        u = _mm512_min_epu32(u, most);
        u = _mm512_mask_sub_epi32(u, _mm512_movepi32_mask(x), zero, u);
        _mm512_mask_storeu_epi32(updates + i, lanes, u);
    }
}
