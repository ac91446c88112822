/* fixed.h - shifts, divisions and roots in integers, rounded one way everywhere.
 * SPDX-License-Identifier: MIT
 *
 * Rounding is to the nearest, ties up (towards plus infinity), unless a name says otherwise.
 */
#ifndef NOTCH_BASE_FIXED_H
#define NOTCH_BASE_FIXED_H

#include <stdint.h>

#include "base/wide.h"

/* C leaves right shifts of negative numbers to the compiler; every compiler keeps the sign. */
_Static_assert((INT32_C(-3) >> 1) == -2, "right shifts have to round down");

/* round(x / 2^shift), shift < 31, |x| + 2^(shift - 1) < 2^31 */
static inline int32_t notch_round32(int32_t x, uint32_t shift)
{
    return (x + (int32_t)((UINT32_C(1) << shift) >> 1)) >> shift;
}

/* round(x / 2^shift), |x| < 2^62; 0 from shift 63 on, where |x| / 2^shift < 1/2 */
static inline int64_t notch_round64(int64_t x, uint32_t shift)
{
    if (shift > 62) {
        return 0;
    }
    return (x + (int64_t)((UINT64_C(1) << shift) >> 1)) >> shift;
}

/* x 2^shift, rounded where shift is negative; the caller knows that it fits. */
static inline int64_t notch_scale64(int64_t x, int32_t shift)
{
    return shift >= 0 ? x * (INT64_C(1) << shift) : notch_round64(x, (uint32_t)-shift);
}

static inline int32_t notch_scale32(int32_t x, int32_t shift)
{
    if (shift >= 0) {
        return x * (INT32_C(1) << shift);
    }
    return shift < -31 ? 0 : (int32_t)notch_round64(x, (uint32_t)-shift);
}

/* round(a / b), |a| + b < 2^63, b > 0 */
static inline int64_t notch_divide_round(int64_t a, int64_t b)
{
    const int64_t shifted = a + b / 2;
    const int64_t quotient = shifted / b;
    return quotient - (shifted % b < 0);
}

/* floor(a / b), b > 0 */
static inline int64_t notch_divide_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static inline int32_t notch_clamp(int32_t x, int32_t bound)
{
    x = x < -bound ? -bound : x;
    return x > bound ? bound : x;
}

static inline int32_t notch_absolute(int32_t x)
{
    return x < 0 ? -x : x;
}

/* floor(sqrt(x)) */
static inline uint32_t notch_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 62; bit != 0; bit >>= 2) {
        if (x >= root + bit) {
            x -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root;
}

#endif
