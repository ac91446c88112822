/* guide_avx512.c - the way from random words to categories, and counts in full width.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"

enum {
    LANES = 8
};

NOTCH_TARGET_AVX512 uint64_t notch_widen_avx512(const uint32_t *counts, uint32_t count,
                                                uint64_t *wide, bool streaming)
{
    const bool past_caches = streaming && (uintptr_t)wide % 64 == 0;
    __m512i sum = _mm512_setzero_si512();
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m512i eight =
            _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(counts + i)));
        if (past_caches) {
            _mm512_stream_si512((__m512i *)(void *)(wide + i), eight);
        } else {
            _mm512_storeu_si512(wide + i, eight);
        }
        sum = _mm512_add_epi64(sum, eight);
    }
    if (past_caches) {
        _mm_sfence(); /* such stores keep no order with those that tell others of them */
    }
    return (uint64_t)_mm512_reduce_add_epi64(sum) +
           notch_widen_ref(counts + i, count - i, wide + i, streaming);
}

NOTCH_TARGET_AVX512 void notch_guide_cells_avx512(const uint64_t *cumulative, uint32_t count,
                                                  const notch_guide *guide, uint32_t *cells)
{
    const __m512i base = _mm512_set1_epi64((int64_t)guide->base);
    const __m512i drop = _mm512_set1_epi64(guide->drop);
    const __m512i up = _mm512_set1_epi64(guide->drop != 0 ? 1 : 0);
    const __m512i reciprocal = _mm512_set1_epi64(guide->reciprocal);
    const __m512i one = _mm512_set1_epi64(1), last = _mm512_set1_epi64(guide->last);
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m512i c = _mm512_sub_epi64(_mm512_loadu_si512(cumulative + i), base);
        const __m512i mass = _mm512_add_epi64(_mm512_srlv_epi64(c, drop), up);
        __m512i cell = _mm512_srli_epi64(_mm512_mul_epu32(mass, reciprocal), 32);
        cell = _mm512_min_epu64(_mm512_add_epi64(cell, one), last);
        _mm256_storeu_si256((__m256i *)(cells + i), _mm512_cvtepi64_epi32(cell));
    }
    notch_guide_cells_ref(cumulative + i, count - i, guide, cells + i);
}
