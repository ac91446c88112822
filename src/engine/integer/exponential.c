/* exponential.c - a polynomial for 2^f, repeated squaring for log2.
 * SPDX-License-Identifier: MIT
 */
#include "engine/integer/exponential.h"

#include "engine/integer/factor.h"

enum {
    TERMS = 9,
    LOG_BITS = 26 /* of the fraction of log2 */
};

/* ln(2)^k / k! in units of 2^-32. With |f| <= 1/2 what is left out is below
 * (ln(2) / 2)^9 / 9! < 2^-32. */
static const int64_t power_terms[TERMS] = {4294967296, 2977044472, 1031764991, 238388332, 41309550,
                                           5726720,    661577,     65510,      5676};

/* 2^(f / 2^32) in units of 2^-32, |f| <= 2^31: products stay below 2^33 2^31 */
static int64_t power_of_two(int64_t f)
{
    int64_t sum = power_terms[TERMS - 1];
    for (int k = TERMS - 2; k >= 0; k--) {
        sum = power_terms[k] + notch_round64(sum * f, 32);
    }
    return sum;
}

uint32_t notch_exponential(uint64_t x)
{
    /* x / 2^12 log2(e) in units of 2^-32, from log2(e) in 2^-20: at most 2^33 2^20.6, off by a
     * relative 2^-22; x in two parts keeps the product exact. */
    const uint64_t log2_e = UINT64_C(6196328019); /* in units of 2^-32 */
    if (x >> 17 != 0) {                           /* e^-32 < 2^-46 */
        return 0;
    }
    const uint64_t exponent = (x * log2_e) >> 12; /* below 2^17 2^33 2^-12 */
    const uint64_t whole = (exponent + (UINT64_C(1) << 31)) >> 32;
    const int64_t fraction = (int64_t)(whole << 32) - (int64_t)exponent; /* of -exponent */
    return (uint32_t)notch_round64(power_of_two(fraction), (uint32_t)whole + 2);
}

uint64_t notch_logarithm(uint64_t x)
{
    const uint64_t ln_2 = UINT64_C(2977044472); /* in units of 2^-32 */
    const uint32_t length = notch_bit_length(x);
    uint64_t mantissa = length > 32 ? x >> (length - 32) : x << (32 - length); /* [2^31, 2^32) */
    uint64_t log = (uint64_t)(length - 31);
    for (int i = 0; i < LOG_BITS; i++) {
        mantissa = (mantissa * mantissa) >> 31; /* in [2^31, 2^33) */
        log <<= 1;
        if (mantissa >> 32 != 0) {
            mantissa >>= 1;
            log |= 1;
        }
    }
    return (log * ln_2 + (UINT64_C(1) << 33)) >> 34; /* 2^-26 2^-32 to 2^-24; log < 2^31 */
}
