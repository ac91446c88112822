/* scaled.h - arithmetic of mantissa * 2^exponent.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_BASE_SCALED_H
#define NOTCH_BASE_SCALED_H

#include <notch/core.h>

#include "base/wide.h"

/* An exponent below that of everything else: the top of zero. */
#define NOTCH_SCALED_NOTHING (-100000)

/* The smallest t with x < 2^t; NOTCH_SCALED_NOTHING for zero. */
static inline int32_t notch_scaled_top(const notch_scaled *x)
{
    return x->mantissa == 0 ? NOTCH_SCALED_NOTHING
                            : x->exponent + (int32_t)notch_bit_length(x->mantissa);
}

/* floor(x / 2^unit), for x < 2^(unit + 64). */
static inline uint64_t notch_scaled_units(const notch_scaled *x, int32_t unit)
{
    const int32_t shift = unit - x->exponent;
    if (x->mantissa == 0 || shift >= 64) {
        return 0;
    }
    return shift >= 0 ? x->mantissa >> shift : x->mantissa << -shift;
}

/* ceil(x / 2^unit), for x < 2^(unit + 63). */
static inline uint64_t notch_scaled_units_up(const notch_scaled *x, int32_t unit)
{
    const int32_t shift = unit - x->exponent;
    if (x->mantissa == 0 || shift <= 0) {
        return notch_scaled_units(x, unit);
    }
    if (shift >= 64) {
        return 1;
    }
    const uint64_t lost = x->mantissa & ((UINT64_C(1) << shift) - 1);
    return (x->mantissa >> shift) + (lost != 0);
}

/* The same number with the largest exponent that loses nothing; zero has exponent 0. */
static inline notch_scaled notch_scaled_reduced(notch_scaled x)
{
    if (x.mantissa == 0) {
        return (notch_scaled){0, 0};
    }
    while ((x.mantissa & 1) == 0) {
        x.mantissa >>= 1;
        x.exponent++;
    }
    return x;
}

/* a + b, rounded down to 62 significant bits. */
static inline notch_scaled notch_scaled_add(notch_scaled a, notch_scaled b)
{
    const int32_t top_a = notch_scaled_top(&a), top_b = notch_scaled_top(&b);
    if (a.mantissa == 0 && b.mantissa == 0) {
        return (notch_scaled){0, 0};
    }
    const int32_t unit = (top_a > top_b ? top_a : top_b) - 62;
    const notch_scaled sum = {notch_scaled_units(&a, unit) + notch_scaled_units(&b, unit), unit};
    return notch_scaled_reduced(sum);
}

/* a / divisor, rounded down to about 62 significant bits; divisor > 0. */
static inline notch_scaled notch_scaled_divide(notch_scaled a, uint32_t divisor)
{
    if (a.mantissa == 0) {
        return (notch_scaled){0, 0};
    }
    const int32_t unit = notch_scaled_top(&a) - 62;
    const notch_scaled whole = {notch_scaled_units(&a, unit), unit};
    /* 30 more bits than the divisor needs, then back */
    const notch_u128 widened = notch_shift_left128((notch_u128){0, whole.mantissa}, 32);
    const notch_u128 quotient = notch_div128_wide(widened, divisor);
    const uint32_t excess = notch_bit_length(quotient.high);
    const uint64_t low = notch_shift_right128(quotient, excess).low;
    return notch_scaled_reduced((notch_scaled){low, unit - 32 + (int32_t)excess});
}

#endif
