/* test_sample_law.c - small cases against the enumeration of every outcome, with many draws.
 * SPDX-License-Identifier: MIT
 */
#include "outcomes.h"

/* How rarely a correct sampler fails a test of this file with a fresh seed. */
#define SIGNIFICANCE 1e-6

enum {
    SAMPLERS = 4
};

/* Every choice of up to three masses and a null mass from 0 to 2, of 2 to 4 trials. */
TEST(laws_of_all_small_masses)
{
    enum {
        CHOICES = 27 * 3 * 3 * SAMPLERS * 2
    };
    for (int choice = 0; choice < CHOICES; choice++) {
        int rest = choice;
        small_case small = {.categories = 3, .unit = 1 + (uint32_t)choice % 7 * 100000007};
        small.sampler = (notch_sampler)(rest % SAMPLERS);
        rest /= SAMPLERS;
        small.inflation = (notch_inflation)(rest % 2);
        rest /= 2;
        small.trials = 2 + (uint64_t)(rest % 3);
        rest /= 3;
        small.null_mass = (uint64_t)(rest % 3);
        rest /= 3;
        for (int i = 0; i < 3; i++) {
            small.masses[i] = (uint32_t)(rest % 3);
            rest /= 3;
        }
        check_outcomes(&small, 2000, (uint64_t)choice, SIGNIFICANCE / CHOICES);
    }
}

/* Some cases with 100,000 draws each, which know an outcome of one in a hundred to 3 %. */
TEST(laws_of_some_cases)
{
    static const small_case cases[] = {
        {.categories = 2, .trials = 5, .masses = {1, 2}, .null_mass = 0, .unit = 1},
        {.categories = 3, .trials = 2, .masses = {2, 3, 4}, .null_mass = 1, .unit = 429496729},
        {.categories = 3, .trials = 4, .masses = {5, 1, 3}, .null_mass = 0, .unit = 3},
        {.categories = 4, .trials = 3, .masses = {1, 1, 1, 1}, .null_mass = 3, .unit = 1000000007},
        {.categories = 4, .trials = 5, .masses = {3, 0, 8, 2}, .null_mass = 0, .unit = 1},
        {.categories = 4, .trials = 5, .masses = {10, 1, 2, 20}, .null_mass = 7, .unit = 200000000},
    };
    enum {
        CASES = sizeof cases / sizeof cases[0]
    };
    for (int choice = 0; choice < CASES * SAMPLERS; choice++) {
        small_case small = cases[choice / SAMPLERS];
        small.sampler = (notch_sampler)(choice % SAMPLERS);
        small.inflation = choice % 3 == 0 ? NOTCH_INFLATION_VECTOR : NOTCH_INFLATION_TRIAL;
        check_outcomes(&small, 100000, 1000 + (uint64_t)choice, SIGNIFICANCE / (CASES * SAMPLERS));
    }
}

TEST_MAIN(RUN(laws_of_all_small_masses), RUN(laws_of_some_cases))
