/* throw_avx2.c - from random words to categories, eight categories compared at once.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/last_word.h"
#include "kernels/x86/kernels_x86.h"
#include "kernels/x86/sums_avx2.h"

enum {
    LANES = 4, /* categories of last_words */
    WINDOW = NOTCH_WINDOW_AVX2
};

typedef struct scale {
    __m256i base, reciprocal, most, total, total_high, twice;
    __m128i shift;
} scale;

/* notch_last_word of four categories, in the low halves. */
NOTCH_TARGET_AVX2 static inline __m256i last_of(const scale *s, __m256i cumulative)
{
    const __m256i c = _mm256_sll_epi64(_mm256_sub_epi64(cumulative, s->base), s->shift);
    const __m256i high = _mm256_mul_epu32(_mm256_srli_epi64(c, 32), s->reciprocal);
    const __m256i low = _mm256_srli_epi64(_mm256_mul_epu32(c, s->reciprocal), 32);
    const __m256i product = _mm256_add_epi64(c, _mm256_add_epi64(high, low));
    const __m256i quotient = _mm256_srli_epi64(product, NOTCH_WORD_DROP);
    const __m256i q = _mm256_blendv_epi8(quotient, s->most, _mm256_cmpgt_epi64(quotient, s->most));
    /* 2^32 c - q total */
    const __m256i taken_high = _mm256_mul_epu32(q, s->total_high);
    const __m256i rest = _mm256_sub_epi64(_mm256_slli_epi64(_mm256_sub_epi64(c, taken_high), 32),
                                          _mm256_mul_epu32(q, s->total));
    /* true is -1 */
    const __m256i once = _mm256_cmpgt_epi64(rest, s->total);
    const __m256i again = _mm256_cmpgt_epi64(rest, s->twice);
    const __m256i less = _mm256_cmpgt_epi64(_mm256_set1_epi64x(1), rest);
    return _mm256_add_epi64(_mm256_sub_epi64(_mm256_sub_epi64(q, once), again), less);
}

/* The low halves of four. */
NOTCH_TARGET_AVX2 static inline __m128i low_halves(__m256i four)
{
    const __m128 low = _mm_castsi128_ps(_mm256_castsi256_si128(four));
    const __m128 high = _mm_castsi128_ps(_mm256_extracti128_si256(four, 1));
    return _mm_castps_si128(_mm_shuffle_ps(low, high, 0x88));
}

NOTCH_TARGET_AVX2 void notch_last_words_avx2(const uint64_t *cumulative, uint32_t count,
                                             uint64_t base, uint32_t *last, notch_lean *lean)
{
    const notch_word_scale plain = notch_word_scale_for(cumulative[count - 1] - base);
    const scale s = {.base = _mm256_set1_epi64x((int64_t)base),
                     .reciprocal = _mm256_set1_epi64x(plain.reciprocal),
                     .most = _mm256_set1_epi64x(UINT32_MAX),
                     .total = _mm256_set1_epi64x((int64_t)plain.total),
                     .total_high = _mm256_set1_epi64x((int64_t)(plain.total >> 32)),
                     .twice = _mm256_set1_epi64x((int64_t)(2 * plain.total)),
                     .shift = _mm_cvtsi32_si128((int)plain.shift)};
    const __m256i categories = _mm256_set1_epi64x(count);
    __m128i number = _mm_setr_epi32(0, 1, 2, 3);
    __m128i least = _mm_set1_epi32(INT32_MAX), most = _mm_set1_epi32(INT32_MIN);
    uint32_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        const __m256i words = last_of(&s, _mm256_loadu_si256((const __m256i *)(cumulative + i)));
        _mm_storeu_si128((__m128i *)(last + i), low_halves(words));
        const __m256i even = _mm256_srli_epi64(_mm256_mul_epu32(words, categories), 32);
        const __m128i ahead = _mm_sub_epi32(low_halves(even), number);
        least = _mm_min_epi32(least, ahead);
        most = _mm_max_epi32(most, ahead);
        number = _mm_add_epi32(number, _mm_set1_epi32(LANES));
    }
    int32_t low[LANES], high[LANES];
    _mm_storeu_si128((__m128i *)low, least);
    _mm_storeu_si128((__m128i *)high, most);
    *lean = (notch_lean){INT32_MAX, INT32_MIN};
    for (uint32_t k = 0; k < LANES; k++) {
        lean->least = low[k] < lean->least ? low[k] : lean->least;
        lean->most = high[k] > lean->most ? high[k] : lean->most;
    }
    for (; i < count; i++) {
        last[i] = notch_last_word(&plain, cumulative[i] - base);
        notch_lean_add(lean, last[i], count, i);
    }
}

/* Which of the categories from `first` on end at the words or beyond. */
NOTCH_TARGET_AVX2 static inline uint32_t beyond(const uint32_t *last, uint32_t first, __m256i words)
{
    const __m256i window = notch_load(last + first);
    const __m256i reached = _mm256_cmpeq_epi32(_mm256_max_epu32(window, words), window);
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(reached));
}

/* Adds the trial to the first such category. Those behind the last one may be anything. */
NOTCH_TARGET_AVX2 static inline void throw_one(const uint32_t *last, uint32_t first, uint32_t word,
                                               uint32_t *counts)
{
    const __m256i words = _mm256_set1_epi32((int32_t)word);
    uint32_t mask = beyond(last, first, words);
    while (__builtin_expect(mask == 0, 0)) {
        first += WINDOW;
        mask = beyond(last, first, words);
    }
    counts[first + (uint32_t)__builtin_ctz(mask)]++;
}

NOTCH_TARGET_AVX2 void notch_throw_avx2(const notch_throw *how, const uint32_t *words,
                                        uint32_t count, uint32_t *counts)
{
    const notch_throw own = *how; /* for all that compilers know, counts could change *how */
    for (uint32_t t = 0; t < count; t++) {
        throw_one(own.last, notch_throw_from(&own, words[t]), words[t], counts);
    }
}
