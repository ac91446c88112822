/* factor.h - real numbers of 14 bits, from roots and quotients.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_ENGINE_INTEGER_FACTOR_H
#define NOTCH_ENGINE_INTEGER_FACTOR_H

#include "base/fixed.h"

/* The real number mantissa * 2^exponent; zero has mantissa 0. */
typedef struct notch_factor {
    int32_t mantissa; /* 0, or 2^13 to 2^14 - 1 */
    int32_t exponent;
} notch_factor;

enum {
    NOTCH_FACTOR_BITS = 14
};

/* sqrt(a / b) to 14 bits, ties up; a, b > 0. Relative error at most 2^-14 + 2^-27. */
notch_factor notch_root_of_ratio(uint64_t a, uint64_t b);

/* a / b to 14 bits, ties up; a, b > 0 */
notch_factor notch_ratio(uint64_t a, uint64_t b);

#endif
