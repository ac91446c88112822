/* widen_avx2.c - counts in full width.
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
