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

#endif
