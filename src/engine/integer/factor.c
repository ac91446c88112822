/* factor.c - square roots and quotients as 14-bit factors.
 * SPDX-License-Identifier: MIT
 */
#include "engine/integer/factor.h"

/* x 2^exponent with x > 0, as a factor. */
static notch_factor factor_of(uint64_t x, int32_t exponent)
{
    const int32_t drop = (int32_t)notch_bit_length(x) - NOTCH_FACTOR_BITS;
    if (drop <= 0) {
        return (notch_factor){(int32_t)(x << -drop), exponent + drop};
    }
    const uint64_t kept = (x >> drop) + ((x >> (drop - 1)) & 1);
    if (kept >> NOTCH_FACTOR_BITS != 0) {
        return (notch_factor){(int32_t)(kept >> 1), exponent + drop + 1};
    }
    return (notch_factor){(int32_t)kept, exponent + drop};
}

/* a / b = quotient 2^exponent, quotient rounded down, in [2^31, 2^33). */
static uint64_t divide(uint64_t a, uint64_t b, int32_t *exponent)
{
    const int32_t up = 64 - (int32_t)notch_bit_length(a);
    const int32_t down = (int32_t)notch_bit_length(b) - 32;
    const uint64_t numerator = a << up;                              /* in [2^63, 2^64) */
    const uint64_t denominator = down <= 0 ? b << -down : b >> down; /* in [2^31, 2^32) */
    *exponent = -up - down;
    return numerator / denominator;
}

notch_factor notch_root_of_ratio(uint64_t a, uint64_t b)
{
    int32_t exponent;
    uint64_t quotient = divide(a, b, &exponent);
    if (exponent % 2 != 0) {
        quotient *= 2;
        exponent--;
    }
    /* quotient < 2^34, so the root has 30 to 32 bits */
    const int32_t spare = 30;
    return factor_of(notch_root(quotient << spare), (exponent - spare) / 2);
}

notch_factor notch_ratio(uint64_t a, uint64_t b)
{
    int32_t exponent;
    const uint64_t quotient = divide(a, b, &exponent);
    return factor_of(quotient, exponent);
}
