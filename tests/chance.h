/* chance.h - how probable a statistic is, for tests of random numbers.
 * SPDX-License-Identifier: MIT
 *
 * Seeds are fixed, so a test passes always or never; what its threshold says is how rarely a
 * correct sampler would fail it if the seed were drawn afresh.
 */
#ifndef NOTCH_CHANCE_H
#define NOTCH_CHANCE_H

#include <math.h>
#include <stdint.h>

/* The next pseudo-random number for test inputs: SplitMix64, unrelated to the generator under
 * test. */
static inline uint64_t scramble(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* P(|Z| >= |z|) for a standard normal Z. */
static inline double chance_normal(double z)
{
    return erfc(fabs(z) / sqrt(2));
}

/* P(C >= statistic) for a chi-square C with `freedom` > 0 degrees of freedom: the upper incomplete
 * gamma function, by its series below the mean and by its continued fraction above. */
static inline double chance_chi_square(double statistic, double freedom)
{
    const double a = freedom / 2, x = statistic / 2;
    if (x <= 0) {
        return 1;
    }
    const double front = exp(a * log(x) - x - lgamma(a));
    if (x < a + 1) {
        double term = 1 / a, sum = term;
        for (double k = a + 1; term > sum * 1e-17; k += 1) {
            term *= x / k;
            sum += term;
        }
        return 1 - front * sum;
    }
    /* modified Lentz; b grows, so no denominator comes near 0 */
    double b = x + 1 - a, c = 1e300, d = 1 / b, value = d, change = 0;
    for (double k = 1; fabs(change - 1) > 1e-15; k += 1) {
        b += 2;
        d = 1 / (b - k * (k - a) * d);
        c = b - k * (k - a) / c;
        change = c * d;
        value *= change;
    }
    return front * value;
}

/* A bound t with P(|S| >= t) <= chance for a sum S of independent variables of mean 0, each at most
 * `largest` in magnitude, whose variances add up to at most `variance`: Bernstein's inequality,
 * which holds for every sum, however few of its terms are not 0. */
static inline double bernstein(double variance, double largest, double chance)
{
    const double l = log(2 / chance), linear = l * largest / 3;
    return linear + sqrt(linear * linear + 2 * l * variance);
}

/* Pearson's test of cells that are handed in one by one. Neighbours are pooled until 20 counts are
 * expected, so that the chi-square law is a good approximation far into its tail. Start from
 * {0}. */
typedef struct pearson {
    double statistic, cells;
    double expected, observed;           /* of the cell that is being pooled */
    double last_expected, last_observed; /* of the one before: what is left over joins it */
    int impossible;                      /* whether something was observed that cannot be */
} pearson;

static inline void pearson_close(pearson *test)
{
    if (test->last_expected > 0) {
        const double difference = test->last_observed - test->last_expected;
        test->statistic += difference * difference / test->last_expected;
        test->cells += 1;
    }
    test->last_expected = test->expected;
    test->last_observed = test->observed;
    test->expected = test->observed = 0;
}

static inline void pearson_add(pearson *test, double expected, double observed)
{
    test->impossible |= expected == 0 && observed != 0;
    test->expected += expected;
    test->observed += observed;
    if (test->expected >= 20) {
        pearson_close(test);
    }
}

/* The chance of a statistic as large as this one: 0 if something impossible was observed, 1 if all
 * is one cell. */
static inline double pearson_chance(pearson *test)
{
    test->last_expected += test->expected;
    test->last_observed += test->observed;
    test->expected = test->observed = 0;
    pearson_close(test);
    test->last_expected = 0;
    return test->impossible  ? 0
           : test->cells > 1 ? chance_chi_square(test->statistic, test->cells - 1)
                             : 1;
}

#endif
