/* sums_avx2.h - loads and sums of eight masses.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_KERNELS_X86_SUMS_AVX2_H
#define NOTCH_KERNELS_X86_SUMS_AVX2_H

#include <stdint.h>

#include "kernels/x86/target.h"

enum {
    NOTCH_LANES = 8
};

NOTCH_TARGET_AVX2 static inline __m256i notch_load(const void *memory)
{
    return _mm256_loadu_si256((const __m256i *)memory);
}

/* sum + masses[2 k] + masses[2 k + 1] in lane k. */
NOTCH_TARGET_AVX2 static inline __m256i notch_add_pairs(__m256i sum, __m256i masses)
{
    const __m256i even = _mm256_blend_epi32(masses, _mm256_setzero_si256(), 0xaa);
    const __m256i odd = _mm256_srli_epi64(masses, 32);
    return _mm256_add_epi64(sum, _mm256_add_epi64(even, odd));
}

/* Of 64-bit lanes. */
NOTCH_TARGET_AVX2 static inline uint64_t notch_sum_lanes(__m256i x)
{
    const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two)));
}

#endif
