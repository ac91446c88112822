/* pool_avx512.h - max-pools of four positions with AVX-512.
 * SPDX-License-Identifier: MIT
 *
 * What rows_body.h knows as POOL_FOUR and UNPOOL_FOUR: as much of a row as whole vectors cover;
 * they return how much. Compilers mix widths of elements less well.
 */
#ifndef NOTCH_KERNELS_X86_POOL_AVX512_H
#define NOTCH_KERNELS_X86_POOL_AVX512_H

#include <stdbool.h>
#include <stdint.h>

#include "kernels/rows.h"
#include "kernels/x86/target.h"

#define POOL_FOUR notch_pool_four_avx512
#define UNPOOL_FOUR notch_unpool_four_avx512

/* routes is not NULL. */
NOTCH_TARGET_AVX512 static inline uint32_t notch_pool_four_avx512(const int32_t *const from[4],
                                                                  const uint16_t taps[4],
                                                                  uint32_t n, bool with_relu,
                                                                  int32_t *out, uint16_t *routes)
{
    const __m512i tap0 = _mm512_set1_epi32(taps[0]), tap1 = _mm512_set1_epi32(taps[1]);
    const __m512i tap2 = _mm512_set1_epi32(taps[2]), tap3 = _mm512_set1_epi32(taps[3]);
    const __m512i least = _mm512_set1_epi32(with_relu ? 0 : INT32_MIN);
    const __m512i dead = _mm512_set1_epi32(NOTCH_ROUTE_DEAD);
    uint32_t i = 0;
    for (; i + 16 <= n; i += 16) {
        const __m512i a = _mm512_loadu_si512(from[0] + i), b = _mm512_loadu_si512(from[1] + i);
        const __m512i c = _mm512_loadu_si512(from[2] + i), d = _mm512_loadu_si512(from[3] + i);
        const __m512i upper = _mm512_max_epi32(a, b), lower = _mm512_max_epi32(c, d);
        const __m512i most = _mm512_max_epi32(upper, lower);
        __m512i tap = _mm512_mask_mov_epi32(tap0, _mm512_cmpgt_epi32_mask(b, a), tap1);
        const __m512i below = _mm512_mask_mov_epi32(tap2, _mm512_cmpgt_epi32_mask(d, c), tap3);
        tap = _mm512_mask_mov_epi32(tap, _mm512_cmpgt_epi32_mask(lower, upper), below);
        tap = _mm512_mask_mov_epi32(dead, _mm512_cmpgt_epi32_mask(most, least), tap);
        _mm256_storeu_si256((__m256i *)(void *)(routes + i), _mm512_cvtepi32_epi16(tap));
        _mm512_storeu_si512(out + i, _mm512_max_epi32(most, least));
    }
    return i;
}

NOTCH_TARGET_AVX512 static inline uint32_t notch_unpool_four_avx512(const int8_t *errors,
                                                                    const uint16_t *routes,
                                                                    uint32_t n,
                                                                    int8_t *const out[4])
{
    uint32_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const __m512i route = _mm512_loadu_si512(routes + i);
        const __m256i error = _mm256_loadu_si256((const __m256i *)(const void *)(errors + i));
        NOTCH_UNROLL
        for (short tap = 0; tap < 4; tap++) {
            const __mmask32 here = _mm512_cmpeq_epi16_mask(route, _mm512_set1_epi16(tap));
            _mm256_storeu_si256((__m256i *)(void *)(out[tap] + i),
                                _mm256_maskz_mov_epi8(here, error));
        }
    }
    return i;
}

#endif
