/* pair.h - real numbers as the sum of two doubles: about 32 decimal digits.
 * SPDX-License-Identifier: MIT
 *
 * high is the double nearest to high + low. Each operation is off by a few units of 2^-104 of its
 * result, and addition, subtraction and scaling are exact where the operands are multiples of one
 * power of two and the values stay below 2^104 times it: then every part of the calculation is such
 * a multiple below 2^53 times it, or the error term of an addition of two that are not.
 * For results between 2^-900 and 2^900 (and 0), where no error term underflows, in double
 * arithmetic that rounds each operation once.
 */
#ifndef NOTCH_THEORY_PAIR_H
#define NOTCH_THEORY_PAIR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct notch_pair {
    double high, low;
} notch_pair;

static inline notch_pair notch_pair_of(double value)
{
    return (notch_pair){value, 0};
}

/* a + b, exactly: high is the rounded sum and low what rounding lost (Knuth). */
static inline notch_pair notch_pair_sum(double a, double b)
{
    const double high = a + b;
    const double b_part = high - a;
    const double a_part = high - b_part;
    return (notch_pair){high, (a - a_part) + (b - b_part)};
}

/* The same where |a| >= |b| or a = 0 (Dekker). */
static inline notch_pair notch_pair_sum_ordered(double a, double b)
{
    const double high = a + b;
    const double b_part = high - a;
    return (notch_pair){high, b - b_part};
}

/* `value` rounded to its upper 26 bits; what is left has 26 bits and a sign. On bits, because a
 * compiler that fuses multiplications with additions would spoil the arithmetic way. */
static inline double notch_pair_upper_half(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = (bits + (UINT64_C(1) << 26)) & ~((UINT64_C(1) << 27) - 1);
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* a * b, exactly: products of halves are exact, and so are their sums in this order (Dekker). */
static inline notch_pair notch_pair_product(double a, double b)
{
    const double a_high = notch_pair_upper_half(a);
    const double b_high = notch_pair_upper_half(b);
    const double a_low = a - a_high;
    const double b_low = b - b_high;
    const double high = a * b;
    const double low = ((a_high * b_high - high) + a_high * b_low + a_low * b_high) + a_low * b_low;
    return (notch_pair){high, low};
}

static inline notch_pair notch_pair_add(notch_pair a, notch_pair b)
{
    const notch_pair high = notch_pair_sum(a.high, b.high);
    const notch_pair low = notch_pair_sum(a.low, b.low);
    const notch_pair sum = notch_pair_sum_ordered(high.high, high.low + low.high);
    return notch_pair_sum_ordered(sum.high, sum.low + low.low);
}

static inline notch_pair notch_pair_negate(notch_pair a)
{
    return (notch_pair){-a.high, -a.low};
}

static inline notch_pair notch_pair_subtract(notch_pair a, notch_pair b)
{
    return notch_pair_add(a, notch_pair_negate(b));
}

static inline notch_pair notch_pair_scale(notch_pair a, double factor)
{
    const notch_pair product = notch_pair_product(a.high, factor);
    return notch_pair_sum_ordered(product.high, product.low + a.low * factor);
}

static inline notch_pair notch_pair_multiply(notch_pair a, notch_pair b)
{
    const notch_pair product = notch_pair_product(a.high, b.high);
    const double cross = a.high * b.low + a.low * b.high;
    return notch_pair_sum_ordered(product.high, product.low + cross);
}

/* a / b, b not 0: long division in base 2^53, three digits. */
static inline notch_pair notch_pair_divide(notch_pair a, notch_pair b)
{
    const double first = a.high / b.high;
    a = notch_pair_subtract(a, notch_pair_scale(b, first));
    const double second = a.high / b.high;
    a = notch_pair_subtract(a, notch_pair_scale(b, second));
    const notch_pair quotient = notch_pair_sum_ordered(first, second);
    return notch_pair_add(quotient, notch_pair_of(a.high / b.high));
}

static inline bool notch_pair_less(notch_pair a, notch_pair b)
{
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

static inline notch_pair notch_pair_smaller(notch_pair a, notch_pair b)
{
    return notch_pair_less(b, a) ? b : a;
}

static inline notch_pair notch_pair_larger(notch_pair a, notch_pair b)
{
    return notch_pair_less(a, b) ? b : a;
}

/* The nearest double; a zero is a positive one. */
static inline double notch_pair_value(notch_pair a)
{
    return a.high + 0.0;
}

#endif
