/* test_large_counts.c - binomial counts drawn by rejection, in numbers that show small errors.
 * SPDX-License-Identifier: MIT
 *
 * With 2,000,000 draws a cell of one in a hundred is known to 0.7 %, and the mean of a count to
 * 1/1400 of its standard deviation.
 */
#include <notch/core.h>

#include "chance.h"
#include "kernels/kernels.h"
#include "test.h"
#include "update/sample/binomial.h"

/* For each of the three statistics of each of the six cases: together 1e-6. */
#define SIGNIFICANCE (1e-6 / 18)

enum {
    DRAWS = 2000000,
    CELLS = 20000
};

/* Tallies counts of `bits` fair bits within 9 standard deviations (beyond lies less than 2^-60) and
 * compares shape, mean and variance with the binomial law. The mean of N standardised counts has
 * variance 1/N, that of their squares (kurtosis - 1) / N < 2/N. */
static void check_fair(uint64_t bits)
{
    static uint32_t tally[CELLS];
    const notch_kernels *kernels;
    CHECK(notch_kernels_select(NOTCH_ISA_BEST, &kernels, NULL) == NOTCH_OK);
    const double n = (double)bits, mean = n / 2, deviation = sqrt(n) / 2;
    const uint64_t low = (uint64_t)(mean - 9 * deviation);
    const uint64_t cells = (uint64_t)(18 * deviation) + 2;
    CHECK(cells <= CELLS);
    memset(tally, 0, sizeof tally);
    double sum = 0, squares = 0;
    for (uint32_t step = 0; step < DRAWS; step++) {
        const notch_key key = {.seed = bits, .step = step};
        const uint64_t ones = notch_binomial_fair(kernels, &key, 0, bits);
        CHECK(ones >= low && ones < low + cells);
        tally[ones - low]++;
        const double z = ((double)ones - mean) / deviation;
        sum += z;
        squares += z * z;
    }
    pearson test = {0};
    for (uint64_t cell = 0; cell < cells; cell++) {
        const double ones = (double)(low + cell);
        const double logarithm =
            lgamma(n + 1) - lgamma(ones + 1) - lgamma(n - ones + 1) - n * log(2);
        pearson_add(&test, DRAWS * exp(logarithm), tally[cell]);
    }
    const double chance = pearson_chance(&test), chance_mean = chance_normal(sum / sqrt(DRAWS));
    const double chance_variance = chance_normal((squares - DRAWS) / sqrt(2.0 * DRAWS));
    NOTE("%" PRIu64 " bits: chances %g (%g cells), mean %g, variance %g", bits, chance, test.cells,
         chance_mean, chance_variance);
    CHECK(chance > SIGNIFICANCE);
    CHECK(chance_mean > SIGNIFICANCE);
    CHECK(chance_variance > SIGNIFICANCE);
    printf("# %s\n", test_note);
}

/* The smallest count drawn by rejection and an odd one; widths of the cells just above the standard
 * deviation (2 * 64^2 = 8192) and almost twice it; large ones. */
TEST(counts_of_4096_bits)
{
    check_fair(4096);
}

TEST(counts_of_4097_bits)
{
    check_fair(4097);
}

TEST(counts_of_16384_bits)
{
    check_fair(16384);
}

TEST(counts_of_16390_bits)
{
    check_fair(16390);
}

TEST(counts_of_99999_bits)
{
    check_fair(99999);
}

TEST(counts_of_1000000_bits)
{
    check_fair(1000000);
}

TEST_MAIN(RUN(counts_of_4096_bits), RUN(counts_of_4097_bits), RUN(counts_of_16384_bits),
          RUN(counts_of_16390_bits), RUN(counts_of_99999_bits), RUN(counts_of_1000000_bits))
