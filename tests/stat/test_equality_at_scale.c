/* test_equality_at_scale.c - the same counts on every instruction set and thread count, many
 * trials. SPDX-License-Identifier: MIT
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

TEST_MAIN(RUN(every_isa_and_thread_count_gives_the_same))
