/* last_word.h - the last 32-bit word that means a category: a division without dividing.
 * SPDX-License-Identifier: MIT
 *
 * Word w means mass floor(w total / 2^32), so that the last word below mass c > 0 is
 * L = floor((2^32 c - 1) / total). Both are shifted until 2^43 <= total < 2^44, which leaves L as
 * it is. With R = floor(2^76 / total), which is in (2^32, 2^33],
 *
 *     q = floor((c + floor(c (R - 2^32) / 2^32)) / 2^12)
 *
 * is floor(2^32 c / total) or up to 2 less: c < 2^44, R is less than 1 too small, or 1 if it is
 * 2^33, to fit 32 bits, and both roundings go down. L is that or 1 less. So L - q is -1, 0, 1 or
 * 2, which the rest 2^32 c - 1 - q total tells; it is below 2^46 in size and may be computed modulo
 * 2^64.
 */
#ifndef NOTCH_KERNELS_LAST_WORD_H
#define NOTCH_KERNELS_LAST_WORD_H

#include "base/wide.h"
#include "kernels/kernels.h"

enum {
    NOTCH_WORD_TOTAL_BITS = 44,
    NOTCH_WORD_DROP = NOTCH_WORD_TOTAL_BITS - 32
};

typedef struct notch_word_scale {
    uint64_t total; /* shifted */
    uint32_t shift;
    uint32_t reciprocal; /* R - 2^32 */
} notch_word_scale;

/* 0 < total < 2^44 */
static inline notch_word_scale notch_word_scale_for(uint64_t total)
{
    notch_word_scale scale = {.shift = NOTCH_WORD_TOTAL_BITS - notch_bit_length(total)};
    scale.total = total << scale.shift;
    /* From below with an error of 2^-31, then what is left of 2^76, which is less than 2^46. */
    const uint64_t near = UINT64_MAX / ((scale.total >> NOTCH_WORD_DROP) + 1);
    const uint64_t rest = 0 - near * scale.total;
    const uint64_t beyond = near + rest / scale.total - (UINT64_C(1) << 32);
    scale.reciprocal = beyond > UINT32_MAX ? UINT32_MAX : (uint32_t)beyond;
    return scale;
}

/* 0 < mass <= total */
static inline uint32_t notch_last_word(const notch_word_scale *scale, uint64_t mass)
{
    const uint64_t c = mass << scale->shift;
    const uint64_t product =
        (c >> 32) * scale->reciprocal + (((c & UINT32_MAX) * scale->reciprocal) >> 32);
    const uint64_t quotient = (c + product) >> NOTCH_WORD_DROP;
    const uint64_t q = quotient < UINT32_MAX ? quotient : UINT32_MAX;
    const uint64_t rest = (c << 32) - 1 - q * scale->total;
    if (rest >> 63 != 0) {
        return (uint32_t)q - 1;
    }
    return (uint32_t)q + (rest >= scale->total ? 1 : 0) + (rest >= 2 * scale->total ? 1 : 0);
}

/* What category i of `count` adds. */
static inline void notch_lean_add(notch_lean *lean, uint32_t last, uint32_t count, uint32_t i)
{
    const int32_t ahead = (int32_t)((uint64_t)last * count >> 32) - (int32_t)i;
    lean->least = ahead < lean->least ? ahead : lean->least;
    lean->most = ahead > lean->most ? ahead : lean->most;
}

#endif
