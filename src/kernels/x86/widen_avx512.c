/* widen_avx512.c - counts in full width.
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
