/* sums_avx512.h - running sums of sixteen masses.
 * SPDX-License-Identifier: MIT
 *
 * Sixteen masses are held as eight pairs: lane k of `even` and `odd` has masses 2 k and 2 k + 1.
 * Prefix sums of the pairs then give those of all sixteen with three shifts instead of four.
 */
#ifndef NOTCH_KERNELS_X86_SUMS_AVX512_H
#define NOTCH_KERNELS_X86_SUMS_AVX512_H

#include <stdint.h>

#include "kernels/x86/target.h"

enum {
    NOTCH_LANES = 16
};

NOTCH_TARGET_AVX512 static inline __mmask16 notch_first_lanes(uint32_t count)
{
    return (__mmask16)(count >= NOTCH_LANES ? 0xffff : (1u << count) - 1);
}

/* The next sixteen values, those beyond `left` being 0. */
NOTCH_TARGET_AVX512 static inline __m512i notch_load_some(const uint32_t *values, uint32_t left)
{
    return left >= NOTCH_LANES ? _mm512_loadu_si512(values)
                               : _mm512_maskz_loadu_epi32(notch_first_lanes(left), values);
}

/* sum + masses[2 k] + masses[2 k + 1] in lane k. */
NOTCH_TARGET_AVX512 static inline __m512i notch_add_pairs(__m512i sum, __m512i masses)
{
    const __m512i even = _mm512_maskz_mov_epi32(0x5555, masses);
    const __m512i odd = _mm512_srli_epi64(masses, 32);
    return _mm512_add_epi64(sum, _mm512_add_epi64(even, odd));
}

/* Inclusive prefix sums of masses on top of *carry (in all lanes), which moves on. */
NOTCH_TARGET_AVX512 static inline void notch_cumulate16(__m512i masses, __m512i *carry,
                                                        __m512i *even, __m512i *odd)
{
    const __m512i zero = _mm512_setzero_si512();
    const __m512i second = _mm512_srli_epi64(masses, 32);
    __m512i sum = _mm512_add_epi64(_mm512_maskz_mov_epi32(0x5555, masses), second);
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, zero, 7));
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, zero, 6));
    sum = _mm512_add_epi64(sum, _mm512_alignr_epi64(sum, zero, 4));
    const __m512i last = _mm512_permutexvar_epi64(_mm512_set1_epi64(7), sum);
    *odd = _mm512_add_epi64(sum, *carry);
    *even = _mm512_sub_epi64(*odd, second);
    *carry = _mm512_add_epi64(*carry, last);
}

/* The sums over the lanes of eight vectors, in order. */
NOTCH_TARGET_AVX512 static inline __m512i notch_sum_lanes_of_eight(const __m512i v[8])
{
    __m512i pairs[4], quads[2];
    NOTCH_UNROLL
    for (int k = 0; k < 4; k++) { /* per 128 bits: a sum of v[2 k], a sum of v[2 k + 1] */
        pairs[k] = _mm512_add_epi64(_mm512_unpacklo_epi64(v[2 * k], v[2 * k + 1]),
                                    _mm512_unpackhi_epi64(v[2 * k], v[2 * k + 1]));
    }
    NOTCH_UNROLL
    for (int k = 0; k < 2; k++) {
        const __m512i low = _mm512_shuffle_i64x2(pairs[2 * k], pairs[2 * k + 1], 0x88);
        const __m512i high = _mm512_shuffle_i64x2(pairs[2 * k], pairs[2 * k + 1], 0xdd);
        quads[k] = _mm512_add_epi64(low, high);
    }
    return _mm512_add_epi64(_mm512_shuffle_i64x2(quads[0], quads[1], 0x88),
                            _mm512_shuffle_i64x2(quads[0], quads[1], 0xdd));
}

#endif
