/* guide_avx2.c - the way from random words to categories, and counts in full width.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"

enum {
    LANES = 4
};

NOTCH_TARGET_AVX2 uint64_t notch_widen_avx2(const uint32_t *counts, uint32_t count, uint64_t *wide,
                                            bool streaming)
{
    __m256i sum = _mm256_setzero_si256();
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i four = _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(counts + i)));
        _mm256_storeu_si256((__m256i *)(wide + i), four);
        sum = _mm256_add_epi64(sum, four);
    }
    const __m128i two =
        _mm_add_epi64(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    return (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(two, _mm_unpackhi_epi64(two, two))) +
           notch_widen_ref(counts + i, count - i, wide + i, streaming);
}

NOTCH_TARGET_AVX2 void notch_guide_cells_avx2(const uint64_t *cumulative, uint32_t count,
                                              const notch_guide *guide, uint32_t *cells)
{
    const __m256i base = _mm256_set1_epi64x((int64_t)guide->base);
    const __m128i drop = _mm_cvtsi32_si128((int)guide->drop);
    const __m256i up = _mm256_set1_epi64x(guide->drop != 0 ? 1 : 0);
    const __m256i reciprocal = _mm256_set1_epi64x(guide->reciprocal);
    const __m128i one = _mm_set1_epi32(1), last = _mm_set1_epi32((int32_t)guide->last);
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i c =
            _mm256_sub_epi64(_mm256_loadu_si256((const __m256i *)(cumulative + i)), base);
        const __m256i mass = _mm256_add_epi64(_mm256_srl_epi64(c, drop), up);
        const __m256i product = _mm256_mul_epu32(mass, reciprocal);
        /* the high halves of the four products, below 2^31 */
        const __m128i low = _mm256_castsi256_si128(product);
        const __m128i high = _mm256_extracti128_si256(product, 1);
        const __m128i cell =
            _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(low), _mm_castsi128_ps(high), 0xdd));
        _mm_storeu_si128((__m128i *)(cells + i), _mm_min_epu32(_mm_add_epi32(cell, one), last));
    }
    notch_guide_cells_ref(cumulative + i, count - i, guide, cells + i);
}
