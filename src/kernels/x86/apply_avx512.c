/* apply_avx512.c - the step itself, sixteen weights at a time.
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

typedef struct notch_bounds {
    __m512i minimum, maximum, largest, smallest;
    __m128i doubling; /* log2 of the spacing */
} notch_bounds;

NOTCH_TARGET_AVX512 static inline notch_bounds bounds_of(const notch_lattice *lattice)
{
    return (notch_bounds){_mm512_set1_epi32(lattice->minimum), _mm512_set1_epi32(lattice->maximum),
                          _mm512_set1_epi32(LARGEST), _mm512_set1_epi32(-LARGEST),
                          _mm_cvtsi32_si128(lattice->spacing - 1)};
}

/* The next weights; *moved and *saturated are the lanes that changed and that a bound cut short. */
NOTCH_TARGET_AVX512 static inline __m512i step(const notch_bounds *bounds, __m512i weights,
                                               __m512i updates, __mmask16 *moved,
                                               __mmask16 *saturated)
{
    const __m512i u =
        _mm512_min_epi32(_mm512_max_epi32(updates, bounds->smallest), bounds->largest);
    const __m512i wanted = _mm512_sub_epi32(weights, _mm512_sll_epi32(u, bounds->doubling));
    const __m512i next =
        _mm512_min_epi32(_mm512_max_epi32(wanted, bounds->minimum), bounds->maximum);
    *moved = _mm512_cmpneq_epi32_mask(next, weights);
    *saturated = _mm512_cmpneq_epi32_mask(next, wanted);
    return next;
}

NOTCH_TARGET_AVX512 static inline uint64_t lanes_in(__mmask16 mask)
{
    return (uint64_t)(uint32_t)__builtin_popcount(mask);
}

/* The same place of the next block, which is wanted next. */
static inline void prefetch_ahead(const void *weights)
{
    _mm_prefetch((const char *)((uintptr_t)weights + NOTCH_BLOCK), _MM_HINT_T0);
}

NOTCH_TARGET_AVX512 void notch_apply_i8_avx512(const notch_lattice *lattice, int8_t *weights,
                                               const int32_t *updates, uint32_t count,
                                               uint64_t *moved, uint64_t *saturated)
{
    const notch_bounds bounds = bounds_of(lattice);
    uint64_t moves = 0, cuts = 0;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __mmask16 changed, cut;
        prefetch_ahead(weights + i);
        const __m512i w = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(weights + i)));
        const __m512i next = step(&bounds, w, _mm512_loadu_si512(updates + i), &changed, &cut);
        _mm_storeu_si128((__m128i *)(weights + i), _mm512_cvtepi32_epi8(next));
        moves += lanes_in(changed);
        cuts += lanes_in(cut);
    }
    *moved += moves;
    *saturated += cuts;
    notch_apply_i8_ref(lattice, weights + i, updates + i, count - i, moved, saturated);
}

NOTCH_TARGET_AVX512 void notch_apply_i16_avx512(const notch_lattice *lattice, int16_t *weights,
                                                const int32_t *updates, uint32_t count,
                                                uint64_t *moved, uint64_t *saturated)
{
    const notch_bounds bounds = bounds_of(lattice);
    uint64_t moves = 0, cuts = 0;
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        __mmask16 changed, cut;
        prefetch_ahead(weights + i);
        const __m512i w = _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(weights + i)));
        const __m512i next = step(&bounds, w, _mm512_loadu_si512(updates + i), &changed, &cut);
        _mm256_storeu_si256((__m256i *)(weights + i), _mm512_cvtepi32_epi16(next));
        moves += lanes_in(changed);
        cuts += lanes_in(cut);
    }
    *moved += moves;
    *saturated += cuts;
    notch_apply_i16_ref(lattice, weights + i, updates + i, count - i, moved, saturated);
}
