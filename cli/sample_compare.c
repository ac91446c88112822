/* sample_compare.c - observed counts against the closed form.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>

#include "sample.h"

enum {
    EXPECTED_LEAST = 5 /* of a cell, for the usual approximation of Pearson's statistic */
};

static double z_of(double deviation, double variance)
{
    if (variance > 0) {
        return deviation / sqrt(variance);
    }
    return deviation == 0 ? (double)NAN : copysign((double)INFINITY, deviation);
}

sample_cell sample_cell_at(const sample_results *results, uint64_t cell)
{
    const double draws = (double)results->settings->repeat;
    const double total = (double)results->totals[cell];
    sample_cell c = {.expected = results->expected[cell], .variance = results->variance[cell]};
    /* Two statements, lest a compiler skip the rounding of the product: where the count is certain,
     * both terms round to the same double. */
    const double expected = draws * c.expected;
    const double deviation = total - expected;
    c.observed = total / draws;
    c.observed_variance = (double)NAN;
    if (results->squares != NULL) {
        const double offset = deviation * deviation / draws;
        c.observed_variance = fmax(results->squares[cell] - offset, 0) / (draws - 1);
    }
    c.z = z_of(deviation, c.variance * draws);
    return c;
}

sample_summary sample_summarise(const sample_results *results)
{
    sample_summary s = {.ratio_least = (double)INFINITY};
    double ratios = 0;
    for (uint64_t i = 0; i <= results->masses.count; i++) {
        const sample_cell c = sample_cell_at(results, i);
        if (isinf(c.z)) {
            s.impossible++;
        } else if (!isnan(c.z)) {
            const double ratio = c.observed_variance / c.variance;
            s.compared++;
            s.sum_of_squares += c.z * c.z;
            ratios += ratio;
            s.ratio_least = fmin(s.ratio_least, ratio);
            s.ratio_most = fmax(s.ratio_most, ratio);
            if (fabs(c.z) > s.largest) {
                s.largest = fabs(c.z);
                s.largest_cell = i;
            }
        }
    }
    s.ratio_mean = ratios / (double)s.compared;
    return s;
}

bool sample_has_test(const sample_results *results)
{
    const sample_settings *settings = results->settings;
    return settings->sampler == NOTCH_SAMPLER_MULTINOMIAL &&
           (settings->inflation == NOTCH_INFLATION_TRIAL || settings->null_mass == 0);
}

/* Probability that a chi-square variable is at least `x`: the cube root of it is nearly normal
 * (Wilson, Hilferty, "The distribution of chi-square", 1931). */
static double chi_square_tail(double x, double degrees)
{
    const double spread = 2 / (9 * degrees);
    return erfc((cbrt(x / degrees) - (1 - spread)) / sqrt(2 * spread)) / 2;
}

/* One cell of the test, or several pooled ones. */
typedef struct test_cell {
    double expected, deviation;
} test_cell;

static double pearson(test_cell cell)
{
    return cell.expected > 0 ? cell.deviation * cell.deviation / cell.expected : 0;
}

static test_cell pool(test_cell a, test_cell b)
{
    return (test_cell){a.expected + b.expected, a.deviation + b.deviation};
}

sample_test sample_test_of(const sample_results *results)
{
    const double draws = (double)results->settings->repeat;
    test_cell pooled = {0}, least = {.expected = (double)INFINITY};
    sample_test test = {.p = 1};
    uint64_t cells = 0;
    for (uint64_t i = 0; i <= results->masses.count; i++) {
        const double expected = draws * results->expected[i];
        const test_cell cell = {expected, (double)results->totals[i] - expected};
        if (expected >= EXPECTED_LEAST) {
            cells++;
            test.chi_square += pearson(cell);
            least = cell.expected < least.expected ? cell : least;
        } else if (expected > 0) {
            test.pooled++;
            pooled = pool(pooled, cell);
        }
    }
    if (pooled.expected >= EXPECTED_LEAST) {
        cells++;
        test.chi_square += pearson(pooled);
    } else if (cells > 0) { /* together they are still too few, and join the next smallest cell */
        test.chi_square += pearson(pool(pooled, least)) - pearson(least);
    }
    if (cells > 1) {
        test.degrees = cells - 1;
        test.p = chi_square_tail(test.chi_square, (double)test.degrees);
    }
    return test;
}
