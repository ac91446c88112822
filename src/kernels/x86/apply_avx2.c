/* apply_avx2.c - the step itself, sixteen weights at a time.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"

enum {
    LANES = 16,
    /* Updates beyond this give the same weights: no lattice is wider than 65,534, and
     * 2 * LARGEST + 32767 fits 32 bits. */
    LARGEST = 1 << 20
};

NOTCH_TARGET_AVX2 static inline __m256i load(const void *memory)
{
    return _mm256_loadu_si256((const __m256i *)memory);
}

/* Two vectors of 32-bit numbers as one of 16-bit numbers, in order, saturated. */
NOTCH_TARGET_AVX2 static inline __m256i narrowed(__m256i first, __m256i second)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xd8);
}

NOTCH_TARGET_AVX2 static inline uint32_t sum_lanes(__m256i x)
{
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    sum = _mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum));
    sum = _mm_add_epi32(sum, _mm_shuffle_epi32(sum, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(sum);
}

/* In 16 bits: what saturates on the way leads beyond +-(32767 - 128), and there every bound of an
 * 8-bit lattice cuts it short just the same. */
NOTCH_TARGET_AVX2 void notch_apply_i8_avx2(const notch_lattice *lattice, int8_t *weights,
                                           const int32_t *updates, uint32_t count, uint64_t *moved,
                                           uint64_t *saturated)
{
    const __m256i minimum = _mm256_set1_epi16(lattice->minimum);
    const __m256i maximum = _mm256_set1_epi16(lattice->maximum);
    const __m256i doubled = _mm256_set1_epi16(lattice->spacing == 2 ? -1 : 0);
    /* Elements that did not move and that were not cut short, less than 2^15 a lane: a block has
     * 2^11. A comparison gives -1, and the pairs are added up by a multiplication with -1. */
    __m256i stayed = _mm256_setzero_si256(), whole = stayed;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i w = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + i)));
        __m256i u = narrowed(load(updates + i), load(updates + i + 8));
        u = _mm256_adds_epi16(u, _mm256_and_si256(u, doubled));
        const __m256i wanted = _mm256_subs_epi16(w, u);
        const __m256i next = _mm256_min_epi16(_mm256_max_epi16(wanted, minimum), maximum);
        _mm_storeu_si128(
            (__m128i *)(weights + i),
            _mm_packs_epi16(_mm256_castsi256_si128(next), _mm256_extracti128_si256(next, 1)));
        stayed = _mm256_add_epi16(stayed, _mm256_cmpeq_epi16(next, w));
        whole = _mm256_add_epi16(whole, _mm256_cmpeq_epi16(next, wanted));
    }
    const __m256i minus_one = _mm256_set1_epi16(-1);
    *moved += i - sum_lanes(_mm256_madd_epi16(stayed, minus_one));
    *saturated += i - sum_lanes(_mm256_madd_epi16(whole, minus_one));
    notch_apply_i8_ref(lattice, weights + i, updates + i, count - i, moved, saturated);
}

typedef struct notch_bounds {
    __m256i minimum, maximum, largest, smallest;
    __m128i doubling; /* log2 of the spacing */
} notch_bounds;

/* Eight of the next weights; -1 is added to *stayed where they equal the old ones, and to *whole
 * where no bound cut them short. */
NOTCH_TARGET_AVX2 static inline __m256i step(const notch_bounds *bounds, const int16_t *weights,
                                             const int32_t *updates, __m256i *stayed,
                                             __m256i *whole)
{
    const __m256i w = _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)weights));
    const __m256i u =
        _mm256_min_epi32(_mm256_max_epi32(load(updates), bounds->smallest), bounds->largest);
    const __m256i wanted = _mm256_sub_epi32(w, _mm256_sll_epi32(u, bounds->doubling));
    const __m256i next =
        _mm256_min_epi32(_mm256_max_epi32(wanted, bounds->minimum), bounds->maximum);
    *stayed = _mm256_add_epi32(*stayed, _mm256_cmpeq_epi32(next, w));
    *whole = _mm256_add_epi32(*whole, _mm256_cmpeq_epi32(next, wanted));
    return next;
}

NOTCH_TARGET_AVX2 void notch_apply_i16_avx2(const notch_lattice *lattice, int16_t *weights,
                                            const int32_t *updates, uint32_t count, uint64_t *moved,
                                            uint64_t *saturated)
{
    const notch_bounds bounds = {_mm256_set1_epi32(lattice->minimum),
                                 _mm256_set1_epi32(lattice->maximum), _mm256_set1_epi32(LARGEST),
                                 _mm256_set1_epi32(-LARGEST),
                                 _mm_cvtsi32_si128(lattice->spacing - 1)};
    __m256i stayed = _mm256_setzero_si256(), whole = stayed;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i first = step(&bounds, weights + i, updates + i, &stayed, &whole);
        const __m256i second = step(&bounds, weights + i + 8, updates + i + 8, &stayed, &whole);
        _mm256_storeu_si256((__m256i *)(weights + i), narrowed(first, second));
    }
    *moved += i + sum_lanes(stayed);
    *saturated += i + sum_lanes(whole);
    notch_apply_i16_ref(lattice, weights + i, updates + i, count - i, moved, saturated);
}
