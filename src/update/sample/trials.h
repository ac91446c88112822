/* trials.h - independent trials over the categories of one block.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_UPDATE_SAMPLE_TRIALS_H
#define NOTCH_UPDATE_SAMPLE_TRIALS_H

#include "update/scratch.h"

/* Throws `trials` <= 2^40 independent trials on the categories of block number `block` < 2^22 of a
 * group, category i with probability (C_i - C_{i-1}) / C_{count-1} for C = scratch->cumulative, to
 * within 2^-32. The total C_{count-1} is above 0 and below 2^43.
 * Fills scratch->counts, and scratch->wide_counts where `wide`. `key` is the group's. */
void notch_trials_block(const notch_kernels *kernels, const notch_key *key, uint64_t block,
                        uint64_t trials, uint32_t count, bool wide, notch_scratch *scratch);

/* The first `count` random words of the block's trials when they are thrown one by one (count at
 * most NOTCH_DIRECT_TRIALS a category): words has room for count + 3. */
enum {
    NOTCH_DIRECT_TRIALS = 32
};
void notch_trial_words(const notch_kernels *kernels, const notch_key *key, uint64_t block,
                       uint32_t count, uint32_t *words);

/* Such a trial falls on the first category whose cumulative mass is above floor(word * total /
 * 2^32), total < 2^43. */
static inline uint64_t notch_trial_target(uint32_t word, uint64_t total)
{
    return word * (total >> 32) + ((word * (total & 0xffffffff)) >> 32);
}

#endif
