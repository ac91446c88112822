/* sums_ref.c - sums of masses: running, by runs, and where one reaches a target.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/kernels.h"

void notch_cumulate_ref(const uint32_t *masses, uint32_t count, uint64_t *cumulative)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        sum += masses[i];
        cumulative[i] = sum;
    }
}

uint64_t notch_run_sums_ref(const uint32_t *masses, uint32_t count, uint64_t *sums)
{
    uint64_t total = 0;
    for (uint32_t first = 0; first < count; first += NOTCH_RUN) {
        const uint32_t end = count - first < NOTCH_RUN ? count : first + NOTCH_RUN;
        uint64_t sum = 0;
        for (uint32_t i = first; i < end; i++) {
            sum += masses[i];
        }
        if (sums != NULL) {
            sums[first / NOTCH_RUN] = sum;
        }
        total += sum;
    }
    return total;
}

uint32_t notch_find_ref(const uint32_t *masses, uint32_t count, uint64_t target)
{
    (void)count;
    uint32_t i = 0;
    uint64_t sum = masses[0];
    while (sum <= target) {
        sum += masses[++i];
    }
    return i;
}

uint32_t notch_rank_ref(const uint64_t *rising, uint32_t count, uint64_t target)
{
    uint32_t rank = 0;
    while (rank < count && rising[rank] <= target) {
        rank++;
    }
    return rank;
}
