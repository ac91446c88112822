/* throw_avx512.c - from random words to categories, sixteen categories compared at once.
 * SPDX-License-Identifier: MIT
 *
 * One comparison passes over all categories that a search from the first place on usually has to
 * pass over, so that there is next to nothing to mispredict.
 */
#include "base/wide.h"
#include "kernels/last_word.h"
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/target.h"

enum {
    LANES = 8, /* categories of last_words */
    WINDOW = NOTCH_WINDOW_AVX512,
    NEAR = 2,      /* places */
    TOGETHER = 512 /* words */
};

/* As last_word.h has it, but with more bits at a time: 2^43 <= total < 2^44, masses c in the same
 * units, R = floor(2^95 / total), or 2^52 - 1 if that is 2^52. Then 2^51 c / total is less than 2
 * above f = floor(2^8 c R / 2^52), and q = floor((f - 1) / 2^19) is the last word L, the largest
 * integer below 2^32 c / total, or 1 less: which tells whether 2^32 c - q total > total. That is at
 * most 2 total and may be computed modulo 2^52. f is not 0, since 2^51 c / total > 2^7. */
enum {
    FACTOR_BITS = 52, /* of what IFMA multiplies */
    MASS_SHIFT = 8,
    WORD_DROP = 19
};

typedef struct scale {
    __m512i base, shift, reciprocal, total;
} scale;

NOTCH_TARGET_AVX512 static inline scale scale_for(uint64_t base, uint64_t plain_total)
{
    const uint32_t shift = NOTCH_WORD_TOTAL_BITS - notch_bit_length(plain_total);
    const uint64_t total = plain_total << shift, most = (UINT64_C(1) << FACTOR_BITS) - 1;
    uint64_t remainder;
    const uint64_t reciprocal =
        notch_div128((notch_u128){UINT64_C(1) << (95 - 64), 0}, total, &remainder);
    return (scale){.base = _mm512_set1_epi64((int64_t)base),
                   .shift = _mm512_set1_epi64(shift + MASS_SHIFT),
                   .reciprocal =
                       _mm512_set1_epi64((int64_t)(reciprocal < most ? reciprocal : most)),
                   .total = _mm512_set1_epi64((int64_t)total)};
}

/* notch_last_word of eight categories. */
NOTCH_TARGET_AVX512 static inline __m512i last_of(const scale *s, __m512i cumulative)
{
    const __m512i zero = _mm512_setzero_si512(), ones = _mm512_set1_epi64(-1);
    const __m512i mask = _mm512_set1_epi64((INT64_C(1) << FACTOR_BITS) - 1);
    const __m512i mass = _mm512_sllv_epi64(_mm512_sub_epi64(cumulative, s->base), s->shift);
    const __m512i f = _mm512_madd52hi_epu64(ones, mass, s->reciprocal); /* less 1 */
    const __m512i q = _mm512_srli_epi64(f, WORD_DROP);
    const __m512i product = _mm512_madd52lo_epu64(zero, q, s->total);
    const __m512i rest =
        _mm512_and_si512(_mm512_sub_epi64(_mm512_slli_epi64(mass, 32 - MASS_SHIFT), product), mask);
    const __mmask8 more = _mm512_cmpgt_epi64_mask(rest, s->total);
    return _mm512_mask_add_epi64(q, more, q, _mm512_set1_epi64(1));
}

