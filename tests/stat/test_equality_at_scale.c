/* test_equality_at_scale.c - many trials: the same on every instruction set and thread count.
 * SPDX-License-Identifier: MIT
 */
#include "sameness.h"

/* 600,000 categories with 1, 5 and 100 trials each. */
TEST(every_isa_and_thread_count_gives_the_same)
{
    const uint64_t rates[] = {1, 5, 100};
    sameness same;
    sameness_open(&same, SAMENESS_LARGEST);
    for (int at = 0; at < 3 * 4; at++) {
        const uint64_t sum = sameness_masses(same.masses, SAMENESS_LARGEST, (uint64_t)at);
        const notch_sample_request request = {
            .sampler = (notch_sampler)(at % 4),
            .masses = same.masses,
            .categories = SAMENESS_LARGEST,
            .null_mass = at % 2 == 0 ? sum / 9 : 0,
            .trials = SAMENESS_LARGEST * rates[at / 4],
            .key = {.seed = UINT64_MAX - (uint64_t)at, .step = UINT32_MAX - (uint32_t)at}};
        sameness_check_all(&same, &request, rates[at / 4] < 100);
    }
    sameness_close(&same);
}

/* More than 2^21 categories, whose counts do not fit the caches and are written past them; masses
 * and counts are aligned to their own size only. */
TEST(counts_that_no_cache_holds)
{
    enum {
        CATEGORIES = 2200001
    };
    sameness same;
    sameness_open(&same, CATEGORIES + 1);
    uint32_t *masses = same.masses + 1;
    const uint64_t sum = sameness_masses(masses, CATEGORIES, 5);
    for (int at = 0; at < 4 * 2; at++) {
        const notch_sample_request request = {.sampler = (notch_sampler)(at % 4),
                                              .masses = masses,
                                              .categories = CATEGORIES,
                                              .null_mass = sum / 9,
                                              .trials = at < 4 ? CATEGORIES / 100 : CATEGORIES,
                                              .key = {.seed = 6, .step = (uint32_t)at}};
        const uint64_t null_expected =
            sameness_run(&same, &request, NOTCH_ISA_REF, SAMENESS_POOLS, same.expected + 1);
        FOR_EACH_ISA(isa)
        {
            same.found[0] = 77;
            const uint64_t null_found =
                sameness_run(&same, &request, isa, 1 + (int)isa % 3, same.found + 1);
            const bool equal =
                null_found == null_expected && same.found[0] == 77 &&
                memcmp(same.found + 1, same.expected + 1, CATEGORIES * sizeof same.found[0]) == 0;
            if (!equal) {
                sameness_close(&same);
                TEST_FAIL("request %d by %s gives other counts", at, notch_isa_name(isa));
            }
        }
    }
    sameness_close(&same);
}

TEST_MAIN(RUN(every_isa_and_thread_count_gives_the_same), RUN(counts_that_no_cache_holds))
