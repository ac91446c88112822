/* join.c - gradients of a tensor that several layers use.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "engine/integer/parts.h"

enum {
    JOINED_BITS = 30 /* each of the two, so that sums stay below 2^31 */
};

static int32_t larger(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

notch_join notch_join_gradient(notch_stage *stage, int32_t exponent, uint32_t bits)
{
    if (!stage->has_gradient) {
        stage->has_gradient = true;
        stage->gradient_exponent = exponent;
        stage->gradient_bits = bits;
        return (notch_join){stage->gradient, NOTCH_JOIN_NONE, 0};
    }
    /* The finer exponent, unless the larger of the two would not fit in it. */
    const int32_t old = stage->gradient_exponent;
    const int32_t top = larger(old + (int32_t)stage->gradient_bits, exponent + (int32_t)bits);
    const int32_t fine = old < exponent ? old : exponent;
    const int32_t joined = larger(fine, top - JOINED_BITS);
    stage->gradient_exponent = joined;
    stage->gradient_bits = (uint32_t)(top - joined) + 1; /* at most 31 */
    return (notch_join){stage->gradient, old - joined, exponent - joined};
}

void notch_join_values(const notch_join *join, uint64_t first, uint64_t count, const int32_t *x)
{
    int32_t *gradient = join->gradient + first;
    if (join->old_shift == NOTCH_JOIN_NONE) {
        memmove(gradient, x, count * sizeof *x);
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        gradient[i] =
            notch_scale32(gradient[i], join->old_shift) + notch_scale32(x[i], join->new_shift);
    }
}