NOTCH_TARGET_AVX512 void notch_last_words_avx512(const uint64_t *cumulative, uint32_t count,
                                                 uint64_t base, uint32_t *last, notch_lean *lean)
{
    const scale s = scale_for(base, cumulative[count - 1] - base);
    const __m512i categories = _mm512_set1_epi64(count), step = _mm512_set1_epi64(LANES);
    __m512i number = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    __m512i least = _mm512_set1_epi64(INT32_MAX), most = _mm512_set1_epi64(INT32_MIN);
    for (uint32_t i = 0; i < count; i += LANES) {
        const uint32_t left = count - i;
        const __mmask8 these = (__mmask8)(left < LANES ? (1u << left) - 1 : 0xff);
        const __m512i words = last_of(&s, _mm512_maskz_loadu_epi64(these, cumulative + i));
        _mm256_mask_storeu_epi32(last + i, these, _mm512_cvtepi64_epi32(words));
        const __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(words, categories), 32);
        const __m512i ahead = _mm512_sub_epi64(even, number);
        least = _mm512_mask_min_epi64(least, these, least, ahead);
        most = _mm512_mask_max_epi64(most, these, most, ahead);
        number = _mm512_add_epi64(number, step);
    }
    lean->least = (int32_t)_mm512_reduce_min_epi64(least);
    lean->most = (int32_t)_mm512_reduce_max_epi64(most);
}

/* Adds the trial to the first category from `first` on that ends at the word or beyond. Categories
 * behind the last one may be anything. */
NOTCH_TARGET_AVX512 static inline void throw_one(const uint32_t *last, uint32_t first,
                                                 uint32_t word, uint32_t *counts)
{
    const __m512i words = _mm512_set1_epi32((int32_t)word);
    uint32_t mask = _mm512_cmpge_epu32_mask(_mm512_loadu_si512(last + first), words);
    while (__builtin_expect(mask == 0, 0)) {
        first += WINDOW;
        mask = _mm512_cmpge_epu32_mask(_mm512_loadu_si512(last + first), words);
    }
    counts[first + (uint32_t)__builtin_ctz(mask)]++;
}

/* First places to look at for sixteen words where there is no table. */
NOTCH_TARGET_AVX512 static inline __m512i first_places(__m512i words, __m512i categories,
                                                       __m512i back)
{
    const __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(words, categories), 32);
    const __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64(words, 32), categories);
    const __m512i places = _mm512_mask_mov_epi32(even, 0xaaaa, odd);
    return _mm512_sub_epi32(_mm512_max_epu32(places, back), back);
}

/* Words in sixteens whose categories are at most two places beyond the first to look at. What
 * category each means comes first, then all are counted, so that loads need not wait for stores
 * that might be to the same place. */
NOTCH_TARGET_AVX512 static void throw_near(const notch_throw *how, const uint32_t *words,
                                           uint32_t count, uint32_t *counts)
{
    const __m512i categories = _mm512_set1_epi64(how->categories);
    const __m512i back = _mm512_set1_epi32((int32_t)how->back), one = _mm512_set1_epi32(1);
    uint32_t found[TOGETHER];
    for (uint32_t first = 0; first < count; first += TOGETHER) {
        const uint32_t now = count - first < TOGETHER ? count - first : TOGETHER;
        for (uint32_t t = 0; t < now; t += WINDOW) {
            const __m512i word = _mm512_loadu_si512(words + first + t);
            __m512i at = first_places(word, categories, back);
            for (uint32_t step = 0; step < NEAR; step++) {
                const __m512i last = _mm512_i32gather_epi32(at, how->last, 4);
                at = _mm512_mask_add_epi32(at, _mm512_cmplt_epu32_mask(last, word), at, one);
            }
            _mm512_storeu_si512(found + t, at);
        }
        for (uint32_t t = 0; t < now; t++) {
            counts[found[t]]++;
        }
    }
}

NOTCH_TARGET_AVX512 void notch_throw_avx512(const notch_throw *how, const uint32_t *words,
                                            uint32_t count, uint32_t *counts)
{
    const notch_throw own = *how; /* for all that compilers know, counts could change *how */
    uint32_t t = 0;
    if (how->guide == NULL && how->reach <= NEAR) {
        t = count - count % WINDOW;
        throw_near(how, words, t, counts);
    }
    for (; t < count; t++) {
        throw_one(own.last, notch_throw_from(&own, words[t]), words[t], counts);
    }
}
